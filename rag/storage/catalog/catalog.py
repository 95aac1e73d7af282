"""The catalog: SQLite, and the truth. Papers, where each came from, and their full text.

Everything else in a library can be made again from it. One writer, many readers (WAL); every write happens inside
`transaction()`. Knows nothing of vectors beyond one bit a paper: `indexed`, whether they are stored.
"""

import json
from collections.abc import Iterable
from typing import Any

from rag.records import Paper, Record
from rag.records.canonical import compose
from rag.records.identity import fingerprint, identifiers, title_keys
from rag.storage.catalog.papers import ReadCatalog
from rag.text.titles import title_key

FILE = "catalog.sqlite3"


class Catalog(ReadCatalog):
    """The papers of one library, to be read and, inside a transaction, changed.

    Safe to share between threads; closed by `close`.
    """

    def insert(self, record: Record) -> int:
        """Store a record as a new paper, not yet to be found, and return its id."""
        paper = compose(0, [record])
        with self._lock:
            cursor = self._connection.execute(
                "INSERT INTO papers (title, abstract, key, authors, year, doi, arxiv_id, url, pubmed_id, title_key) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _values(paper),
            )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def update(self, paper: Paper, *, reindex: bool) -> None:
        """Replace what is stored of a paper; with `reindex` it can't be found until its vectors are stored anew."""
        self.run(
            "UPDATE papers SET title = ?, abstract = ?, key = ?, authors = ?, year = ?, doi = ?, arxiv_id = ?, "
            "url = ?, pubmed_id = ?, title_key = ?, indexed = CASE WHEN ? THEN 0 ELSE indexed END "
            "WHERE paper_id = ?", *_values(paper), reindex, paper.paper_id,
        )  # fmt: skip
        self.changed()

    def add_origin(self, paper_id: int, source: str, record: Record) -> None:
        """Note where a paper came from and under which keys it is looked up."""
        self.run("INSERT OR IGNORE INTO origins VALUES (?, ?, ?)", paper_id, source, record.line)
        with self._lock:
            self._connection.executemany(
                "INSERT OR IGNORE INTO identifiers VALUES (?, ?, ?)",
                [(scope, value, paper_id) for scope, value in _keys(record, source)],
            )

    def drop_origin(self, paper_id: int, source: str, record: Record, left: Iterable[tuple[str, Record]]) -> None:
        """Forget where a record came from and its keys, but for what the records that are left share."""
        others = list(left)
        kept = {key for other_source, other in others for key in _keys(other, other_source)}
        for scope, value in set(_keys(record, source)) - kept:
            self.run("DELETE FROM identifiers WHERE scope = ? AND value = ? AND paper_id = ?", scope, value, paper_id)
        if source not in {other_source for other_source, _ in others}:
            self.run("DELETE FROM origins WHERE paper_id = ? AND source = ?", paper_id, source)

    def absorb(self, paper_id: int, other: int) -> None:
        """Make all that is known of another paper known of this one, and forget the other."""
        for table in ("records", "origins", "identifiers"):
            self.run(f"UPDATE OR IGNORE {table} SET paper_id = ? WHERE paper_id = ?", paper_id, other)
        self.run("DELETE FROM papers WHERE paper_id = ?", other)
        self.changed()

    def mark_indexed(self, paper_ids: Iterable[int]) -> None:
        """Let papers be found: their vectors are stored."""
        with self._lock:
            self._connection.executemany(
                "UPDATE papers SET indexed = 1 WHERE paper_id = ?", [(paper_id,) for paper_id in paper_ids]
            )
        self.changed()

    def remove(self, paper_ids: Iterable[int]) -> list[int]:
        """Forget papers with all that is known of them; return the ids of those that were there."""
        delete = "DELETE FROM papers WHERE paper_id = ?"
        with self._lock:
            gone = [one for one in sorted(set(paper_ids)) if self._connection.execute(delete, (one,)).rowcount]
        self.changed()
        return gone

    def forget_source(self, paper_id: int, source: str) -> None:
        """Forget that a paper came from a source."""
        self.run("DELETE FROM origins WHERE paper_id = ? AND source = ?", paper_id, source)
        self.changed()

    def changed(self) -> None:
        """Tell searchers, in every process, to look again."""
        self.run("UPDATE state SET value = value + 1 WHERE name = 'generation'")


def _keys(record: Record, source: str) -> list[tuple[str, str]]:
    """Return (scope, value) of everything under which a record is looked up."""
    found = {**identifiers(record), **title_keys(record), "print": fingerprint(record)}
    return [*found.items(), *([(source, record.key)] if record.key else [])]


def _values(paper: Paper) -> tuple[Any, ...]:
    authors = json.dumps(paper.authors, ensure_ascii=False)
    return (paper.title, paper.abstract, paper.key, authors, paper.year, paper.doi, paper.arxiv_id, paper.url,
            paper.pubmed_id, title_key(paper.title))  # fmt: skip
