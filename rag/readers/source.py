"""An open file to read papers from: what it begins with, then its lines or its bytes, once.

A line that isn't UTF-8 becomes a Problem in its place, so that one broken byte costs one record; only formats that
are older than UTF-8 ask for its lines as Windows-1252, and get what surely is. Knows no format.
"""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

HEAD_BYTES = 65_536  # that a format is told by
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
    """One file, or one member of an archive. `head` is its beginning, `lines` or `bytes` the whole, either one once."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the beginning of a file that is open at its start. Raises OSError."""
        self._begun = file.read(HEAD_BYTES)
        self._file = file
        self._windows = 0  # lines read as Windows-1252

    @property
    def head(self) -> bytes:
        """The first bytes, at most HEAD_BYTES of them."""
        return self._begun

    @property
    def text(self) -> str:
        """The head as text, for sniffing: bytes that are none are replaced, a byte order mark is dropped."""
        return self._begun.decode("utf-8", "replace").removeprefix("\ufeff")

    def bytes(self) -> io.BufferedReader:
        """Return the whole file to read from its start."""
        return io.BufferedReader(_Rejoined(self._begun, self._file), HEAD_BYTES)

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


class _Rejoined(io.RawIOBase):
    """What was read of a file already, and the rest of it."""

    def __init__(self, begun: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._begun = memoryview(begun)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        wanted = len(buffer)
        found = self._begun[:wanted] if self._begun else self._rest.read(wanted)
        self._begun = self._begun[wanted:]
        buffer[: len(found)] = found
        return len(found)


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
