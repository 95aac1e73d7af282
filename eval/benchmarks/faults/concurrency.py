"""Two writers, ten readers beside a writer, a clock set back, a library moved, copied or mounted read-only."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import rag.storage.catalog.ratings
from eval.benchmarks.faults.harness import (
    Ended,
    Tally,
    copy,
    doctor,
    found,
    ingest,
    opened,
    paper,
    progress,
    put_in_place,
    run,
    write_papers,
)
from rag.records import Rating
from rag.storage.catalog.sqlite import open_catalog

WRITERS, READERS = 20, 10
Tell = Callable[[Any], None]


def measure(work: Path) -> list[Tally]:
    """Return a line for each."""
    base = work / "others.library"
    first = write_papers(work / "others.jsonl", [paper(number) for number in range(24)])
    run(lambda tell: ingest(base, first))
    more = write_papers(work / "others-more.jsonl", [paper(number) for number in range(24, 90)])
    lines = [
        _two_writers(base, work, more),
        _readers(base, work, more),
        _clock(base, work, more),
        _places(base, work, more),
    ]
    for line in lines:
        progress(f"{line} {line.notes[:3]}")
    return lines


def _two_writers(base: Path, work: Path, more: Path) -> Tally:
    line = Tally("a second writer beside a first")
    for _ in range(WRITERS):
        folder, ended = copy(base, work / "shared.library"), list[Ended]()

        def second(process: int) -> None:
            while not run(lambda tell: _is_written(folder)).value:  # noqa: B023
                time.sleep(0.01)
            ended.append(run(lambda tell: ingest(folder, more)))  # noqa: B023

        first = run(lambda tell: ingest(folder, more), second)  # noqa: B023
        problems = [] if first.how == "value" else [f"first: {first.how} {first.value}"]
        if not (ended[0].how == "line" and "Another process is writing" in ended[0].value):
            # The first may be done by the time that the second begins: then it finds all of it there.
            problems += [] if ended[0].value == 66 else [f"second: {ended[0]}"]
        problems += list(doctor(folder).values())
        line.count(problems)
    return line


def _readers(base: Path, work: Path, more: Path) -> Tally:
    """Let ten processes search all along; what they find never shrinks and is always whole."""
    line, folder = Tally("readers beside a writer, searches"), copy(base, work / "shared.library")
    known = {row["title"]: row["abstract"] for row in map(paper, range(90))}
    stop = work / "stop"
    stop.unlink(missing_ok=True)

    def read(tell: Tell) -> Any:
        counts, wrong = [0], list[str]()
        with opened(folder) as library:
            while not stop.exists() or len(counts) < 3:
                hits = library.search("method points systems", limit=100)
                counts.append(len(hits))
                if len(hits) < counts[-2] or any(known[hit.paper.title] != hit.paper.abstract for hit in hits):
                    wrong.append(f"{counts[-2]} papers, then {len(hits)}")
        return [len(counts) - 1, counts[-1], wrong]

    def start(left: int, tell: Tell) -> Any:
        """Start one reader beside the next ones, and the writer last."""
        if not left:
            ended = run(lambda inner: ingest(folder, more))
            stop.touch()
            return [[ended.how, ended.value]]
        results: list[Any] = []
        mine = run(read, lambda process: results.extend(run(lambda inner: start(left - 1, inner)).value))
        return [*results, [mine.how, mine.value]]

    results = run(lambda tell: start(READERS, tell)).value
    for how, value in results:
        if how != "value":
            line.count([f"{how} {value}"])
        elif isinstance(value, list):
            for number in range(value[0]):
                line.count(value[2] if number == 0 else [])
    line.lost = 90 - len(found(folder).value)
    return line


def _clock(base: Path, work: Path, more: Path) -> Tally:
    line = Tally("clock set back or forward")
    expected = found(base).value
    for year in (1971, 2001, 2099):
        folder = copy(base, work / "clock.library")
        moment = datetime(year, 1, 1, tzinfo=UTC)
        for path in folder.rglob("*"):
            os.utime(path, (moment.timestamp(), moment.timestamp()))

        def rate(tell: Tell) -> Any:
            put_in_place((rag.storage.catalog.ratings, "datetime", SimpleNamespace(now=lambda zone: moment)))  # noqa: B023
            with opened(folder) as library:  # noqa: B023
                answer = library.ask("How many points does the aaad method reach?")
                library.rate(Rating("one", answer, good=True))
                library.rate(Rating("one", answer, good=False))
                return [rating.good for rating in library.ratings()]

        problems = [] if found(folder).value == expected else ["search differs"]
        problems += [] if run(rate).value == [False] else ["a rating is wrong"]
        problems += [] if run(lambda tell: ingest(folder, more)).how == "value" else ["ingest"]  # noqa: B023
        problems += list(doctor(folder).values())
        line.count(problems)
    return line


def _places(base: Path, work: Path, more: Path) -> Tally:
    line, expected = Tally("moved, copied, mounted read-only"), found(base).value
    folder = copy(base, work / "a place with spaces, and é.library")
    for number in range(2):
        folder = Path(shutil.move(folder, work / f"moved-{number}.library"))
        problems = [] if found(folder).value == expected else ["search differs"]
        line.count(problems + list(doctor(folder).values()))
    mount = work / "fixed"
    mount.mkdir(exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(mount)], check=False).returncode:
        line.notes.append("read-only skipped: a file system can't be mounted here")
        return line
    try:
        folder = copy(base, mount / "fixed.library")
        subprocess.run(["mount", "-o", "remount,ro", str(mount)], check=True)
        seen = found(folder)
        problems = [] if seen.value == expected else [f"search differs: {seen}"]
        written = run(lambda tell: ingest(folder, more))
        problems += [] if written.how == "line" else [f"ingest: {written}"]
        line.count(problems + list(doctor(folder).values()))
    finally:
        subprocess.run(["umount", "--lazy", str(mount)], check=True)
    return line


def _is_written(folder: Path) -> Any:
    with closing(open_catalog(folder)) as catalog:
        return catalog.unfinished or catalog.count(indexed=True) > 24
