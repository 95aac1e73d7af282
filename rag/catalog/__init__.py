"""The catalog: SQLite, and the truth. Papers, where each came from, and their full text.

Everything else in a library can be made again from it. One writer, many readers (WAL); every write happens inside
`transaction()`. Knows nothing of vectors beyond one bit a paper: `indexed`, whether they are stored.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import Any

from rag.catalog.schema import migrate
from rag.datatypes import Filters, Paper, Record
from rag.errors import LibraryDamagedError, QuestionError
from rag.identity import same_paper, same_record, title_key
from rag.sqlite import sqlite_trouble

COLUMNS = "paper_id, title, abstract, key, authors, year, doi, arxiv_id, url"
BUSY_SECONDS = 10.0


class Catalog:
    """The papers of one library. Safe to share between threads; closed by `close`."""

    def __init__(self, path: Path) -> None:
        """Open the catalog at `path`, made and migrated when needed.

        Raises LibraryDamagedError when the file is no catalog, LibraryMismatchError when it is newer, StorageError
        when it can't be written.
        """
        self.path = path
        self._lock = threading.RLock()
        try:
            self._connection = _connect(path)
            migrate(self._connection)
        except sqlite3.Error as error:
            raise sqlite_trouble(error, path) from error

    def close(self) -> None:
        """Close the file; the catalog can't be used afterwards."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside whole or absent. Raises StorageError, LibraryDamagedError."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            except sqlite3.IntegrityError:
                raise  # a mistake of ours, not of the file
            except sqlite3.Error as error:
                raise sqlite_trouble(error, self.path) from error
            finally:
                # SQLite has rolled back by itself after some errors; after all others it is done here.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def unfinished_work(self) -> Iterator[None]:
        """Leave a sign in the file while inside, which a crash leaves behind and an error doesn't."""
        self._sign(1)
        try:
            yield
        finally:
            self._sign(0)

    def _sign(self, value: int) -> None:
        with self.transaction():
            self._run("UPDATE state SET value = ? WHERE name = 'unfinished'", value)

    # Reading

    @property
    def unfinished(self) -> bool:
        """True while somebody writes, and after a writer died."""
        return bool(self._one("SELECT value FROM state WHERE name = 'unfinished'"))

    @property
    def generation(self) -> int:
        """A number that grows with every change that a searcher must notice."""
        return int(self._one("SELECT value FROM state WHERE name = 'generation'"))

    def count(self, *, indexed: bool | None = None) -> int:
        """Return how many papers there are, or how many with (without) their vectors."""
        if indexed is None:
            return int(self._one("SELECT count(*) FROM papers"))
        return int(self._one("SELECT count(*) FROM papers WHERE indexed = ?", int(indexed)))

    def papers(self, paper_ids: Sequence[int]) -> list[Paper]:
        """Return the papers of these ids that exist, in the order asked."""
        marks = ",".join("?" * len(paper_ids))
        rows = self._all(f"SELECT {COLUMNS} FROM papers WHERE paper_id IN ({marks})", *paper_ids)
        sources: dict[int, list[str]] = {}
        for paper_id, source in self._all(
            f"SELECT paper_id, source FROM origins WHERE paper_id IN ({marks}) ORDER BY source", *paper_ids
        ):
            sources.setdefault(paper_id, []).append(source)
        found = {row[0]: _paper(row, tuple(sources.get(row[0], ()))) for row in rows}
        return [found[paper_id] for paper_id in paper_ids if paper_id in found]

    def newest_id(self) -> int:
        """Return the highest paper id so far, 0 without papers."""
        return int(self._one("SELECT coalesce(max(paper_id), 0) FROM papers"))

    def all_papers(self, *, after: int = 0, pending_only: bool = False, limit: int) -> list[Paper]:
        """Return up to `limit` papers with an id above `after`, by id; or only those without vectors."""
        where = "indexed = 0 AND paper_id > ?" if pending_only else "paper_id > ?"
        rows = self._all(f"SELECT {COLUMNS} FROM papers WHERE {where} ORDER BY paper_id LIMIT ?", after, limit)
        return [_paper(row) for row in rows]

    def indexed_ids(self, filters: Filters = Filters()) -> set[int]:
        """Return the ids of the papers that can be found under these filters. Raises QuestionError."""
        clauses, values = ["indexed = 1"], list[Any]()
        if filters.year_from is not None:
            clauses.append("year >= ?")
            values.append(filters.year_from)
        if filters.year_to is not None:
            clauses.append("year <= ?")
            values.append(filters.year_to)
        if filters.origin is not None:
            sources = self._sources_like(filters.origin)
            clauses.append(
                f"paper_id IN (SELECT paper_id FROM origins WHERE source IN ({','.join('?' * len(sources))}))"
            )
            values += sources
        rows = self._all(f"SELECT paper_id FROM papers WHERE {' AND '.join(clauses)}", *values)
        return {row[0] for row in rows}

    def ids(self) -> set[int]:
        """Return the ids of all papers, also of those that can't be found yet."""
        return {row[0] for row in self._all("SELECT paper_id FROM papers")}

    def sources(self) -> list[str]:
        """Return every source that a paper came from, sorted."""
        return [row[0] for row in self._all("SELECT DISTINCT source FROM origins ORDER BY source")]

    def match(self, words: Iterable[str], limit: int) -> list[tuple[int, float]]:
        """Return (paper id, BM25) of the papers that hold any of the words, best first; higher is better.

        Words as written, of letters and digits: the index stems them itself, and a stem stemmed again is another word.
        """
        query = " OR ".join(f'"{word}"' for word in words)
        if not query:
            return []
        rows = self._all(
            "SELECT rowid, -rank FROM papers_text WHERE papers_text MATCH ? ORDER BY rank LIMIT ?", query, limit
        )
        return [(row[0], float(row[1])) for row in rows]

    def document_frequency(self, stems: Sequence[str]) -> dict[str, int]:
        """Return in how many papers each stem occurs; stems that occur nowhere are left out."""
        marks = ",".join("?" * len(stems))
        return dict(self._all(f"SELECT term, doc FROM papers_terms WHERE term IN ({marks})", *stems))

    def damage(self) -> list[str]:
        """Return what SQLite's own checks find wrong with the file; empty when it is sound."""
        try:
            found = [row[0] for row in self._all("PRAGMA integrity_check(5)") if row[0] != "ok"]
            with self._lock:
                self._connection.execute("INSERT INTO papers_text (papers_text) VALUES ('integrity-check')")
        except (sqlite3.Error, LibraryDamagedError) as error:
            return [str(error)]
        return found

    # Writing, inside a transaction

    def find(self, record: Record, source: str) -> Paper | None:
        """Return the paper that a record is, if the catalog has it."""
        for scope, value in _identifiers(record, source):
            paper = self._identified(scope, value)
            # A DOI or an arXiv id needs no second look; a source may use an id of its own twice.
            if paper is not None and (scope != source or same_record(paper, record)):
                return paper
        rows = self._all(f"SELECT {COLUMNS} FROM papers WHERE title_key = ? ORDER BY paper_id", title_key(record.title))
        return next((paper for paper in map(_paper, rows) if same_paper(paper, record)), None)

    def insert(self, record: Record) -> int:
        """Store a record as a new paper, not yet to be found, and return its id."""
        with self._lock:
            cursor = self._connection.execute(
                "INSERT INTO papers (title, abstract, key, authors, year, doi, arxiv_id, url, title_key) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (record.title, record.abstract, record.key, json.dumps(record.authors, ensure_ascii=False),
                 record.year, record.doi, record.arxiv_id, record.url, title_key(record.title)),
            )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def update(self, paper: Paper, *, reindex: bool) -> None:
        """Replace what is stored of a paper; with `reindex` it can't be found until its vectors are stored anew."""
        with self._lock:
            self._connection.execute(
                "UPDATE papers SET title = ?, abstract = ?, key = ?, authors = ?, year = ?, doi = ?, arxiv_id = ?, "
                "url = ?, title_key = ?, indexed = CASE WHEN ? THEN 0 ELSE indexed END WHERE paper_id = ?",
                (paper.title, paper.abstract, paper.key, json.dumps(paper.authors, ensure_ascii=False), paper.year,
                 paper.doi, paper.arxiv_id, paper.url, title_key(paper.title), reindex, paper.paper_id),
            )  # fmt: skip
        self.changed()

    def add_origin(self, paper_id: int, source: str, record: Record) -> bool:
        """Note where a paper came from and by which identifiers; return True when the source is news."""
        known = self._all("SELECT 1 FROM origins WHERE paper_id = ? AND source = ?", paper_id, source)
        if not known:
            self._run("INSERT INTO origins (paper_id, source, line) VALUES (?, ?, ?)", paper_id, source, record.line)
        for scope, value in _identifiers(record, source):
            self._run("INSERT OR IGNORE INTO identifiers VALUES (?, ?, ?)", scope, value, paper_id)
        return not known

    def mark_indexed(self, paper_ids: Iterable[int]) -> None:
        """Let papers be found: their vectors are stored."""
        with self._lock:
            self._connection.executemany(
                "UPDATE papers SET indexed = 1 WHERE paper_id = ?", [(paper_id,) for paper_id in paper_ids]
            )
        self.changed()

    def changed(self) -> None:
        """Tell searchers, in every process, to look again."""
        self._run("UPDATE state SET value = value + 1 WHERE name = 'generation'")

    # Inside

    def _identified(self, scope: str, value: str) -> Paper | None:
        rows = self._all(
            f"SELECT {COLUMNS} FROM papers WHERE paper_id IN "
            "(SELECT paper_id FROM identifiers WHERE scope = ? AND value = ?)", scope, value,
        )  # fmt: skip
        return _paper(rows[0]) if rows else None

    def _sources_like(self, origin: str) -> list[str]:
        sources = self.sources()
        found = [
            source
            for source in sources
            if source == origin or fnmatchcase(PurePath(source).name, origin) or fnmatchcase(source, origin)
        ]
        if not found:
            names = ", ".join(sorted({PurePath(source).name for source in sources})[:10])
            msg = f"No paper came from {origin!r}. The sources here: {names}"
            raise QuestionError(msg)
        return found

    def _run(self, sql: str, *values: object) -> None:
        with self._lock:
            self._connection.execute(sql, values)

    def _one(self, sql: str, *values: object) -> Any:
        return self._all(sql, *values)[0][0]

    def _all(self, sql: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise sqlite_trouble(error, self.path) from error


def _identifiers(record: Record, source: str) -> list[tuple[str, str]]:
    """Return (scope, value) of every identifier that a record has, the surest first."""
    found = (("doi", record.doi), ("arxiv_id", record.arxiv_id), (source, record.key))
    return [(scope, value) for scope, value in found if value is not None]


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    # Every commit reaches the disk: what was reported as stored survives a power cut too.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _paper(row: Sequence[Any], origins: tuple[str, ...] = ()) -> Paper:
    paper_id, title, abstract, key, authors, year, doi, arxiv_id, url = row
    return Paper(paper_id, title, abstract, key, tuple(json.loads(authors)), year, doi, arxiv_id, url, origins)
