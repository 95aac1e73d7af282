"""The postings of stems as they stand in a database: blocks, and what was changed since these were last folded.

All that a query needs is read by one statement, so it is of one moment, whoever writes or folds meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rag.errors import LibraryDamagedError
from rag.storage.catalog.database import Database
from rag.storage.layout import rebuild_command
from rag.storage.postings.packing import BLOCK, NOTHING, PAPER, PLACE, Postings, changed, joined, latest, unpacked

READ = """
    SELECT stem, block, n, n, entries FROM postings WHERE stem IN ({marks})
    UNION ALL SELECT stem, -part, n, more, entries FROM fresh_postings WHERE stem IN ({marks})
    UNION ALL SELECT NULL, value, 0, 0, NULL FROM state WHERE name = 'texts'
"""


class Term(NamedTuple):
    """How many papers hold a stem, and its postings by block, their papers as places in it."""

    frequency: int
    blocks: Mapping[int, Postings]


NOWHERE = Term(0, {})


class Read(NamedTuple):
    """The terms of stems, those that occur, and the generation of the texts that they are of."""

    terms: Mapping[str, Term]
    generation: int


def read(database: Database, stems: Iterable[str]) -> Read:
    """Return the terms of stems. Raises StorageError, LibraryDamagedError."""
    wanted = list(dict.fromkeys(stems))
    rows = database.all(READ.format(marks=",".join("?" * len(wanted))), *wanted, *wanted)
    generation, by_stem = 0, dict[str, list[tuple[int, int, int, bytes]]]()
    for stem, place, number, more, entries in rows:
        if stem is None:
            generation = place
        else:
            by_stem.setdefault(stem, []).append((place, number, more, entries))
    try:
        return Read({stem: _term(parts) for stem, parts in by_stem.items()}, generation)
    except ValueError as error:
        raise unreadable(database, error) from error


def unreadable(database: Database, error: ValueError) -> LibraryDamagedError:
    """Return the error that tells of postings that can't be read, and what to do."""
    msg = f"The full text in {database.place} can't be read ({error}). Make it anew with: "
    return LibraryDamagedError(msg + rebuild_command(database.library))


def _term(parts: Sequence[tuple[int, int, int, bytes]]) -> Term:
    """Return the term of rows (block, or the part of what is fresh below 0; postings; papers more; bytes)."""
    frequency = sum(more for _, _, more, _ in parts)
    blocks = {place: unpacked(number, entries, PLACE) for place, number, _, entries in parts if place >= 0}
    fresh = sorted(((-place, number, entries) for place, number, _, entries in parts if place < 0), key=lambda p: p[0])
    if fresh:
        changes = latest(joined([unpacked(number, entries, PAPER) for _, number, entries in fresh]))
        for block, some in by_block(changes).items():
            blocks[block] = changed(blocks.get(block, NOTHING), some)
    return Term(frequency, {block: postings for block, postings in blocks.items() if len(postings.papers)})


def by_block(postings: Postings) -> dict[int, Postings]:
    """Return postings by block, their papers as places in it; the postings are by paper."""
    if not len(postings.papers):
        return {}
    first = int(postings.papers[0]) // BLOCK
    if first == int(postings.papers[-1]) // BLOCK:
        return {first: Postings(postings.papers - first * BLOCK, postings.counts)}
    numbers, starts = np.unique(postings.papers // BLOCK, return_index=True)
    bounds = [*starts.tolist(), len(postings.papers)]
    return {
        number: Postings(
            postings.papers[bounds[i] : bounds[i + 1]] - number * BLOCK, postings.counts[bounds[i] : bounds[i + 1]]
        )
        for i, number in enumerate(numbers.tolist())
    }
