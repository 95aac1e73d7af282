"""A disk that fills up during ingest, rebuild, remove and backup: a small file system in memory."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eval.benchmarks.faults.harness import (
    SETTINGS,
    Tally,
    copy,
    doctor,
    found,
    ingest,
    opened,
    paper,
    progress,
    run,
    write_papers,
)
from rag.maintenance.backup import back_up
from rag.maintenance.rebuild import rebuild

FREE = (0, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768)  # kB left
SIZE = 16  # MB


def measure(work: Path) -> list[Tally]:
    """Return a line for each command, or one that says why there is none."""
    base, texts = work / "disk-base.library", {row["title"]: row["abstract"] for row in map(paper, range(24))}
    more = [paper(number) for number in range(24, 90)]
    file = write_papers(work / "more.jsonl", more)
    first = write_papers(work / "first.jsonl", [paper(number) for number in range(24)])
    run(lambda tell: ingest(base, first))
    added = texts | {row["title"]: row["abstract"] for row in more}
    kept = {title: texts[title] for title in list(texts)[12:]}
    commands: tuple[tuple[str, Callable[[Path], Any], Mapping[str, str]], ...] = (
        ("ingest", lambda folder: ingest(folder, file), added),
        ("rebuild", lambda folder: rebuild(folder, SETTINGS), texts),
        ("remove", _remove, kept),
        ("backup", lambda folder: back_up(folder, folder.parent / "b.zip", vectors=True).papers, texts),
    )
    lines = []
    with _mounted(work / "disk") as disk:
        if disk is None:
            return [Tally("full disk (skipped: a file system can't be mounted here)")]
        for name, do, after in commands:
            line = Tally(f"full disk: {name}")
            for free in FREE:
                _try(line, copy(base, disk / "full.library"), disk, free, do, texts, after)
                (disk / "b.zip").unlink(missing_ok=True)
            progress(f"{line} {line.notes[:3]}")
            lines.append(line)
    return lines


def _try(
    line: Tally,
    folder: Path,
    disk: Path,
    free: int,
    do: Callable[[Path], Any],
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> None:
    ballast, problems = disk / "ballast", []
    _fill(ballast, free)
    ended = run(lambda tell: do(folder))
    if not ended.fine or (ended.how == "line" and "room" not in ended.value):
        problems.append(f"{line.fault}, {free} kB: {ended.how} {ended.value}")
    seen = found(folder)
    if not seen.fine:
        problems.append(f"{line.fault}, {free} kB, search: {seen.how} {seen.value}")
    ballast.unlink()
    seen = found(folder)
    stored = {row[0] for row in seen.value} if seen.how == "value" else set()
    lost = len((before.keys() & after.keys()) - stored)
    if lost:
        problems.append(
            f"{line.fault}, {free} kB: {lost} can't be found when there is room: {seen.how} {str(seen.value)[:150]}"
        )
    again = run(lambda tell: do(folder))
    if again.how != "value":
        problems.append(f"{line.fault}, {free} kB, again: {again.how} {again.value}")
    problems += [f"{line.fault}, {free} kB: {what}: {detail}" for what, detail in doctor(folder).items()]
    seen = found(folder)
    if seen.how != "value" or {row[0]: row[1] for row in seen.value} != dict(after):
        problems.append(f"{line.fault}, {free} kB: not complete at the end")
    line.count(problems, lost=lost)


def _fill(ballast: Path, free: int) -> None:
    """Fill the file system but for so many kB."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
        file.truncate(max(0, file.tell() - free * 1024))


@contextmanager
def _mounted(folder: Path) -> Iterator[Path | None]:
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _remove(folder: Path) -> Any:
    with opened(folder) as library:
        return library.remove(range(1, 13))
