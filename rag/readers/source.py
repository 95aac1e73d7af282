"""An open file to read papers from: what it begins with, then its lines, its bytes or pieces of them, once.

A line that isn't UTF-8 becomes a Problem in its place, so that one broken byte costs one record. UTF-16 with a byte
order mark, as Windows programs write it, is handed on as UTF-8. Knows no format.
"""

import codecs
import io
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from rag.errors import RagError

HEAD_BYTES = 65_536  # that a format is told by
LONGEST_LINE = 8_000_000  # bytes; a longer one is no record, and must not fill the memory


class UnreadableError(RagError):
    """A file that can't be read to its end; the message is the reason that its rejection gives."""


class Readable(Protocol):
    """What gives bytes in order: an open file, standard input, a member of an archive."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, empty at the end. Raises OSError or UnreadableError."""


class Line(NamedTuple):
    """A line of text without its end, and its 1-based number."""

    number: int
    text: str


class Problem(NamedTuple):
    """A place that no record could be made of, and why. `number` is that of its line."""

    number: int
    reason: str


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


class Source:
    """One file, or one member of an archive: its beginning in `head`, the whole as `lines`, `pieces` or `bytes`, once.

    `recoded` tells that it was UTF-16, whatever it says of itself.
    """

    def __init__(self, file: Readable) -> None:
        """Read the beginning of a file. Raises OSError or UnreadableError when there is none."""
        self._file = Begun(file)
        self.recoded = self._file.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        if self.recoded:
            self._file = Begun(_Recoded(self._file))

    @property
    def head(self) -> bytes:
        """The first bytes, at most HEAD_BYTES of them."""
        return self._file.head

    @property
    def trouble(self) -> OSError | UnreadableError | None:
        """What will be raised after the head; None as far as is known."""
        return self._file.trouble

    @property
    def text(self) -> str:
        """The head as text, for sniffing: bytes that are none are replaced, a byte order mark is dropped."""
        return self.head.decode("utf-8", "replace").removeprefix("\ufeff")

    def pieces(self) -> Iterator[bytes]:
        """Yield the whole file in pieces of at most HEAD_BYTES, each as soon as it is there."""
        file = self.bytes()
        while piece := file.read1(HEAD_BYTES):
            yield piece

    def bytes(self) -> io.BufferedReader:
        """Return the whole file to read from its start."""
        return io.BufferedReader(self._file, HEAD_BYTES)

    def lines(self) -> Iterator[Line | Problem]:
        """Yield every line, decoded as UTF-8 (a byte order mark is dropped)."""
        return _numbered(self.bytes())


class _Recoded:
    """UTF-16 as UTF-8. What isn't UTF-16 becomes what isn't UTF-8, so that it costs its line."""

    def __init__(self, file: Begun) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-16")("surrogatepass")

    def read(self, size: int, /) -> bytes:
        while raw := self._file.read(size):
            if text := self._decoder.decode(raw):
                return text.encode("utf-8", "surrogatepass")
        half = bool(self._decoder.getstate()[0])
        self._decoder.reset()
        return b"\xff" * half


def _numbered(file: io.BufferedReader) -> Iterator[Line | Problem]:
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            yield Problem(number, f"the line is longer than {LONGEST_LINE:,} bytes")
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            continue
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            yield Problem(number, f"not UTF-8 text (byte 0x{raw[error.start]:02x} at column {error.start + 1})")
        else:
            yield Line(number, text.rstrip("\r\n"))
