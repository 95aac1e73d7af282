"""`askpapers eval speed --size N`, as a person runs it; and an ingest that is killed and goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from eval.speed.at_size import process
from eval.speed.at_size.made_up import papers
from eval.speed.at_size.making import collection
from eval.speed.at_size.process import STEPS, run_step
from rag.errors import StorageError
from rag.ingestion import indexing

NAMED = {
    *("ingest, whole", "memory of the ingest, peak", "on disk, all", "on disk, token states", "opening"),
    *("first search in a fresh process", "warm search, p50", "warm search, p95", "warm ask, quotes, p50"),
    *("warm search of a quarter, by year, p50", "find and count, p50", "memory of the searching process"),
    *("index made anew, without embedding", "recall@10 of the index against all compared"),
}


def speed(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ui.cli", "eval", "speed", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, cwd=folder)


def test_a_library_of_three_hundred_papers_is_foretold_made_asked_and_goes_on(tmp_path: Path) -> None:
    done = speed("--size", "300", "--keep", str(tmp_path / "kept"), "--json")
    assert done.returncode == 0, done.stderr
    foretold, own, *_ = done.stderr.splitlines()
    assert foretold.startswith("300 made-up papers take about ")
    assert foretold.endswith(" are free.")
    assert own.startswith("Your own model, all-MiniLM-L6-v2-int8, took ")
    found = json.loads(done.stdout)
    values = {row["what"]: row["value"] for row in found["rows"]}
    assert values.keys() >= NAMED
    assert all(value > 0 for value in values.values())
    assert values["recall@10 of the index against all compared"] == 1.0  # all are compared
    assert found["papers"] == 300
    assert found["embedder"].startswith("quick-made-up-vectors")

    again = speed("--size", "320", "--keep", str(tmp_path / "kept"))
    assert again.returncode == 0, again.stderr
    assert (
        "320 made-up papers, embedded by quick-made-up-vectors for all-MiniLM-L6-v2-int8: vectors of hashed words"
        in again.stdout
    )
    assert "went on from 300" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--json",), "go with --size"),
        (("papers.bib", "--size", "5"), "leave out PATH"),
        (("--size", "100", "--keep", "."), "holds something else than a library of made-up papers."),
        (("--size", "5"), "at least 100"),
    ],
)
def test_what_does_not_go_together_is_told_in_one_line(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = speed(*arguments, folder=tmp_path)
    assert done.returncode == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_step_that_fails_says_why_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StorageError) as told:
        run_step("ask", tmp_path / "absent", 10)
    assert str(told.value).startswith(f"There is no library at {tmp_path / 'absent'}.")
    monkeypatch.setattr(process, "STEPS", "eval.speed.at_size.nothing")
    with pytest.raises(StorageError, match=r"^Measuring ended in the step ask: .*No module named.* \(exit 1\)$"):
        run_step("ask", tmp_path / "absent", 10)


@pytest.mark.parametrize("moment", [("read", 500), ("embed", 300), ("embed", 900)])
def test_an_ingest_that_is_killed_goes_on_with_nothing_twice_and_nothing_lost(
    moment: tuple[str, int], tmp_path: Path
) -> None:
    folder, count = tmp_path / "made.library", 1_100
    killed_at(moment, folder, count)
    opened = collection(folder)
    before = len(opened)
    opened.close()
    assert before < count

    found = run_step("make", folder, count)
    assert found["before"] == before
    opened = collection(folder)
    with opened.storage.reading() as index:
        listed = list(opened.selected())
        assert sorted(one.doi or one.key or "" for one in listed) == sorted(
            one.doi or one.key or "" for _, one in papers(count)
        )
        assert index.ids() == {one.paper_id for one in listed}
        assert len(opened) == count
    opened.close()


def killed_at(moment: tuple[str, int], folder: Path, count: int) -> None:
    """Begin to make a library, and kill that with no warning somewhere behind a moment of it."""
    command = [sys.executable, "-m", STEPS, "make", str(folder), str(count), str(time.time())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            told: dict[str, Any] = json.loads(line)
            if (told.get("stage"), told.get("done", 0)) >= moment and told.get("stage") == moment[0]:
                time.sleep((os.getpid() % 7) / 50)
                child.send_signal(signal.SIGKILL)
                break
    assert child.returncode == -signal.SIGKILL


def test_batches_grow_while_they_are_quick_and_shrink_when_they_are_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [indexing.EMBED_BATCH]
    for seconds in (0.1, 0.2, 0.4, 0.6, 0.9, 0.9, 2.0, 4.0, 4.0, 9.0, 9.0, 9.0):
        sizes.append(indexing._next_size(sizes[-1], seconds))
    assert sizes == [32, 64, 128, 256, 512, 512, 512, 512, 256, 128, 64, 32, 32]
    monkeypatch.setattr(indexing, "EMBED_BATCH", 4)
    monkeypatch.setattr(indexing, "LARGEST_BATCH", 4)
    assert indexing._next_size(4, 0.0) == indexing._next_size(4, 9.0) == 4
