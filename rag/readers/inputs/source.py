"""An open file to read papers from: what it begins with, then its lines, its bytes or pieces of them, once.

A line that isn't UTF-8 becomes a Problem in its place, so that one broken byte costs one record; only formats that
are older than UTF-8 ask for its lines in another encoding, and get what surely is one (rag.readers.inputs.encodings).
UTF-16, as Windows programs write it, is handed on as UTF-8.
"""

import builtins
import codecs
import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from typing import BinaryIO, NamedTuple, cast

from rag.readers.inputs.encodings import declared, shown, told
from rag.readers.inputs.streams import HEAD_BYTES, Begun, Readable, Recoded, UnreadableError, utf_16
from rag.records import Record

# Of these, a few characters may look like one of UTF-8.
MANY_BYTES = frozenset(("gb18030", "big5", "cp932", "euc_jp", "cp949"))
LONGEST_LINE = 8_000_000  # bytes; a longer one is no record, and must not fill the memory
NO_TEXT = re.compile("[\udc80-\udcff]")  # a byte that isn't UTF-8, kept as half a character
KEPT_IN_MEMORY = 64_000_000  # bytes of a file that has to be read at any place
LARGEST_COPY = 4_000_000_000  # bytes


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
        form = utf_16(self._file.head)
        self.recoded = form is not None
        if form:
            self._file = Begun(Recoded(self._file, form))
        self._only_returns = b"\r" in self.head and b"\n" not in self.head  # as programs of old Macs end lines
        self._decoder = _Decoder(self.head, windows=False, mac=False)
        self._encoding: str | None = None  # that the lines were read in, where it is another than UTF-8

    @property
    def head(self) -> bytes:
        """The first bytes, at most HEAD_BYTES of them."""
        return self._file.head

    @property
    def trouble(self) -> OSError | UnreadableError | None:
        """What will be raised after the head; None as far as is known."""
        return self._file.trouble

    @cached_property
    def text(self) -> str:
        """The head as text, for sniffing: bytes that are none are kept as surrogates, a byte order mark is dropped.

        Lines of another encoding that is known are read in it.
        """
        head = self.head.replace(b"\r", b"\n") if self._only_returns else self.head
        text = head.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        if b"\0" in head or not NO_TEXT.search(text):
            return text
        raws = head.split(b"\n")
        read = _Decoder(head, windows=True, mac=self._only_returns).lines(1, raws)
        return "\n".join(
            line.text if isinstance(line, Line) else raw.decode("utf-8", "surrogateescape")
            for line, raw in zip(read, raws, strict=True)
        )

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

        With `windows`, lines that aren't are read in the encoding that the file says it has, or that its first lines
        beyond ASCII are surely in, when most of these aren't UTF-8.
        """
        decoder = self._decoder = _Decoder(self.head, windows=windows, mac=self._only_returns)
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
                yield from decoder.lines(number, raws)
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
        yield from self._decoder.remarks()


class _Decoder:
    """What makes text of lines, some of which may be of an older encoding than UTF-8."""

    def __init__(self, head: bytes, *, windows: bool, mac: bool) -> None:
        self._mac = mac
        self._declared = declared(head) if windows else None
        self._encoding = None if windows else "utf-8"  # None: not known yet
        self._count = 0  # of lines that weren't UTF-8
        self._untold = False

    def decide(self, text: str) -> None:
        """Take note of what was UTF-8."""
        if self._encoding is None and not text.isascii():
            self._encoding = "utf-8"

    def lines(self, number: int, raws: list[bytes]) -> Iterator[Line | Problem]:
        """Yield lines that aren't all UTF-8, numbered from `number` on, as text, or why they are none."""
        if self._encoding is None:
            self._encoding = self._found(raws)
        for here, raw in enumerate(raws, number):
            yield self._line(here, raw, self._encoding)

    def remarks(self) -> Iterator[str]:
        """Yield what to say of how the lines were read."""
        if self._count and self._encoding:
            said = ", as the file says" if self._declared else ""
            yield f"not UTF-8: {self._count:,} lines read as {shown(self._encoding)}{said}"
        if self._untold:
            yield "not UTF-8, and in which encoding can't be told surely; save the file as UTF-8"

    def _found(self, raws: list[bytes]) -> str:
        beyond = [raw for raw in raws if not raw.isascii()]
        if 2 * sum(map(_is_utf8, beyond)) >= len(beyond):
            self._declared = None
            return "utf-8"
        encoding = self._declared or told(beyond, mac=self._mac)
        self._untold = encoding is None
        return encoding or "utf-8"

    def _line(self, number: int, raw: bytes, encoding: str) -> Line | Problem:
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            if encoding not in MANY_BYTES or text.isascii():
                return Line(number, text.rstrip("\r"))
        except UnicodeDecodeError as error:
            if encoding == "utf-8":
                return Problem(number, f"not UTF-8 text (byte 0x{raw[error.start]:02x} at column {error.start + 1})")
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            reason = f"neither UTF-8 nor {shown(encoding)} (byte 0x{raw[error.start]:02x} at column {error.start + 1})"
            return Problem(number, reason)
        self._count += 1
        return Line(number, text.rstrip("\r"))


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


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
