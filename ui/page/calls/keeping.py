"""Conversations kept for the user who asks, so that each of their browsers has all of them."""

import asyncio
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from rag.errors import QuestionError
from rag.records.answers import Answer
from rag.storage.catalog.users.conversations import CONVERSATION, EXCHANGE, Fields, RowChange
from ui.page.calls.base import Sent, Told
from ui.page.desk import Desk
from ui.page.kept import read_answer
from ui.page.users.visitor import visitor

MOST_CHANGES = 20  # rows that are sent at once; keep.js says so, too
MOST_BYTES = 4_000_000  # of one row
LONGEST = 20_000  # characters of a question, which may be one of a file

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Time = Annotated[int, Field(ge=0, lt=2**53)]  # ms since 1970
Bound = bool | int | str | None | Annotated[list[int | str], Field(max_length=20_000)]
Bounds = Annotated[dict[str, Bound], Field(max_length=20)]


class Conversation(Sent):
    """A conversation, as it is kept."""

    title: str = Field(max_length=400)
    named: bool = False
    started: str = Field("", max_length=40)
    saved: Time
    pinned: bool = False
    deleted: Time | None = None
    active: dict[str, Id] = Field({}, max_length=5_000)
    bounds: Bounds = Field({})


class Exchange(Sent):
    """A question with what became of it, as it is kept: nothing of its looks."""

    parent: Id | None
    at: Time
    question: str = Field(min_length=1, max_length=LONGEST)
    answer: dict[str, Any] | None = None
    text: str = Field("", max_length=MOST_BYTES)
    ended: str = Field("", max_length=LONGEST)
    good: bool | None = None
    note: str = Field("", max_length=2_000)
    bounds: Bounds = Field({})
    deleted: Time | None = None
    check: bool = False
    answerer: str | None = Field(None, max_length=400)
    alone: bool = False
    written: bool = False


class Change(Sent):
    """What a browser changed of a row: the fields that are other now; null forgets it for good."""

    kind: Literal["conversation", "exchange"]
    id: Id
    conversation: Id
    fields: dict[str, Any] | None = Field(None, max_length=40)


class Changes(Sent):
    """What a browser changed, and the version up to which it knows what others did."""

    since: Time = 0
    changes: tuple[Change, ...] = Field((), max_length=MOST_CHANGES)


async def keep(desk: Desk, sent: Changes) -> Told:
    """Keep what the browser of a user changed, and tell what is new since; `lacking` are rows to be sent whole.

    Raises QuestionError where nothing is kept, or not for who asks.
    """
    user = visitor().name
    if not desk.state.keep or user is None:
        msg = "Conversations stay in this browser. Whoever serves this page can keep them: askpapers chat --keep --auth"
        raise QuestionError(msg)
    return await asyncio.to_thread(_keep, desk, user, sent)


def _keep(desk: Desk, user: str, sent: Changes) -> Told:
    kept = desk.state.own().kept_for(user)
    changes = [RowChange(one.kind, one.id, one.conversation, one.fields) for one in sent.changes]
    lacking = kept.change(changes, whole) if changes else []
    rows, version, more = kept.since(sent.since)
    told = [{"kind": one.kind, "id": one.row_id, "conversation": one.conversation, "row": one.told} for one in rows]
    return {"rows": told, "version": version, "more": more, "lacking": lacking}


def whole(kind: str, row: Fields) -> Fields | None:
    """Return what is kept of a row, each value checked; None when it isn't one, or too large."""
    try:
        if kind == EXCHANGE:
            exchange = Exchange.model_validate(row)
            answer = exchange.answer and read_answer(exchange.answer)
            if exchange.answer and not isinstance(answer, Answer):
                return None
            read = exchange.model_dump() | {"answer": answer.to_dict() if isinstance(answer, Answer) else None}
        elif kind == CONVERSATION:
            read = Conversation.model_validate(row).model_dump()
        else:
            return None
    except ValidationError:
        return None
    return read if len(str(read)) <= MOST_BYTES else None
