"""Postings kept up with the papers: what changed is noted by triggers, put into fresh rows, and folded into blocks.

`catch_up` runs at the end of each transaction, inside it: the full text is never of another moment than the papers.
A change costs the rows of its own words; when changes are many, one transaction folds them all into the blocks that
they fall in, a few hundred stems at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from rag.storage.catalog.database import Database
from rag.storage.postings.packing import (
    LENGTHS,
    NOTHING,
    PAPER,
    PLACE,
    Kind,
    Postings,
    changed,
    joined,
    latest,
    packed,
    unpacked,
)
from rag.storage.postings.reading import by_block
from rag.storage.postings.stemming import stemmer

BATCH = 2_048  # papers whose texts are read at once
PART = 256  # changed papers that share their rows
FOLDED = 8_192  # changed papers from which on they are folded; in a small library the FOURTH part of its papers
FOURTH = 4
STEMS = 500  # folded at once

PUT_FRESH = """
    INSERT INTO fresh_postings (stem, part, n, more, entries) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (stem, part) DO UPDATE SET n = excluded.n, more = excluded.more, entries = excluded.entries
"""
PUT_BLOCK = """
    INSERT INTO postings (stem, block, n, entries) VALUES (?, ?, ?, ?)
    ON CONFLICT (stem, block) DO UPDATE SET n = excluded.n, entries = excluded.entries
"""
STATE = "SELECT value FROM state WHERE name = ?"
SET_STATE = "UPDATE state SET value = ? WHERE name = ?"

NONE: Counter[str] = Counter()
Texts = tuple[str, str]  # a title and an abstract


class Change(NamedTuple):
    """What becomes of the posting of a paper: how often it holds the stem from now on, and papers more that do."""

    paper_id: int
    often: int
    more: int


def behind(database: Database) -> bool:
    """Tell whether papers changed that the postings don't know of yet."""
    return bool(database.all("SELECT 1 FROM stale_texts LIMIT 1"))


def catch_up(database: Database, *, most: int | None = None) -> None:
    """Put all papers that changed, or the first `most` of them, into the postings, inside a transaction.

    Raises LibraryDamagedError.
    """
    left = most
    while left is None or left > 0:
        old = _stale(database, BATCH if left is None else min(left, BATCH))
        if not old:
            return
        now = _texts(database, old)
        different = [paper_id for paper_id in old if old[paper_id] != now.get(paper_id)]
        if different:
            _put(database, _changes({i: old[i] for i in different}, now), len(different))
        ids = sorted(old)
        database.run("DELETE FROM stale_texts WHERE paper_id BETWEEN ? AND ?", ids[0], ids[-1])
        left = None if left is None else left - len(old)


def _stale(database: Database, most: int) -> dict[int, Texts | None]:
    """Return what the postings hold of papers that changed, by id; None of those that are new."""
    rows = database.all("SELECT paper_id, title, abstract FROM stale_texts ORDER BY paper_id LIMIT ?", most)
    return {paper_id: None if title is None else (title, abstract) for paper_id, title, abstract in rows}


def _texts(database: Database, paper_ids: Iterable[int]) -> dict[int, Texts]:
    wanted = sorted(paper_ids)
    rows = database.all(
        "SELECT papers.paper_id, papers.title, papers.abstract FROM papers JOIN stale_texts USING (paper_id) "
        "WHERE papers.paper_id BETWEEN ? AND ?", wanted[0], wanted[-1],
    )  # fmt: skip
    return {paper_id: (title, abstract) for paper_id, title, abstract in rows}


def _changes(old: Mapping[int, Texts | None], now: Mapping[int, Texts]) -> dict[str, list[Change]]:
    """Return what changes by stem."""
    found: defaultdict[str, list[Change]] = defaultdict(list)
    before = {paper_id: texts for paper_id, texts in old.items() if texts is not None}
    there = {paper_id: now[paper_id] for paper_id in old if paper_id in now}
    had = dict(zip(before, stemmer().counted(before.values()), strict=True))
    has = dict(zip(there, stemmer().counted(there.values()), strict=True))
    for paper_id in old:
        counts, gone = has.get(paper_id, NONE), had.get(paper_id, NONE)
        for stem, count in counts.items():
            if count != gone.get(stem):
                found[stem].append(Change(paper_id, count, int(stem not in gone)))
        for stem in gone:
            if stem not in counts:
                found[stem].append(Change(paper_id, 0, -1))
    return found


