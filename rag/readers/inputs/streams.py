"""Bytes in order, from wherever they come: what fails is raised after all that came before it, UTF-16 becomes UTF-8.

For rag.readers.inputs.source, which makes lines of them.
"""

import codecs
import io
from typing import BinaryIO, Protocol, cast

from rag.errors import RagError

HEAD_BYTES = 65_536  # that a format is told by
BEGINNING = 24  # bytes that UTF-16 is told by where it has no byte order mark
SHORTEST = 8


class UnreadableError(RagError):
    """A file that can't be read to its end; the message is the reason that its rejection gives."""


class Readable(Protocol):
    """What gives bytes in order: an open file, standard input, a member of an archive."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, empty at the end. Raises OSError or UnreadableError."""


class Begun(io.RawIOBase):
    """A file of which the beginning was read already. What fails later is raised after all that came before it.

    `trouble` is what failed already.
    """

    def __init__(self, file: Readable) -> None:
        """Read the beginning of a file. Raises OSError or UnreadableError when there is none."""
        super().__init__()
        self._file = file
        self.trouble: OSError | UnreadableError | None = None
        begun = bytearray()
        while len(begun) < HEAD_BYTES and (more := self._next()):
            begun += more
        if self.trouble and not begun:
            raise self.trouble
        self.head = bytes(begun[:HEAD_BYTES])
        self.given = 0  # bytes that were read of it
        self._left = memoryview(bytes(begun))

    def rewound(self) -> BinaryIO | None:
        """Return the file itself, at its start, where it is one that can be read at any place; None where it isn't."""
        seekable = getattr(self._file, "seekable", None)
        if seekable is None or not seekable() or not isinstance(self._file, io.BufferedIOBase):
            return None
        self._file.seek(0)
        return cast("BinaryIO", self._file)

    def readable(self) -> bool:
        """Say so, for io.BufferedReader."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill a buffer with the next bytes and return how many they are. Raises OSError or UnreadableError."""
        if not self._left and self.trouble:
            raise self.trouble
        if not self._left:
            self._left = memoryview(self._next())
            if self.trouble:
                raise self.trouble
        found = self._left[: len(buffer)]
        self._left = self._left[len(found) :]
        buffer[: len(found)] = found
        self.given += len(found)
        return len(found)

    def _next(self) -> bytes:
        try:
            return self._file.read(HEAD_BYTES)
        except (OSError, UnreadableError) as error:
            self.trouble = error
            return b""


def utf_16(head: bytes) -> str | None:
    """Return the form of UTF-16 that a file begins in, as Python calls it; None where it begins in none.

    By its byte order mark; without one by every other byte of the beginning being zero, as letters of ASCII are, of
    which every format of text begins with some.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    begun = head[:BEGINNING]
    one, other = begun[::2], begun[1::2]
    if len(begun) < SHORTEST or any(one) == any(other):
        return None
    letters = one if any(one) else other
    return None if min(letters) < ord("\t") else "utf-16-le" if letters is one else "utf-16-be"


class Recoded:
    """UTF-16 as UTF-8. What isn't UTF-16 becomes what isn't UTF-8, so that it costs its line."""

    def __init__(self, file: Begun, form: str) -> None:
        """`form` is what `utf_16` tells of the file's head."""
        self._file = file
        self._decoder = codecs.getincrementaldecoder(form)("surrogatepass")

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, empty at the end. Raises OSError or UnreadableError."""
        while raw := self._file.read(size):
            if text := self._decoder.decode(raw):
                return text.encode("utf-8", "surrogatepass")
        half = bool(self._decoder.getstate()[0])
        self._decoder.reset()
        return b"\xff" * half
