"""PgBouncer before PostgreSQL: by sessions all works, by transactions one line says why not and what to do."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rag.errors import LibraryLockedError, RagError, StorageError
from rag.storage.server import pool
from rag.testing.made_up import TITLES, fill, titles_of
from rag.testing.pooler import PgBouncer
from rag.testing.servers import ChromaServerProcess, MissingServerError, PostgresServer
from tests.storage.server.test_postgres_faults import SPEC, found, open_library, server

__all__ = ["server"]  # a fixture

Pooler = Callable[..., PgBouncer]


@pytest.fixture
def pooler(server: PostgresServer) -> Iterator[Pooler]:
    """Start PgBouncers before a PostgreSQL of a test's own."""
    with ExitStack() as started:

        def start(mode: str, sessions: int = 20) -> PgBouncer:
            folder = Path(started.enter_context(TemporaryDirectory()))
            try:
                return started.enter_context(PgBouncer(folder / mode, server, mode, sessions))
            except MissingServerError as error:
                pytest.skip(f"{error} (make servers)")

        yield start


def test_a_pooler_by_sessions_is_as_good_as_the_server(
    pooler: Pooler, server: PostgresServer, chroma: ChromaServerProcess
) -> None:
    """Also the schema in the address counts, which PgBouncer would refuse; and locks are held by sessions."""
    server.new_library("papers")
    address = pooler("session").address("papers")
    with closing(open_library(address, chroma.url)) as storage, closing(open_library(address, chroma.url)) as other:
        ids = fill(storage)
        assert set(found(other)) == set(ids)
        with storage.writing(), pytest.raises(LibraryLockedError, match="Somebody is writing"), other.rebuilding(SPEC):
            pytest.fail("the lock of who writes was lost")
    with closing(open_library(server.address("papers"), chroma.url)) as straight:
        assert titles_of(straight.catalog.papers(ids)) == list(TITLES)


def test_a_pooler_by_transactions_is_refused_in_a_line(
    pooler: Pooler, server: PostgresServer, chroma: ChromaServerProcess
) -> None:
    """Before anything is read or written: its locks would be somebody else's."""
    server.new_library("papers")
    for sessions in (20, 1):
        with pytest.raises(StorageError, match=r"pool_mode = session") as caught:
            open_library(pooler("transaction", sessions).address("papers"), chroma.url)
        assert "postgresql://server/papers" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_server_that_was_restarted_behind_a_pooler_is_found_again(
    pooler: Pooler, server: PostgresServer, chroma: ChromaServerProcess
) -> None:
    """Who asks while it is down is told so; the next one after it is back finds it, by the same process."""
    server.new_library("papers")
    with closing(open_library(pooler("session").address("papers"), chroma.url)) as storage:
        ids = fill(storage)
        server.stop()
        with pytest.raises(StorageError, match=r"can't be reached|in use, or it can't be reached"):
            found(storage)
        server.start()
        until = time.monotonic() + 60  # PgBouncer tries it again after 15 s
        while True:
            try:
                assert set(found(storage)) == set(ids)
                break
            except StorageError:
                assert time.monotonic() < until
                time.sleep(1)


@pytest.mark.parametrize("sessions", [1, 20])
def test_who_gets_no_session_of_a_pooler_is_told_after_some_seconds(
    pooler: Pooler, server: PostgresServer, monkeypatch: pytest.MonkeyPatch, sessions: int
) -> None:
    """It has too few of them, or its server is down; PgBouncer itself would let him wait for two minutes."""
    server.new_library("papers")
    monkeypatch.setattr(pool, "WAIT", 2.0)
    front = pooler("session", sessions)
    if sessions > 1:
        open_library(front.address("papers"), "http://127.0.0.1:1").close()
        server.stop()
    began = time.monotonic()
    with pytest.raises(RagError, match=r"^All connections to .* in use, or it can't be reached"):
        open_library(front.address("papers"), "http://127.0.0.1:1")
    assert time.monotonic() - began < 20
