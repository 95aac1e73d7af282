"""Full-text search over a catalog: BM25 by the words as they are searched, and how many papers hold a word.

SQLite's FTS5 with the stems of Porter. It stands apart from the catalog's other questions, for every database has a
full text of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from rag.storage.catalog.database import Database
from rag.text.words import as_searched


class FullText(Protocol):
    """The full text of one catalog's papers. Raises StorageError, LibraryDamagedError."""

    def match(self, words: Iterable[str], limit: int) -> list[tuple[int, float]]:
        """Return (paper id, BM25) of the papers that hold any of the words, best first; higher is better.

        Words as written: the index stems them itself, and a stem stemmed again is another word.
        """

    def document_frequency(self, stems: Sequence[str]) -> dict[str, int]:
        """Return in how many papers each stem occurs; stems that occur nowhere are left out."""

    def vocabulary(self, prefix: str) -> Mapping[str, int]:
        """Return the stems that begin with `prefix`, each with how many papers hold it.

        `prefix` is as stems are written (lower case, without accents: rag.text.words.stem) and not empty.
        Kept by generation: the same mapping is returned until the catalog's full text changes; don't change it.
        Raises StorageError, LibraryDamagedError.
        """


class SqliteFullText:
    """The tables `papers_text` and `papers_terms`, which triggers keep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def match(self, words: Iterable[str], limit: int) -> list[tuple[int, float]]:
        """Return (paper id, BM25) of the papers that hold any of the words, best first."""
        query = " OR ".join(f'"{as_searched(word)}"' for word in words)
        if not query:
            return []
        rows = self._database.all(
            "SELECT rowid, -rank FROM papers_text WHERE papers_text MATCH ? ORDER BY rank LIMIT ?", query, limit
        )
        return [(row[0], float(row[1])) for row in rows]

    def document_frequency(self, stems: Sequence[str]) -> dict[str, int]:
        """Return in how many papers each stem occurs."""
        marks = ",".join("?" * len(stems))
        return dict(self._database.all(f"SELECT term, doc FROM papers_terms WHERE term IN ({marks})", *stems))

    def vocabulary(self, prefix: str) -> Mapping[str, int]:
        """Return the stems that begin with `prefix`, each with how many papers hold it."""
        rows = self._database.all(
            "SELECT term, doc FROM papers_terms WHERE term >= ? AND term < ?", prefix, prefix + chr(0x10FFFF)
        )
        return dict(rows)
