"""A claim checker: the Protocol that each kind fills, what it is given and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from rag.models.cancellation import Cancellation
from rag.models.llms.base import NO_USAGE, Usage

Word = Literal["supported", "partly", "not"]


class Source(NamedTuple):
    """A paper that a claim cites: its title (may be empty) and its whole abstract as sentences, in order."""

    title: str
    sentences: tuple[str, ...]


class Place(NamedTuple):
    """A sentence that a verdict rests on: places, counted from 0, in `ClaimToCheck.sources` and `Source.sentences`."""

    source: int
    sentence: int


@dataclass(frozen=True, slots=True)
class ClaimToCheck:
    """A claim without its markers, and the papers that it cites, at least one, each once."""

    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a checker said of a claim: None for `word` when it gave no verdict.

    `sentences` are those that the verdict rests on, the most telling first, each of them one of the claim's sources;
    none when it named none. `reply` is what the checker itself said, for whoever wants to look.
    """

    word: Word | None
    sentences: tuple[Place, ...] = ()
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A verdict a claim, in their order, and what they took: tokens, calls of a model, identities of its prompts.

    `note` says in one line why some claims have no verdict, when the check broke off.
    """

    verdicts: tuple[Verdict, ...]
    usage: Usage = NO_USAGE
    calls: int = 0
    prompts: tuple[str, ...] = ()
    note: str = ""


class Checker(Protocol):
    """Tells by meaning how well the papers that claims cite carry them. The same claims get the same verdicts."""

    @property
    def name(self) -> str:
        """What stands on a claim as its checker, like `openai:gpt-4.1-mini`."""

    def check(self, claims: Sequence[ClaimToCheck], stop: Cancellation) -> Checked:
        """Return one verdict a claim, in order; those not reached when `stop` was set are without.

        Raises ModelError with one line that says what to do when nothing could be checked.
        """

    def close(self) -> None:
        """Let go of connections and memory of its own."""
