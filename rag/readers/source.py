"""An open file to read papers from: what it begins with, then its lines or its bytes, once.

A line that isn't UTF-8 becomes a Problem in its place, so that one broken byte costs one record; only formats that
are older than UTF-8 ask for its lines as Windows-1252, and get what surely is. Knows no format.
"""

import io
import re
from collections.abc import Iterator
from itertools import count
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
        self._decoder = _Decoder(windows=False)

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
        decoder = self._decoder = _Decoder(windows=windows)
        number = 1
        for block in _blocks(self.bytes()):
            if block is None:
                yield Problem(number, f"the line is longer than {LONGEST_LINE:,} bytes")
                number += 1
                continue
            try:  # nearly every block is sound, and many lines are quicker decoded at once
                text = block.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raws = block.removesuffix(b"\n").split(b"\n")
                yield from map(decoder.line, count(number), raws)
                number += len(raws)
                continue
            decoder.decide(text)
            if "\r" in text:
                text = text.replace("\r\n", "\n")
            texts = text.removesuffix("\n").split("\n")
            yield from map(Line, count(number), texts)
            number += len(texts)

    @property
    def remarks(self) -> Iterator[str]:
        """What to say of how the lines were read, once they all are."""
        if self._decoder.count:
            yield f"not UTF-8: {self._decoder.count:,} lines read as Windows-1252"


class _Decoder:
    """What makes text of lines, some of which may be Windows-1252. `count` is how many were."""

    def __init__(self, *, windows: bool) -> None:
        self.count = 0
        self._windows = None if windows else False  # None: not known yet

    def decide(self, text: str) -> None:
        """Take note of what was UTF-8."""
        if self._windows is None and not text.isascii():
            self._windows = False

    def line(self, number: int, raw: bytes) -> Line | Problem:
        """Return a line as text, or why it is none."""
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            self.decide(text)
        except UnicodeDecodeError as error:
            if self._windows is False or NO_WINDOWS.search(raw):
                return Problem(number, f"not UTF-8 text (byte 0x{raw[error.start]:02x} at column {error.start + 1})")
            self._windows = True
            self.count += 1
            text = raw.decode("cp1252")
        return Line(number, text.rstrip("\r"))


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


def _blocks(file: io.BufferedReader) -> Iterator[bytes | None]:
    """Yield whole lines, many at a time; None for one that is too long."""
    while block := file.read(HEAD_BYTES):
        rest = b"" if block.endswith(b"\n") else file.readline(LONGEST_LINE)
        start = block.rfind(b"\n") + 1
        if len(block) - start + len(rest) <= LONGEST_LINE:
            yield block + rest
            continue
        if start:
            yield block[:start]
        yield None
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE)
