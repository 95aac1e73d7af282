"""An open file to read papers from: what it begins with, then its lines, its bytes or pieces of them, once.

A line that isn't UTF-8 becomes a Problem in its place, so that one broken byte costs one record; only formats that
are older than UTF-8 ask for its lines as Windows-1252, and get what surely is. UTF-16 with a byte order mark, as
Windows programs write it, is handed on as UTF-8.
"""

import builtins
import codecs
import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import BinaryIO, NamedTuple, cast

from rag.readers.inputs.streams import HEAD_BYTES, Begun, Readable, Recoded, UnreadableError
from rag.records import Record

LONGEST_LINE = 8_000_000  # bytes; a longer one is no record, and must not fill the memory
KEPT_IN_MEMORY = 64_000_000  # bytes of a file that has to be read at any place
LARGEST_COPY = 4_000_000_000  # bytes
# What no text of Windows-1252 holds: bytes without a meaning, hardly used ones, and pieces of UTF-8.
NO_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d\xfe\xff]|[\xc2-\xf4][\x80-\xbf]")


class Line(NamedTuple):
    """A line of text without its end, and its 1-based number."""

    number: int
    text: str


class Problem(NamedTuple):
    """A place that no record could be made of, and why. `number` is that of its line.

    `partial` is the record where it lacks nothing but its abstract, which is empty then.
    """

    number: int
    reason: str
    partial: Record | None = None


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
        self._only_returns = b"\r" in self.head and b"\n" not in self.head  # as programs of old Macs end lines
        self._decoder = _Decoder(windows=False)
        self._encoding: str | None = None  # that the lines were read in, where it is another than UTF-8

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
        """The head as text, for sniffing: bytes that are none are kept as surrogates, a byte order mark is dropped."""
        text = self.head.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        return text.replace("\r", "\n") if self._only_returns else text

    def pieces(self) -> Iterator[bytes]:
        """Yield the whole file in pieces of at most HEAD_BYTES, each as soon as it is there."""
        file = self.bytes()
        while piece := file.read1(HEAD_BYTES):
            yield piece

    def bytes(self) -> io.BufferedReader:
        """Return the whole file to read from its start."""
        return io.BufferedReader(self._file, HEAD_BYTES)

    @contextmanager
    def whole(self) -> Iterator[BinaryIO]:
        """Lend the whole file as one that can be read at any place. Raises OSError or UnreadableError.

        What comes out of an archive is kept in memory, a large one in a file without a name.
        """
        if (file := self._file.rewound()) is not None:
            yield file
            return
        with tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY) as copy:
            for piece in self.pieces():
                copy.write(piece)
                if copy.tell() > LARGEST_COPY:
                    msg = f"larger than {LARGEST_COPY:,} bytes in an archive; unpack it first"
                    raise UnreadableError(msg)
            copy.seek(0)
            yield cast("BinaryIO", copy)

    def lines(self, *, windows: bool = False, encoding: str | None = None) -> Iterator[Line | Problem]:
        """Yield every line, decoded as UTF-8 (a byte order mark is dropped), or in the encoding that is known of it.

        With `windows`, a line that isn't is read as Windows-1252 when it can be, and when the first line of the file
        that isn't ASCII was one of these.
        """
        decoder = self._decoder = _Decoder(windows=windows)
        number = 1
        pieces = self._recoded(encoding) if encoding else self.pieces()
        if self._only_returns:
            pieces = (piece.replace(b"\r", b"\n") for piece in pieces)
        for block in _blocks(pieces):
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

    def _recoded(self, encoding: str) -> Iterator[builtins.bytes]:
        """Yield the whole file as UTF-8; what is no text in its encoding is none in UTF-8 either."""
        decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        self._encoding = encoding
        for piece in self.pieces():
            yield decoder.decode(piece).encode("utf-8", "surrogateescape")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")

    @property
    def remarks(self) -> Iterator[str]:
        """What to say of how the lines were read, once they all are."""
        if self._encoding:
            yield f"not UTF-8: read as {self._encoding}"
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


def _blocks(pieces: Iterator[bytes]) -> Iterator[bytes | None]:
    """Yield whole lines, many at a time; None for one that is too long. What comes before a trouble is yielded."""
    begun, size = list[bytes](), 0  # of the line that goes on
    for piece in pieces:
        first = piece.find(b"\n") + 1
        if size <= LONGEST_LINE < size + (first or len(piece)):
            yield None
            begun = []
        size += first or len(piece)
        if not first:
            begun += [piece] if size <= LONGEST_LINE else []
            continue
        lines = piece if size <= LONGEST_LINE else piece[first:]
        end = lines.rfind(b"\n") + 1
        if end:
            yield b"".join([*begun, lines[:end]])
        begun, size = [lines[end:]], len(lines) - end
    if last := b"".join(begun):
        yield last
