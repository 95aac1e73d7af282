"""All vectors of a library in memory, compared one by one: exact, and for some ten thousand faster than any index.

Pure functions over arrays. Scores are cosines, higher is better.
"""

import zlib
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.utils.arrays import Matrix, Vector, unit

EXACT_LIMIT = 50_000  # chunks that are made 32-bit numbers when they are read: 77 MB of 384 dimensions
BLOCK = 1_024  # rows that are made 32-bit numbers at once: they stay in the processor's cache

NOT_ALLOWED = -2.0  # below every cosine
# Where a 16-bit number's bits stand in one of 32, and what its exponent lacks there.
MOVED, SIGN_AND_NUMBER, EXPONENT = 13, np.int32(~0x70001FFF), np.float32(2.0**112)


Ids = NDArray[np.int64]  # of papers
Allowed = Collection[int] | Ids  # those that may be found
Numbers = NDArray[np.float32] | NDArray[np.float16]  # (n, dimension)


class ChunkVectors(NamedTuple):
    """All vectors in memory: those of `papers[i]` (ascending ids) are the rows of `matrix` from `starts[i]` on.

    More than EXACT_LIMIT rows are of 16-bit numbers, as they are kept; the others have length 1.
    """

    papers: NDArray[np.int64]
    starts: NDArray[np.int64]
    matrix: Numbers


def rounded(vectors: Sequence[Vector]) -> Matrix:
    """Return vectors as they are kept, in 16 bits: so Chroma holds from the start what it would be made anew from."""
    return np.stack(vectors).astype(np.float16).astype(np.float32)


def grouped(owners: NDArray[np.int64], matrix: Numbers) -> ChunkVectors:
    """Return vectors, a row each, by the ids of the papers that they are of; a paper's rows keep their order."""
    order = np.argsort(owners, kind="stable")
    papers, starts = np.unique(owners[order], return_index=True)
    return ChunkVectors(papers, starts, matrix[order])


def as_ids(paper_ids: Allowed) -> Ids:
    """Return ids as an ascending array, each once; an array that is one comes back as it is."""
    if not isinstance(paper_ids, np.ndarray):
        return np.sort(np.fromiter(set(paper_ids), np.int64))
    ascending = not len(paper_ids) or bool((np.diff(paper_ids) > 0).all())
    return paper_ids if ascending else np.unique(paper_ids)


def nearest(
    vectors: ChunkVectors, vector: Vector, limit: int, allowed: Allowed | None = None
) -> list[tuple[int, float]]:
    """Return (paper id, cosine) of the `limit` papers nearest to a vector of their length, best first, ties by id.

    A paper counts with its best chunk; only papers in `allowed` count, all without it.
    """
    if not len(vectors.papers):
        return []
    scores = np.maximum.reduceat(_cosines(vectors.matrix, vector), vectors.starts)
    if allowed is not None:
        scores = np.where(np.isin(vectors.papers, as_ids(allowed), assume_unique=True), scores, NOT_ALLOWED)
    order = np.lexsort((vectors.papers, -scores))[:limit]
    return [(int(vectors.papers[i]), float(scores[i])) for i in order if scores[i] > NOT_ALLOWED]


def by_paper(vectors: ChunkVectors) -> tuple[NDArray[np.int64], Matrix]:
    """Return all paper ids, ascending, and a vector of length 1 for each: the mean of its chunks'."""
    if not len(vectors.papers):
        return vectors.papers, vectors.matrix.astype(np.float32)
    return vectors.papers, unit(np.add.reduceat(vectors.matrix.astype(np.float32, copy=False), vectors.starts))


def checksum(vectors: ChunkVectors) -> int:
    """Return a number that changes with any bit of any vector."""
    return zlib.crc32(vectors.matrix.data, zlib.crc32(vectors.starts.tobytes() + vectors.papers.tobytes()))


def widened(rows: NDArray[Any]) -> Matrix:
    """Return numbers of 16 bits in 32, five times as fast as NumPy does it.

    Their bits are put where those of 32 bits are (sign, exponent and fraction, all moved by three places but the sign),
    and the exponent is put right by a product. Exact for all numbers but infinity and what is none.
    """
    bits = rows.view(np.int16).astype(np.int32)  # fills with copies of the sign
    bits <<= MOVED
    bits &= SIGN_AND_NUMBER
    wide: Matrix = bits.view(np.float32)
    wide *= EXPONENT
    return wide


def _cosines(matrix: Numbers, vector: Vector) -> Vector:
    if matrix.dtype == np.float32:
        return np.asarray(matrix @ vector)
    found = np.empty(len(matrix), np.float32)
    for start in range(0, len(matrix), BLOCK):
        found[start : start + BLOCK] = unit(widened(matrix[start : start + BLOCK])) @ vector
    return found
