"""A file of SQLite as the catalog uses it: one connection shared by threads, transactions, a sign of unfinished work.

Knows the table `state` and no other.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.storage.catalog.schema import migrate, prepare
from rag.storage.sqlite_errors import sqlite_trouble

BUSY_SECONDS = 10.0


class Database:
    """The file and its connection. Safe to share between threads; closed by `close`."""

    def __init__(self, path: Path, *, copy: Path | None = None) -> None:
        """Open the file at `path`, made and migrated when needed; or a `copy` of it, only to be read.

        Raises LibraryDamagedError when the file is no catalog, LibraryMismatchError when it is newer, StorageError
        when it can't be written.
        """
        self.path = path
        self._lock = threading.RLock()
        try:
            self._connection = _connect(copy or path)
            migrate(self._connection)
            if copy is not None:
                self._connection.execute("PRAGMA query_only = ON")  # what is written here would be lost
        except sqlite3.Error as error:
            raise sqlite_trouble(error, path) from error

    def close(self) -> None:
        """Close the file; nothing can be used afterwards."""
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
            self.run("UPDATE state SET value = ? WHERE name = 'unfinished'", value)

    def run(self, sql: str, *values: object) -> None:
        """Write, inside a transaction."""
        with self._lock:
            self._connection.execute(sql, values)

    def one(self, sql: str, *values: object) -> Any:
        """Return the one value that a query finds. Raises LibraryDamagedError, StorageError."""
        return self.all(sql, *values)[0][0]

    def all(self, sql: str, *values: object) -> list[Any]:
        """Return the rows that a query finds. Raises LibraryDamagedError, StorageError."""
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise sqlite_trouble(error, self.path) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    prepare(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    # Every commit reaches the disk: what was reported as stored survives a power cut too.
    connection.execute("PRAGMA synchronous = FULL")
    return connection
