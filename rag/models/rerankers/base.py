"""A reranker: the Protocol that each kind fills."""

from collections.abc import Sequence
from typing import Protocol

from rag.records import Paper


class Reranker(Protocol):
    """A model that reads a question together with a paper."""

    @property
    def name(self) -> str:
        """Model and version."""

    def score(self, question: str, papers: Sequence[Paper]) -> list[float]:
        """Return how well each paper fits the question, in the order of the papers; higher is better, on any scale."""
