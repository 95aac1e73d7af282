"""A database as the catalog uses it: statements with `?` where a value goes, and transactions.

A file of SQLite fills it (rag.storage.catalog.sqlite), and a server (rag.storage.server.database). The catalog's
statements keep to what SQLite and PostgreSQL both know: ON CONFLICT and RETURNING, nothing of JSON, no row counted by
its place, no text compared with a number.
"""

from collections.abc import Hashable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from rag.errors import LibraryDamagedError


class Database(Protocol):
    """The database of one catalog. Safe to share between threads; closed by `close`.

    `one`, `all`, `version` and `transaction` raise StorageError and LibraryDamagedError.
    """

    @property
    def library(self) -> str:
        """The library that the catalog is of, as a person names it."""

    @property
    def place(self) -> str:
        """Where the catalog lies, as errors name it."""

    def close(self) -> None:
        """Let go of it; nothing can be used afterwards."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make all writes inside whole or absent."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all that this thread reads inside be of one moment, whoever writes meanwhile; nothing is written inside.

        Where vectors and token states lie in the same database, these too.
        """

    def last_ids(self) -> dict[str, int]:
        """Return, by table, the last id that was given to a row, also of rows that are gone."""

    def set_last_ids(self, last: Mapping[str, int]) -> None:
        """Give no id up to these again, nor one that is there, inside a transaction; tables may be left out."""

    def run(self, sql: str, *values: object) -> int:
        """Write, inside a transaction; return how many rows were changed."""

    def run_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Write the same statement with each row of values, inside a transaction."""

    def one(self, sql: str, *values: object) -> Any:
        """Return the one value that a query finds."""

    def all(self, sql: str, *values: object) -> list[Any]:
        """Return the rows that a query finds."""

    def version(self) -> Hashable:
        """Return what is another one after anything was written, by anybody; reading it costs microseconds."""

    def state(self) -> Mapping[str, int]:
        """Return the numbers of the table `state` by name."""

    def moment(self) -> AbstractContextManager[None]:
        """Let `version` and `state` tell this thread inside what they told it first, where asking is a way to a server.

        They tell anew when it has written, or has seen that somebody wrote. One inside of another is a part of that.
        """

    def damage(self) -> list[str]:
        """Return what is wrong with what is stored; nothing when it is sound."""

    def damaged(self, reason: str) -> LibraryDamagedError:
        """Return the error that tells of something that can't be read, and what to do."""
