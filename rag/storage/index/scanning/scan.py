"""All vectors of a library as one search sees them: those of the mapped file, and those written since then in memory.

A scan never changes: whoever writes puts another in its place, and searches go on with the one that they have. It is
exact. Of many vectors the 8 bits are looked through first; since it is known how far these can be off, every paper that
may be among the best is compared by what is kept of it.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from rag.storage.index import exact
from rag.storage.index.exact import Allowed, ChunkVectors, Ids, as_ids, grouped, widened
from rag.storage.index.scanning.mapped_file import Base
from rag.utils.arrays import Matrix, Vector, unit

BLOCK = 1_024  # rows that are made 32-bit numbers at once: they stay in the processor's cache
FEW = 64  # where fewer than one in so many may be found, each of these is compared by what is kept
SAMPLED = 64  # of so many papers one tells about where the best begin
NOWHERE = -2.0  # below every cosine


class ScanDamagedError(Exception):
    """The file that is mapped into memory is not what was written; it is to be made anew."""


class Scan(NamedTuple):
    """The file's vectors but for the papers `changed` since (ascending ids), and what there is of these now."""

    base: Base | None
    changed: Ids
    fresh: ChunkVectors

    @classmethod
    def of(cls, base: Base | None, changed: Iterable[int], found: Mapping[int, Matrix]) -> Self:
        """Return a scan of a file of which papers changed; `found`: the vectors of those that are still there."""
        return cls(base, np.array(sorted(changed), np.int64), _chunk_vectors(found))

    @classmethod
    def of_all(cls, vectors: ChunkVectors) -> Self:
        """Return a scan of vectors that are all in memory."""
        return cls(None, np.empty(0, np.int64), vectors)

    def after(self, changed: Collection[int], found: Mapping[int, Matrix]) -> Self:
        """Return the scan after some papers changed; `found`: the vectors of those that are still there."""
        gone = as_ids(changed)
        owners = _owners(self.fresh)
        stays = ~np.isin(owners, gone)
        more = _chunk_vectors(found, as_kept=self.fresh.matrix.dtype == np.float16)
        ids = np.concatenate([owners[stays], _owners(more)])
        parts: list[Any] = [part for part in (self.fresh.matrix[stays], more.matrix) if len(part)]
        fresh = grouped(ids, np.concatenate(parts) if parts else more.matrix)
        return self._replace(changed=np.union1d(self.changed, gone), fresh=fresh)

    @property
    def rows(self) -> int:
        """About how many chunks there are."""
        return len(self.fresh.matrix) + (len(self.base.codes) if self.base else 0)

    @property
    def dimension(self) -> int | None:
        """The length of the vectors; None when there are none."""
        if self.base is not None:
            return int(self.base.codes.shape[1])
        return int(self.fresh.matrix.shape[1]) if len(self.fresh.matrix) else None

    def nearest(self, vector: Vector, limit: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """Return (paper id, cosine) of the `limit` papers nearest to a vector of their length, best first, ties by id.

        A paper counts with its best chunk; only papers in `allowed` count, all without it. Raises ScanDamagedError when
        the file isn't what was written.
        """
        ids = None if allowed is None else as_ids(allowed)
        found = exact.nearest(self.fresh, vector, limit, ids)
        if self.base is not None and limit > 0:
            barred = _places(self.base, self.changed)
            if ids is None:
                papers, scores = _best(self.base, vector, limit, barred)
            else:
                places = _places(self.base, ids)
                if len(barred):
                    places = places[~np.isin(places, barred, assume_unique=True)]
                if len(places) * FEW < len(self.base.papers):
                    papers, scores = self.base.papers[places], _compared(self.base, vector, places)
                else:
                    others = np.ones(len(self.base.papers), bool)
                    others[places] = False
                    papers, scores = _best(self.base, vector, limit, others)
            order = np.lexsort((papers, -scores))[:limit]
            found += zip(papers[order].tolist(), scores[order].tolist(), strict=True)
        return sorted(found, key=lambda one: (-one[1], one[0]))[:limit]


def _best(base: Base, vector: Vector, limit: int, barred: NDArray[np.bool_] | Ids) -> tuple[Ids, Vector]:
    """Return the papers that may be among the best, and their cosines; those in `barred` (a mask, or places) can't."""
    about = _looked_through(base, vector)
    if len(base.starts) < len(about):
        about = np.maximum.reduceat(about, base.starts)
    about[barred] = NOWHERE
    off = base.error * float(np.linalg.norm(vector))
    least = _least(about, limit) - 2 * off
    places = np.flatnonzero(about >= max(least, NOWHERE / 2))
    scores = _compared(base, vector, places)
    if len(places) and not np.abs(scores - about[places]).max() <= off:
        raise ScanDamagedError
    return base.papers[places], scores


def _looked_through(base: Base, vector: Vector) -> Vector:
    """Return what the codes tell of the cosines of all rows."""
    about = np.empty(len(base.codes), np.float32)
    wide = np.empty((BLOCK, base.codes.shape[1]), np.float32)
    for start in range(0, len(about), BLOCK):
        codes = base.codes[start : start + BLOCK]
        rows = wide[: len(codes)]
        np.copyto(rows, codes)
        np.dot(rows, vector, out=about[start : start + BLOCK])
    about *= base.scales
    return about


def _least(about: Vector, limit: int) -> float:
    """Return the `limit`-th best, or less."""
    if limit >= len(about):
        return NOWHERE
    sample = about[::SAMPLED]
    rank = 4 * (limit // SAMPLED + 2)  # so that there are more above it than are wanted, whatever chance does
    if rank < len(sample):
        above = about[about >= np.partition(sample, -rank)[-rank]]
        if len(above) >= limit:
            about = above
    return float(np.partition(about, -limit)[-limit])


def _compared(base: Base, vector: Vector, places: Ids) -> Vector:
    """Return the cosines of the papers at some places, by what is kept of them. Raises ScanDamagedError."""
    if not len(places):
        return np.empty(0, np.float32)
    ends = np.append(base.starts[1:], len(base.codes))
    chunks = ends[places] - base.starts[places]
    first = np.cumsum(chunks) - chunks
    rows = np.repeat(base.starts[places] - first, chunks) + np.arange(chunks.sum())
    found = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), BLOCK):
        some = rows[start : start + BLOCK]
        found[start : start + BLOCK] = widened(base.numbers[some]) @ vector / base.lengths[some]
    if not np.abs(found).max() <= (1 + 1e-3) * max(float(np.linalg.norm(vector)), 1e-3):
        raise ScanDamagedError
    return np.maximum.reduceat(found, first)


def _places(base: Base, ids: Ids) -> Ids:
    """Return where in the file those of some papers stand that are in it."""
    first, last = base.papers[0], base.papers[-1]
    if last - first == len(base.papers) - 1:  # no id is missing
        there: Ids = ids[(ids >= first) & (ids <= last)] - first
        return there
    places = np.searchsorted(base.papers, ids)
    places = places[places < len(base.papers)] if len(places) else places
    inside: Ids = places[base.papers[places] == ids[: len(places)]]
    return inside


def _owners(vectors: ChunkVectors) -> Ids:
    """Return the paper of each row."""
    return np.repeat(vectors.papers, np.diff(np.append(vectors.starts, len(vectors.matrix))))


def _chunk_vectors(found: Mapping[int, Matrix], *, as_kept: bool = False) -> ChunkVectors:
    """Return vectors by paper, of length 1; or as they are kept."""
    ids = sorted(found)
    owners = np.repeat(np.array(ids, np.int64), [len(found[paper_id]) for paper_id in ids])
    matrix = np.concatenate([found[paper_id] for paper_id in ids]) if ids else np.empty((0, 0), np.float32)
    return grouped(owners, matrix.astype(np.float16) if as_kept else unit(matrix))
