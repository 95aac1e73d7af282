"""In a moment a thread asks once what was written; it asks again when it wrote itself, or saw that somebody did."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import pytest

from rag.storage.server.database import PostgresDatabase
from rag.storage.server.migrating import migrate
from rag.testing.servers import PostgresServer

Two = tuple[PostgresDatabase, PostgresDatabase]


@pytest.fixture
def two(postgres: PostgresServer) -> Iterator[Two]:
    """Open an empty library twice."""
    address = postgres.new_library(f"moments_{uuid4().hex[:8]}")
    with closing(PostgresDatabase(address, "one")) as one, closing(PostgresDatabase(address, "other")) as other:
        migrate(one, create=True)
        yield one, other


def write(database: PostgresDatabase) -> None:
    """Write nothing, in a transaction."""
    with database.transaction():
        pass


def test_others_are_not_looked_for_inside_and_are_seen_at_once_behind_it(two: Two) -> None:
    """Also by the moments of other threads, which are their own."""
    one, other = two
    with one.moment(), ThreadPoolExecutor(1) as thread:
        before = one.version()
        write(other)
        with one.moment():
            assert one.version() == before
        assert one.version() == before
        assert thread.submit(one.version).result() == other.version() != before
    assert one.version() == other.version()


def test_what_the_thread_wrote_itself_it_sees_inside_and_after_its_transaction(two: Two) -> None:
    """Nothing that was told before counts there."""
    one, _ = two
    with one.moment():
        before = one.state()["texts"]
        with one.transaction():
            one.run("UPDATE state SET value = value + 1 WHERE name = 'texts'")
            assert one.state()["texts"] == before + 1
        assert one.state()["texts"] == before + 1


def test_what_it_has_seen_of_others_makes_it_ask_again(two: Two) -> None:
    """And only what it didn't know of."""
    one, other = two
    with one.moment():
        before = one.state()
        one.seen(before["writes"])
        assert one.state() is before
        write(other)
        one.seen(before["writes"] + 1)
        assert one.version() == other.version() == before["writes"] + 1
