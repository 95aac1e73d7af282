"""Token states on disk: one SQLite file beside the vectors, derived and disposable as they are.

Writes are whole or absent; knows nothing of what the states mean (rag.interaction does).
"""

import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import LibraryDamagedError, RagError
from rag.interaction import DIMENSION, States
from rag.sqlite import sqlite_trouble

TABLE = """CREATE TABLE IF NOT EXISTS states (
    paper_id INTEGER PRIMARY KEY, "values" BLOB NOT NULL, scales BLOB NOT NULL, sentences BLOB NOT NULL
)"""


class StateStore:
    """The token states of every indexed paper. Safe to share between threads."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the file at `path`, made when absent if `create`. Raises LibraryDamagedError, StorageError."""
        self.path = path
        self._lock = threading.Lock()
        if not create and not path.is_file():
            raise LibraryDamagedError(f"{path} is gone. {self._mend}")
        try:
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(TABLE)
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def put(self, states: Mapping[int, States]) -> None:
        """Store the states of papers, replacing what was there. Raises StorageError."""
        rows = [
            (paper_id, found.values.tobytes(), found.scales.tobytes(), found.sentences.tobytes())
            for paper_id, found in states.items()
        ]
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany("INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?)", rows)
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._trouble(error) from error
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def get(self, paper_ids: Sequence[int]) -> dict[int, States]:
        """Return the states of those papers that have any."""
        marks = ",".join("?" * len(paper_ids))
        rows = self._rows(f"SELECT * FROM states WHERE paper_id IN ({marks})", paper_ids)
        return {
            row[0]: States(
                np.frombuffer(row[1], np.int8).reshape(-1, DIMENSION),
                np.frombuffer(row[2], np.float16),
                np.frombuffer(row[3], np.uint16),
            )
            for row in rows
        }

    def ids(self) -> set[int]:
        """Return the ids of all papers that have states."""
        return {row[0] for row in self._rows("SELECT paper_id FROM states", ())}

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers."""
        with self._lock:
            try:
                self._connection.executemany("DELETE FROM states WHERE paper_id = ?", [(i,) for i in paper_ids])
            except sqlite3.Error as error:
                raise self._trouble(error) from error

    def damage(self) -> list[str]:
        """Return what SQLite's own check finds wrong with the file."""
        return [row[0] for row in self._rows("PRAGMA integrity_check(5)", ()) if row[0] != "ok"]

    def _rows(self, sql: str, values: Sequence[int]) -> list[Any]:
        with self._lock:
            try:
                return self._connection.execute(sql, tuple(values)).fetchall()
            except sqlite3.Error as error:
                raise self._trouble(error) from error

    def _trouble(self, error: sqlite3.Error) -> RagError:
        found = sqlite_trouble(error, self.path)
        if isinstance(found, LibraryDamagedError):
            return LibraryDamagedError(f"{self.path} can't be read ({error}). {self._mend}")
        return found

    @property
    def _mend(self) -> str:
        return f"Make it anew with: askpapers rebuild --library {self.path.parent.parent}"
