"""A catalog with flipped bits, trashed pages, or cut: found by doctor or harmless, and what is left is rescued."""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from eval.benchmarks.faults.harness import Tally, copy, doctor, flip, found, opened, paper, progress, run, write_papers
from rag.maintenance.rescue import Rescued, rescue
from rag.records import Rating

FLIPS, PAGES, CUTS = 100, 30, 30
PAPERS, MERGED, RATED = 60, 20, 5
TABLES = ("papers", "origins", "identifiers", "records", "ratings")


def measure(work: Path) -> list[Tally]:
    """Return a line for each kind of damage."""
    base = work / "catalog.library"
    rows = [paper(number, f"Its authors wrote {number} pages about it. " * 6) for number in range(PAPERS)]
    again = [{**row, "id": f"again {row['id']}"} for row in rows[:MERGED]]
    files = [write_papers(work / f"{name}.jsonl", part) for name, part in (("catalog", rows), ("again", again))]
    run(lambda tell: _fill(base, files))
    moments = random.Random(21)

    def trashed(path: Path) -> str:
        pages = path.stat().st_size // 4096
        place = moments.randrange(pages)
        with path.open("r+b") as file:
            file.seek(place * 4096)
            file.write(moments.randbytes(4096))
        return f"page {place + 1}"

    def cut(path: Path) -> str:
        length = moments.randrange(path.stat().st_size)
        with path.open("r+b") as file:
            file.truncate(length)
        return f"cut to {length}"

    return [
        _line(
            "bit flips in the catalog",
            base,
            (lambda path: f"flip at {flip(path, moments)}" for _ in range(FLIPS)),
            work,
        ),
        _line("pages of the catalog trashed", base, (trashed for _ in range(PAGES)), work),
        _line("catalog cut", base, (cut for _ in range(CUTS)), work),
    ]


def _line(name: str, base: Path, changes: Iterator[Callable[[Path], str]], work: Path) -> Tally:
    line, whole, saved = Tally(name), _content(base), 0
    expected = found(base).value
    for change in changes:
        folder = copy(base, work / "damaged.library")
        what, problems, untold = change(folder / "catalog.sqlite3"), list[str](), 0
        named = doctor(folder)
        if "doctor" in named:
            problems.append(f"{what}: {named}")
        same = _content(folder) == whole
        if not named and not same:
            problems.append(f"{what}: doctor doesn't see it")
        seen = found(folder)
        if not seen.fine or (seen.how == "value" and seen.value != expected and not named):
            problems.append(f"{what}: search: {seen.how} {str(seen.value)[:200]}")
        rescued = run(lambda tell: _rescue(folder, work / "rescued.jsonl"))  # noqa: B023
        if rescued.how != "value":
            problems.append(f"{what}: rescue: {rescued.how} {rescued.value}")
        else:
            papers, changed, missing = rescued.value
            report = Rescued(papers, tuple(changed), tuple(missing))
            lines = (work / "rescued.jsonl").read_text("utf-8").splitlines()
            right = sum(line in expected_lines(base, work) for line in lines)
            saved += right
            if report.papers - right > len(report.changed):
                problems.append(f"{what}: {report.papers - right} papers rescued wrong, {len(report.changed)} told")
            if right + len(report.changed) + len(report.lost) < PAPERS and report.papers:
                untold = PAPERS - right - len(report.changed) - len(report.lost)
                problems.append(f"{what}: {untold} papers lost and not told")
        line.count(problems, named=bool(named), lost=untold)
    line.fault += f" (rescue read {saved:,} of {line.tried * PAPERS:,} papers)"
    progress(f"{line} {line.notes[:4]}")
    return line


_LINES: dict[Path, set[str]] = {}


def expected_lines(base: Path, work: Path) -> set[str]:
    """Return the lines that a rescue of the sound catalog writes."""
    if base not in _LINES:
        run(lambda tell: _rescue(base, work / "sound.jsonl"))
        _LINES[base] = set((work / "sound.jsonl").read_text("utf-8").splitlines())
    return _LINES[base]


def _rescue(folder: Path, out: Path) -> Any:
    report = rescue(folder, out)
    return [report.papers, report.changed, report.lost]


def _content(folder: Path) -> str | None:
    """Return all that a catalog says; None when it can't be read."""
    try:
        with closing(sqlite3.connect(folder / "catalog.sqlite3")) as connection:
            return json.dumps([connection.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES], default=repr)
    except sqlite3.Error:
        return None


def _fill(folder: Path, files: list[Path]) -> Any:
    with opened(folder) as library:
        report = library.ingest(files)
        for number in range(RATED):
            library.rate(Rating(f"r{number}", library.ask(f"Which points does method {number} reach?"), good=True))
        return [report.stored, len(library.merges()), len(library.ratings())]
