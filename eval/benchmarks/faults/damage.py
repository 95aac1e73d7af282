"""Vectors that are gone, cut or flipped, and a manifest that is: named or harmless, never a crash, and mended."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from eval.benchmarks.faults.harness import (
    SETTINGS,
    Ended,
    Tally,
    copy,
    doctor,
    flip,
    found,
    ingest,
    opened,
    paper,
    progress,
    run,
    write_papers,
)
from rag.maintenance.rebuild import rebuild

SMALL, LARGE = 24, 1_100  # papers; of the larger, Chroma keeps its index in files
FLIPS = {SMALL: 40, LARGE: 60}
MANIFEST_FLIPS = 10
MENDED = 3  # of the larger, so many are mended: one in three
Kind = tuple[str, Iterator[Callable[[Path], str]]]
QUESTION = "How many points does the aaad method reach?"


def measure(work: Path) -> list[Tally]:
    """Return a line for each kind of damage."""
    lines = []
    for papers in (SMALL, LARGE):
        base = work / f"vectors-{papers}.library"
        file = write_papers(work / f"vectors-{papers}.jsonl", [paper(number) for number in range(papers)])
        run(lambda tell: ingest(base, file))  # noqa: B023
        kinds: tuple[Kind, ...] = (
            (f"bit flips in the vectors of {papers:,} papers", _flips(base, FLIPS[papers])),
            (f"vectors of {papers:,} papers cut or gone", _cuts(base)),
        )
        if papers == SMALL:
            kinds = (*kinds, ("manifest flipped, cut or gone", _manifests()))
        for name, changes in kinds:
            lines.append(_line(name, base, changes, work))
    return lines


def _line(name: str, base: Path, changes: Iterator[Callable[[Path], str]], work: Path) -> Tally:
    line = Tally(name)
    more = write_papers(work / "one-more.jsonl", [paper(5_000)])
    expected = (found(base).value, _ask(base).value)
    for change in changes:
        folder = copy(base, work / "damaged.library")
        what, problems = change(folder), list[str]()
        named = doctor(folder)
        if any("crash" in detail or "raw" in detail for key, detail in named.items() if key == "doctor"):
            problems.append(f"{what}: {named}")
        seen, asked = found(folder), _ask(folder)
        for told, ended, right in (("search", seen, expected[0]), ("ask", asked, expected[1])):
            if not ended.fine:
                problems.append(f"{what}: {told}: {ended.how} {ended.value}")
            elif ended.how == "value" and ended.value != right:
                problems.append(f"{what}: {told} is silently wrong (doctor: {named})")
        written = run(lambda tell: ingest(copy(folder, work / "written.library"), more))  # noqa: B023
        if not written.fine:
            problems.append(f"{what}: ingest: {written.how} {written.value}")
        if (named or seen.how == "line") and (len(expected[0]) == SMALL or line.tried % MENDED == 0):
            mended = run(lambda tell: rebuild(folder, SETTINGS))  # noqa: B023
            left = doctor(folder) if mended.how == "value" else {"rebuild": f"{mended.how} {mended.value}"}
            seen = found(folder)
            if left or seen.value != expected[0]:
                problems.append(f"{what}: not mended: {left}")
        line.count(problems, named=bool(named), lost=len(expected[0]) if "catalog" in named else 0)
    progress(f"{line} {line.notes[:4]}")
    return line


def _flips(base: Path, times: int) -> Iterator[Callable[[Path], str]]:
    moments = random.Random(11)
    names = sorted(_names(base))
    for number in range(times):
        name = names[number % len(names)]

        def change(folder: Path, name: str = name) -> str:
            return f"{name} flipped at {flip(folder / name, moments)}"

        yield change


def _cuts(base: Path) -> Iterator[Callable[[Path], str]]:
    for name in sorted(_names(base)):
        for share in (None, 0.0, 0.5, 0.9):

            def change(folder: Path, name: str = name, share: float | None = share) -> str:
                path = folder / name
                if share is None:
                    path.unlink()
                else:
                    with path.open("r+b") as file:
                        file.truncate(int(path.stat().st_size * share))
                return f"{name} {'gone' if share is None else f'cut to {share:.0%}'}"

            yield change
    for folder_name in ("vectors-1", "vectors-1/chroma"):

        def drop(folder: Path, name: str = folder_name) -> str:
            shutil.rmtree(folder / name)
            return f"{name} gone"

        yield drop


def _manifests() -> Iterator[Callable[[Path], str]]:
    moments = random.Random(12)
    for _ in range(MANIFEST_FLIPS):
        yield lambda folder: f"manifest flipped at {flip(folder / 'manifest.json', moments)}"

    def gone(folder: Path) -> str:
        (folder / "manifest.json").unlink()
        return "manifest gone"

    def cut(folder: Path) -> str:
        (folder / "manifest.json").write_text('{"format": 1, "vec')
        return "manifest cut"

    yield from (gone, cut)


def _names(base: Path) -> list[str]:
    paths = [path for path in (base / "vectors-1").rglob("*") if path.is_file() and path.stat().st_size]
    return [str(path.relative_to(base)) for path in paths]


def _ask(folder: Path) -> Ended:
    def step(tell: Callable[[Any], None]) -> Any:
        with opened(folder) as library:
            return library.ask(QUESTION).text

    return run(step)
