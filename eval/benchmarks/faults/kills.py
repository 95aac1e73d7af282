"""kill -9 at random moments of each command, and at moments when a certain file changes."""

import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from eval.benchmarks.faults.commands import Command, commands
from eval.benchmarks.faults.harness import (
    SETTINGS,
    Ended,
    Tally,
    copy,
    doctor,
    found,
    paper,
    progress,
    run,
    write_papers,
)
from rag.library import Library
from rag.storage.catalog.sqlite import open_catalog

TIMED, AIMED, REAL = 30, 20, 6  # kills a command; the last with the real model and the command line
# Files whose changes are aimed at.
WRITES = (
    "catalog.sqlite3-wal",
    "**/chroma.sqlite3*",
    "**/states.sqlite3*",
    "**/*.bin",
    "**/*.partial",
    "manifest.json",
)


def measure(work: Path) -> list[Tally]:
    """Return a line for each command."""
    return [_line(command, work) for command in commands(work)] + [_real(work)]


def _line(command: Command, work: Path) -> Tally:
    line, moments = Tally(f"kill -9: {command.name}"), random.Random(command.name)
    seconds = []
    for _ in range(3):
        folder = copy(command.base, work / "killed.library")
        begun = time.monotonic()
        assert run(lambda tell: command.do(folder, tell)).how == "value", command.name  # noqa: B023
        seconds.append(time.monotonic() - begun)
    whole = statistics.median(seconds)
    while line.tried < TIMED + AIMED:
        folder = copy(command.base, work / "killed.library")
        if line.tried < TIMED:
            kill = _after(moments.uniform(0, whole))
        else:
            kill = at_change(folder, moments.choice(WRITES), moments.randint(1, 6), whole)
        ended = run(lambda tell: command.do(folder, tell), kill)  # noqa: B023
        if ended.how != "killed":
            continue  # it was done before
        problems, lost, named = _problems(folder, command, ended)
        line.count([f"{command.name}: {problem}" for problem in problems], named=named, lost=lost)
    progress(f"{line} {line.notes[:3]}")
    return line


def _after(seconds: float) -> Callable[[int], None]:
    def kill(process: int) -> None:
        time.sleep(seconds)
        _kill(process)

    return kill


def at_change(folder: Path, pattern: str, nth: int, whole: float, *, after: float = 0) -> Callable[[int], None]:
    """Return what kills when a file has changed so often, or after twice the seconds that the `whole` takes.

    `after` so many seconds more.
    """

    def signs() -> list[tuple[str, int, int]]:
        with suppress(FileNotFoundError):  # it comes and goes meanwhile
            stats = [(str(path), path.stat()) for path in folder.glob(pattern)]
            return sorted((path, stat.st_size, stat.st_mtime_ns) for path, stat in stats)
        return []

    def kill(process: int) -> None:
        before, left, latest = signs(), nth, time.monotonic() + 2 * whole
        while left and time.monotonic() < latest and not _has_ended(process):
            now = signs()
            if now != before:
                before, left = now, left - 1
        time.sleep(after)
        _kill(process)

    return kill


def _has_ended(process: int) -> bool:
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill(process: int) -> None:
    for end in (os.killpg, os.kill):
        with suppress(ProcessLookupError):  # it has ended, or has no group of its own yet
            end(process, signal.SIGKILL)


def _problems(folder: Path, command: Command, ended: Ended) -> tuple[list[str], int, bool]:
    """Return what is wrong after a kill and after the same command again, papers lost, and whether doctor saw it."""
    problems, before = [], command.before
    named = doctor(folder)
    problems += [
        f"doctor: {what}: {detail}" for what, detail in named.items() if what not in {"unfinished ingest", "vectors"}
    ]
    stored = run(lambda tell: _stored(folder))
    if stored.how != "value":
        return [*problems, f"reopening: {stored.how} {stored.value}"], len(before), bool(named)
    titles, searchable = [row[0] for row in stored.value], sum(row[2] for row in stored.value)
    must = before.keys() & command.after.keys()
    lost = len(must - set(titles))
    gone = before.keys() - set(titles)
    if not command.in_steps and gone not in (set(), before.keys() - command.after.keys()):
        problems.append(f"half removed: {len(gone)}")
    if any(text not in {before.get(title), command.after.get(title)} for title, text, _ in stored.value):
        problems.append("an abstract is none that was written")
    if len(set(titles)) < len(titles):
        problems.append("a paper is there twice")
    reported = max((value for value in ended.told if isinstance(value, int)), default=0)
    if command.name == "ingest, new papers" and searchable < len(before) + reported:
        problems.append(f"{reported} reported as stored, {searchable - len(before)} are")
    seen = found(folder)
    if not seen.fine:
        problems.append(f"search: {seen.how} {seen.value}")
    elif seen.how == "value" and len(seen.value) != searchable:
        problems.append(f"{searchable} papers count as stored, a search finds {len(seen.value)}")
    again = run(lambda tell: command.do(folder, tell))
    if again.how != "value":
        problems.append(f"again: {again.how} {again.value}")
    problems += [f"doctor at the end: {what}: {detail}" for what, detail in doctor(folder).items()]
    seen = found(folder)
    final = sorted((row[0], row[1]) for row in seen.value) if seen.how == "value" else []
    if final != sorted(command.after.items()):
        problems.append(f"at the end a search finds {len(final)} of {len(command.after)}: {seen.how}")
        lost += len(command.after.keys() - {title for title, _ in final})
    return problems, lost, bool(named)


def _stored(folder: Path) -> list[tuple[str, str, int]]:
    with closing(open_catalog(folder)) as catalog:
        found = catalog.indexed_ids()
        papers = catalog.all_papers(limit=catalog.count())
        return [(paper.title, paper.abstract, int(paper.paper_id in found)) for paper in papers]


def _real(work: Path) -> Tally:
    """Kill the command itself, with the bundled model, and let the commands look afterwards."""
    line, moments = Tally("kill -9: askpapers ingest, the bundled model"), random.Random(4)
    rows = [paper(number) for number in range(96)]
    file, folder = write_papers(work / "real.jsonl", rows), work / "real.library"
    begun = time.monotonic()
    _askpapers("ingest", file, "--library", folder)
    whole = time.monotonic() - begun
    for _ in range(REAL):
        shutil.rmtree(folder)
        command = [sys.executable, "-m", "ui.cli", "ingest", str(file), "--library", str(folder)]
        process = subprocess.Popen(
            command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(moments.uniform(0.4 * whole, whole))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        problems = []
        for told in (("doctor",), ("search", "method"), ("ingest", str(file)), ("doctor",)):
            done = _askpapers(*told, "--library", folder)
            if "Traceback" in done.stderr or done.returncode not in {0, 1}:
                problems.append(f"{told[0]}: {done.returncode} {done.stderr[-200:]}")
        with Library.open(folder, SETTINGS) as library:
            lost = len(rows) - len(library)
        if done.returncode or lost:
            problems.append(f"at the end: {done.stdout[-200:]}")
        line.count(problems, lost=lost)
    progress(str(line))
    return line


def _askpapers(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ui.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
