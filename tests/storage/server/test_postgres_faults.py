"""PostgreSQL down, restarted, hung, full, refusing or of another version: one line says so, and it goes on after."""

import logging
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from rag.errors import RagError, StorageError
from rag.storage.manifest import IndexSpec
from rag.storage.server import pool
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.testing.made_up import SIZE, TITLES, axis, fill, titles_of
from rag.testing.servers import OWNER, ChromaServerProcess, PostgresServer

SPEC = IndexSpec("made up", "one vector a paper", lambda: SIZE)
SECRET = "hush-hush"
PATIENCE = 60


@pytest.fixture
def server(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """Start a PostgreSQL of a test's own, which waits for the disk."""
    del postgres  # skips where there is none
    settings = {"max_connections": "20"}
    with TemporaryDirectory() as folder, PostgresServer(Path(folder) / "own", durable=True, settings=settings) as one:
        yield one


@pytest.fixture
def library(server: PostgresServer, chroma: ChromaServerProcess) -> Iterator[ServerStorage]:
    """Open a library on it that holds some papers."""
    with closing(open_library(server.new_library("papers"), chroma.url)) as storage:
        fill(storage)
        yield storage


def open_library(address: str, chroma: str) -> ServerStorage:
    """Open the library at an address."""
    return ServerStorage.open(address, "postgresql://server/papers", ChromaServer(chroma), SPEC)


def with_secret(address: str) -> str:
    """Return an address with a password."""
    return address.replace("@", f":{SECRET}@", 1)


def refusal(address: str) -> str:
    """Return the line that opening a library raises, which shows no password."""
    with pytest.raises(RagError) as caught:
        open_library(with_secret(address), "http://127.0.0.1:1")
    told = str(caught.value)
    assert "\n" not in told
    assert SECRET not in told
    assert "postgresql://server/papers" in told
    return told


def found(storage: ServerStorage) -> list[int]:
    """Return the papers nearest to the first axis, and read their titles."""
    with storage.reading() as index:
        ids = [paper_id for paper_id, _ in index.nearest(axis(0), 3)]
    assert len(titles_of(storage.catalog.papers(ids))) == len(ids)
    return ids


# --- Down


def test_a_server_that_is_down_is_told_of_at_once(server: PostgresServer) -> None:
    """At opening."""
    address = server.address()
    server.stop()
    began = time.monotonic()
    assert "can't be reached" in refusal(address)
    assert time.monotonic() - began < pool.WAIT


def test_what_the_pool_of_connections_meets_is_not_printed() -> None:
    """Python prints warnings that nobody handles; whoever asked tells it in a line."""
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("psycopg").handlers)


def test_a_search_while_it_is_down_says_so_and_the_next_one_finds_it_again(
    library: ServerStorage, server: PostgresServer
) -> None:
    """Without a new process, and nobody waits long meanwhile."""
    before = found(library)
    server.stop()
    began = time.monotonic()
    for _ in range(5):
        with pytest.raises(StorageError, match=r"PostgreSQL of postgresql://server/papers can't be reached"):
            found(library)
    assert time.monotonic() - began < pool.WAIT
    server.start()
    assert found(library) == before
    assert len(fill(library, ["Late arrivals"], "/b.bib")) == 1


@pytest.mark.parametrize("way", ["stop", "kill"])
def test_who_neither_read_nor_wrote_while_it_was_restarted_notices_nothing(
    library: ServerStorage, server: PostgresServer, way: str
) -> None:
    """All of its connections are broken: reading, writing and looking at one moment take new ones."""
    ids = found(library)
    with ThreadPoolExecutor(6) as readers:  # several connections
        list(readers.map(lambda _: found(library), range(24)))
    getattr(server, way)()
    server.start()
    time.sleep(pool.IDLE)
    with library.database.snapshot():
        assert library.catalog.count() == len(TITLES)
    assert len(fill(library, ["Late arrivals"], "/b.bib")) == 1
    with ThreadPoolExecutor(6) as readers:
        assert all(ids[0] in one for one in readers.map(lambda _: found(library), range(24)))


def test_what_was_acknowledged_before_a_crash_is_there(server: PostgresServer, chroma: ChromaServerProcess) -> None:
    """Killed while somebody writes batch after batch: each is whole or absent."""
    stored: list[int] = []
    with closing(open_library(server.new_library("papers"), chroma.url)) as storage:
        storage.chroma.close()  # away: only PostgreSQL counts here

        def write() -> None:
            with suppress(StorageError):
                for number in count():
                    stored.extend(fill(storage, [f"Paper {number}", f"Other {number}"], f"/{number}.bib"))

        writer = threading.Thread(target=write)
        writer.start()
        until = time.monotonic() + PATIENCE
        while len(stored) < 8 and time.monotonic() < until:
            time.sleep(0.01)
        server.kill()
        writer.join()
        server.start()
        assert len(stored) >= 8
        there = storage.catalog.ids()
        assert set(stored) <= there
        assert len(there) % 2 == 0
        with storage.reading() as index:
            assert set(stored) <= index.ids()


# --- Hung and busy


