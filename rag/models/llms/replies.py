"""Replies as they come: handed on by a worker, without thinking, or whole."""

import queue
from collections.abc import Generator, Sequence
from contextlib import closing

from rag.errors import ModelError
from rag.models.cancellation import Cancellation
from rag.models.llms.base import ChatModel, Ending, Event, Finish, Message

THINKING, THOUGHT = "<think>", "</think>"


def received(events: "queue.SimpleQueue[Event | None]") -> Generator[str | Finish, None, None]:
    """Yield what a worker put into a queue until a Finish, or None; raise the error that it put there."""
    while (event := events.get()) is not None:
        if isinstance(event, ModelError):
            raise event
        yield event
        if isinstance(event, Finish):
            return


def spoken(events: Generator[str | Finish, None, None]) -> Generator[str | Finish, None, None]:
    """Yield a reply without the `<think>...</think>` that some servers put in front; close `events` at the end."""
    opening: str | None = ""  # held back until it is clear that no thinking begins, or that it has ended
    with closing(events):
        for event in events:
            if isinstance(event, Finish) or opening is None:
                yield event
                continue
            opening += event
            bare = opening.lstrip()
            if THINKING.startswith(bare[: len(THINKING)]) and THOUGHT not in bare:
                continue
            told = bare.partition(THOUGHT)[2].lstrip() if bare.startswith(THINKING) else opening
            opening = None
            if told:
                yield told


def complete(
    model: ChatModel, messages: Sequence[Message], *, max_tokens: int, stop: Cancellation
) -> tuple[str, Finish]:
    """Return a whole reply and how it ended. Raises what `ChatModel.stream` raises."""
    pieces: list[str] = []
    finish = Finish(Ending.CUT, reason="it was stopped")
    for event in spoken(model.stream(messages, max_tokens=max_tokens, stop=stop)):
        if isinstance(event, Finish):
            finish = event
        else:
            pieces.append(event)
    return "".join(pieces), finish
