"""Shared parts of the tests: real libraries, small and large, and the shared folder of real papers."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.gold import shared_folder
from rag.embedding import Embedder
from rag.library import Library
from rag.samples import PATH
from rag.settings import Settings

WriteJsonl = Callable[..., Path]
MakePaper = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test, and nothing is written into the checkout."""
    for name in list(os.environ):
        if name.startswith(("ASKPAPERS_", "OPENAI_")) and name != "ASKPAPERS_SHARED":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The bundled model, loaded once."""
    from rag.embedding.minilm import load_minilm

    return load_minilm()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library of the sample papers; to be read only."""
    folder = tmp_path_factory.mktemp("samples") / "samples.library"
    with Library.open(folder, Settings()) as library:
        library.ingest([PATH])
    return folder


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
def real_folder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library of the 707 real papers; to be read only."""
    folder = tmp_path_factory.mktemp("real") / "real.library"
    with Library.open(folder, Settings()) as library:
        library.ingest([shared / "papers"])
    return folder


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


@pytest.fixture
def paper() -> MakePaper:
    """Make up a paper as a JSON Lines object: distinct words, so that no two are alike."""

    def make(number: int, **fields: Any) -> dict[str, Any]:
        word = "".join(chr(ord("a") + int(digit)) for digit in f"{number:04d}")
        return {
            "id": f"k{number}",
            "title": f"On the {word} method number {number}",
            "abstract": f"We study {word}x systems. The {word} method reaches {number} points on {word}z. "
            f"It needs no {word}y labels, and runs in {number + 1} seconds.",
            **fields,
        }

    return make
