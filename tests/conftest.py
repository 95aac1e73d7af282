"""Shared parts of the tests: real libraries, the shared folder of real papers, and a server with a language model."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from filelock import FileLock

from eval.benchmarks.fetching.index_server import IndexServer, index_server
from eval.benchmarks.fetching.made_papers import made
from eval.benchmarks.shared import shared_folder
from rag.fetching import INDEXES
from rag.library import Library
from rag.models.embedders.base import Embedder
from rag.readers import read_file
from rag.readers.cleaning.text import clean
from rag.records import Record, Rejection, Remark
from rag.samples import PATH
from rag.settings import Settings
from tests.chat_server import ChatHandler, ChatServer
from tests.copies import copied
from tests.http_server import listening
from ui.cli.app import main

WriteJsonl = Callable[..., Path]
MakePaper = Callable[..., dict[str, Any]]
Cli = Callable[..., "Done"]
MadeOnce = Callable[[str, Callable[[Path], Path]], Path]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test, and nothing is written into the checkout."""
    for name in list(os.environ):
        if name.startswith(("ASKPAPERS_", "OPENAI_")) and name != "ASKPAPERS_SHARED":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session", autouse=True)
def embedder() -> Iterator[Embedder]:
    """The bundled model. Whoever loads it in this process gets this one: loading takes longer than most tests."""
    from rag.models.embedders import minilm

    # Beside other processes that run tests, threads would only wait for each other.
    loaded = minilm.load_minilm(threads=1 if "PYTEST_XDIST_WORKER" in os.environ else 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(minilm, "load_minilm", lambda threads=0: loaded)
        yield loaded


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Make the library of papers that a function writes or names, once for all processes that run the tests."""
    home = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        home = home.parent

    def make(name: str, papers: Callable[[Path], Path]) -> Path:
        folder, done = home / f"{name}.library", home / f"{name}.made"
        with FileLock(home / f"{name}.lock"):
            if not done.exists():
                with Library.open(folder, Settings()) as library:
                    library.ingest([papers(home)])
                done.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def five_papers(made_once: MadeOnce) -> Path:
    """The folder of a library of five papers, each on a topic of its own; to be read only."""

    def papers(home: Path) -> Path:
        topics = ("random forests", "quiet lattices", "river deltas", "solar sails", "baroque poems")
        rows = [{"title": f"On {topic}", "abstract": f"We study {topic} with care. They are old."} for topic in topics]
        (home / "five.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        return home / "five.jsonl"

    return made_once("five", papers)


@pytest.fixture(scope="session")
def sample_folder(made_once: MadeOnce) -> Path:
    """The folder of a library of the sample papers; to be read only."""
    return made_once("samples", lambda _: PATH)


@pytest.fixture
def samples(sample_folder: Path) -> Iterator[Library]:
    """A library of the sample papers; to be read only."""
    with Library.open(sample_folder, Settings()) as library:
        yield library


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real papers and questions; without it a test is skipped, but under CI it fails."""
    folder = shared_folder()
    if not (folder / "papers").is_dir():
        reason = f"the real papers are not at {folder}; set ASKPAPERS_SHARED"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def real_folder(shared: Path, made_once: MadeOnce) -> Path:
    """The folder of a library of the 707 real papers; to be read only."""
    return made_once("real", lambda _: shared / "papers")


@pytest.fixture
def real(real_folder: Path) -> Iterator[Library]:
    """A library of the 707 real papers; to be read only."""
    with Library.open(real_folder, Settings()) as library:
        yield library


@pytest.fixture
def write_jsonl(tmp_path: Path) -> WriteJsonl:
    """Write objects (or ready-made lines) as JSON Lines and return the path."""

    def write(*rows: dict[str, Any] | str, name: str = "papers.jsonl") -> Path:
        path = tmp_path / name
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return path

    return write


def made_up(number: int, **fields: Any) -> dict[str, Any]:
    """Make up a paper as a JSON Lines object: distinct words, so that no two are alike."""
    word = "".join(chr(ord("a") + int(digit)) for digit in f"{number:04d}")
    return {
        "id": f"k{number}",
        "title": f"On the {word} method number {number}",
        "abstract": f"We study {word}x systems. The {word} method reaches {number} points on {word}z. "
        f"It needs no {word}y labels, and runs in {number + 1} seconds.",
        **fields,
    }


@pytest.fixture
def paper() -> MakePaper:
    """Make up a paper as a JSON Lines object: distinct words, so that no two are alike."""
    return made_up


@pytest.fixture(scope="session")
def made_up_folder(made_once: MadeOnce) -> Path:
    """The folder of a library of the first five made-up papers; to be read only."""

    def papers(home: Path) -> Path:
        (home / "made-up.jsonl").write_text("".join(f"{json.dumps(made_up(number))}\n" for number in range(5)))
        return home / "made-up.jsonl"

    return made_once("made-up", papers)


class Done(NamedTuple):
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Cli:
    """Run a command in this process, through the same `main` as the console script."""

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["askpapers", *map(str, arguments)])
        capfd.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Done(code, *capfd.readouterr())

    return run


class Found(NamedTuple):
    """What a reader found in a file."""

    records: list[Record]
    rejections: list[Rejection]
    remarks: list[str]


@pytest.fixture(scope="session")
def read_bytes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Found]:
    """Read a file that holds these bytes; whatever is found is held to what every reader promises."""
    path = tmp_path_factory.mktemp("sources") / "source"

    def read(content: bytes) -> Found:
        path.write_bytes(content)
        every = [one for _, one in read_file(path)]
        found = Found(
            [one for one in every if isinstance(one, Record)],
            [one for one in every if isinstance(one, Rejection)],
            [one.text for one in every if isinstance(one, Remark)],
        )
        for record in found.records:
            texts = (record.title, record.abstract, record.key or "x", record.url or "x", *record.authors)
            assert all(text and clean(text) == text and text.encode() for text in texts)
            assert any(map(str.isalnum, record.title))
            assert any(map(str.isalnum, record.abstract))
            assert record.line >= 1
            assert record.year is None or 1500 <= record.year <= 2099
            assert all(one is None or one for one in (record.doi, record.arxiv_id, record.pubmed_id))
        assert all(rejection.reason and "\n" not in rejection.reason for rejection in found.rejections)
        assert len(found.records) + len(found.rejections) + len(found.remarks) == len(every) > 0
        return found

    return read


@pytest.fixture
def chat_server() -> Iterator[ChatServer]:
    """A server with a language model that says what a test tells it to say."""
    known = ChatServer()
    with listening(type("Handler", (ChatHandler,), {"known": known})) as address:
        known.url = f"{address}/v1"
        yield known
        known.ended.set()


@pytest.fixture
def indexes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[IndexServer]:
    """Every open index with the same 30 papers, on a server of this machine that the settings lead to."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with index_server() as server:
        server.papers.update({name: made(30) for name in INDEXES})
        settings = server.settings(tmp_path)
        monkeypatch.setenv("ASKPAPERS_INDEX_ADDRESSES", settings.index_addresses)
        monkeypatch.setenv("ASKPAPERS_FETCH_CACHE", str(settings.fetch_cache))
        yield server


@pytest.fixture
def own_samples(sample_folder: Path, tmp_path: Path) -> Path:
    """The folder of a reader's own library, with the sample papers in it; may be changed."""
    return copied(sample_folder, tmp_path / "own.library")
