"""Postings as bytes: the papers that hold a stem, and how often each does.

In a block, 65,536 papers, a paper is two bytes, elsewhere eight; how often takes one, two or four bytes, as the most of
the row needs. All are little-endian. The stem that no word has, "", is held by every paper, once more often than the
paper has words: so lengths are kept and changed as postings are.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 65_536  # papers in a block
LENGTHS = ""
PLACE, PAPER = np.dtype("<u2"), np.dtype("<i8")
Kind = np.dtype[np.uint16] | np.dtype[np.int64]
WIDTHS = (np.dtype("u1"), np.dtype("<u2"), np.dtype("<u4"))  # of how often


class Postings(NamedTuple):
    """Papers, or their places in a block, and how often each holds a stem; 0: it no longer does."""

    papers: NDArray[np.int64]
    counts: NDArray[np.int64]


NOTHING = Postings(np.empty(0, np.int64), np.empty(0, np.int64))


def packed(postings: Postings, kind: Kind) -> bytes:
    """Return postings as bytes, their papers as numbers of a kind: PLACE or PAPER."""
    most = int(postings.counts.max(initial=0))
    width = next(width for width in WIDTHS if most <= np.iinfo(width).max)
    return postings.papers.astype(kind).tobytes() + postings.counts.astype(width).tobytes()


def unpacked(number: int, data: bytes, kind: Kind) -> Postings:
    """Return `number` postings as they were packed. Raises ValueError for bytes that are no such postings."""
    size = number * kind.itemsize
    widths = [width for width in WIDTHS if len(data) == size + number * width.itemsize]
    if number < 1 or not widths:
        msg = f"{len(data)} bytes are not {number} postings"
        raise ValueError(msg)
    return Postings(np.frombuffer(data, kind, number), np.frombuffer(data, widths[0], number, size))


def latest(postings: Postings) -> Postings:
    """Return the last of the postings of each paper, by paper."""
    if not len(postings.papers) or (np.diff(postings.papers) > 0).all():
        return postings
    papers, last = np.unique(postings.papers[::-1], return_index=True)
    return Postings(papers, postings.counts[::-1][last])


def joined(parts: list[Postings]) -> Postings:
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
