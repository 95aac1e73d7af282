"""Cells to be filled, with the sentences that are right: labelled abstracts, the question set, SciFact's claims.

A label names the sentences (from 1) that fill a column, and those that may; none when the abstract doesn't say. The
set `fitted` is what the signs were written with, `kept apart` wasn't looked at for that, `unseen` was labelled later.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from eval.benchmarks.shared import shared_folder
from rag.library import Library
from rag.records import Paper
from rag.text.sentences import sentence_spans

LABELS = Path(__file__).resolve().parents[2] / "data" / "comparison_labels.jsonl"
NEAR = 3  # papers that a question is asked of beside its own
EVERY = 3  # of SciFact's claims, one in so many is asked


class Wanted(NamedTuple):
    """A cell to be filled: the kind of case, the paper, the column, the sentences that are right, and that may be."""

    kind: str
    paper: Paper
    column: str
    right: frozenset[int]
    may: frozenset[int] = frozenset()


def labels() -> list[dict[str, Any]]:
    """Return the labelled abstracts."""
    return [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]


def name_of(title: str) -> str:
    """Return the name by which the labels know a paper: the beginning of the hash of its title."""
    return hashlib.sha256(title.encode()).hexdigest()[:16]


def labelled(library: Library, rows: Iterable[Mapping[str, Any]]) -> Iterator[Wanted]:
    """Yield the cells of labelled abstracts."""
    known = {name_of(paper.title): paper for paper in library.selected()}
    for row in rows:
        for column, label in row["columns"].items():
            yield Wanted(row["set"], known[row["paper"]], column, frozenset(label["right"]), frozenset(label["may"]))


def questions(library: Library) -> Iterator[Wanted]:
    """Yield each question as a column of its own paper, and of near ones that don't answer it."""
    known = {paper.title: paper for paper in library.selected()}
    for line in (shared_folder() / "gold" / "dev.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        facts = [form.lower() for nugget in row.get("nuggets", ()) for form in nugget["any_of"]]
        for title in filter(known.__contains__, row["gold_titles"]):
            paper = known[title]
            if right := _holding(paper, facts):
                yield Wanted("a question, its own paper", paper, row["question"], right)
        about = {*row["gold_titles"], *row.get("ok_titles", ()), *row.get("near_titles", ())}
        near = [hit.paper for hit in library.search(row["question"], limit=8) if hit.paper.title not in about]
        for paper in near[:NEAR]:
            yield Wanted("a question, near papers", paper, row["question"], frozenset())


def claims_asked() -> list[dict[str, Any]]:
    """Return some of SciFact's claims, each with the abstract that it was judged by."""
    with gzip.open(shared_folder() / "bench" / "scifact-claims" / "claims.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for number, line in enumerate(lines) if number % EVERY == 0]


def claimed(library: Library, claims: Iterable[Mapping[str, Any]]) -> Iterator[Wanted]:
    """Yield each claim as a column of the abstract that it was judged by."""
    known = {str(paper.key): paper for paper in library.selected()}
    for row in claims:
        paper = known[row["doc_id"]]
        places = [place for one in row["rationales"] for place in (one if isinstance(one, list) else [one])]
        right = _holding(paper, [row["context"][place].lower() for place in places])
        if row["verdict"] == "NEI":
            yield Wanted("a claim, an abstract that doesn't decide it", paper, row["claim"], frozenset())
        elif right:
            yield Wanted("a claim, an abstract that does", paper, row["claim"], right)


def _holding(paper: Paper, texts: list[str]) -> frozenset[int]:
    """Return the sentences that hold one of the texts, or are held by it, counted from 1."""
    sentences = [paper.abstract[start:end].lower() for start, end in sentence_spans(paper.abstract)]
    return frozenset(
        number
        for number, sentence in enumerate(sentences, start=1)
        if any(text in sentence or sentence in text for text in texts)
    )
