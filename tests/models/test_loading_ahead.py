"""The bundled model loaded beside whatever else a process does."""

import threading
from pathlib import Path
from typing import Any

import pytest

from rag.errors import EmbeddingError
from rag.models.embedders import ahead, load_embedder, minilm
from rag.models.embedders.ahead import load_ahead
from rag.settings import Settings

SETTINGS = Settings(threads=1)


@pytest.fixture(autouse=True)
def _none_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_BEGUN", {})


def test_who_asks_first_gets_the_model_that_was_begun_and_the_next_one_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = count_loads(monkeypatch)
    load_ahead(SETTINGS)
    load_ahead(SETTINGS)
    one = load_embedder(SETTINGS)
    assert one is made[0]
    assert load_embedder(SETTINGS) is made[1]


def test_a_model_of_other_settings_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = count_loads(monkeypatch)
    load_ahead(Settings(embedding=f"onnx:{tmp_path}"))
    assert not ahead._BEGUN
    load_ahead(SETTINGS)
    assert load_embedder(Settings(threads=2)) in made[:2]
    load_embedder(SETTINGS)
    assert len(made) == 2


def test_what_goes_wrong_is_told_to_who_takes_it(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def gone(threads: int) -> Any:
        del threads
        msg = "The bundled embedding model is damaged."
        raise EmbeddingError(msg)

    monkeypatch.setattr(minilm, "load_minilm", gone)
    load_ahead(SETTINGS)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(5)
    with pytest.raises(EmbeddingError, match="is damaged"):
        load_embedder(SETTINGS)
    assert not capfd.readouterr().err


def count_loads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let the model be a new object each time; return them as they are made."""
    made: list[Any] = []

    def load(threads: int) -> Any:
        made.append(type("Model", (), {"threads": threads})())
        return made[-1]

    monkeypatch.setattr(minilm, "load_minilm", load)
    return made
