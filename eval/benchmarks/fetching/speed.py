"""A thousand papers from each index of this machine, beside the time that its rate alone takes.

Each is asked for so many times quicker (or slower) than it asks to be that the rate's own time is SECONDS: the factor
stands in the table. The rate's own time is the number of requests over the rate, of whichever index was asked most.
"""

import tempfile
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from eval.benchmarks.fetching.index_server import IndexServer, index_server
from eval.benchmarks.fetching.made_papers import made
from rag.fetching import INDEXES, Client, Wanted, fetched
from rag.records import Record

PAPERS = 1_000
SECONDS = 4.0
LIMIT = 1.1


class Took(NamedTuple):
    """What a fetch took: requests, how much quicker than allowed, the rate's own seconds, those it took, and papers."""

    requests: int
    factor: float
    allowed: float
    seconds: float
    papers: int


def measure(work: Path) -> str:
    """Return a Markdown table: for each index requests, factor, seconds of the rate alone and of the fetch, ratio."""
    lines = ["| index | papers | requests | rate x | the rate's own s | took s | ratio | limit |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    with index_server() as server:
        server.papers.update({name: made(PAPERS) for name in INDEXES})
        for name in INDEXES:
            took = _fetch(server, name, _fetch(server, name, None).requests)
            ratio = took.seconds / took.allowed
            lines.append(
                f"| {name} | {took.papers:,} | {took.requests} | {took.factor:.2g} | {took.allowed:.2f} "
                f"| {took.seconds:.2f} | {ratio:.3f} | {LIMIT} |"
            )
    return "\n".join(lines)


def _fetch(server: IndexServer, name: str, requests: int | None) -> Took:
    """Fetch a thousand papers; with the number of requests known, at a rate at which these take SECONDS."""
    about = INDEXES[name].ABOUT
    wanted = Wanted(name, day="2026-11-24" if name == "huggingface" else "", limit=PAPERS)
    wanted = wanted if name in {"huggingface", "zotero"} else Wanted(name, "beasts", limit=PAPERS)
    factor = requests / about.per_second / SECONDS if requests else 10_000.0
    server.asked.clear()
    with tempfile.TemporaryDirectory() as folder, Client(server.settings(Path(folder)), speed=factor) as client:
        started = perf_counter()
        papers = sum(isinstance(found, Record) for _, found in fetched(wanted, client))
        seconds = perf_counter() - started
    asked = {other: len(server.times(other)) for other in INDEXES}
    allowed = max(number / (INDEXES[other].ABOUT.per_second * factor) for other, number in asked.items())
    return Took(asked[name], factor, allowed, seconds, papers)
