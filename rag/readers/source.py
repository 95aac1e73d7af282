"""An open file to read papers from: what it begins with, then its lines, its bytes or pieces of them, once.

A line that isn't UTF-8 becomes a Problem in its place, so that one broken byte costs one record; only formats that
are older than UTF-8 ask for its lines as Windows-1252, and get what surely is. UTF-16 with a byte order mark, as
Windows programs write it, is handed on as UTF-8. Knows no format.
"""

import codecs
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from rag.readers.streams import HEAD_BYTES, Begun, Readable, Recoded, UnreadableError

LONGEST_LINE = 8_000_000  # bytes; a longer one is no record, and must not fill the memory
# What no text of Windows-1252 holds: bytes without a meaning, hardly used ones, and pieces of UTF-8.
NO_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d\xfe\xff]|[\xc2-\xf4][\x80-\xbf]")


class Line(NamedTuple):
    """A line of text without its end, and its 1-based number."""

    number: int
    text: str


class Problem(NamedTuple):
    """A place that no record could be made of, and why. `number` is that of its line."""

    number: int
    reason: str


class Source:
    """One file, or one member of an archive: its beginning in `head`, the whole as `lines`, `pieces` or `bytes`, once.

    `recoded` tells that it was UTF-16, whatever it says of itself.
    """

    def __init__(self, file: Readable) -> None:
        """Read the beginning of a file. Raises OSError or UnreadableError when there is none."""
        self._file = Begun(file)
        self.recoded = self._file.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        if self.recoded:
            self._file = Begun(Recoded(self._file))
        self._windows = 0  # lines read as Windows-1252

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

    def lines(self, *, windows: bool = False) -> Iterator[Line | Problem]:
        """Yield every line, decoded as UTF-8 (a byte order mark is dropped).

        With `windows`, a line that isn't is read as Windows-1252 when it can be, and when the first line of the file
        that isn't ASCII was one of these.
        """
        in_windows = None if windows else False
        for number, raw in _numbered(self.bytes()):
            if isinstance(raw, str):
                yield Problem(number, raw)
                continue
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
                if in_windows is None and not text.isascii():
                    in_windows = False
            except UnicodeDecodeError as error:
                if in_windows is False or NO_WINDOWS.search(raw):
                    at = f"byte 0x{raw[error.start]:02x} at column {error.start + 1}"
                    yield Problem(number, f"not UTF-8 text ({at})")
                    continue
                in_windows = True
                self._windows += 1
                text = raw.decode("cp1252")
            yield Line(number, text.rstrip("\r\n"))

    @property
    def remarks(self) -> Iterator[str]:
        """What to say of how the lines were read, once they all are."""
        if self._windows:
            yield f"not UTF-8: {self._windows:,} lines read as Windows-1252"


def _numbered(file: io.BufferedReader) -> Iterator[tuple[int, bytes | str]]:
    """Yield each line with its number, or why it can't be one."""
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            yield number, f"the line is longer than {LONGEST_LINE:,} bytes"
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        else:
            yield number, raw
