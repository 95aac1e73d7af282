"""From papers found to an answer: one Protocol for all ways to write it.

An answerer writes claims with citations, verified, or nothing. It says whether it is worth asking; what is said when
there is no answer is the same for all of them (rag.answering.abstaining).
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from rag.citations.rendering import Part
from rag.models.cancellation import Cancellation
from rag.models.llms.base import NO_USAGE, Usage
from rag.records import Claim, Outcome, Turn
from rag.retrieval.results import Retrieved


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer wrote: the parts of its text, their claims verified; none when it found nothing to say.

    `left_open` is what it said the sources leave open. The rest goes onto the Answer as it is: tokens and calls of a
    model, identities of prompts, how often its markers had to be mended, notes for the reader, whether it is only the
    beginning of an answer (`partial`), seconds by stage. `cut` says that the model broke off, so that what it had said
    tells nothing about the abstracts. `checking` are those of the tokens that the check of the claims took, which
    `checker` did.
    """

    parts: tuple[Part, ...] = ()
    left_open: str = ""
    usage: Usage = NO_USAGE
    calls: int = 0
    prompts: tuple[str, ...] = ()
    repairs: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    partial: bool = False
    cut: bool = False
    timings: Mapping[str, float] = field(default_factory=dict)
    checking: Usage = NO_USAGE
    checker: str = ""

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims, in the order of the text."""
        return tuple(part.claim for part in self.parts if part.claim)

    @property
    def abstains(self) -> bool:
        """True when it is no answer: no claim of it cites anything."""
        return not any(claim.citations for claim in self.claims)

    def with_claims(self, claims: Iterable[Claim]) -> "Draft":
        """Return the draft with other claims in the place of its own, one for one."""
        new = iter(claims)
        return replace(self, parts=tuple(replace(part, claim=next(new)) if part.claim else part for part in self.parts))


class Answerer(Protocol):
    """Writes an answer from papers."""

    @property
    def name(self) -> str:
        """What stands on the answer as its author: `extractive`, or a model's name."""

    def outlook(self, retrieved: Retrieved) -> Outcome:
        """Return ANSWERED when it is worth asking it about the papers found; else how to refuse without asking."""

    def stream(  # noqa: PLR0913  (all that an answer is written from)
        self,
        question: str,
        retrieved: Retrieved,
        history: Sequence[Turn],
        stop: Cancellation,
        *,
        check: bool | None = None,
        shown: str = "",
    ) -> Generator[str | Draft, None, None]:
        """Yield the text in pieces as it is written, then the draft; there is at least one hit.

        `question` stands alone; `history` is there for the numbers that papers have. `check`: whether
        claims are checked by meaning, None as the settings say. `shown`: what a model is shown of the question, where
        that is more than itself. After `stop` nothing need come.
        Raises ModelError, PromptError.
        """
