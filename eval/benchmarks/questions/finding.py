"""Papers found: how many of those that match are about the topic, how many of these match, how far the count is off.

Topics labelled by reading, of the real papers and of SciFact's abstracts (eval/data/topics.jsonl, topics_scifact.jsonl,
which name papers by a digest of their title), each asked for in one or several ways; those that may be counted or not
are left out of precision and recall, and a count between both is right. Topics that no paper is about are asked too.
Last SciFact's claims, whose judged abstracts are only some of those that bear on them, so that nothing but recall can
be told.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_corpus, load_judgements, load_queries
from eval.metrics.nuggets import mean
from rag.library import Library
from rag.settings import Settings

DATA = Path(__file__).resolve().parents[2] / "data"
ALL = 1_000  # papers of a page that holds all that match
EVERY = 8  # of SciFact's claims so many are left out for each that is asked


class Topic(NamedTuple):
    """A topic in the words it is asked for with; the papers about it, and those that may be counted or not."""

    asked: tuple[str, ...]
    papers: frozenset[str]
    fine: frozenset[str]


class Kind(NamedTuple):
    """Topics of one collection: its name, the file of labels in eval/data, what its library is made of."""

    name: str
    labels: str
    source: Callable[[Path], Path]

    def topics(self) -> list[Topic]:
        """Return the topics."""
        rows = [json.loads(line) for line in (DATA / self.labels).read_text("utf-8").splitlines()]
        return [Topic(tuple(row["asked"]), frozenset(row["papers"]), frozenset(row["fine"])) for row in rows]


def _scifact_source(work: Path) -> Path:
    source = work / "scifact.jsonl"
    rows = load_corpus(shared_folder() / "bench" / "scifact")
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return source


PAPERS = Kind("dev", "topics.jsonl", lambda _: shared_folder() / "papers")
SCIFACT = Kind("scifact", "topics_scifact.jsonl", _scifact_source)
KINDS = (PAPERS, SCIFACT)


def measure(work: Path) -> str:
    """Return a Markdown table of precision, recall and counts, and how long a find takes."""
    with made_library(PAPERS, work) as library:
        row, taken = _told("topics of the papers, each in its own words", library, PAPERS.topics())
    with made_library(SCIFACT, work) as library:
        second, _ = _told("topics of SciFact's abstracts", library, SCIFACT.topics())
        third = _claims(library)
    lines = [
        "| kind | asked | precision | recall | count off by, mean | of the true count | counted though there is none |",
        "|---|---|---|---|---|---|---|",
        *(row, second, third),
    ]
    return "\n".join([*lines, "", f"Median time of a find: {taken:.0f} ms."])


@contextmanager
def made_library(kind: Kind, work: Path) -> Iterator[Library]:
    """Lend the library of a kind, which is kept in `work`."""
    with Library.open(work / f"{kind.name}.library", Settings()) as library:
        library.ingest([kind.source(work)])
        yield library


def digest(title: str) -> str:
    """Return what labels name a paper by."""
    return hashlib.sha256(title.encode()).hexdigest()[:12]


def precision(topic: Topic, found: frozenset[str]) -> float:
    """Return the share of the papers found that are about the topic, those left out that may be counted or not."""
    counted = found - topic.fine
    return len(counted & topic.papers) / len(counted) if counted else 0.0


def recall(topic: Topic, found: frozenset[str]) -> float:
    """Return the share of the papers about a topic that are found."""
    return len(found & topic.papers) / len(topic.papers)


def _told(kind: str, library: Library, topics: list[Topic]) -> tuple[str, float]:
    """Return a row of the table, and the median milliseconds of a find."""
    found = [(topic, *_asked(library, query)) for topic in topics for query in topic.asked]
    told = [(topic, papers) for topic, papers, _ in found if topic.papers]
    nothing = [papers for topic, papers, _ in found if not topic.papers]
    off = [_off(topic, len(papers)) for topic, papers in told]
    row = _row(
        kind,
        len(told),
        mean(precision(*one) for one in told),
        mean(recall(*one) for one in told),
        mean(off),
        sum(off) / sum(len(topic.papers) for topic, _ in told),
        f"{mean(map(len, nothing)):.2f} of {len(nothing)}",
    )
    return row, median(taken for *_, taken in found)


def _asked(library: Library, query: str) -> tuple[frozenset[str], float]:
    """Return the papers that match, by digest, and the milliseconds of finding a page of them."""
    started = perf_counter()
    page = library.find(query)
    taken = (perf_counter() - started) * 1000
    rest = library.find(query, limit=ALL, offset=len(page.hits)).hits if page.matching > len(page.hits) else ()
    hits = (*page.hits, *rest) if page.matching else ()
    return frozenset(digest(hit.paper.title) for hit in hits), taken


def _off(topic: Topic, counted: int) -> int:
    least, most = len(topic.papers), len(topic.papers) + len(topic.fine)
    return max(least - counted, counted - most, 0)


def _claims(library: Library) -> str:
    folder = shared_folder() / "bench" / "scifact"
    queries, judgements = load_queries(folder), load_judgements(folder)
    recalls: list[float] = []
    counts: list[int] = []
    for query_id in list(judgements)[::EVERY]:
        found = library.find(queries[query_id], limit=ALL)
        keys = {str(hit.paper.key) for hit in found.hits} if found.matching else set()
        judged = {key for key, grade in judgements[query_id].items() if grade > 0}
        recalls.append(len(judged & keys) / len(judged))
        counts.append(found.matching)
    return _row("SciFact's claims", len(recalls), "", mean(recalls), f"median count {median(counts):.0f}", "", "")


def _row(*cells: str | float) -> str:
    return f"| {' | '.join(f'{cell:.3f}' if isinstance(cell, float) else str(cell) for cell in cells)} |"
