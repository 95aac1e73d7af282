"""Connections to PostgreSQL, kept open for who needs one next: sound ones, or at once the reason why there is none.

A server that was started anew leaves broken connections behind; one that lay idle is looked at before it is lent. And
whoever asks while the server can't be reached is told so, rather than that he waited for long.
"""

import logging
import math
import time
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.types.numeric import NumericBinaryLoader, NumericLoader
from psycopg_pool import ConnectionPool, PoolTimeout

Connection = psycopg.Connection[Any]
WAIT = 10.0  # seconds for a free connection, and for one to be opened
IDLE = 1.0  # seconds after which a connection may have broken
STATEMENT_MS, IDLE_MS = 300_000, 60_000  # a statement, and a transaction that does nothing, may take so long
SETTINGS = {
    "autocommit": True,
    "connect_timeout": int(WAIT),
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds that what was sent may go unheard: the network was cut
    "application_name": "askpapers",
}

logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())  # what it meets is told by who asked


class Pool(ConnectionPool[Connection]):
    """A pool that knows whether its server could be reached. Raises psycopg's errors and PoolTimeout."""

    def __init__(self, conninfo: str, connections: int) -> None:
        """Open up to `connections`, each when it is needed. Raises psycopg.Error when not even one can be opened."""
        self._used: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()  # when each was given back
        self._down, self._address = False, conninfo
        super().__init__(
            conninfo, kwargs=SETTINGS, configure=_configure, min_size=0,
            max_size=connections, timeout=WAIT, reconnect_timeout=5, open=False,
        )  # fmt: skip
        self.try_one()
        self.open()

    def getconn(self, timeout: float | None = None) -> Connection:
        """Return a sound connection; at once the reason why there is none when there was none before."""
        if self._down:
            self.try_one()
        connection = self._lent(timeout)
        if time.monotonic() - self._used.get(connection, math.inf) > IDLE:
            try:
                self.check_connection(connection)
            except psycopg.Error:
                self.putconn(connection)
                self.renew()  # the others will have broken with it
                connection = self._lent(timeout)
        return connection

    def putconn(self, conn: Connection) -> None:
        """Take a connection back."""
        self._used[conn] = time.monotonic()
        super().putconn(conn)

    def _lent(self, timeout: float | None) -> Connection:
        try:
            return super().getconn(timeout)
        except PoolTimeout:
            self.try_one()
            raise

    def try_one(self) -> None:
        """Open a connection outside of the pool, which would only say that it waited. Raises psycopg.Error."""
        self._down = True
        psycopg.connect(self._address, connect_timeout=int(WAIT)).close()
        self._down = False

    def renew(self) -> None:
        """Let go of all connections that broke. Raises psycopg.Error when the server can't be reached."""
        self.try_one()
        self.check()


class _Whole(NumericLoader):
    """Sums are of whole numbers."""

    def load(self, data: Any) -> Any:
        """Return an int."""
        return int(super().load(data))


class _WholeBinary(NumericBinaryLoader):
    """The same, of what is sent in binary."""

    def load(self, data: Any) -> Any:
        """Return an int."""
        return int(super().load(data))


def _configure(connection: Connection) -> None:
    """Give a new connection what all of ours have."""
    connection.adapters.register_loader("numeric", _Whole)
    connection.adapters.register_loader("numeric", _WholeBinary)
    connection.execute(f"SET statement_timeout = {STATEMENT_MS}")
    connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_MS}")
