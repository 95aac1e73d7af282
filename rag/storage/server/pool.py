"""Connections to PostgreSQL, kept open for who needs one next: sound ones, or at once the reason why there is none.

A server that was started anew leaves broken connections behind; one that lay idle is looked at before it is lent. And
whoever asks while the server can't be reached is told so, rather than that he waited for long.

A pooler may stand before the server, if each connection keeps a session of its own: writing holds locks by sessions.
What an address sets by `options` is set here, for PgBouncer refuses or ignores it there.
"""

import logging
import math
import os
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
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
OPTION = re.compile(r"(?:^|(?<=\s))(?:-c\s*|--)([\w.-]+)=((?:\\.|\S)*)")  # of libpq's `options`

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what it meets is told by who asked


class SharedSessionError(psycopg.Error):
    """A pooler gives the session of a connection to others between two transactions."""


class Pool(ConnectionPool[Connection]):
    """A pool that knows whether its server could be reached. Raises psycopg's errors and PoolTimeout."""

    def __init__(self, conninfo: str, connections: int) -> None:
        """Open up to `connections`, each when it is needed.

        Raises psycopg.Error when not even one can be opened, SharedSessionError when a pooler shares its session.
        """
        self._used: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()  # when each was given back
        self._down = False
        self._address, settings = _taken_apart(conninfo)
        self._configured = partial(_configure, settings=settings)
        super().__init__(
            self._address, kwargs=SETTINGS, configure=self._configured, min_size=0,
            max_size=connections, timeout=WAIT, reconnect_timeout=5, open=False,
        )  # fmt: skip
        pooled = self.try_one()
        self.open()
        try:
            if pooled:
                self._require_sessions()
        except BaseException:
            self.close()
            raise

    def _require_sessions(self) -> None:
        """Raise SharedSessionError unless a connection keeps its session while another one is at work."""
        with self.connection() as one, self.connection() as other:
            mine = _session(one)
            with other.transaction():
                if _session(other) == mine or _session(one) != mine:
                    msg = "its sessions are shared"
                    raise SharedSessionError(msg)

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

    def try_one(self) -> bool:
        """Open a connection outside of the pool, which would only say that it waited; tell whether a pooler gave it.

        Raises psycopg.Error.
        """
        self._down = True
        with psycopg.connect(self._address, connect_timeout=int(WAIT)) as connection, _cut_after(connection, WAIT):
            self._configured(connection)  # else the pool would only say that it waited
            pooled = connection.info.backend_pid != _session(connection)  # a pooler makes up numbers of its own
        self._down = False
        return pooled

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


def _configure(connection: Connection, settings: Mapping[str, str]) -> None:
    """Give a new connection what all of ours have, and what the address says."""
    connection.adapters.register_loader("numeric", _Whole)
    connection.adapters.register_loader("numeric", _WholeBinary)
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, false)", [name, value])
    connection.execute(f"SET statement_timeout = {STATEMENT_MS}")
    connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_MS}")


@contextmanager
def _cut_after(connection: Connection, seconds: float) -> Iterator[None]:
    """Cut a connection that takes longer inside: a pooler without a session to give lets who asks wait for minutes.

    Raises PoolTimeout then.
    """
    late = threading.Event()
    timer = threading.Timer(seconds, _cut, [connection, late])
    timer.start()
    try:
        yield
    except psycopg.Error as error:
        if late.is_set():
            msg = f"no session in {seconds:g} s"
            raise PoolTimeout(msg) from error
        raise
    finally:
        timer.cancel()


def _cut(connection: Connection, late: threading.Event) -> None:
    late.set()
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as used:
        used.shutdown(socket.SHUT_RDWR)


def _session(connection: Connection) -> int:
    """Return the number of the server's process that answers."""
    [(number,)] = connection.execute("SELECT pg_backend_pid()").fetchall()
    return int(number)


def _taken_apart(conninfo: str) -> tuple[str, dict[str, str]]:
    """Return an address without the settings of a session in it, and these.

    >>> _taken_apart("host=there options='-csearch_path=mine -c work_mem=8MB'")
    ('host=there', {'search_path': 'mine', 'work_mem': '8MB'})
    """
    known = conninfo_to_dict(conninfo)
    options = str(known.pop("options", ""))
    found = {name.replace("-", "_"): re.sub(r"\\(.)", r"\1", value) for name, value in OPTION.findall(options)}
    left = OPTION.sub("", options).strip()
    return make_conninfo("", **known, options=left or None), found
