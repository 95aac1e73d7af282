"""Tables of another version: newer ones are refused, older ones brought to date, once, whoever starts or dies."""

import multiprocessing
import time
from contextlib import closing
from multiprocessing.synchronize import Barrier
from typing import LiteralString
from uuid import uuid4

import pytest

from rag.errors import LibraryMismatchError, LibraryMissingError
from rag.storage.server import migrating, schema
from rag.storage.server.database import PostgresDatabase
from rag.storage.server.migrating import migrate
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.testing.servers import PostgresServer
from tests.storage.server.test_postgres_faults import PATIENCE, SPEC, library, open_library, server

__all__ = ["library", "server"]  # fixtures


def test_a_newer_schema_is_refused_and_an_empty_database_holds_no_library(
    library: ServerStorage, server: PostgresServer
) -> None:
    """Each says what to do."""
    with library.database.writes():
        library.database.run("INSERT INTO askpapers_schema VALUES (?)", schema.VERSION + 1)
    with pytest.raises(LibraryMismatchError, match="pip install --upgrade askpapers"):
        open_library(server.address("papers"), "http://127.0.0.1:1")
    with pytest.raises(LibraryMissingError, match="askpapers ingest"):
        ServerStorage.open(server.new_library("empty"), "x", ChromaServer("http://127.0.0.1:1"), SPEC, create=False)


def _start(address: str, scripts: tuple[LiteralString, ...], gate: Barrier) -> None:
    """Open a library in a process of its own, with more scripts than there are."""
    for module in (schema, migrating):
        vars(module).update(MIGRATIONS=scripts, VERSION=len(scripts))
    database = PostgresDatabase(address, "x")
    gate.wait(PATIENCE)
    migrate(database, create=True)
    database.close()


MORE: LiteralString = "CREATE TABLE more (one BIGINT); INSERT INTO more VALUES (1)"
SLOW: LiteralString = f"{MORE}; SELECT pg_sleep(30)"


def test_four_starters_at_once_bring_an_older_library_to_date_once(server: PostgresServer) -> None:
    """Each script is applied by one of them."""
    address = server.new_library(f"old_{uuid4().hex[:6]}")
    with closing(PostgresDatabase(address, "x")) as database:
        migrate(database, create=True)
        context = multiprocessing.get_context("fork")
        gate = context.Barrier(4)
        scripts = (*schema.MIGRATIONS, MORE, "CREATE TABLE most (one BIGINT)")
        starters = [context.Process(target=_start, args=(address, scripts, gate)) for _ in range(4)]
        for starter in starters:
            starter.start()
        for starter in starters:
            starter.join(PATIENCE)
        assert [starter.exitcode for starter in starters] == [0] * 4
        assert database.all("SELECT one FROM more") == [(1,)]
        assert [row[0] for row in database.all("SELECT version FROM askpapers_schema ORDER BY 1")] == list(
            range(1, len(scripts) + 1)
        )


def test_a_starter_that_was_killed_leaves_nothing(server: PostgresServer) -> None:
    """The next one does it anew."""
    address = server.new_library(f"old_{uuid4().hex[:6]}")
    with closing(PostgresDatabase(address, "x")) as database:
        migrate(database, create=True)
        context = multiprocessing.get_context("fork")
        one = context.Process(target=_start, args=(address, (*schema.MIGRATIONS, SLOW), context.Barrier(1)))
        one.start()
        until = time.monotonic() + PATIENCE
        sleeping = "SELECT pid FROM pg_stat_activity WHERE query LIKE ? AND wait_event = 'PgSleep'"
        while not (pids := database.all(sleeping, "%pg_sleep(30)%")) and time.monotonic() < until:
            time.sleep(0.05)
        one.kill()
        one.join()
        database.all("SELECT pg_terminate_backend(?)", pids[0][0])  # the server would notice when the statement ends
        again = context.Process(target=_start, args=(address, (*schema.MIGRATIONS, MORE), context.Barrier(1)))
        again.start()
        again.join(PATIENCE)
        assert again.exitcode == 0
        assert database.all("SELECT one FROM more") == [(1,)]
