"""A conversation as the browser keeps it: what was asked, what came of it, and what the reader thought of it.

The server keeps none of it: each event brings the conversation along, and it is checked on its way in. Nobody can see
what somebody else asked, and a restart of the server loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self
from uuid import uuid4

from rag.errors import QuestionError
from rag.records import Answer, Turn

LONGEST_TITLE = 80  # characters of the first question that name a conversation
MOST_EXCHANGES = 500  # of one conversation


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it: an Answer, or the text so far and why it ended.

    `good` and `note` are the reader's rating, None without one.
    """

    exchange_id: str
    question: str
    answer: Answer | None = None
    text: str = ""
    ended: str = ""
    good: bool | None = None
    note: str = ""

    @property
    def turn(self) -> Turn:
        """The exchange as history for the next question."""
        return Turn(self.question, self.text if self.answer is None else self.answer)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-ready values."""
        return {
            "id": self.exchange_id,
            "question": self.question,
            "answer": None if self.answer is None else self.answer.to_dict(),
            "text": self.text,
            "ended": self.ended,
            "good": self.good,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Conversation:
    """Exchanges, oldest first. `started` is an ISO time (UTC)."""

    conversation_id: str
    started: str
    exchanges: tuple[Exchange, ...] = ()

    @classmethod
    def new(cls) -> Self:
        """Return a conversation in which nothing was said yet."""
        return cls(uuid4().hex, datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def title(self) -> str:
        """The first question, shortened."""
        first = self.exchanges[0].question if self.exchanges else ""
        return first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1].rstrip()}…"

    @property
    def turns(self) -> list[Turn]:
        """The conversation as history for the next question."""
        return [exchange.turn for exchange in self.exchanges]

    def until(self, index: int | None) -> Self:
        """Return what was said before the exchange at `index`; all of it for None."""
        return replace(self, exchanges=self.exchanges[:index])

    def with_last(self, exchange: Exchange) -> Self:
        """Return the conversation with one more exchange."""
        return replace(self, exchanges=(*self.exchanges, exchange))

    def with_rating(self, index: int, *, good: bool | None, note: str) -> Self:
        """Return the conversation with a reader's rating of one exchange."""
        rated = [
            replace(exchange, good=good, note=note) if place == index else exchange
            for place, exchange in enumerate(self.exchanges)
        ]
        return replace(self, exchanges=tuple(rated))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-ready values; `read_conversation` reads them again."""
        return {
            "id": self.conversation_id,
            "started": self.started,
            "title": self.title,
            "exchanges": [exchange.to_dict() for exchange in self.exchanges],
        }


def new_exchange(question: str) -> Exchange:
    """Return a question that nothing has come of yet."""
    return Exchange(uuid4().hex, question)


def read_conversation(value: object) -> Conversation:
    """Return the conversation that a browser sent; a new one for nothing. Raises QuestionError for anything else."""
    if not value:
        return Conversation.new()
    try:
        return _conversation(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = "This conversation can't be read. Begin a new one; delete it from the list if it stays."
        raise QuestionError(msg) from error


def _conversation(value: Any) -> Conversation:
    if len(value["exchanges"]) > MOST_EXCHANGES:
        msg = "too long"
        raise ValueError(msg)
    exchanges = tuple(_exchange(one) for one in value["exchanges"])
    return Conversation(str(value["id"]), str(value["started"]), exchanges)


def _exchange(value: Mapping[str, Any]) -> Exchange:
    answer, good = value["answer"], value["good"]
    if good not in {True, False, None}:
        raise TypeError
    return Exchange(
        str(value["id"]),
        str(value["question"]),
        None if answer is None else _answer(answer),
        str(value["text"]),
        str(value["ended"]),
        good,
        str(value["note"]),
    )


def _answer(value: Mapping[str, Any]) -> Answer:
    """Return an answer whose citations are slices of what they cite. Raises ValueError for one that isn't."""
    answer = Answer.from_dict(value)
    for claim in answer.claims:
        for citation in claim.citations:
            if citation.paper.abstract[citation.start : citation.end] != citation.quote:
                msg = "a citation is no slice of its abstract"
                raise ValueError(msg)
    return answer
