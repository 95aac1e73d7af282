"""kill -9 while Chroma writes its HNSW index to disk: mended at the next opening, without a question, nothing lost.

A library that is just short of a flush takes some more; the process is killed when a file of the
index has changed, at a random moment of the flush. Then a search, an ingest and a search again, each in a process of
its own, since some of the damage shows only at the second opening.
"""

import os
import random
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from eval.benchmarks.faults.harness import (
    EMBEDDER,
    Ended,
    Tally,
    copy,
    doctor,
    ingest,
    paper,
    progress,
    run,
    write_papers,
)
from eval.benchmarks.faults.kills import at_change
from eval.benchmarks.shared import opened_storage
from rag.storage.index.checksums import checksum

KILLS = 100
SIZES = (1_990, 5_080)  # papers, or some more; of the first 1,000 Chroma still has all it needs beside its files
FLUSHED_AFTER = 1_000  # papers more than its files hold, from which on Chroma writes them
SHORT = 10  # papers that the library lacks of that
STEP = 500  # papers of one ingest, which has a minute
MORE, WHOLE = 40, 20.0  # papers ingested; seconds that this takes at most
DELAYS = (0, 0.0005, 0.002, 0.02, 0.05)  # seconds after a file changed; a flush takes a tenth
MISSES = 50  # kills in a row that came before or after the flush: then none will hit it
FAR = 10_000
INDEX = "vectors-1/chroma/*/*"
LENGTH = 4  # bytes of a paper in length.bin
Tell = Callable[[Any], None]


def measure(work: Path) -> list[Tally]:
    """Return a line for each size: kills that were mended, and what was lost."""
    return [_line(papers, work) for papers in SIZES]


def _line(papers: int, work: Path) -> Tally:
    base, moments = work / f"flushed-{papers}.library", random.Random(papers)
    if not base.exists():
        _just_short(base, papers, work)
    stored = len(_texts(_all_found(base)))
    line = Tally(f"kill -9 in Chroma's flush at {stored:,} papers")
    more = write_papers(work / "more.jsonl", [paper(number) for number in range(8_000, 8_000 + MORE)])
    before, missed = _texts(_all_found(base)), 0
    after = before | {row["title"]: row["abstract"] for row in map(paper, range(8_000, 8_000 + MORE))}
    while line.tried < KILLS // len(SIZES):
        folder = copy(base, work / "flushed.library")
        kill = at_change(folder, INDEX, moments.randint(1, 3), WHOLE, after=moments.choice(DELAYS))
        ended = run(lambda tell: _ingest(folder, more, slowly=True), kill)  # noqa: B023
        if ended.how != "killed" or _written(folder) == _written(base):
            missed += 1
            assert missed < MISSES, f"no kill meets the flush: the last one {ended.how}"
            continue  # not in the flush
        missed = 0
        problems, lost, named = _problems(folder, more, before, after)
        line.count(problems, named=named, lost=lost)
    progress(f"{line} {line.notes[:3]}")
    return line


def _just_short(folder: Path, papers: int, work: Path) -> None:
    """Make a library whose Chroma writes its files when some more papers come in.

    When it last did so hangs on how many were embedded at once, which hangs on how busy the machine is.
    """
    for first in range(0, papers, STEP):
        _added(folder, first, min(first + STEP, papers), work)
    [lengths] = folder.glob(f"{INDEX[:-1]}length.bin")
    _added(folder, papers, lengths.stat().st_size // LENGTH + FLUSHED_AFTER - SHORT, work)


def _added(folder: Path, first: int, end: int, work: Path) -> None:
    """Ingest the papers of these numbers, if there are any, in a process of its own."""
    rows = write_papers(work / "first.jsonl", [paper(number) for number in range(first, end)])
    ended = run(lambda tell: _ingest(folder, rows))
    assert ended.how == "value", ended


def _problems(
    folder: Path, more: Path, before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[list[str], int, bool]:
    """Return what is wrong after a kill, how many papers were lost, and whether Chroma was damaged."""
    problems, named = [], "vectors" in doctor(folder)
    for name in ("search", "ingest", "search", "ingest"):
        ended = _all_found(folder) if name == "search" else run(lambda tell: _ingest(folder, more))
        if ended.how != "value":
            problems.append(f"{name}: {ended.how} {ended.value}")
        elif name == "search" and not before.items() <= _texts(ended).items():
            problems.append("search: a paper of before is missing")
    seen = _texts(_all_found(folder))
    if seen != after:
        problems.append(f"at the end a search finds {len(seen)} of {len(after)}")
    problems += [f"doctor at the end: {what}: {detail}" for what, detail in doctor(folder).items()]
    return problems, len(after.keys() - seen.keys()), named


def _all_found(folder: Path) -> Ended:
    """Return title and abstract of every paper that is near to a question, as far as there are any."""

    def step(tell: Callable[[Any], None]) -> Any:
        [question] = EMBEDDER.embed(["method points systems"])
        with closing(opened_storage(folder)) as storage, storage.reading() as index:
            near = index.nearest(question.vector, FAR)
            papers = storage.catalog.papers([paper_id for paper_id, _ in near])
            return [[one.title, one.abstract] for one in papers]

    return run(step)


def _written(folder: Path) -> dict[str, int]:
    """Return the checksums of the files of Chroma's index."""
    return {path.name: checksum(path) for path in folder.glob(INDEX)}


def _texts(ended: Ended) -> dict[str, str]:
    return {row[0]: row[1] for row in ended.value} if ended.how == "value" else {}


def _ingest(folder: Path, file: Path, *, slowly: bool = False) -> Any:
    if slowly:
        os.nice(15)  # so that whoever kills comes in time
    return ingest(folder, file)
