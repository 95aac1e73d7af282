"""Rows by paper id in one file of SQLite, each with a checksum: what an index keeps of its papers.

Writes are whole or absent, and a row whose bytes are no longer what was written is refused.
"""

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import LibraryDamagedError, RagError
from rag.storage.folder.readonly import is_read_only
from rag.storage.folder.sqlite_files import closed_on_error, sqlite_trouble

PAGE = 2_000  # rows read at once


@dataclass(frozen=True, slots=True)
class Table:
    """A table of such rows: its SQL, the columns between id and checksum, and what errors call a row's content."""

    name: str
    columns: tuple[str, ...]
    sql: str
    content: str


class RowStore:
    """The rows of one table in a file of its own. Safe to share between threads."""

    def __init__(self, path: Path, table: Table, advice: str, *, create: bool = True) -> None:
        """Open the file at `path`, made when absent if `create`; errors end with the `advice` that mends damage.

        Raises LibraryDamagedError, StorageError.
        """
        self.path = path
        self._table = table
        self._columns = ", ".join(("paper_id", *table.columns, "checksum"))
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
                self._connection.executescript(f"BEGIN; {table.sql}; COMMIT;")  # one wait for the disk
                if len(self._connection.execute(f"PRAGMA table_info ({table.name})").fetchall()) < self._width:
                    self._connection.execute(f"ALTER TABLE {table.name} ADD COLUMN checksum INTEGER")
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def put(self, rows: Iterable[Sequence[Any]]) -> None:
        """Store rows (paper id and the table's columns), replacing what was there, all or none. Raises StorageError."""
        summed = [(*row, _checksum(row)) for row in rows]
        marks = ", ".join("?" * self._width)
        self.write((f"INSERT OR REPLACE INTO {self._table.name} VALUES ({marks})", summed))

    def write(self, *statements: tuple[str, Sequence[Sequence[Any]]]) -> None:
        """Run statements, each once for each of its rows of values, all or none. Raises StorageError."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                for sql, rows in statements:
                    self._connection.executemany(sql, rows)
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._trouble(error) from error
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def get(self, paper_ids: Iterable[int], *, damaged: bool = False) -> list[Any]:
        """Return the rows of those papers that have one, without checksums.

        A row that isn't what was written is left out if `damaged`, else it raises LibraryDamagedError.
        """
        wanted = f"SELECT {self._columns} FROM {self._table.name} WHERE paper_id IN (SELECT value FROM json_each(?))"
        rows = self.run(wanted, json.dumps([int(paper_id) for paper_id in paper_ids]))
        return [row[:-1] for row in rows if _is_sound(row)] if damaged else [self._sound(row) for row in rows]

    def pages(self) -> Iterator[list[Any]]:
        """Yield all rows by ascending id, without checksums, some thousand at a time. Raises LibraryDamagedError."""
        page = f"SELECT {self._columns} FROM {self._table.name} WHERE paper_id > ? ORDER BY paper_id LIMIT {PAGE}"
        after = -(1 << 63)
        while rows := self.run(page, after):
            if rows[-1][0] <= after:  # a damaged file can give the same rows for ever
                raise LibraryDamagedError(f"{self.path} gives its rows in no order. {self._advice}")
            yield [self._sound(row) for row in rows]
            after = rows[-1][0]

    def ids(self) -> set[int]:
        """Return the ids of all papers that have a row."""
        return {row[0] for row in self.run(f"SELECT paper_id FROM {self._table.name}")}

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget the rows of papers."""
        self.write((f"DELETE FROM {self._table.name} WHERE paper_id = ?", [(paper_id,) for paper_id in paper_ids]))

    def damage(self) -> list[str]:
        """Return what SQLite's own check finds wrong with the file, and the rows that are not what was written."""
        found = [f"{self.path}: {row[0]}" for row in self.run("PRAGMA integrity_check(5)") if row[0] != "ok"]
        for paper_id in sorted(self.ids()):
            rows = self.run(f"SELECT {self._columns} FROM {self._table.name} WHERE paper_id = ?", paper_id)
            found += [self._told(row) for row in rows if not _is_sound(row)]
        return found

    def run(self, sql: str, *values: object) -> list[Any]:
        """Return the rows of a query. Raises LibraryDamagedError, StorageError."""
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise self._trouble(error) from error

    @property
    def _width(self) -> int:
        return len(self._table.columns) + 2

    def _sound(self, row: Sequence[Any]) -> Sequence[Any]:
        if not _is_sound(row):
            raise LibraryDamagedError(f"{self._told(row)}. {self._advice}")
        return row[:-1]

    def _told(self, row: Sequence[Any]) -> str:
        return f"{self.path} holds other {self._table.content} of paper {row[0]} than were written"

    def _trouble(self, error: sqlite3.Error) -> RagError:
        return sqlite_trouble(error, self.path, self._advice)


def _checksum(row: Sequence[Any]) -> int:
    """Return the CRC-32 of a row's numbers, as they are written, and bytes."""
    found = 0
    for part in row:
        found = zlib.crc32(part if isinstance(part, bytes) else str(part).encode(), found)
    return found


def _is_sound(row: Sequence[Any]) -> bool:
    """Tell whether a row is what was written; one of before there were checksums is taken for it."""
    return row[-1] is None or (type(row[-1]) is int and row[-1] == _checksum(row[:-1]))
