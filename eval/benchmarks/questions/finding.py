"""Papers found: how many of those that match are about the topic, how many of these match, how far the count is off.

Topics of the real papers, labelled by reading (eval/data/topics.jsonl, which names papers by a digest of their title),
each asked for in one or several ways; those that may be counted or not are left out of precision and recall, and
a count between both is right. Topics that no paper is about are asked too. A second kind: SciFact's claims, whose
judged abstracts are only some of those that bear on them, so that nothing but recall can be told.
"""

import hashlib
import json
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_corpus, load_judgements, load_queries
from eval.metrics.nuggets import mean
from rag.library import Library
from rag.settings import Settings

TOPICS = Path(__file__).resolve().parents[2] / "data" / "topics.jsonl"
ALL = 1_000  # papers of a page that holds all that match
EVERY = 8  # of SciFact's claims so many are left out for each that is asked


def measure(work: Path) -> str:
    """Return a Markdown table of precision, recall and counts, and how long a find takes."""
    rows = [json.loads(line) for line in TOPICS.read_text("utf-8").splitlines()]
    with Library.open(work / "dev.library", Settings()) as library:
        library.ingest([shared_folder() / "papers"])
        found = [(row, *_asked(library, query)) for row in rows for query in row["asked"]]
    told = [one for one in found if one[0]["papers"]]
    nothing = [one for one in found if not one[0]["papers"]]
    off = [_off(row, len(papers)) for row, papers, _ in told]
    uncalled = mean(len(papers) for _, papers, _ in nothing)
    share = sum(off) / sum(len(row["papers"]) for row, *_ in told)
    lines = [
        "| kind | asked | precision | recall | count off by, mean | of the true count | counted though there is none |",
        "|---|---|---|---|---|---|---|",
        _row(
            "topics, each in its own words",
            len(told),
            mean(_precision(*one[:2]) for one in told),
            mean(_recall(*one[:2]) for one in told),
            mean(off),
            share,
            f"{uncalled:.2f} of {len(nothing)}",
        ),
        _scifact(work),
    ]
    return "\n".join([*lines, "", f"Median time of a find: {median(ms for *_, ms in found):.0f} ms."])


def _asked(library: Library, query: str) -> tuple[frozenset[str], float]:
    """Return the papers that match, by digest, and the milliseconds of finding a page of them."""
    started = perf_counter()
    page = library.find(query)
    taken = (perf_counter() - started) * 1000
    rest = library.find(query, limit=ALL, offset=len(page.hits)).hits if page.matching > len(page.hits) else ()
    hits = (*page.hits, *rest) if page.matching else ()
    return frozenset(hashlib.sha256(hit.paper.title.encode()).hexdigest()[:12] for hit in hits), taken


def _precision(row: dict[str, Any], found: frozenset[str]) -> float:
    counted = found - set(row["fine"])
    return len(counted & set(row["papers"])) / len(counted) if counted else 0.0


def _recall(row: dict[str, Any], found: frozenset[str]) -> float:
    return len(found & set(row["papers"])) / len(row["papers"])


def _off(row: dict[str, Any], counted: int) -> int:
    least, most = len(row["papers"]), len(row["papers"]) + len(row["fine"])
    return max(least - counted, counted - most, 0)


def _scifact(work: Path) -> str:
    folder = shared_folder() / "bench" / "scifact"
    queries, judgements = load_queries(folder), load_judgements(folder)
    source = work / "scifact.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in load_corpus(folder)), "utf-8")
    recalls: list[float] = []
    counts: list[int] = []
    with Library.open(work / "scifact.library", Settings()) as library:
        library.ingest([source])
        for query_id in list(judgements)[::EVERY]:
            found = library.find(queries[query_id], limit=ALL)
            keys = {str(hit.paper.key) for hit in found.hits} if found.matching else set()
            judged = {key for key, grade in judgements[query_id].items() if grade > 0}
            recalls.append(len(judged & keys) / len(judged))
            counts.append(found.matching)
    return _row("SciFact's claims", len(recalls), "", mean(recalls), f"median count {median(counts):.0f}", "", "")


def _row(*cells: str | float) -> str:
    return f"| {' | '.join(f'{cell:.3f}' if isinstance(cell, float) else str(cell) for cell in cells)} |"
