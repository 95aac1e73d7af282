"""A library of 100,000 made-up papers on servers beside the same in a folder: searches, one asker and eight at once.

What is made anew of Chroma, from PostgreSQL's vectors, is timed too.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import numpy as np

from eval.benchmarks.servers.running import Servers, both, memory, processor
from eval.speed.at_size.made_up import questions
from eval.speed.at_size.making import make
from eval.speed.at_size.quick_embedder import QuickEmbedder
from rag.collection import Collection
from rag.library import Library
from rag.storage.base import Storage
from rag.storage.server.nearest.sending import make_anew
from rag.storage.server.storage import ServerStorage

PAPERS = 100_000
ASKED, WARM_UP = 60, 10
ASKERS, SECONDS = 8, 20.0
Search = Callable[[str], object]


def measure(work: Path) -> str:
    """Return Markdown tables: milliseconds of a search, searches a second, seconds to make Chroma's index anew."""
    folder = work / f"made-{PAPERS}.library"
    make(folder, PAPERS, lambda progress: None)
    asked = questions(PAPERS, ASKED + WARM_UP)
    with both() as servers:
        address = servers.filled("made", folder)
        opened = [Collection.open(place, servers.settings(), embedder=QuickEmbedder()) for place in (folder, address)]
        with Library(opened[0]) as embedded, Library(opened[1]) as shared:
            clocks = _in_turns([embedded.search, shared.search], asked, servers)
            loads = [_at_once(library.search, asked, servers) for library in (embedded, shared)]
            anew = _anew(opened[1].storage, servers)
            room = _room([one.storage for one in opened], servers)
            asks = _asks(opened[1].storage, shared.search, questions(PAPERS, ASKED))
    lines = ["| library | p50 | p95 | processor here | PostgreSQL | Chroma |", "|---|---|---|---|---|---|"]
    lines += [f"| {name} | {told} |" for name, told in zip(("folder", "servers"), clocks, strict=True)]
    lines += [
        "",
        f"| library | searches a second, {ASKERS} askers | p95 | processor a search, all |",
        "|---|---|---|---|",
    ]
    lines += [f"| {name} | {told} |" for name, told in zip(("folder", "servers"), loads, strict=True)]
    return "\n".join([*lines, "", asks, anew, "", *room])


def _spent(servers: Servers) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([time.process_time(), processor(servers.postgres), processor(servers.chroma)]) * 1e3


def _in_turns(searches: Sequence[Search], asked: Sequence[str], servers: Servers) -> list[str]:
    """Return for each search p50 and p95 in ms, and the mean ms of this process, PostgreSQL and Chroma."""
    clocks: list[list[float]] = [[] for _ in searches]
    spent = [np.zeros(3) for _ in searches]
    for number, question in enumerate(asked):
        for one, search in enumerate(searches):
            before, begun = _spent(servers), time.perf_counter()
            search(question)
            took = (time.perf_counter() - begun) * 1e3
            if number >= WARM_UP:
                clocks[one].append(took)
                spent[one] += _spent(servers) - before
    return [
        " | ".join(
            f"{number:.1f}"
            for number in (statistics.median(clock), float(np.quantile(clock, 0.95)), *(total / len(clock)).tolist())
        )
        for clock, total in zip(clocks, spent, strict=True)
    ]


def _at_once(search: Search, asked: Sequence[str], servers: Servers) -> str:
    """Return searches a second of several askers in one process, p95 in ms, and ms of the processor a search."""
    until, before, begun = time.monotonic() + SECONDS, _spent(servers), time.monotonic()

    def asks(first: int) -> list[float]:
        took: list[float] = []
        while time.monotonic() < until:
            started = time.perf_counter()
            search(asked[(first + len(took)) % len(asked)])
            took.append((time.perf_counter() - started) * 1e3)
        return took

    with ThreadPoolExecutor(ASKERS) as askers:
        took = [one for found in askers.map(asks, range(0, ASKERS * 7, 7)) for one in found]
    spent = (_spent(servers) - before).sum() / len(took)
    return f"{len(took) / (time.monotonic() - begun):.1f} | {np.quantile(took, 0.95):.0f} | {spent:.1f}"


def _asks(storage: object, search: Search, asked: Sequence[str]) -> str:
    """Return how often a search asks PostgreSQL."""
    assert isinstance(storage, ServerStorage)
    with patch.object(storage.database, "read", wraps=storage.database.read) as read:
        for question in asked:
            search(question)
    return f"A search asks PostgreSQL {read.call_count / len(asked):.1f} times."


def _anew(storage: object, servers: Servers) -> str:
    """Return what making Chroma's index anew took."""
    assert isinstance(storage, ServerStorage)
    before, begun = _spent(servers), time.monotonic()
    with storage.reading() as index:
        make_anew(storage.database, storage.chroma, index)
    spent = (_spent(servers) - before) / 1e3
    return (
        f"Chroma's index of {PAPERS:,} papers made anew: {time.monotonic() - begun:.0f} s; of the processor "
        f"{spent[0]:.0f} s here, {spent[1]:.0f} s PostgreSQL, {spent[2]:.0f} s Chroma."
    )


def _room(storages: Sequence[Storage], servers: Servers) -> list[str]:
    """Return what the libraries take of the disk, and of the memory for Chroma."""
    lines = ["| kB a paper | catalog and full text | vectors and token states | Chroma |", "|---|---|---|---|"]
    files = (path for path in (servers.chroma.folder / "data").rglob("*") if path.is_file())
    chroma = (
        f"{sum(path.stat().st_size for path in files) / PAPERS / 1e3:.2f}, {memory(servers.chroma):.0f} MB of memory"
    )
    for name, storage, other in zip(("folder", "servers"), storages, ("in the second", chroma), strict=True):
        catalog, vectors, _ = storage.sizes()
        lines.append(f"| {name} | {catalog / PAPERS / 1e3:.2f} | {vectors / PAPERS / 1e3:.2f} | {other} |")
    return lines
