"""Embedding what waits, by whoever has time: once or for ever, ended in order."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rag.collection import Collection
from rag.errors import EmbeddingError, StorageError
from rag.ingestion.working import work
from rag.settings import Settings

ROWS = [{"title": f"Paper {n}", "abstract": f"We study paper {n} with care."} for n in range(5)]


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    """Five papers that wait."""
    opened = Collection.open(tmp_path / "a.library", Settings())
    report = opened.ingest(ROWS, embed=False)
    assert (report.added, report.embedded) == (5, 0)
    return opened


def test_what_was_left_is_embedded_once(collection: Collection) -> None:
    """On a folder too, as the second half of an ingest."""
    assert len(collection) == 0
    assert work(collection.storage, collection.embedder, once=True) == 5
    assert len(collection) == 5
    assert work(collection.storage, collection.embedder, once=True) == 0
    collection.close()


def test_who_works_for_ever_tells_a_trouble_once_and_tries_again(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is away comes back; nobody has to start the worker again."""
    told: list[str] = []
    waits: list[float] = []
    writing, failures = collection.storage.writing, [StorageError("It is away.")] * 3

    def sometimes(*args: object, **more: object) -> object:
        if failures:
            raise failures.pop()
        return writing(*args, **more)

    def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(collection.storage, "writing", sometimes)
    monkeypatch.setattr("rag.ingestion.working.time.sleep", pause)
    with pytest.raises(KeyboardInterrupt):
        work(collection.storage, collection.embedder, once=False, tell=told.append)
    assert told == ["It is away. Trying again."]
    assert waits == [4, 8, 16, 2, 2]
    assert len(collection) == 5
    collection.close()


def test_a_model_that_can_t_be_loaded_ends_the_work(collection: Collection) -> None:
    """Trying again would not help."""

    def missing() -> None:
        msg = "There is no such model."
        raise EmbeddingError(msg)

    with pytest.raises(EmbeddingError):
        work(collection.storage, missing, once=False)  # type: ignore[arg-type]
    collection.close()


def test_a_worker_is_ended_by_sigterm_without_a_traceback(collection: Collection) -> None:
    """As a container is stopped; the folder is free for others then."""
    collection.close()
    command = [sys.executable, "-m", "ui.cli", "work", "--library", str(collection.storage.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        first = worker.stderr.readline()
        assert "embedding papers: 5 of 5" in first
        os.kill(worker.pid, signal.SIGTERM)
        _, rest = worker.communicate(timeout=60)
    assert "Traceback" not in rest
    assert "Stopped." in rest
