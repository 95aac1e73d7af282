"""Real servers, one of each for all tests of a process; where there is none the tests are skipped with the reason."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

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
