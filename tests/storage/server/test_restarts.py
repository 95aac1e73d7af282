"""PostgreSQL restarted beneath a page that answers and beneath an ingest: both go on, and nothing is there twice."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from rag.library import Library
from rag.settings import load_settings
from rag.testing.servers import ChromaServerProcess, PostgresServer
from tests.conftest import Cli
from tests.page.conftest import PageServer
from tests.storage.server.test_postgres_faults import PATIENCE, server
from ui.page.server_state import ServerState
from ui.page.serving import Serving

__all__ = ["server"]  # a fixture

QUESTION = "What is the aaac method?"


@pytest.fixture
def address(
    server: PostgresServer, chroma: ChromaServerProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    """Return the address of a library on a PostgreSQL of a test's own, which the settings lead to."""
    monkeypatch.setenv("ASKPAPERS_CHROMA", chroma.url)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("ASKPAPERS_LIBRARY", server.new_library("papers"))
    return server.new_library("papers")


@pytest.fixture
def papers(write_jsonl: Callable[..., Path], paper: Any) -> Callable[[int], Path]:
    """Return what writes a file of so many papers."""
    return lambda count: write_jsonl(*(paper(number) for number in range(count)))


@pytest.mark.parametrize("way", ["stop", "kill"])
def test_a_page_answers_again_by_itself(
    server: PostgresServer, address: str, tmp_path: Path, papers: Callable[[int], Path], way: str
) -> None:
    """Who asks meanwhile is told in a line which server is away."""
    with Library.open(address, load_settings()) as library:
        library.ingest([papers(4)])
    page = PageServer(ServerState(load_settings(), address, tmp_path / "demo.library"), Serving(port=0))
    try:
        client = Client(page.url, verbose=False)
        before = client.predict(QUESTION, api_name="/ask")
        getattr(server, way)()
        with pytest.raises(AppError, match=r"^PostgreSQL of postgresql://.* can't be reached .*Check that it runs"):
            client.predict(QUESTION, api_name="/ask")
        server.start()
        assert client.predict(QUESTION, api_name="/ask")["text"] == before["text"]
    finally:
        page.stop()


def first_embedded(address: str) -> int:
    """Return how many papers can be found, as soon as there are any."""
    until = time.monotonic() + PATIENCE
    with psycopg.connect(address, autocommit=True) as connection:
        while time.monotonic() < until:
            with suppress(psycopg.errors.UndefinedTable):
                [(number,)] = connection.execute("SELECT count(*) FROM papers WHERE indexed = 1").fetchall()
                if number:
                    return int(number)
            time.sleep(0.01)
    return 0


@pytest.mark.parametrize("way", ["stop", "kill"])
def test_the_same_ingest_again_finishes_what_a_restart_broke_off(
    server: PostgresServer, address: str, cli: Cli, papers: Callable[[int], Path], way: str
) -> None:
    """In the middle of embedding; what was acknowledged is there, and nothing twice."""
    path = papers(300)
    embedded: list[int] = []

    def restart() -> None:
        embedded.append(first_embedded(address))
        getattr(server, way)()
        server.start()

    restarter = threading.Thread(target=restart)
    restarter.start()
    said = cli("ingest", path)
    restarter.join()
    assert 0 < embedded[0] < 300
    assert said.code == 1
    assert said.err.splitlines()[-1].startswith("Error: PostgreSQL of postgresql://")
    assert cli("ingest", path).code == 0
    told = json.loads(cli("info", "--json").out)
    assert (told["papers"], told["waiting"]) == (300, 0)
    assert "PROBLEM" not in cli("doctor").out
