"""A catalog in PostgreSQL: a pool of connections for reading, and one a thread inside its transaction.

Whoever changes the catalog holds an advisory lock to the end of the transaction, so that whatever was looked up in it
is still so when it is written: records of one paper brought in by two workers end as one paper. A broken connection
is noticed when it is used; reading is tried once more on another one.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, LiteralString, TypeVar

import psycopg

from rag.errors import LibraryDamagedError, RagError
from rag.storage.server.pool import Connection, Pool
from rag.storage.server.troubles import SERVER, is_cut, trouble

Result = TypeVar("Result")
LOCK_CATALOG, LOCK_WRITERS, LOCK_SENDING = 1, 2, 3  # what advisory locks of a library are of
CONNECTIONS = 8  # of one process, opened when they are needed
LARGEST = 2**63 - 1
# What a search has to know first: what was written since, and which index is current.
STATE = "SELECT name, value FROM state UNION ALL SELECT 'index', number FROM indexes WHERE current"
# The tables that give ids, but for those of one index, and the last id of each.
IDENTITIES = """
    SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND a.attidentity = 'd'
"""
LAST_IDS = f"""
    SELECT relname, pg_sequence_last_value(pg_get_serial_sequence(relname, attname)) FROM ({IDENTITIES}) AS tables
