"""What a library survives: kill -9, other processes, full and read-only disks."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rag.errors import LibraryLockedError, StorageError
from rag.library import Library
from rag.maintenance.doctor import check
from rag.records import Rating
from rag.settings import Settings
from rag.storage.embedded import EmbeddedStorage
from rag.storage.folder.readonly import copied

MakePaper = Callable[..., dict[str, Any]]
WriteJsonl = Callable[..., Path]

KILLS = 4  # eval.benchmarks faults kills by the hundred
PAPERS = 66  # three batches of embedding
# Tells when it starts, so that no kill is wasted on imports.
INGEST = """
import chromadb, sys
from rag import Library
with Library.open(sys.argv[1]) as library:
    library.embedder()
    print("started", flush=True)
    library.ingest([sys.argv[2]])
"""
# Answers a line with the title of the best paper, and goes on.
READER = """
import sys
from rag import Library
with Library.open(sys.argv[1]) as library:
    for line in sys.stdin:
        print(library.search(line, limit=1)[0].paper.title, flush=True)
"""


@pytest.fixture
def small(made_up_folder: Path, tmp_path: Path) -> Path:
    """A library of five made-up papers."""
    return Path(shutil.copytree(made_up_folder, tmp_path / "small.library"))


def opened(folder: Path) -> Library:
    return Library.open(folder, Settings())


def askpapers(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ui.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def assert_one_line_error(done: subprocess.CompletedProcess[str]) -> None:
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1


def started(script: str, *arguments: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def first_line(process: subprocess.Popen[str], said: str = "") -> str:
    """Say something to a process and return its next line."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(said)
    process.stdin.flush()
    return process.stdout.readline().strip()


