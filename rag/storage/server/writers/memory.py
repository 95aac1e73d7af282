"""A database in memory that holds a part of a catalog, so that looking something up in it costs no way to the server.

It is SQLite: the catalog's own statements run on it as they stand, and find what PostgreSQL would find.
"""

import sqlite3
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from rag.errors import LibraryDamagedError
from rag.records.papers import BIBLIOGRAPHY
from rag.storage.catalog.migrations import LABEL_COLUMNS, RECORD_COLUMNS
from rag.storage.server.database import PostgresDatabase, nearest_values
from rag.storage.tables import APART, IDENTIFIERS, LABELLED, NOTES, ORIGINS, RECORDS, Table
from rag.storage.tables import PAPERS as ALL_OF_PAPERS

# As far as a batch knows it: whether a paper can be found may change, too.
PAPERS = Table("papers", (*ALL_OF_PAPERS.columns, "indexed"))
MADE = (PAPERS, ORIGINS, IDENTIFIERS, RECORDS, NOTES, LABELLED, APART)  # what a batch may change
NUMBERED = ("papers", "records")  # whose keys are given by the database

MAKE = f"""
    PRAGMA foreign_keys = ON;
    CREATE TABLE papers (
        paper_id INTEGER PRIMARY KEY AUTOINCREMENT, {", ".join(BIBLIOGRAPHY)}, title_key, indexed NOT NULL DEFAULT 0
    );
    CREATE TABLE origins (
        paper_id REFERENCES papers ON DELETE CASCADE, source, line, PRIMARY KEY (paper_id, source)
    ) WITHOUT ROWID;
    CREATE TABLE identifiers (
        scope, value, paper_id REFERENCES papers ON DELETE CASCADE, PRIMARY KEY (scope, value, paper_id)
    ) WITHOUT ROWID;
    CREATE INDEX identifiers_by_paper ON identifiers (paper_id);
    CREATE TABLE records (
        record_id INTEGER PRIMARY KEY AUTOINCREMENT, paper_id REFERENCES papers ON DELETE CASCADE,
        {", ".join(column for column in RECORD_COLUMNS if column not in {"record_id", "paper_id"})}
    );
    CREATE INDEX records_by_paper ON records (paper_id);
    CREATE TABLE notes (paper_id PRIMARY KEY REFERENCES papers ON DELETE CASCADE, text);
    CREATE TABLE labels ({", ".join(LABEL_COLUMNS)}, PRIMARY KEY (label_id), UNIQUE (kind, name_key));
    CREATE TABLE labelled (
        label_id REFERENCES labels ON DELETE CASCADE, paper_id REFERENCES papers ON DELETE CASCADE,
        PRIMARY KEY (label_id, paper_id)
    ) WITHOUT ROWID;
    CREATE INDEX labelled_by_paper ON labelled (paper_id);
    CREATE TABLE apart (record, other, PRIMARY KEY (record, other)) WITHOUT ROWID;
    CREATE TABLE state (name PRIMARY KEY, value NOT NULL);
    INSERT INTO state VALUES ('generation', 0);
    BEGIN;
"""


class MemoryDatabase:
    """The Protocol `rag.storage.catalog.database.Database` for one thread and one transaction of the server's."""

    def __init__(self, server: PostgresDatabase) -> None:
        """Begin with nothing."""
        self.library, self.place = server.library, server.place
        self._server = server
        self._connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=256)
        self._connection.executescript(MAKE)

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Be a part of the one transaction that all of this is."""
        yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Do nothing: nobody else is here."""
        yield

    def last_ids(self) -> dict[str, int]:
        """Return, by table, the last id that was given to a row."""
        return dict(self.all("SELECT name, seq FROM sqlite_sequence"))

    def set_last_ids(self, last: Mapping[str, int]) -> None:
        """Give no id up to these."""
        for table, value in last.items():
            self.run("DELETE FROM sqlite_sequence WHERE name = ?", table)
            self.run("INSERT INTO sqlite_sequence VALUES (?, ?)", table, value)

    def run(self, sql: str, *values: object) -> int:
        """Write; return how many rows were changed."""
        return self._connection.execute(sql, nearest_values(values)).rowcount

    def run_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Write the same statement with each row of values."""
        self._connection.executemany(sql, map(nearest_values, rows))

    def put(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put rows as they stand on the server; one that is there stays."""
        marks = ", ".join("?" * len(table.columns))
        sql = f"INSERT OR IGNORE INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})"
        self._connection.executemany(sql, rows)

    def rows(self, table: Table) -> list[tuple[Any, ...]]:
        """Return all rows of a table."""
        return self.all(f"SELECT {', '.join(table.columns)} FROM {table.name}")

    def one(self, sql: str, *values: object) -> Any:
        """Return the one value that a query finds."""
        return self.all(sql, *values)[0][0]

    def all(self, sql: str, *values: object) -> list[Any]:
        """Return the rows that a query finds."""
        return self._connection.execute(sql, nearest_values(values)).fetchall()

    def version(self) -> Hashable:
        """Return what is another one after anything was written."""
        return self._connection.total_changes

    def state(self) -> Mapping[str, int]:
        """Return the numbers of the table `state` by name."""
        return dict(self.all("SELECT name, value FROM state"))

    def moment(self) -> AbstractContextManager[None]:
        """Do nothing: nobody else is here."""
        return nullcontext()

    def damage(self) -> list[str]:
        """Return nothing: memory isn't looked at."""
        return []

    def damaged(self, reason: str) -> LibraryDamagedError:
        """Return the error that tells of something that can't be read on the server, and what to do."""
        return self._server.damaged(reason)