"""


class _Here(threading.local):
    """What a thread has: the connection of its transaction; whether it is in a moment, and what STATE told it then."""

    connection: Connection | None = None
    in_moment = False
    known: Mapping[str, int] | None = None


class PostgresDatabase:
    """The Protocol `rag.storage.catalog.database.Database` on a server of PostgreSQL."""

    def __init__(self, conninfo: str, library: str, *, connections: int = CONNECTIONS) -> None:
        """Connect. `library` is how errors name it. Raises StorageError when the server can't be reached."""
        self.library = library
        self._here = _Here()
        try:
            self._pool = Pool(conninfo, connections)
        except psycopg.Error as error:
            raise self.trouble(error) from error

    @property
    def place(self) -> str:
        """The library."""
        return self.library

    def close(self) -> None:
        """Give back all connections."""
        self._pool.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside whole or absent, and be the only one who changes the catalog meanwhile."""
        with self.writes():
            self.lock(LOCK_CATALOG)
            yield
            self.run("UPDATE state SET value = value + 1 WHERE name = 'writes'")

    @contextmanager
    def writes(self) -> Iterator[Connection]:
        """Make all writes inside whole or absent; nobody is kept from changing the catalog, which isn't told of it."""
        with self._own() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if not connection.closed:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let everything that is read inside be of one moment."""
        with self._own() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield
            finally:
                if not connection.closed:
                    connection.execute("ROLLBACK")

    def last_ids(self) -> dict[str, int]:
        """Return, by table, the last id that was given to a row, also of rows that are gone."""
        return {table: int(last) for table, last in self.all(LAST_IDS) if last is not None}

    def set_last_ids(self, last: Mapping[str, int]) -> None:
        """Give no id up to these again, nor one that is there, inside a transaction."""
        for table, key in self.all(IDENTITIES):
            there = int(self.one(f'SELECT coalesce(max("{key}"), 0) FROM {table}'))
            if number := max(there, last.get(table, 0), self.last_ids().get(table, 0)):
                self.all("SELECT setval(pg_get_serial_sequence(?, ?), ?)", table, key, number)

    @contextmanager
    def _own(self) -> Iterator[Connection]:
        """Let this thread use one connection for all inside. Raises StorageError, LibraryDamagedError."""
        try:
            with self._pool.connection() as connection:
                self._here.connection = connection
                try:
                    yield connection
                finally:
                    self._here.connection = self._here.known = None
        except SERVER as error:
            raise self.trouble(error) from error

    def lock(self, what: int) -> None:
        """Wait until nobody else holds an advisory lock of this library; it is held to the transaction's end."""
        self.all("SELECT pg_advisory_xact_lock(hashtext(current_schema()), ?)", what)

    @contextmanager
    def holding(self, what: int, *, shared: bool = False, wait: bool = True) -> Iterator[bool]:
        """Hold an advisory lock of this library while inside, by a connection of its own; tell whether it is held.

        With `shared` beside others who share it. Without `wait` it isn't held when somebody else has it.
        """
        kind = "_shared" if shared else ""
        key = "(hashtext(current_schema()), %s)"
        try:
            with self._pool.connection() as connection:
                held = True
                if wait:
                    connection.execute(f"SELECT pg_advisory_lock{kind}{key}", [what])
                else:
                    sql = f"SELECT pg_try_advisory_lock{kind}{key}"
                    [(held,)] = connection.execute(sql, [what]).fetchall()
                try:
                    yield held
                finally:
                    if held and not connection.closed:
                        connection.execute(f"SELECT pg_advisory_unlock{kind}{key}", [what])
        except SERVER as error:
            raise self.trouble(error) from error

    def run(self, sql: str, *values: object) -> int:
        """Write, inside a transaction."""
        return int(self._writing().execute(as_psycopg(sql), nearest_values(values)).rowcount)

    def run_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Write the same statement with each row of values, inside a transaction."""
        with self._writing().cursor() as cursor:
            cursor.executemany(as_psycopg(sql), [nearest_values(row) for row in rows])

    def copy_in(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Add many rows that aren't there yet, inside a transaction."""
        sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with self._writing().cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(nearest_values(row))

    def script(self, sql: LiteralString) -> None:
        """Run several statements, inside a transaction."""
        self._writing().execute(sql)

    def _writing(self) -> Connection:
        if self._here.connection is None:
            msg = "a write outside of a transaction"
            raise AssertionError(msg)
        return self._here.connection

    def one(self, sql: str, *values: object) -> Any:
        """Return the one value that a query finds."""
        return self.all(sql, *values)[0][0]

    def all(self, sql: str, *values: object) -> list[Any]:
        """Return the rows that a query finds."""

        def ask(connection: Connection) -> list[Any]:  # in binary: postings as text would be twice as long
            return connection.execute(as_psycopg(sql), nearest_values(values), binary=True).fetchall()

        return self.read(ask)

    def all_of(self, queries: Sequence[tuple[str, object]]) -> list[list[Any]]:
        """Return the rows that each query finds with its one value; they are sent together."""

        def ask(connection: Connection) -> list[list[Any]]:
            with connection.pipeline():
                asked = [connection.execute(as_psycopg(sql), nearest_values([value])) for sql, value in queries]
            return [cursor.fetchall() for cursor in asked]

        return self.read(ask)

    def read(self, ask: Callable[[Connection], Result]) -> Result:
        """Return what `ask` returns, with this thread's transaction or any connection; tried again when that broke."""
        own = self._here.connection
        try:
            if own is not None:
                return ask(own)
            try:
                with self._pool.connection() as connection:
                    return ask(connection)
            except psycopg.Error as error:
                if not is_cut(error):
                    raise
            self._pool.renew()  # the server was started anew: the others are broken too
            with self._pool.connection() as connection:
                return ask(connection)
        except SERVER as error:
            raise self.trouble(error) from error

    def version(self) -> Hashable:
        """Return what is another one after anything was written, by anybody."""
        return self.state()["writes"]

    def state(self) -> Mapping[str, int]:
        """Return the numbers of the table `state` by name, and as `index` that of the current one, if there is any."""
        here = self._here
        if here.known is not None and here.connection is None:
            return here.known
        found = dict(self.all(STATE))
        if here.in_moment and here.connection is None:
            here.known = found
        return found

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Let `version` and `state` tell this thread inside what they told it first."""
        if self._here.in_moment:
            yield
            return
        self._here.in_moment = True
        try:
            yield
        finally:
            self._here.in_moment, self._here.known = False, None

    def seen(self, writes: int) -> None:
        """Let `version` and `state` tell this thread anew, if it has seen that more was written than they told."""
        if self._here.known is not None and self._here.known["writes"] != writes:
            self._here.known = None

    def damage(self) -> list[str]:
        """Return the damage that PostgreSQL has met in its pages; it looks at each that it reads."""
        failures = self.one(
            "SELECT coalesce(max(checksum_failures), 0) FROM pg_stat_database WHERE datname = current_database()"
        )
        return [f"{failures} pages are not what was written"] if failures else []

    def damaged(self, reason: str) -> LibraryDamagedError:
        """Return the error that tells of something that can't be read, and what to do."""
        return LibraryDamagedError(f"{self.library} can't be read ({reason}). Restore a backup: askpapers restore")

    def trouble(self, error: Exception) -> RagError:
        """Return the expected error that one of PostgreSQL's is."""
        return trouble(error, self.library)


@lru_cache(maxsize=512)
def as_psycopg(sql: str) -> LiteralString:
    """Return a statement with `?` for its values as psycopg takes it, and meaning what it means to SQLite.

    LIKE looks through capitals, and nothing is in an empty list.

    >>> as_psycopg("SELECT 7 % 2 WHERE title LIKE ? OR paper_id IN ()")
    'SELECT 7 %% 2 WHERE title ILIKE %s OR paper_id IN (NULL)'
    """
    return sql.replace("%", "%%").replace("?", "%s").replace(" LIKE ", " ILIKE ").replace(" IN ()", " IN (NULL)")


def nearest_values(values: Iterable[object]) -> list[object]:
    """Return values that PostgreSQL can hold: what it can't stands nowhere in it, and is taken for the nearest."""
    return [_nearest(value) for value in values]


def _nearest(value: object) -> object:
    if isinstance(value, str):
        if "\x00" in value:
            value = value.replace("\x00", "")
        return value if value.isascii() else value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, int):
        return max(-LARGEST - 1, min(LARGEST, value))
    return value
