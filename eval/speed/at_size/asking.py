"""The made-up library asked: the first search of a process, warm searches and answers, filters, the index's recall."""

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from eval.speed.at_size.made_up import questions
from eval.speed.at_size.making import collection
from eval.speed.at_size.process import memory_peak
from rag.library import Library
from rag.records import Filters
from rag.storage.base import Index
from rag.utils.arrays import Matrix

ASKED = 60  # questions of each kind; the first WARM_UP aren't counted
WARM_UP = 5
RECALL_OF = 10
BY_YEAR, BY_SOURCE = Filters(year_from=2000, year_to=2008), Filters(origin="export-3.jsonl")  # a quarter, a twentieth


def ask(folder: Path, papers: int, begun: float) -> dict[str, Any]:
    """Return what asking costs in a process that began at `begun` (of time.time), in seconds, milliseconds and MB."""
    aside, used = time.time(), process_time()
    asked = questions(papers, ASKED + WARM_UP)
    aside, used = time.time() - aside, process_time() - used  # making questions up is no part of a search
    opening = perf_counter()
    opened = collection(folder)
    with Library(opened) as library:
        with opened.storage.reading():
            opening = perf_counter() - opening
        library.search(asked[0])
        found: dict[str, Any] = {"opening": opening, "first": time.time() - begun - aside}
        found["first_processor"] = process_time() - used
        calls: dict[str, Callable[[str], object]] = {
            "search": library.search,
            "ask": library.ask,
            "by_year": lambda question: library.search(question, filters=BY_YEAR),
            "by_source": lambda question: library.search(question, filters=BY_SOURCE),
            "find": library.find,
        }
        for name, call in calls.items():
            found[name] = _timed(asked, call)
        found["memory"] = memory_peak()
        embedder = library.embedder()
        vectors = np.stack([one.vector for one in embedder.embed(asked[WARM_UP:], kind="query")])
        with opened.storage.reading() as index:
            found["recall"] = _recall(index, vectors)
    return found


def _timed(asked: Sequence[str], call: Callable[[str], object]) -> dict[str, float]:
    """Return p50 and p95 of the milliseconds that questions take, and the median of those of the processor."""
    clock, processor = [], []
    for question in asked:
        begun, used = perf_counter(), process_time()
        call(question)
        processor.append((process_time() - used) * 1e3)
        clock.append((perf_counter() - begun) * 1e3)
    clock, processor = clock[WARM_UP:], processor[WARM_UP:]
    return {
        "p50": statistics.median(clock),
        "p95": float(np.quantile(clock, 0.95)),
        "processor": statistics.median(processor),
    }


def _recall(index: Index, asked: Matrix) -> float:
    """Return the share of the RECALL_OF nearest of all that the index finds, as a mean over vectors."""
    ids, vectors = index.paper_vectors()
    shares = []
    for vector in asked:
        scores = vectors @ vector
        best = ids[np.argpartition(-scores, min(RECALL_OF, len(ids)) - 1)[:RECALL_OF]]
        found = {paper_id for paper_id, _ in index.nearest(vector, RECALL_OF)}
        shares.append(len(found & set(best.tolist())) / min(RECALL_OF, len(ids)))
    return statistics.fmean(shares)
