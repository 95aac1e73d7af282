"""A catalog in a file of SQLite: one connection shared by threads, one writer, many readers (WAL)."""

import sqlite3
import threading
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from rag.errors import LibraryDamagedError, RagError
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.schema import CHANGED, migrate, prepare
from rag.storage.folder.sqlite_files import closed_on_error, sqlite_trouble
from rag.storage.layout import catalog_path, rescue_advice
from rag.storage.postings.full_text import PostingsFullText

BUSY_SECONDS = 10.0
# A transaction of an ingest changes some thousand pages all over the keys. With SQLite's own 2 MB of cache they were
# written before its end, and each 4 MB of log went into the file by itself: a quarter of the processor's time, and a
# third of what was written, of 25,000 papers.
CACHED_KB, LOG_PAGES = 32_768, 8_192
LARGEST = 2**63 - 1  # number that SQLite holds


def open_catalog(library: Path, *, copied_to: Path | None = None) -> Catalog:
    """Open the catalog of a library's folder, made and migrated when needed; or its copy elsewhere, only to be read.

    Raises LibraryDamagedError when the file is no catalog, LibraryMismatchError when it is newer, StorageError when it
    can't be written.
    """
    database = SqliteDatabase(library, copied_to)
    with closed_on_error(database):
        full_text = PostingsFullText(database)
        full_text.take_in()  # the papers of an earlier version
        if copied_to is not None:
            database.only_read()  # what is written here would be lost
    return Catalog(database, full_text)


class SqliteDatabase:
    """The file and its connection."""

    def __init__(self, library: Path, copied_to: Path | None = None) -> None:
        """Use `open_catalog`."""
        self.library = str(library)
        self._path = catalog_path(library)
        self._lock = threading.RLock()
        self._undone = 0  # transactions of this connection
        path = catalog_path(copied_to or library)
        try:
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None
            )
            with closed_on_error(self._connection):
                _configure(self._connection)
                migrate(self._connection)
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    @property
    def place(self) -> str:
        """The file."""
        return str(self._path)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside whole or absent."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            except sqlite3.IntegrityError:
                raise  # a mistake of ours, not of the file
            except sqlite3.Error as error:
                raise self._trouble(error) from error
            finally:
                # SQLite has rolled back by itself after some errors; after all others it is done here.
                if self._connection.in_transaction:
                    self._undone += 1
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all reads inside be of one moment."""
        with self._lock:
            self._execute("BEGIN", ())
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def last_ids(self) -> dict[str, int]:
        """Return, by table, the last id that was given to a row, also of rows that are gone."""
        return dict(self.all("SELECT name, seq FROM sqlite_sequence"))

    def set_last_ids(self, last: Mapping[str, int]) -> None:
        """Give no id up to these again, nor one that is there."""
        known = self.last_ids()
        for table in known.keys() & last.keys():
            self.run("DELETE FROM sqlite_sequence WHERE name = ?", table)
        rows = [(table, max(number, known.get(table, 0))) for table, number in last.items()]
        self.run_many("INSERT INTO sqlite_sequence VALUES (?, ?)", rows)

    def only_read(self) -> None:
        """Refuse to write from now on."""
        self._execute("PRAGMA query_only = ON", ())

    def version(self) -> Hashable:
        """Return what is another one after anything was written: by other connections, by this one, or undone."""
        with self._lock:
            return self.one("PRAGMA data_version"), self._connection.total_changes, self._undone

    def state(self) -> Mapping[str, int]:
        """Return the numbers of the table `state` by name."""
        return dict(self.all("SELECT name, value FROM state"))

    def moment(self) -> AbstractContextManager[None]:
        """Change nothing: asking costs microseconds."""
        return nullcontext()

    def run(self, sql: str, *values: object) -> int:
        """Write, inside a transaction."""
        with self._lock:
            return self._execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Write the same statement with each row of values, inside a transaction."""
        with self._lock:
            self._connection.executemany(sql, rows)

    def one(self, sql: str, *values: object) -> Any:
        """Return the one value that a query finds."""
        return self.all(sql, *values)[0][0]

    def all(self, sql: str, *values: object) -> list[Any]:
        """Return the rows that a query finds."""
        with self._lock:
            try:
                return self._execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise self._trouble(error) from error

    def _execute(self, sql: str, values: Sequence[object]) -> sqlite3.Cursor:
        """Execute a statement; values that SQLite can't hold, which so stand nowhere, are taken for the nearest."""
        try:
            return self._connection.execute(sql, values)
        except (OverflowError, UnicodeEncodeError):
            return self._connection.execute(sql, [_nearest(value) for value in values])

    def damage(self) -> list[str]:
        """Return what is wrong with the file: by SQLite's own checks, and rows that aren't what was written."""
        try:
            found = [row[0] for row in self.all("PRAGMA integrity_check(5)") if row[0] != "ok"]
            found += [f"{what} {key} is not what was written" for what, key in self.all(CHANGED)]
        except (sqlite3.Error, LibraryDamagedError) as error:
            return [str(error)]
        return found

    def damaged(self, reason: str) -> LibraryDamagedError:
        """Return the error that tells of something that can't be read, and what to do."""
        return LibraryDamagedError(f"{self.place} can't be read ({reason}). {rescue_advice(self.library)}")

    def _trouble(self, error: sqlite3.Error) -> RagError:
        return sqlite_trouble(error, self._path, rescue_advice(self.library))


def _nearest(value: object) -> object:
    """Return a number of 64 bits, a text without halves of characters."""
    if isinstance(value, int):
        return max(-LARGEST - 1, min(LARGEST, value))
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if isinstance(value, str) else value


def _configure(connection: sqlite3.Connection) -> None:
    prepare(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA cache_size = -{CACHED_KB}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    # Every commit reaches the disk: what was reported as stored survives a power cut too.
    connection.execute("PRAGMA synchronous = FULL")
