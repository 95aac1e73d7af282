"""Postings kept up with the papers: what changed is noted by triggers, put into fresh rows, and folded into blocks.

`catch_up` runs at the end of each transaction, inside it: the full text is never of another moment than the papers.
A change costs the rows of its own words; when changes are many, one transaction folds them all into the blocks that
they fall in, a few hundred stems at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from rag.storage.catalog.database import Database
from rag.storage.postings.folding import STEMS, fold
from rag.storage.postings.packing import LENGTHS, PAPER, Postings, packed, unpacked
from rag.storage.postings.reading import unreadable
from rag.storage.postings.stemming import stemmer
from rag.utils.batching import batched

BATCH = 2_048  # papers whose texts are read at once
PART = 256  # changed papers that share their rows
FOLDED = 8_192  # changed papers from which on they are folded; in a small library, half as many as it has
SHARE = 2

PUT_FRESH = """
    INSERT INTO fresh_postings (stem, part, n, more, entries) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (stem, part) DO UPDATE SET n = excluded.n, more = excluded.more, entries = excluded.entries
"""
SET_FRESH = "UPDATE state SET value = ? WHERE name = 'fresh_texts'"
CHANGED = "UPDATE state SET value = value + 1 WHERE name = 'texts'"

ALL = "1 = 1"
NONE: Counter[str] = Counter()
Texts = tuple[str, str]  # a title and an abstract
Changes = list[int]  # a paper, how often it holds a stem from now on, papers more that do; and so on: tuples cost more


def behind(database: Database, which: str = ALL) -> bool:
    """Tell whether papers changed that the postings don't know of yet."""
    return bool(database.all(f"SELECT 1 FROM stale_texts WHERE {which} LIMIT 1"))


def catch_up(database: Database, which: str = ALL, *, most: int | None = None) -> None:
    """Put all papers that changed, or the first `most` of them, into the postings, inside a transaction.

    `which` selects those of `stale_texts` that are taken in now. Raises LibraryDamagedError.
    """
    left = most
    while left is None or left > 0:
        old = _stale(database, which, BATCH if left is None else min(left, BATCH))
        if not old:
            return
        now = _texts(database, which, old)
        different = [paper_id for paper_id in old if old[paper_id] != now.get(paper_id)]
        if different:
            _put(database, _changes({i: old[i] for i in different}, now), len(different))
        ids = sorted(old)
        database.run(f"DELETE FROM stale_texts WHERE {which} AND paper_id BETWEEN ? AND ?", ids[0], ids[-1])
        left = None if left is None else left - len(old)


def _stale(database: Database, which: str, most: int) -> dict[int, Texts | None]:
    """Return what the postings hold of papers that changed, by id; None of those that are new."""
    sql = f"SELECT paper_id, title, abstract FROM stale_texts WHERE {which} ORDER BY paper_id LIMIT ?"
    rows = database.all(sql, most)
    return {paper_id: None if title is None else (title, abstract) for paper_id, title, abstract in rows}


def _texts(database: Database, which: str, paper_ids: Iterable[int]) -> dict[int, Texts]:
    wanted = sorted(paper_ids)
    rows = database.all(
        "SELECT papers.paper_id, papers.title, papers.abstract FROM papers JOIN stale_texts USING (paper_id) "
        f"WHERE {which} AND papers.paper_id BETWEEN ? AND ?", wanted[0], wanted[-1],
    )  # fmt: skip
    return {paper_id: (title, abstract) for paper_id, title, abstract in rows}


def _changes(old: Mapping[int, Texts | None], now: Mapping[int, Texts]) -> dict[str, Changes]:
    """Return what changes by stem."""
    found: defaultdict[str, Changes] = defaultdict(list)
    before = {paper_id: texts for paper_id, texts in old.items() if texts is not None}
    there = {paper_id: now[paper_id] for paper_id in old if paper_id in now}
    had = dict(zip(before, stemmer().counted(before.values()), strict=True))
    has = dict(zip(there, stemmer().counted(there.values()), strict=True))
    for paper_id in old:
        counts, gone = has.get(paper_id, NONE), had.get(paper_id, NONE)
        for stem, often in counts.items():
            if stem not in gone:
                found[stem] += paper_id, often, 1
            elif often != gone[stem]:
                found[stem] += paper_id, often, 0
        for stem in gone:
            if stem not in counts:
                found[stem] += paper_id, 0, -1
    return found


def _put(database: Database, changes: Mapping[str, Changes], papers: int) -> None:
    """Write changes of so many papers as fresh rows, and fold them when they are many."""
    done = int(database.one("SELECT value FROM state WHERE name = 'fresh_texts'"))
    part = done // PART + 1
    there = _part(database, part, sorted(changes)) if done % PART else {}
    rows = []
    for stem, some in changes.items():
        ids, often, more = some[::3], some[1::3], sum(some[2::3])
        if stem in there:
            before, more_before = there[stem]
            ids, often = before.papers.tolist() + ids, before.counts.tolist() + often
            more += more_before
        rows.append((stem, part, len(ids), more, packed(ids, often)))
    database.run_many(PUT_FRESH, sorted(rows))
    database.run(SET_FRESH, done + papers)
    database.run(CHANGED)
    if done + papers >= PART and (done + papers) * SHARE >= min(FOLDED * SHARE, _papers(database)):
        fold(database)


def _part(database: Database, part: int, stems: list[str]) -> dict[str, tuple[Postings, int]]:
    """Return the postings of stems in a part of what is fresh, with the papers more that hold them."""
    found = {}
    for some in batched(stems, STEMS):
        marks = ",".join("?" * len(some))
        sql = f"SELECT stem, n, more, entries FROM fresh_postings WHERE part = ? AND stem IN ({marks})"
        for stem, number, more, entries in database.all(sql, part, *some):
            try:
                found[stem] = unpacked(number, entries, PAPER), int(more)
            except ValueError as error:
                raise unreadable(database, error) from error
    return found


def _papers(database: Database) -> int:
    """Return how many papers the blocks hold."""
    [(papers,)] = database.all("SELECT sum(n) FROM postings WHERE stem = ?", LENGTHS)
    return int(papers or 0)


def renew(database: Database) -> None:
    """Make all postings anew from the papers, inside a transaction."""
    for sql in (
        "DELETE FROM postings",
        "DELETE FROM fresh_postings",
        "DELETE FROM stale_texts",
        "INSERT INTO stale_texts (paper_id) SELECT paper_id FROM papers",
    ):
        database.run(sql)
    database.run(SET_FRESH, 0)
    database.run(CHANGED)
    catch_up(database)
