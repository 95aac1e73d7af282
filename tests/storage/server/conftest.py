"""Real servers, one of each for all tests of a process; where there is none the tests are skipped with the reason."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest

from rag.storage.server import storage
from rag.testing.servers import ChromaServerProcess, MissingServerError, PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """PostgreSQL, in a folder that no other run of pytest closes to its user."""
    with TemporaryDirectory() as folder:
        try:
            server = PostgresServer(Path(folder) / "postgres")
        except MissingServerError as error:
            if "CI" in os.environ:
                raise  # there it is installed
            pytest.skip(f"{error} (make servers)")
        with server:
            yield server


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServerProcess]:
    """Chroma."""
    with ChromaServerProcess(tmp_path_factory.mktemp("chroma")) as server:
        yield server


SECRET = "p4ss-w0rd-secret"


@pytest.fixture
def new_database(
    postgres: PostgresServer, chroma: ChromaServerProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[], str]:
    """Make a database, and return its address, with a password; the settings lead to Chroma."""
    monkeypatch.setenv("ASKPAPERS_CHROMA", chroma.url)
    monkeypatch.setenv("ASKPAPERS_CHROMA_HEADERS", f"X-Proxy-Key: {SECRET}")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def make() -> str:
        name = f"papers_{uuid4().hex[:12]}"
        with psycopg.connect(postgres.address(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return postgres.address(database=name).replace("postgres@", f"postgres:{SECRET}@")

    return make


@pytest.fixture(autouse=True)
def _no_searches_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that was made anew takes the place of the old one at once."""
    monkeypatch.setattr(storage, "GRACE", 0.0)
