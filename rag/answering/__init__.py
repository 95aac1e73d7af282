"""From papers found to an answer: one Protocol for all ways to write it.

An answerer says what it has to say as claims with citations, or that the abstracts don't tell; the engine adds what
is the same for all (support, references, timings).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.datatypes import Claim, Outcome, Turn
from rag.retrieval import Retrieved


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer wrote: the outcome, the text with its markers, and its claims, support not yet filled in."""

    outcome: Outcome
    text: str
    claims: tuple[Claim, ...]


class Answerer(Protocol):
    """Writes an answer from papers."""

    @property
    def name(self) -> str:
        """What stands on the answer as its author: `extractive`, or a model's name."""

    def answer(self, question: str, retrieved: Retrieved, history: Sequence[Turn]) -> Draft:
        """Return the answer to a question from the papers retrieved for it."""
