"""Whether postings are those of the papers: both sides summed up to one number, in bounded memory."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamagedError
from rag.storage.catalog.database import Database
from rag.storage.postings.packing import BLOCK, LENGTHS, Postings
from rag.storage.postings.reading import read
from rag.storage.postings.stemming import stemmer

PAGE = 500  # stems, or papers, read at once
TRIES = 3  # while somebody else writes
TEXTS = """
    SELECT paper_id, title, abstract FROM papers
        WHERE paper_id > ? AND paper_id NOT IN (SELECT paper_id FROM stale_texts)
    UNION ALL SELECT paper_id, title, abstract FROM stale_texts WHERE paper_id > ? AND title IS NOT NULL
    ORDER BY paper_id LIMIT ?
"""  # as they are, or as they were when they were last taken into the postings
STEMS = """
    SELECT stem FROM postings WHERE stem > ? UNION SELECT stem FROM fresh_postings WHERE stem > ?
    ORDER BY stem LIMIT ?
"""
ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0xFF51AFD7ED558CCD))


def damage(database: Database) -> list[str]:
    """Return what is wrong with the postings; nothing when they are those of the papers. Raises StorageError."""
    with suppress(LibraryDamagedError):
        for _ in range(TRIES):
            before = read(database, []).generation
            same = _of_postings(database) == _of_texts(database)
            if same or read(database, []).generation == before:
                return [] if same else ["its full text is not that of its papers"]
        return []  # whoever keeps writing would have to be waited for
    return ["its full text can't be read"]


def _of_postings(database: Database) -> int:
    """Return the sum of all postings, each once, and of their number as the rows tell it."""
    total, after = 0, ""
    stems = [LENGTHS]
    while stems:
        for stem, term in read(database, stems).terms.items():
            for block, postings in term.blocks.items():
                total += _sum(stem, Postings(postings.papers.astype(np.int64) + block * BLOCK, postings.counts))
            total += term.frequency
        stems = [row[0] for row in database.all(STEMS, after, after, PAGE)]
        after = stems[-1] if stems else ""
    return total % 2**64


def _of_texts(database: Database) -> int:
    """Return what that sum is to be."""
    total = 0
    for counts in _pages(database):
        by_stem: dict[str, list[tuple[int, int]]] = {}
        for paper_id, counted in counts.items():
            for stem, count in counted.items():
                by_stem.setdefault(stem, []).append((paper_id, count))
        for stem, found in by_stem.items():
            papers, often = np.array(found, np.int64).T
            total += _sum(stem, Postings(papers, often)) + len(found)
    return total % 2**64


def _pages(database: Database) -> Iterator[dict[int, Mapping[str, int]]]:
    after = 0
    while rows := database.all(TEXTS, after, after, PAGE):
        counts = stemmer().counted((title, abstract) for _, title, abstract in rows)
        yield {row[0]: found for row, found in zip(rows, counts, strict=True)}
        after = rows[-1][0]


def _sum(stem: str, postings: Postings) -> int:
    """Return the sum of the fingerprints of a stem's postings."""
    papers, counts = postings.papers.astype(np.uint64), postings.counts.astype(np.uint64)
    mixed: NDArray[np.uint64] = (papers * ODD[0]) ^ (counts * ODD[1]) ^ np.uint64(_fingerprint(stem))
    mixed = (mixed ^ (mixed >> np.uint64(31))) * ODD[2]
    return int((mixed ^ (mixed >> np.uint64(29))).sum(dtype=np.uint64))


@lru_cache(maxsize=50_000)
def _fingerprint(stem: str) -> int:
    data = stem.encode()
    return zlib.crc32(data) << 32 | zlib.adler32(data)
