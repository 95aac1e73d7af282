"""Our own pairs: a true paraphrase of an abstract beside the same with one fact changed, by four hands.

A file a hand: JSON Lines of `set`, `title` (of the abstract), `claim`, `corrupted`, `kind` (of what was changed;
`verbatim-` in front where the true one is a quote). The abstracts stay where they are: among the samples, the shared
folder's papers, and SciFact. A scorer is decided on two hands and judged on the others.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rag.readers.reading import read_file
from rag.records import Record
from rag.samples import PATH as SAMPLES

FOLDER = Path(__file__).resolve().parents[1] / "data" / "paraphrases"
HANDS = {"hand_a": "decided on", "hand_c": "decided on", "hand_b": "judged on", "hand_d": "judged on"}


class Pair(NamedTuple):
    """A true claim and its corruption, both about one abstract, whose title is given with it."""

    claim: str
    corrupted: str
    kind: str
    source: str
    title: str
    abstract: str


def load_pairs(hand: str, shared: Path) -> list[Pair]:
    """Return the pairs of a hand, with abstracts of the samples and the shared folder.

    Raises KeyError for a title without an abstract.
    """
    rows = [json.loads(line) for line in (FOLDER / f"{hand}.jsonl").read_text("utf-8").splitlines()]
    return [
        Pair(
            row["claim"], row["corrupted"], row["kind"], row["set"], row["title"],
            _abstracts(row["set"], shared)[row["title"].strip()],
        )
        for row in rows
    ]  # fmt: skip


@cache
def _abstracts(source: str, shared: Path) -> Mapping[str, str]:
    found = {"samples": _samples, "papers": _papers, "scifact": _scifact}[source](shared)
    return {title.strip(): abstract for title, abstract in found}


def _samples(_: Path) -> Iterator[tuple[str, str]]:
    yield from _records(SAMPLES)


def _papers(shared: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((shared / "papers").glob("*.txt")):
        yield from _records(path)


def _records(path: Path) -> Iterator[tuple[str, str]]:
    return ((one.title, one.abstract) for _, one in read_file(path) if isinstance(one, Record))


def _scifact(shared: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(shared / "bench" / "scifact" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["title"], row["text"]
