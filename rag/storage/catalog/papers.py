"""What stands in a catalog: papers, sources, words, and what is damaged. Changes nothing."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any

from rag.errors import LibraryDamagedError, QuestionError
from rag.records import Filters, Paper
from rag.storage.catalog.database import Database
from rag.storage.catalog.schema import CHANGED
from rag.storage.sqlite_errors import damaged
from rag.text.titles import title_key
from rag.text.words import as_searched

COLUMNS = "paper_id, title, abstract, key, authors, year, doi, arxiv_id, url, pubmed_id"
SHARING = 50  # papers looked at of those that share a key: thousands are called Editorial
TITLED = "(title_key LIKE ? OR title LIKE ? ESCAPE '\\')"  # a word of a title, as compared or as written
ORDERS = {"added": "paper_id", "title": "title_key", "year": "year", "author": "authors"}


class ReadCatalog(Database):
    """The papers of one library, as a reader sees them."""

    @property
    def unfinished(self) -> bool:
        """True while somebody writes, and after a writer died."""
        return bool(self.one("SELECT value FROM state WHERE name = 'unfinished'"))

    @property
    def generation(self) -> int:
        """A number that grows with every change that a searcher must notice."""
        return int(self.one("SELECT value FROM state WHERE name = 'generation'"))

    def count(self, *, indexed: bool | None = None) -> int:
        """Return how many papers there are, or how many with (without) their vectors."""
        if indexed is None:
            return int(self.one("SELECT count(*) FROM papers"))
        return int(self.one("SELECT count(*) FROM papers WHERE indexed = ?", int(indexed)))

    def papers(self, paper_ids: Sequence[int]) -> list[Paper]:
        """Return the papers of these ids that exist, in the order asked."""
        marks = ",".join("?" * len(paper_ids))
        rows = self.all(f"SELECT {COLUMNS} FROM papers WHERE paper_id IN ({marks})", *paper_ids)
        sources: dict[int, list[str]] = {}
        for paper_id, source in self.all(
            f"SELECT paper_id, source FROM origins WHERE paper_id IN ({marks}) ORDER BY source", *paper_ids
        ):
            sources.setdefault(paper_id, []).append(source)
        found = {row[0]: self._paper(row, tuple(sources.get(row[0], ()))) for row in rows}
        return [found[paper_id] for paper_id in paper_ids if paper_id in found]

    def all_papers(self, *, after: int = 0, pending_only: bool = False, limit: int) -> list[Paper]:
        """Return up to `limit` papers with an id above `after`, by id; or only those without vectors."""
        where = "indexed = 0 AND paper_id > ?" if pending_only else "paper_id > ?"
        rows = self.all(f"SELECT {COLUMNS} FROM papers WHERE {where} ORDER BY paper_id LIMIT ?", after, limit)
        return [self._paper(row) for row in rows]

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
        for word in filter(title_key, (filters.title or "").split()):
            clauses.append(TITLED)
            values += _like(word)
        rows = self.all(f"SELECT paper_id FROM papers WHERE {' AND '.join(clauses)}", *values)
        return {row[0] for row in rows}

    def listed(
        self, text: str = "", *, order: str = "added", descending: bool = False, limit: int, offset: int = 0
    ) -> tuple[list[Paper], int]:
        """Return a page of the papers with every word of `text` in title, authors or year, and how many there are.

        `order` is a key of ORDERS; papers that lack a value come last. Raises QuestionError for another one.
        """
        if order not in ORDERS:
            msg = f"Papers can't be sorted by {order!r}. Choose one of: {', '.join(ORDERS)}"
            raise QuestionError(msg)
        clauses, values = ["1"], list[Any]()
        for word in text.split():
            clauses.append(f"({TITLED} OR authors LIKE ? ESCAPE '\\' OR year = ?)")
            values += [*_like(word), _like(word)[1], word]
        where, column = " AND ".join(clauses), ORDERS[order]
        way = "DESC" if descending else "ASC"
        total = int(self.one(f"SELECT count(*) FROM papers WHERE {where}", *values))
        rows = self.all(
            f"SELECT paper_id FROM papers WHERE {where} ORDER BY {column} IS NULL OR {column} IN ('', '[]'), "
            f"{column} {way}, paper_id LIMIT ? OFFSET ?", *values, limit, offset,
        )  # fmt: skip
        return self.papers([row[0] for row in rows]), total

    def ids(self) -> set[int]:
        """Return the ids of all papers, also of those that can't be found yet."""
        return {row[0] for row in self.all("SELECT paper_id FROM papers")}

    def sources(self) -> list[str]:
        """Return every source that a paper came from, sorted."""
        return [row[0] for row in self.all("SELECT DISTINCT source FROM origins ORDER BY source")]

    def match(self, words: Iterable[str], limit: int) -> list[tuple[int, float]]:
        """Return (paper id, BM25) of the papers that hold any of the words, best first; higher is better.

        Words as written: the index stems them itself, and a stem stemmed again is another word.
        """
        query = " OR ".join(f'"{as_searched(word)}"' for word in words)
        if not query:
            return []
        rows = self.all(
            "SELECT rowid, -rank FROM papers_text WHERE papers_text MATCH ? ORDER BY rank LIMIT ?", query, limit
        )
        return [(row[0], float(row[1])) for row in rows]

    def document_frequency(self, stems: Sequence[str]) -> dict[str, int]:
        """Return in how many papers each stem occurs; stems that occur nowhere are left out."""
        marks = ",".join("?" * len(stems))
        return dict(self.all(f"SELECT term, doc FROM papers_terms WHERE term IN ({marks})", *stems))

    def damage(self) -> list[str]:
        """Return what is wrong with the file: by SQLite's own checks, and papers that aren't what was written."""
        try:
            found = [row[0] for row in self.all("PRAGMA integrity_check(5)") if row[0] != "ok"]
            found += [f"{what} {key} is not what was written" for what, key in self.all(CHANGED)]
            with self._lock:
                self._connection.execute("INSERT INTO papers_text (papers_text, rank) VALUES ('integrity-check', 1)")
        except (sqlite3.Error, LibraryDamagedError) as error:
            return [str(error)]
        return found

    def with_key(self, scope: str, value: str) -> list[int]:
        """Return the ids of the papers with this key, oldest first; of many the first SHARING."""
        rows = self.all(
            "SELECT paper_id FROM identifiers WHERE scope = ? AND value = ? ORDER BY paper_id LIMIT ?",
            scope, value, SHARING,
        )  # fmt: skip
        return [row[0] for row in rows]

    def came_from(self, paper_id: int, source: str) -> bool:
        """Tell whether a record of a paper was read from a source."""
        return bool(self.all("SELECT 1 FROM origins WHERE paper_id = ? AND source = ?", paper_id, source))

    def _paper(self, row: Sequence[Any], origins: tuple[str, ...] = ()) -> Paper:
        paper_id, title, abstract, key, authors, year, doi, arxiv_id, url, pubmed_id = row
        try:
            names = tuple(json.loads(authors))
        except (ValueError, TypeError) as error:
            raise damaged(self.path, f"the authors of paper {paper_id} are {str(authors)[:60]!r}") from error
        return Paper(paper_id, title, abstract, key, names, year, doi, arxiv_id, url, origins, pubmed_id)

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


def _like(word: str) -> tuple[str, str]:
    """Return what LIKE looks for of a word: in titles as they are compared, and as it is."""
    written = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{title_key(word) or '-'}%", f"%{written}%"
