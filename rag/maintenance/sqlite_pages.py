"""Rows read from the pages of an SQLite file without SQLite: for files that it refuses.

Goes through the file page by page and takes every leaf of a table for what it says, whatever of the tree above it is
left (sqlite.org/fileformat2.html). For rag.maintenance.rescue, which tells the rows it wants by their shape, and minds
that rows which were deleted may be among them.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

Value = int | float | str | bytes | None

LEAF = 0x0D
USUAL_PAGE = 4096
FILE_HEADER = 100  # bytes that stand before the first page's own
INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # bytes of an integer by its serial type
LONGEST = 10_000_000  # bytes of a row


def read_rows(path: Path) -> Iterator[tuple[int, list[Value]]]:
    """Yield (rowid, values) of every row that can still be made out; text that isn't UTF-8 has marks in its place."""
    content = path.read_bytes()
    size = _page_size(content)
    for start in range(0, len(content) - size + 1, size):
        head = start + (FILE_HEADER if start == 0 else 0)
        if content[head] != LEAF:
            continue
        [cells] = struct.unpack_from(">H", content, head + 3)
        for number in range(min(cells, (size - 8) // 2)):
            try:
                [place] = struct.unpack_from(">H", content, head + 8 + 2 * number)
                yield _row(content, start, start + place, size)
            except (IndexError, ValueError, struct.error):
                continue  # this row is what was damaged


def _page_size(content: bytes) -> int:
    stated = int.from_bytes(content[16:18], "big")
    stated = 65_536 if stated == 1 else stated
    return stated if stated in {2**power for power in range(9, 17)} else USUAL_PAGE


def _row(content: bytes, page: int, place: int, size: int) -> tuple[int, list[Value]]:
    length, place = _varint(content, place)
    rowid, place = _varint(content, place)
    if not 0 < length <= LONGEST or place > page + size:
        msg = "no row"
        raise ValueError(msg)
    return rowid, _values(_payload(content, place, length, size))


def _payload(content: bytes, place: int, length: int, size: int) -> bytes:
    """Return the bytes of a row, also those on pages of overflow."""
    most = size - 35
    if length <= most:
        return content[place : place + length]
    least = (size - 12) * 32 // 255 - 23
    here = least + (length - least) % (size - 4)
    here = least if here > most else here
    found = [content[place : place + here]]
    rest, [following] = length - here, struct.unpack_from(">I", content, place + here)
    while rest > 0:
        start = (following - 1) * size
        if following < 1:
            msg = "the row breaks off"
            raise ValueError(msg)
        [following] = struct.unpack_from(">I", content, start)
        found.append(content[start + 4 : start + 4 + min(rest, size - 4)])
        rest -= size - 4
    return b"".join(found)


def _values(payload: bytes) -> list[Value]:
    header, place = _varint(payload, 0)
    kinds = []
    while place < header:
        kind, place = _varint(payload, place)
        kinds.append(kind)
    values: list[Value] = []
    for kind in kinds:
        if kind in INTEGERS:
            length = INTEGERS[kind]
        elif kind == 7:
            length = 8
        else:
            length = max(0, (kind - 12) // 2)
        piece = payload[place : place + length]
        if len(piece) < length:
            msg = "the row breaks off"
            raise ValueError(msg)
        values.append(_value(kind, piece))
        place += length
    return values


def _value(kind: int, piece: bytes) -> Value:
    if kind in INTEGERS:
        return int.from_bytes(piece, "big", signed=True)
    if kind in {8, 9}:
        return kind - 8
    if kind == 7:
        return float(struct.unpack(">d", piece)[0])
    if kind < 12:
        return None
    return piece.decode("utf-8", "replace") if kind % 2 else piece


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """Return the number at a place, and the place after it."""
    found = 0
    for length in range(8):
        byte = content[place + length]
        found = found << 7 | byte & 0x7F
        if byte < 0x80:
            return found, place + length + 1
    return found << 8 | content[place + 8], place + 9