def test_a_server_that_hangs_is_not_waited_for_at_opening(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes connections and says nothing."""
    address = server.address()
    monkeypatch.setattr(pool, "WAIT", 2)
    server.pause()
    try:
        assert "can't be reached" in refusal(address)
    finally:
        server.resume()


def test_a_statement_that_takes_too_long_is_cut_short(library: ServerStorage) -> None:
    """By the server."""
    with pytest.raises(StorageError, match=r"took too long \(canceling statement due to statement timeout\)"):
        library.database.read(
            lambda connection: connection.execute("SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)").fetchall()
        )
    assert found(library)


def test_a_transaction_that_lies_idle_is_cut_off_and_holds_up_nobody(library: ServerStorage) -> None:
    """A process that stands still in the middle of writing."""

    def stand_still() -> None:
        with library.catalog.transaction():
            library.database.all("SELECT set_config('idle_in_transaction_session_timeout', '100', true)")
            time.sleep(2)
            library.catalog.changed()

    with pytest.raises(StorageError, match=r"took too long|can't be reached"):
        stand_still()
    assert fill(library, ["Late arrivals"], "/b.bib")


def test_more_who_ask_than_connections_wait_for_each_other(library: ServerStorage) -> None:
    """Forty threads, eight connections."""
    with ThreadPoolExecutor(40) as readers:
        assert {tuple(sorted(one)) for one in readers.map(lambda _: found(library), range(80))} == {
            tuple(sorted(found(library)))
        }


def test_a_pool_that_stays_in_use_is_told_of(library: ServerStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line."""
    library.database._pool.timeout = 0.2
    monkeypatch.setattr(pool.Pool, "max_size", 1, raising=False)
    taken = [library.database._pool.getconn() for _ in range(8)]
    with pytest.raises(StorageError, match=r"All connections to .* are in use.*try again when fewer ask"):
        found(library)
    for connection in taken:
        library.database._pool.putconn(connection)
    assert found(library)


def test_a_server_without_a_free_connection_says_how_to_have_more(server: PostgresServer) -> None:
    """All of them are somebody else's."""
    address = server.new_library("papers")
    others = []
    try:
        while True:
            others.append(psycopg.connect(address))
    except psycopg.OperationalError:
        assert "takes no more connections" in refusal(address)
        assert "max_connections" in refusal(address)
    for other in others:
        other.close()


# --- Full


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Mount a file system of eight megabytes, in a folder that other runs of pytest leave open."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        place = Path(folder) / "small"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
        if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("a file system can't be mounted here")
        shutil.chown(place, OWNER)
        try:
            yield place
        finally:
            subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_told_of_and_what_was_stored_stays(
    small_disk: Path, server: PostgresServer, chroma: ChromaServerProcess
) -> None:
    """Whatever was acknowledged is there, and can be searched."""
    with psycopg.connect(server.address(), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'".encode())
        connection.execute("ALTER ROLE postgres SET default_tablespace = small")
    with closing(open_library(server.new_library("papers"), chroma.url)) as storage:
        stored: list[int] = []

        def write() -> None:
            for number in count():
                stored.extend(fill(storage, [f"Paper {number}"], f"/{number}.bib"))
                with storage.catalog.transaction():
                    note = os.urandom(100_000).hex()
                    storage.catalog.database.run("INSERT INTO notes VALUES (?, ?)", stored[-1], note)

        with pytest.raises(StorageError, match=r"PostgreSQL of postgresql://server/papers has no room") as caught:
            write()
        assert "\n" not in str(caught.value)
        assert set(stored) <= storage.catalog.ids()
        assert found(storage)


# --- Refused


def test_a_wrong_password_a_missing_database_and_a_missing_user_are_told_apart(server: PostgresServer) -> None:
    """And none of the lines shows the password that was given."""
    with psycopg.connect(server.address(), autocommit=True) as connection:
        connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
    rules = server.folder / "data" / "pg_hba.conf"
    rules.write_text("host all guarded 127.0.0.1/32 scram-sha-256\n" + rules.read_text("utf-8"), "utf-8")
    server.stop()
    server.start()
    assert "Check the user and the password" in refusal(server.address(user="guarded"))
    assert "Check the user and the password" in refusal(server.address(user="nobody"))
    assert "createdb" in refusal(server.address(database="nowhere"))
    assert "can't be reached" in refusal("postgresql://me@no-such-host.invalid/papers")
    assert "can't be reached" in refusal("postgresql://me@127.0.0.1:1/papers?sslmode=hush")


def test_who_may_not_write_can_search_and_is_told_when_he_writes(
    library: ServerStorage, server: PostgresServer, chroma: ChromaServerProcess
) -> None:
    """A standby that is only read, and a user without rights."""
    with psycopg.connect(server.address(), autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT USAGE ON SCHEMA papers TO reader")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA papers TO reader")
    standby = server.address("papers") + "%20-cdefault_transaction_read_only%3Don"
    for address, told in ((standby, "Connect to the primary"), (server.address("papers", "reader"), "may not do that")):
        with closing(open_library(address, chroma.url)) as reader:
            assert found(reader) == found(library)
            with pytest.raises(StorageError, match=told):
                fill(reader, ["Late arrivals"], "/b.bib")


def test_a_user_who_may_make_no_tables_is_told_what_to_have_granted(server: PostgresServer) -> None:
    """PostgreSQL 15 lets only the owner of a database make tables in its schema `public`."""
    with psycopg.connect(server.address(), autocommit=True) as connection:
        connection.execute("CREATE ROLE carl LOGIN")
        connection.execute("CREATE SCHEMA closed")
        connection.execute("CREATE DATABASE locked")
        connection.execute("REVOKE CONNECT ON DATABASE locked FROM public")
    assert "may make no tables" in refusal(server.address(user="carl"))
    assert "GRANT USAGE, CREATE ON SCHEMA" in refusal(server.address(user="carl"))
    for schema in ("nowhere", "closed"):
        assert "CREATE SCHEMA" in refusal(server.address(schema, user="carl"))
        assert schema in refusal(server.address(schema, user="carl"))
    assert "GRANT CONNECT ON DATABASE" in refusal(server.address(user="carl", database="locked"))
