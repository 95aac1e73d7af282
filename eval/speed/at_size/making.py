"""A library of made-up papers, brought in as any others are, and how fast that went."""

from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from eval.speed.at_size.made_up import papers
from eval.speed.at_size.process import memory_peak
from eval.speed.at_size.quick_embedder import NAME, QuickEmbedder
from rag.collection import Collection
from rag.errors import SourceError
from rag.records.progress import Progress, Watch
from rag.settings import Settings
from rag.storage.layout import is_library
from rag.storage.manifest import read_manifest

STAGES = ("read", "embed")


class Moment(NamedTuple):
    """How far an ingest was: the stage, papers done in it, and seconds on the clock and of the processor."""

    stage: str
    done: int
    clock: float
    processor: float


def collection(folder: Path, *, create: bool = False) -> Collection:
    """Return the papers of the made-up library in a folder, with its quick embedder."""
    settings = Settings(llm="extractive", reranker="", check="off")  # whatever else the environment says
    return Collection.open(folder, settings, create=create, embedder=QuickEmbedder())


def check_folder(folder: Path) -> None:
    """Raise SourceError for a folder that holds anything but a library made here."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        manifest = read_manifest(folder) if is_library(folder) else None
        if manifest is None or manifest.embedding != NAME:
            msg = f"{folder} holds something else than a library of made-up papers. Name an empty or a new folder."
            raise SourceError(msg)


def make(folder: Path, count: int, watch: Watch) -> dict[str, float]:
    """Bring the papers 1 to `count` into the library in a folder, made when absent; go on where it was cut short.

    Returns how many were there before, papers a second (whole, of the first and of the last tenth), milliseconds of
    the processor a paper, and the peak of memory in MB.
    """
    moments: list[Moment] = []

    def timed(progress: Progress) -> None:
        moments.append(Moment(progress.stage, progress.done, perf_counter(), process_time()))
        watch(progress)

    begun, used = perf_counter(), process_time()
    opened = collection(folder, create=True)
    try:
        before = len(opened)
        if before < count:
            opened.bring_in(papers(count), timed)
    finally:
        opened.close()
    brought = max(count - before, 1)
    return {
        "before": before,
        "rate": brought / (perf_counter() - begun),
        "processor": (process_time() - used) / brought * 1e3,
        "rate_first": _rate(moments, count, 0.0),
        "rate_last": _rate(moments, count, 0.9),
        "memory": memory_peak(),
    }


def _rate(moments: list[Moment], count: int, start: float) -> float:
    """Return the papers a second of a tenth of the papers, through all stages; 0 where too few moments tell."""
    took = 0.0
    for stage in STAGES:
        inside = [one for one in moments if one.stage == stage and start * count <= one.done <= (start + 0.1) * count]
        papers_done = sum(later.done - earlier.done for earlier, later in pairwise(inside))
        if not papers_done:
            return 0.0
        took += (inside[-1].clock - inside[0].clock) / papers_done
    return 1 / took