def _put(database: Database, changes: Mapping[str, list[Change]], papers: int) -> None:
    """Write changes of so many papers as fresh rows, and fold them when they are many."""
    done = int(database.one(STATE, "fresh_texts"))
    part = done // PART + 1
    there = _part(database, part, changes) if done % PART else {}
    rows = []
    for stem, some in changes.items():
        new = Postings(np.array([c.paper_id for c in some], np.int64), np.array([c.often for c in some], np.int64))
        before, more = there.get(stem, (NOTHING, 0))
        both = joined([before, new]) if len(before.papers) else new
        rows.append((stem, part, len(both.papers), more + sum(c.more for c in some), packed(both, PAPER)))
    database.run_many(PUT_FRESH, sorted(rows))
    database.run(SET_STATE, done + papers, "fresh_texts")
    database.run("UPDATE state SET value = value + 1 WHERE name = 'texts'")
    if done + papers >= PART and (done + papers) * FOURTH >= min(FOLDED * FOURTH, _papers(database)):
        fold(database)


def _part(database: Database, part: int, stems: Iterable[str]) -> dict[str, tuple[Postings, int]]:
    """Return the postings of stems in a part of what is fresh, with the papers more that hold them."""
    found = {}
    for some in _in_turn(sorted(stems)):
        marks = ",".join("?" * len(some))
        sql = f"SELECT stem, n, more, entries FROM fresh_postings WHERE part = ? AND stem IN ({marks})"
        for stem, number, more, entries in database.all(sql, part, *some):
            found[stem] = _checked(database, number, entries, PAPER), int(more)
    return found


def _papers(database: Database) -> int:
    """Return how many papers the blocks hold."""
    [(papers,)] = database.all("SELECT sum(n) FROM postings WHERE stem = ?", LENGTHS)
    return int(papers or 0)


def fold(database: Database) -> None:
    """Put all fresh postings into blocks, inside a transaction. Raises LibraryDamagedError."""
    after = None
    while True:
        where, values = ("", ()) if after is None else ("WHERE stem > ?", (after,))
        sql = f"SELECT DISTINCT stem FROM fresh_postings {where} ORDER BY stem LIMIT {STEMS}"
        stems = [row[0] for row in database.all(sql, *values)]
        if not stems:
            break
        _fold(database, stems)
        after = stems[-1]
    database.run("DELETE FROM fresh_postings")
    database.run(SET_STATE, 0, "fresh_texts")


def _fold(database: Database, stems: list[str]) -> None:
    marks = ",".join("?" * len(stems))
    parts: defaultdict[str, list[Postings]] = defaultdict(list)
    sql = f"SELECT stem, n, entries FROM fresh_postings WHERE stem IN ({marks}) ORDER BY stem, part"
    for stem, number, entries in database.all(sql, *stems):
        parts[stem].append(_checked(database, number, entries, PAPER))
    changes = {
        (stem, block): postings
        for stem, some in parts.items()
        for block, postings in by_block(latest(joined(some))).items()
    }
    blocks = sorted({block for _, block in changes})
    there = ",".join("?" * len(blocks))
    sql = f"SELECT stem, block, n, entries FROM postings WHERE stem IN ({marks}) AND block IN ({there})"
    before = {
        (stem, block): _checked(database, number, entries, PLACE)
        for stem, block, number, entries in database.all(sql, *stems, *blocks)
        if (stem, block) in changes
    }
    after = {key: changed(before.get(key, NOTHING), some) for key, some in sorted(changes.items())}
    put = ((*key, len(now.papers), packed(now, PLACE)) for key, now in after.items() if len(now.papers))
    database.run_many(PUT_BLOCK, put)
    gone = [key for key, now in after.items() if not len(now.papers) and key in before]
    database.run_many("DELETE FROM postings WHERE stem = ? AND block = ?", gone)


def _checked(database: Database, number: int, data: bytes, kind: Kind) -> Postings:
    try:
        return unpacked(number, data, kind)
    except ValueError as error:
        raise database.damaged(f"its full text: {error}") from error


def _in_turn(stems: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(stems), STEMS):
        yield stems[start : start + STEMS]


def renew(database: Database) -> None:
    """Make all postings anew from the papers, inside a transaction."""
    for sql in (
        "DELETE FROM postings",
        "DELETE FROM fresh_postings",
        "DELETE FROM stale_texts",
        "INSERT INTO stale_texts (paper_id) SELECT paper_id FROM papers",
    ):
        database.run(sql)
    database.run(SET_STATE, 0, "fresh_texts")
    database.run("UPDATE state SET value = value + 1 WHERE name = 'texts'")
    catch_up(database)
