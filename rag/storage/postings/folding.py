"""Fresh postings put into the blocks that they fall in, a few hundred stems at a time, all these as one array.

A row of SQL costs microseconds, and so would a NumPy call: most stems are in a paper or two, so rows are cut out of
the bytes of all.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.storage.catalog.database import Database
from rag.storage.postings.packing import BLOCK, PAPER, PLACE, Kind, gathered, packed_rows
from rag.storage.postings.reading import unreadable
from rag.utils.batching import batched

STEMS = 500  # folded at once
PUT = """
    INSERT INTO postings (stem, block, n, entries) VALUES (?, ?, ?, ?)
    ON CONFLICT (stem, block) DO UPDATE SET n = excluded.n, entries = excluded.entries
"""


class Many(NamedTuple):
    """Postings of several stems, as columns: the number of the stem, the paper, how often it holds it."""

    stems: NDArray[np.int64]
    papers: NDArray[np.int64]
    counts: NDArray[np.int64]


def fold(database: Database) -> None:
    """Put all fresh postings into blocks, inside a transaction. Raises LibraryDamagedError."""
    # Looked up once: a server looks through all rows for it, also through those that were deleted lately.
    stems = [row[0] for row in database.all("SELECT DISTINCT stem FROM fresh_postings ORDER BY stem")]
    for some in batched(stems, STEMS):
        _fold(database, some)
    database.run("DELETE FROM fresh_postings")
    database.run("UPDATE state SET value = 0 WHERE name = 'fresh_texts'")


def _fold(database: Database, stems: list[str]) -> None:
    """Put the fresh postings of some stems, sorted, into blocks."""
    number_of = {stem: number for number, stem in enumerate(stems)}
    marks = ",".join("?" * len(stems))
    sql = f"SELECT stem, part, n, entries FROM fresh_postings WHERE stem IN ({marks}) ORDER BY stem, part"
    try:
        fresh = _many(database.all(sql, *stems), number_of, PAPER)
        blocks = np.unique(fresh.papers // BLOCK).tolist()
        sql = f"SELECT stem, block, n, entries FROM postings WHERE stem IN ({marks}) AND block IN ({_listed(blocks)})"
        before = database.all(sql, *stems)
        there = _many(before, number_of, PLACE)
    except ValueError as error:
        raise unreadable(database, error) from error
    now = _held(Many(*(np.concatenate(columns) for columns in zip(there, fresh, strict=True))))
    rows = packed_rows(now.stems, now.papers, now.counts)
    database.run_many(PUT, ((stems[stem], *row) for stem, *row in rows))
    left = {(stems[stem], block) for stem, block, *_ in rows}
    gone = [(stem, block) for stem, block, *_ in before if (stem, block) not in left]
    database.run_many("DELETE FROM postings WHERE stem = ? AND block = ?", gone)


def _many(rows: Sequence[tuple[str, int, int, bytes]], number_of: dict[str, int], kind: Kind) -> Many:
    """Return the postings of rows (stem, block or part, postings, bytes), in their order."""
    sizes = np.array([number for _, _, number, _ in rows], np.int64)
    papers, counts = gathered([(number, entries) for _, _, number, entries in rows], kind)
    if kind == PLACE:
        papers = papers + np.repeat(np.array([block for _, block, _, _ in rows], np.int64) * BLOCK, sizes)
    stems = np.repeat(np.array([number_of[stem] for stem, *_ in rows], np.int64), sizes)
    return Many(stems, papers, counts)


def _held(many: Many) -> Many:
    """Return the last posting of each stem and paper, where it is still held, by stem and paper."""
    order = np.lexsort((many.papers, many.stems))  # stable: what came last stays last
    stems, papers, counts = (column[order] for column in many)
    last = np.ones(len(order), np.bool_)
    last[:-1] = (stems[1:] != stems[:-1]) | (papers[1:] != papers[:-1])
    last &= counts > 0
    return Many(stems[last], papers[last], counts[last])


def _listed(blocks: Sequence[int]) -> str:
    return ",".join(map(str, blocks))
