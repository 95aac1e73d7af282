"""What a reranker's share of the final score should be: rerankers of known quality, and the one that the settings name.

A scripted reranker knows which papers are gold and errs by chance: its score is `sees` for a gold paper, else 0, plus
noise of which a share `follows` the search's own order, as the errors of models do. `grades` rounds it to 0..3.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_beir, load_corpus
from eval.datasets.questions import GoldQuestion, load_questions
from eval.metrics.nuggets import mean
from eval.metrics.ranking import ranked
from rag.library import Library
from rag.models.rerankers import load_reranker
from rag.models.rerankers.base import Reranker
from rag.records import Paper
from rag.retrieval.ranking import RERANKER_SHARE, rescore
from rag.retrieval.retriever import DEPTH
from rag.settings import Settings, load_settings

SHARES = (0.4, 0.5, RERANKER_SHARE, 0.7, 0.8, 1.0)
SEEDS = 3


class Scripted(NamedTuple):
    """How well a scripted reranker sees, how far its errors follow the search, and whether it grades."""

    sees: float
    follows: float
    grades: bool = False

    def scores(self, chance: np.random.Generator, gold: Sequence[bool], searched: Sequence[float]) -> list[float]:
        """Return its scores of papers, given which are gold and how the search scored them."""
        order = np.array(searched)
        order = (order - order.mean()) / max(float(order.std()), 1e-9)
        noise = self.follows * order + np.sqrt(1 - self.follows**2) * chance.standard_normal(len(order))
        scores = self.sees * np.array(gold, dtype=float) + noise
        return [float(one) for one in (np.digitize(scores, (0.5, 1.5, 2.5)) if self.grades else scores)]


SCRIPTED = (
    Scripted(0.0, 0.0),
    Scripted(1.0, 0.5),
    Scripted(1.0, 0.5, grades=True),
    Scripted(1.5, 0.5),
    Scripted(2.0, 0.3),
    Scripted(2.0, 0.5, grades=True),
    Scripted(3.0, 0.3),
)


class Searched(NamedTuple):
    """A question, the papers that the search found, best first with their scores, and how well each grades by name."""

    question: str
    papers: Sequence[Paper]
    scores: Sequence[float]
    grades: Mapping[str, int]
    names: Sequence[str]

    def quality(self, ranking: Sequence[tuple[int, float]], score: str) -> float:
        """Return how good an order of these papers is."""
        names = {paper.paper_id: name for paper, name in zip(self.papers, self.names, strict=True)}
        return ranked([names[paper_id] for paper_id, _ in ranking], self.grades)[score]

    @property
    def ranking(self) -> list[tuple[int, float]]:
        """The search's own order."""
        return [(paper.paper_id, score) for paper, score in zip(self.papers, self.scores, strict=True)]


def measure(work: Path) -> str:
    """Return a Markdown table of both collections by share of the reranker."""
    sets = {"dev": (_dev(work), "mrr@10"), "SciFact": (_scifact(work), "ndcg@10")}
    lines = [
        "| reranker | set | search alone | share " + " | ".join(f"{share:g}" for share in SHARES) + " |",
        "|---|---|---|" + "---|" * len(SHARES),
    ]
    for scripted in SCRIPTED:
        name = f"sees {scripted.sees:g}, follows {scripted.follows:g}{', grades' * scripted.grades}"
        lines += [_row(name, title, rows, score, _scripted(rows, scripted)) for title, (rows, score) in sets.items()]
    reranker = load_reranker(load_settings())
    if reranker is not None:
        for title, (rows, score) in sets.items():
            lines.append(_row(reranker.name, title, rows, score, [_asked(rows, reranker)]))
        reranker.close()
    return "\n".join(lines)


def _row(
    name: str, title: str, rows: Sequence[Searched], score: str, runs: Sequence[Sequence[Mapping[int, float]]]
) -> str:
    """Return a line of the table: the quality without a reranker, and with it by its share, the mean of all runs."""
    cells = [mean(row.quality(row.ranking, score) for row in rows)]
    for share in SHARES:
        found = [
            row.quality(rescore(row.ranking, scores, share), score)
            for run in runs
            for row, scores in zip(rows, run, strict=True)
        ]
        cells.append(mean(found))
    return f"| {name} | {title} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |"


def _scripted(rows: Sequence[Searched], scripted: Scripted) -> list[list[dict[int, float]]]:
    runs = []
    for seed in range(SEEDS):
        chance = np.random.default_rng(seed)
        run = []
        for row in rows:
            gold = [row.grades.get(name, 0) > 0 for name in row.names]
            scores = scripted.scores(chance, gold, row.scores)
            run.append({paper.paper_id: score for paper, score in zip(row.papers, scores, strict=True)})
        runs.append(run)
    return runs


def _asked(rows: Sequence[Searched], reranker: Reranker) -> list[dict[int, float]]:
    return [
        {
            paper.paper_id: score
            for paper, score in zip(row.papers, reranker.score(row.question, row.papers), strict=True)
        }
        for row in rows
    ]


def _dev(work: Path) -> list[Searched]:
    with Library.open(work / "dev.library", Settings()) as library:
        library.ingest([shared_folder() / "papers"])
        questions = load_questions(shared_folder() / "gold" / "dev.jsonl")
        return [_searched(library, one, by_title=True) for one in questions if one.answerable and not one.history]


def _scifact(work: Path) -> list[Searched]:
    folder = shared_folder() / "bench" / "scifact"
    source = work / "scifact.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in load_corpus(folder)), "utf-8")
    with Library.open(work / "scifact.library", Settings()) as library:
        library.ingest([source])
        return [_searched(library, one, by_title=False) for one in load_beir(folder)]


def _searched(library: Library, question: GoldQuestion, *, by_title: bool) -> Searched:
    hits = library.retrieve(question.question, limit=DEPTH).hits
    papers = [hit.paper for hit in hits]
    names = [paper.title if by_title else str(paper.key) for paper in papers]
    grades = dict.fromkeys(question.gold_titles, 1)
    return Searched(question.question, papers, [hit.score for hit in hits], grades, names)
