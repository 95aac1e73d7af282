"""Token embeddings on disk: one SQLite file beside the vectors, derived and disposable as they are.

Writes are whole or absent, and a row whose bytes are no longer what was written is refused.
"""

import sqlite3
import threading
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import LibraryDamagedError, RagError
from rag.storage.index.token_embeddings import DIMENSION, TokenEmbeddings
from rag.storage.readonly import is_read_only
from rag.storage.sqlite_files import closed_on_error, sqlite_trouble

TABLE = """CREATE TABLE IF NOT EXISTS states (
    paper_id INTEGER PRIMARY KEY, "values" BLOB NOT NULL, scales BLOB NOT NULL, sentences BLOB NOT NULL,
    checksum INTEGER                                   -- NULL: written before there were any
)"""

COLUMNS = 'paper_id, "values", scales, sentences, checksum'


class TokenStore:
    """The token embeddings of every indexed paper. Safe to share between threads."""

    def __init__(self, path: Path, advice: str, *, create: bool = True) -> None:
        """Open the file at `path`, made when absent if `create`; errors end with the `advice` that mends damage.

        Raises LibraryDamagedError, StorageError.
        """
        self.path = path
        self._advice = advice
        self._lock = threading.Lock()
        # SQLite takes a file cut to nothing for a new one: an empty store would answer as if sound.
        if not create and not (path.is_file() and path.stat().st_size):
            raise LibraryDamagedError(f"{path} is gone. {self._advice}")
        try:
            if not create and is_read_only(path.resolve().parent):
                address = f"{path.resolve().as_uri()}?immutable=1"
                self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
                return
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            with closed_on_error(self._connection):
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute(TABLE)
                if len(self._connection.execute("PRAGMA table_info (states)").fetchall()) < 5:
                    self._connection.execute("ALTER TABLE states ADD COLUMN checksum INTEGER")
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def put(self, tokens: Mapping[int, TokenEmbeddings]) -> None:
        """Store the token embeddings of papers, replacing what was there. Raises StorageError."""
        rows = [
            _summed(paper_id, found.values.tobytes(), found.scales.tobytes(), found.sentences.tobytes())
            for paper_id, found in tokens.items()
        ]
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany("INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?)", rows)
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._trouble(error) from error
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def get(self, paper_ids: Sequence[int]) -> dict[int, TokenEmbeddings]:
        """Return the token embeddings of those papers that have any. Raises LibraryDamagedError."""
        marks = ",".join("?" * len(paper_ids))
        rows = self._rows(f"SELECT {COLUMNS} FROM states WHERE paper_id IN ({marks})", paper_ids)
        for row in rows:
            if _is_damaged(row):
                raise LibraryDamagedError(f"{self._told(row)}. {self._advice}")
        return {
            row[0]: TokenEmbeddings(
                np.frombuffer(row[1], np.int8).reshape(-1, DIMENSION),
                np.frombuffer(row[2], np.float16),
                np.frombuffer(row[3], np.uint16),
            )
            for row in rows
        }

    def ids(self) -> set[int]:
        """Return the ids of all papers that have any."""
        return {row[0] for row in self._rows("SELECT paper_id FROM states", ())}

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers."""
        with self._lock:
            try:
                self._connection.executemany("DELETE FROM states WHERE paper_id = ?", [(i,) for i in paper_ids])
            except sqlite3.Error as error:
                raise self._trouble(error) from error

    def damage(self) -> list[str]:
        """Return what SQLite's own check finds wrong with the file, and the rows that are not what was written."""
        found = [row[0] for row in self._rows("PRAGMA integrity_check(5)", ()) if row[0] != "ok"]
        for paper_id in sorted(self.ids()):
            rows = self._rows(f"SELECT {COLUMNS} FROM states WHERE paper_id = ?", (paper_id,))
            found += [self._told(row) for row in rows if _is_damaged(row)]
        return found

    def _told(self, row: Sequence[Any]) -> str:
        return f"{self.path} holds other token states of paper {row[0]} than were written"

    def _rows(self, sql: str, values: Sequence[int]) -> list[Any]:
        with self._lock:
            try:
                return self._connection.execute(sql, tuple(values)).fetchall()
            except sqlite3.Error as error:
                raise self._trouble(error) from error

    def _trouble(self, error: sqlite3.Error) -> RagError:
        return sqlite_trouble(error, self.path, self._advice)


def _summed(paper_id: int, *parts: bytes) -> tuple[int | bytes, ...]:
    """Return a row with its checksum at its end."""
    found = zlib.crc32(str(paper_id).encode())
    for part in parts:
        found = zlib.crc32(part, found)
    return paper_id, *parts, found


def _is_damaged(row: Sequence[Any]) -> bool:
    try:
        return row[4] is not None and tuple(row) != _summed(*row[:4])
    except TypeError:  # a flipped bit can make a number or a text of a blob
        return True
