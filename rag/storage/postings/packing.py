"""Postings as bytes: the papers that hold a stem, and how often each does.

In a block, 65,536 papers, a paper is two bytes, elsewhere eight; how often takes one, two or four bytes, as the most of
the row needs. All are little-endian. The stem that no word has, "", is held by every paper, once more often than the
paper has words: so lengths are kept and changed as postings are.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 65_536  # papers in a block
LENGTHS = ""
PLACE, PAPER = np.dtype("<u2"), np.dtype("<i8")
Kind = np.dtype[np.uint16] | np.dtype[np.int64]
WIDTHS = (np.dtype("u1"), np.dtype("<u2"), np.dtype("<u4"))  # of how often
BYTE, SIGNS = 255, {1: "B", 2: "H", 4: "I"}  # the most that a byte holds; a width's sign for struct


class Postings(NamedTuple):
    """Papers, or their places in a block, and how often each holds a stem; 0: it no longer does."""

    papers: NDArray[np.int64]
    counts: NDArray[np.int64]


NOTHING = Postings(np.empty(0, np.int64), np.empty(0, np.int64))


def packed(papers: Sequence[int], counts: Sequence[int]) -> bytes:
    """Return postings as bytes, their papers as PAPER."""
    sign = SIGNS[_width(max(counts)).itemsize]
    return struct.pack(f"<{len(papers)}q{len(counts)}{sign}", *papers, *counts)


def packed_rows(
    stems: NDArray[np.int64], papers: NDArray[np.int64], counts: NDArray[np.int64]
) -> list[tuple[int, int, int, bytes]]:
    """Return a row (stem, block, postings, bytes) a stem and block, of postings by stem and paper."""
    if not len(papers):
        return []
    blocks = papers // BLOCK
    starts = np.flatnonzero(np.r_[True, (stems[1:] != stems[:-1]) | (blocks[1:] != blocks[:-1])])
    widths = [_width(most) for most in np.maximum.reduceat(counts, starts).tolist()]
    places, bytewise = (papers % BLOCK).astype(PLACE).tobytes(), counts.astype(WIDTHS[0]).tobytes()
    first, size, rows = starts.tolist(), PLACE.itemsize, []
    keys = zip(stems[starts].tolist(), blocks[starts].tolist(), widths, first, [*first[1:], len(papers)], strict=True)
    for stem, block, width, start, end in keys:
        often = bytewise[start:end] if width.itemsize == 1 else counts[start:end].astype(width).tobytes()
        rows.append((stem, block, end - start, places[start * size : end * size] + often))
    return rows


def unpacked(number: int, data: bytes, kind: Kind) -> Postings:
    """Return `number` postings as they were packed. Raises ValueError for bytes that are no such postings."""
    size = number * kind.itemsize
    width = (len(data) - size) // number if number > 0 else 0
    if width not in SIGNS or len(data) != size + number * width:
        msg = f"{len(data)} bytes are not {number} postings"
        raise ValueError(msg)
    return Postings(np.frombuffer(data, kind, number), np.frombuffer(data, f"<u{width}", number, size))


def gathered(rows: Sequence[tuple[int, bytes]], kind: Kind) -> Postings:
    """Return the postings of rows one behind the other. Raises ValueError for bytes that are no postings."""
    size = kind.itemsize
    if all(len(data) == number * (size + 1) and number > 0 for number, data in rows):
        papers = b"".join([data[: number * size] for number, data in rows])
        counts = b"".join([data[number * size :] for number, data in rows])
        return Postings(np.frombuffer(papers, kind).astype(np.int64), np.frombuffer(counts, WIDTHS[0]).astype(np.int64))
    papers_, counts_ = joined([unpacked(number, data, kind) for number, data in rows])
    return Postings(papers_.astype(np.int64), counts_.astype(np.int64))


def latest(postings: Postings) -> Postings:
    """Return the last of the postings of each paper, by paper."""
    if not len(postings.papers) or (np.diff(postings.papers) > 0).all():
        return postings
    papers, last = np.unique(postings.papers[::-1], return_index=True)
    return Postings(papers, postings.counts[::-1][last])


def joined(parts: Sequence[Postings]) -> Postings:
    """Return postings one behind the other."""
    if len(parts) == 1:
        return parts[0]
    return Postings(np.concatenate([part.papers for part in parts]), np.concatenate([part.counts for part in parts]))


def changed(before: Postings, changes: Postings) -> Postings:
    """Return postings after changes (`latest`), by paper; what is held no longer is left out."""
    held = changes.counts > 0
    new = Postings(changes.papers[held], changes.counts[held])
    if not len(before.papers):
        return new
    if before.papers[-1] < changes.papers[0]:  # as papers come in
        return joined([before, new])
    there = np.isin(before.papers, changes.papers, assume_unique=True, invert=True)
    papers, counts = joined([Postings(before.papers[there], before.counts[there]), new])
    order = np.argsort(papers, kind="stable")
    return Postings(papers[order], counts[order])


def _width(most: int) -> np.dtype[np.unsignedinteger]:
    return WIDTHS[0] if most <= BYTE else next(width for width in WIDTHS if most <= np.iinfo(width).max)