def kill_after(seconds: float | None, folder: Path, path: Path) -> float:
    """Ingest in another process, killed so long after its start (None: left alone); return how long it took."""
    with started(INGEST, folder, path) as process:
        assert first_line(process) == "started"
        begin = time.monotonic()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        return time.monotonic() - begin


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """Put a small file system of its own at `folder`; skip the test where that is not permitted."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", *options, "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"a file system can't be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def assert_sound(library: Library, rows: list[dict[str, Any]]) -> None:
    """Every paper that counts as stored is found with its own text, and its index is whole."""
    known = {row["title"]: row["abstract"] for row in rows}
    problems = {finding.what: finding.detail for finding in check(library.folder, Settings()) if not finding.sound}
    problems.pop("unfinished ingest", None)
    assert problems == {}
    if len(library):
        found = [hit.paper for hit in library.search("the method", limit=PAPERS)]
        assert len(found) == len({paper.title for paper in found}) == len(library)
        assert all(known[paper.title] == paper.abstract for paper in found)


def test_a_killed_ingest_loses_nothing_it_told_and_the_next_one_finishes(
    tmp_path: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    rows = [paper(number, abstract=f"The method number {number} needs no labels.") for number in range(PAPERS)]
    path, moments = write_jsonl(*rows), random.Random(7)
    whole = kill_after(None, tmp_path / "measured.library", path)
    again, seen = tmp_path / "again.library", 0
    for number in range(KILLS):
        # Even ones go on where the last kill left off, odd ones start anew.
        folder = tmp_path / f"{number}.library" if number % 2 else again
        kill_after(moments.uniform(0, whole), folder, path)
        with opened(folder) as library:
            assert_sound(library, rows)
            if folder == again:
                assert len(library) >= seen
                seen = len(library)
            if number % 2 or seen == PAPERS or number >= KILLS - 2:
                library.ingest([path])
                assert len(library) == len(library.search("the method", limit=PAPERS)) == PAPERS
                assert library.ingest([path]).unchanged == PAPERS
        if seen == PAPERS:
            shutil.rmtree(again)
            seen = 0


def test_a_second_writer_is_told_at_once_while_reading_goes_on(
    small: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    path = write_jsonl(*map(paper, range(5, 60)), name="more.jsonl")
    with started(INGEST, small, path) as process, opened(small) as library:
        first_line(process)
        while not library._collection.storage.catalog.unfinished:
            assert process.poll() is None
        with pytest.raises(LibraryLockedError, match="Another process is writing"):
            library.ingest([path])
        assert process.poll() is None  # told while the other was still at it
        assert library.search(paper(3)["title"], limit=1)[0].paper.key == "k3"
        process.wait()
        assert library.search(paper(59)["title"], limit=1)[0].paper.key == "k59"
        assert library.ingest([path]).unchanged == 55


def test_a_reader_in_another_process_sees_what_was_stored_after_it_opened(
    small: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    with started(READER, small) as reader:
        assert first_line(reader, f"{paper(3)['title']}\n") == paper(3)["title"]
        cars = paper(8, title="Automobiles run on petrol", abstract="They burn gasoline in an engine.")
        with opened(small) as library:
            library.ingest([write_jsonl(cars, name="more.jsonl")])
        # Shares no word with it: only its vector can be found.
        assert first_line(reader, "cars and fuel\n") == cars["title"]


def test_a_full_disk_is_told_and_what_was_stored_answers_when_there_is_room(
    small: Path, tmp_path: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    more = write_jsonl(*map(paper, range(5, 200)), name="more.jsonl")
    with mounted(tmp_path / "disk", "-o", "size=1m") as disk:
        with opened(Path(shutil.copytree(small, disk / "full.library"))) as library:
            with pytest.raises(StorageError, match=r"^.*[Mm]ake room.*$") as caught:
                library.ingest([more])
            assert "\n" not in str(caught.value)
        subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)
        with opened(disk / "full.library") as library:
            assert library.search(paper(3)["title"], limit=1)[0].paper.key == "k3"
            library.ingest([more])
            assert len(library) == 200
            assert all(finding.sound for finding in check(library.folder, Settings()))


def test_a_read_only_library_is_searched_asked_checked_and_never_changed(
    small: Path, tmp_path: Path, paper: MakePaper
) -> None:
    with opened(small) as library:
        expected = library.search("the method")
        answer = library.ask("How many points does the aaad method reach?")
    with mounted(tmp_path / "disk", "-o", "size=20m") as disk:
        folder = Path(shutil.copytree(small, disk / "fixed.library"))
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with opened(folder) as library:
            storage = library._collection.storage
            assert isinstance(storage, EmbeddedStorage)
            copy = storage._files
            assert library.search("the method") == expected
            assert library.ask("How many points does the aaad method reach?").text == answer.text
            assert library.backup(tmp_path / "b.zip", vectors=True).papers == 5
            for refused in (lambda: library.remove([1]), lambda: library.rate(Rating("r", answer, good=True))):
                with pytest.raises(StorageError, match=f"{folder}.* can't be written"):
                    refused()
        assert not copy.exists()
        assert all(finding.sound for finding in check(folder, Settings()))


def test_readers_beside_a_writer_find_every_paper_that_counts_and_no_other(
    small: Path,
    write_jsonl: WriteJsonl,
    paper: MakePaper,
) -> None:
    path, counts = write_jsonl(*map(paper, range(5, 66)), name="more.jsonl"), [5]
    with started(INGEST, small, path) as process:
        first_line(process)
        while process.poll() is None:
            with opened(small) as library:  # a new one each time: what Chroma has on disk, not what it has read
                counts.append(len(library.search("the method", limit=PAPERS)))
    assert counts == sorted(counts)
    with opened(small) as library:
        assert len(library.search("the method", limit=PAPERS)) == 66


def test_a_library_that_nobody_may_write_is_copied_so_that_sqlite_can_write(small: Path, tmp_path: Path) -> None:
    """Folders without the right to write, copied as they are, take neither SQLite's log nor a link."""
    folder = Path(shutil.copytree(small, tmp_path / "fixed.library"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & 0o555)
    for tokens in (False, True):
        place = copied(folder, tokens=tokens)
        assert all(path.stat().st_mode & 0o200 for path in (place, *place.rglob("*")) if not path.is_symlink())
        assert place.stat().st_mode & 0o077 == 0
        shutil.rmtree(place)


def test_an_ingest_into_a_read_only_library_is_told_in_one_line(
    small: Path, tmp_path: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    with mounted(tmp_path / "disk", "-o", "size=20m") as disk:
        shutil.copytree(small, disk / "fixed.library")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        assert_one_line_error(askpapers("ingest", write_jsonl(paper(7)), "--library", disk / "fixed.library"))
