"""A reranker: the Protocol that each kind fills, and what it says of papers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from rag.errors import ModelError
from rag.models.llms.base import NO_USAGE, Usage
from rag.records import Paper


@dataclass(frozen=True, slots=True)
class Reranked:
    """A score a paper, higher is better, on any scale; and what they took: tokens, calls of a language model, prompts.

    `model`: which language model took them. `note` says in one line why there are no scores.
    """

    scores: tuple[float, ...] = ()
    usage: Usage = NO_USAGE
    calls: int = 0
    model: str = ""
    prompts: tuple[str, ...] = ()
    note: str = ""


NOT_RERANKED = Reranked()


class Reranker(Protocol):
    """A model that reads a question together with a paper."""

    @property
    def name(self) -> str:
        """Model and version."""

    def score(self, question: str, papers: Sequence[Paper]) -> list[float]:
        """Return how well each paper fits the question, in the order of the papers; higher is better, on any scale.

        Raises ModelError with one line that says what to do: the papers then stay as the search ranks them.
        """

    def close(self) -> None:
        """Let go of connections and memory of its own."""


@runtime_checkable
class CountingReranker(Protocol):
    """A reranker that tells what its scores took."""

    def rerank(self, question: str, papers: Sequence[Paper]) -> Reranked:
        """Return what `score` does, with the tokens and calls that it took. Raises ModelError."""


def reranked(reranker: Reranker, question: str, papers: Sequence[Paper]) -> Reranked:
    """Return a finite score a paper, or a note that says why there is none: a reranker never refuses a question."""
    try:
        found = (
            reranker.rerank(question, papers)
            if isinstance(reranker, CountingReranker)
            else Reranked(tuple(reranker.score(question, papers)))
        )
        return replace(found, scores=_numbers(reranker, found.scores, len(papers)))
    except ModelError as error:
        return Reranked(note=f"The papers are in the order of the search alone, not reranked: {error}")


def _numbers(reranker: Reranker, scores: Sequence[object], asked: int) -> tuple[float, ...]:
    """Return scores as finite numbers, one a paper. Raises ModelError for anything else."""
    remedy = "Name another with ASKPAPERS_RERANKER, or leave it empty."
    if len(scores) != asked:
        msg = f"The reranker {reranker.name} gave {len(scores)} scores for {asked} papers. {remedy}"
        raise ModelError(msg)
    try:
        numbers = tuple(float(score) for score in scores)  # type: ignore[arg-type]  # what is none is told
    except (TypeError, ValueError):
        numbers = (math.nan,)
    if not all(map(math.isfinite, numbers)):
        msg = f"The reranker {reranker.name} gave scores that are no numbers. {remedy}"
        raise ModelError(msg)
    return numbers


def text_of(paper: Paper) -> str:
    """Return what a reranker reads of a paper: its title and abstract."""
    title = paper.title if paper.title.endswith((".", "?", "!")) else f"{paper.title}."
    return f"{title} {paper.abstract}"
