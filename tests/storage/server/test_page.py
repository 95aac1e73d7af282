"""The page over a library in a database: papers added, the map, runs, and nothing of the password."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from gradio_client import Client

from rag.library import Library
from rag.settings import load_settings
from tests.page.conftest import PageServer
from tests.storage.server.conftest import SECRET
from ui.page.calls import shown
from ui.page.calls.base import Nothing
from ui.page.desk import desk_of
from ui.page.server_state import ServerState
from ui.page.serving import Serving
from ui.page.views.header import header

NewDatabase = Callable[[], str]


@pytest.fixture
def address(new_database: NewDatabase) -> str:
    return new_database()


@pytest.fixture
def state(address: str, tmp_path: Path) -> Iterator[ServerState]:
    opened = ServerState(load_settings(), address, tmp_path / "demo.library")
    yield opened
    opened.close()


async def added(state: ServerState, path: Path) -> str:
    """Add a file on the page; return what became of it."""
    adding = desk_of(state).adding
    job = adding.begin([path], [path.name])
    await adding.finished()
    return job.state


def test_samples_are_shown_until_the_first_papers_are_in_the_database(
    state: ServerState, address: str, tmp_path: Path, write_jsonl: Callable[..., Path], paper: Any
) -> None:
    assert state.is_samples
    path = write_jsonl(*(paper(number) for number in range(5)), name="mine.jsonl")
    assert asyncio.run(added(state, path)) == "done"
    assert not state.is_samples
    [source] = state.library.sources()
    assert Path(source).is_relative_to(tmp_path / "data" / "askpapers")
    assert Path(source).read_bytes() == path.read_bytes()
    with Library.open(address, load_settings(), create=False) as beside:
        assert len(beside) == 5


def test_the_page_tells_the_database_s_name_and_keeps_map_and_runs(
    state: ServerState, tmp_path: Path, write_jsonl: Callable[..., Path], paper: Any
) -> None:
    asyncio.run(added(state, write_jsonl(*(paper(number) for number in range(8)))))
    desk = desk_of(state)
    about = asyncio.run(shown.about(desk, Nothing()))
    assert about["name"].startswith("papers_")
    assert len(about["library"]) == 16
    assert len(state.library.map().points) == 8
    [kept] = (tmp_path / "data").rglob("map.json")
    assert json.loads(kept.read_bytes())["generation"] == state.library.version
    told = [json.dumps(about), json.dumps(asyncio.run(shown.runs(desk, Nothing()))), desk.stamp or ""]
    told.append(header(state))
    told += [path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in told if SECRET in text]


def filled(address: str, folder: Path, file: Path) -> ServerState:
    """Return the state of a page over a database with the papers of a file."""
    with Library.open(address, load_settings()) as library:
        library.ingest([file])
    return ServerState(load_settings(), address, folder / "demo.library")


def test_a_page_over_a_library_that_is_there_shows_it(
    address: str, tmp_path: Path, write_jsonl: Callable[..., Path], paper: Any
) -> None:
    state = filled(address, tmp_path, write_jsonl(*(paper(number) for number in range(4))))
    try:
        assert not state.is_samples
        assert not (tmp_path / "demo.library").exists()
        state.warm()
    finally:
        state.close()


def test_the_page_is_served_over_a_database_and_answers_without_telling_its_password(
    address: str, tmp_path: Path, write_jsonl: Callable[..., Path], paper: Any
) -> None:
    state = filled(address, tmp_path, write_jsonl(*(paper(number) for number in range(4))))
    server = PageServer(state, Serving(port=0))
    try:
        with urlopen(server.url) as reply:
            html = reply.read().decode()
        answer = Client(server.url, verbose=False).predict("What is the aaac method?", api_name="/ask")
    finally:
        server.stop()
    assert "papers_" in html  # its name
    assert answer["outcome"] == "answered"
    assert SECRET not in html + json.dumps(answer)
