"""The members of a zip archive, in the order in which they stand, in one pass.

Each member's own header is read, not the directory at the archive's end: so an archive that was cut short keeps what
came before, standard input needs no second look, members can't overlap, and no directory fills the memory.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from rag.readers.inputs.streams import HEAD_BYTES, Readable, UnreadableError

MEMBER, DESCRIPTOR = b"PK\3\4", b"PK\7\x08"
BEYOND_MEMBERS = (b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\x08")  # the directory, its end, and what may stand before it
HEADER = struct.Struct("<5H3I2H")
ENCRYPTED, DESCRIBED, UTF8 = 0x1, 0x8, 0x800
STORED, DEFLATED = 0, 8
UNKNOWN = 0xFFFFFFFF  # a size that didn't fit, and stands in the extra field
CUT = "the archive is cut short"
DAMAGED = "the archive is damaged"


class Header(NamedTuple):
    """What stands before a member. `packed` is its size in the archive, None when only its end tells it."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int | None

    @property
    def refusal(self) -> str | None:
        """Why such a member can't be read; None when it can."""
        if self.flags & ENCRYPTED:
            why = "is encrypted; unpack it with its password first"
        elif self.method not in (STORED, DEFLATED):
            why = f"is packed in a way that is not known here (method {self.method}); unpack it first"
        elif self.method == STORED and self.packed is None:
            why = "has an unknown size; unpack it first"
        else:
            return None
        return why if self.packed is not None else f"{why} (and nothing behind it can be reached)"


class Tape:
    """The bytes of an archive in order; what was read too far is put back."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._back = b""
        self.taken = 0

    def some(self, most: int = HEAD_BYTES) -> bytes:
        """Return the next bytes, at most so many; empty at the end. Raises OSError or UnreadableError."""
        found = self._back or self._file.read(most)
        self._back = found[most:]
        self.taken += len(found[:most])
        return found[:most]

    def upto(self, count: int) -> bytes:
        """Return so many bytes, or fewer at the end."""
        found = b""
        while len(found) < count and (more := self.some(count - len(found))):
            found += more
        return found

    def exactly(self, count: int) -> bytes:
        """Return so many bytes. Raises UnreadableError when the archive ends before."""
        found = self.upto(count)
        if len(found) < count:
            raise UnreadableError(CUT)
        return found

    def put_back(self, read: bytes) -> None:
        """Let these bytes, read last, be read again."""
        self._back = read + self._back
        self.taken -= len(read)


class Member:
    """What is in one member, unpacked as it is read."""

    def __init__(self, tape: Tape, header: Header) -> None:
        self.header = header
        self._tape = tape
        self._left = header.packed
        self._begun = tape.taken
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        self._crc = 0
        self._ended = False
        self.broken = False

    @property
    def consumed(self) -> int:
        """How many bytes of the archive have been read for it."""
        return self._tape.taken - self._begun

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, empty at the end. Raises UnreadableError where the archive is cut or damaged."""
        if self._ended:
            return b""
        self.broken = True
        try:
            found = self._stored(size) if self.header.method == STORED else self._inflated(size)
        except zlib.error as error:
            raise UnreadableError(DAMAGED) from error
        self._crc = zlib.crc32(found, self._crc)
        if self._ended:
            self._finish()
        self.broken = False
        return found

    def skip(self) -> None:
        """Go on to where the next member begins. Raises UnreadableError when that can't be told."""
        if self._left is None:
            while self.read(HEAD_BYTES):
                pass
        while self._left:
            if not self._packed():
                raise UnreadableError(CUT)
        if not self._ended and self.header.flags & DESCRIBED:
            self._described()
        self._ended = True

    def _packed(self, most: int = HEAD_BYTES) -> bytes:
        """Return the next bytes of the archive that are the member's."""
        found = self._tape.some(most if self._left is None else min(most, self._left))
        if self._left is not None:
            self._left -= len(found)
        return found

    def _stored(self, size: int) -> bytes:
        found = self._packed(size)
        if not found and self._left:
            raise UnreadableError(CUT)
        self._ended = not self._left
        return found

    def _inflated(self, size: int) -> bytes:
        while True:
            packed = self._inflater.unconsumed_tail or self._packed()
            found = self._inflater.decompress(packed, size)
            self._ended = self._inflater.eof
            if found or self._ended:
                return found
            if not packed:
                raise UnreadableError(DAMAGED if self._left == 0 else CUT)

    def _finish(self) -> None:
        """Leave the archive after the member. Raises UnreadableError when its bytes aren't those that were packed."""
        unused = self._inflater.unused_data
        self._tape.put_back(unused)
        if self._left is not None:
            self._left += len(unused)
            while self._left and self._packed():
                pass
        crc = self._described() if self.header.flags & DESCRIBED else self.header.crc
        if crc != self._crc:
            raise UnreadableError(DAMAGED)

    def _described(self) -> int:
        """Read what stands after a member whose header couldn't know its size; return its checksum."""
        found = self._tape.upto(24)
        start = len(DESCRIPTOR) if found.startswith(DESCRIPTOR) else 0
        # Two sizes follow the checksum, of four bytes each or of eight; what comes after them begins with PK.
        end = start + (12 if found[start + 12 :].startswith(b"PK") else 20)
        self._tape.put_back(found[end:])
        return int.from_bytes(found[start : start + 4], "little")


def zip_members(file: Readable) -> Iterator[Member]:
    """Yield each member, to be read before the next is asked for.

    Raises UnreadableError where the archive is cut or damaged so that no more members can be found, and OSError.
    """
    tape = Tape(file)
    while (signature := tape.upto(len(MEMBER))) == MEMBER:
        member = Member(tape, _header(tape))
        yield member
        if member.header.refusal and member.header.packed is None:
            return
        try:
            member.skip()
        except UnreadableError:
            if member.broken:
                return  # whoever read it was told
            raise
    if not signature.startswith(BEYOND_MEMBERS):
        raise UnreadableError(DAMAGED if len(signature) == len(MEMBER) else CUT)


def _header(tape: Tape) -> Header:
    _, flags, method, _, _, crc, packed, size, name, extra = HEADER.unpack(tape.exactly(HEADER.size))
    raw, extras = tape.exactly(name), tape.exactly(extra)
    if packed == UNKNOWN:
        packed = _long_size(extras, place=8 if size == UNKNOWN else 0)
    known = packed if packed or not flags & DESCRIBED else None
    return Header(raw.decode("utf-8" if flags & UTF8 else "cp437", "replace"), flags, method, crc, known)


def _long_size(extras: bytes, place: int) -> int:
    """Return the size of a member of more than 4 GB, which stands at a place of the field with the number 1."""
    while len(extras) >= 4:
        field, length = struct.unpack_from("<2H", extras)
        if field == 1 and length >= place + 8:
            return int.from_bytes(extras[4 + place : 12 + place], "little")
        extras = extras[4 + length :]
    raise UnreadableError(DAMAGED)
