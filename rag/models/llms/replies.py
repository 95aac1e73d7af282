"""Replies as they come: handed on by a worker, and the one place where thinking is taken off, streamed or whole."""

import queue
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from rag.errors import ContextOverflowError, ModelError, UsedUpError
from rag.models.cancellation import Cancellation
from rag.models.llms.base import NO_USAGE, ChatModel, Ending, Event, Finish, Message, Usage
from rag.models.llms.habits import habit_of
from rag.models.llms.thinking.stream import Unthinking
from rag.models.llms.tokens import count_tokens
from rag.records import Anew
from rag.settings import Settings

SPARE = 0.9  # share of the window that is planned with: another tokenizer counts otherwise
THINKING_TOKENS = 3_000  # room to think for a short reply; a model that doesn't think stops by itself long before
MUCH_THINKING = 8_000  # room for a model that was seen to think
LONGEST = 12  # characters a token: no text is longer than its tokens allow, whatever the server sends
TURN_OFF = "set ASKPAPERS_THINKING=off"
MORE_TOKENS = f"Raise ASKPAPERS_ANSWER_TOKENS, or {TURN_OFF}."

Cut = Callable[[str, str], Ending | None]  # what is said so far, its newest piece: why to stop here


@dataclass(frozen=True, slots=True)
class Room:
    """What a short reply may take: tokens of the window with the messages, and of thinking before it is written."""

    window: int = 8192
    thinking: int = THINKING_TOKENS

    @classmethod
    def of(cls, settings: Settings) -> "Room":
        """Return the room that settings give: as much thinking as for an answer, where that is given more."""
        return cls(settings.window, max(THINKING_TOKENS, settings.answer_tokens))


def thinking_of(model: ChatModel, *, otherwise: int) -> int:
    """Return how many tokens a model is given to think: many when it was seen to, `otherwise` when it wasn't."""
    return max(otherwise, MUCH_THINKING) if habit_of(model).thinks else otherwise


def limit_of(messages: Sequence[Message], max_tokens: int, thinking: int, window: int) -> int:
    """Return the greatest number of tokens to ask for: a reply of `max_tokens`, and thinking as far as it fits."""
    fitting = int(window * SPARE) - _tokens(messages)
    return max(max_tokens, min(max_tokens + thinking, fitting))


def received(events: "queue.SimpleQueue[Event | None]") -> Generator[str | Finish, None, None]:
    """Yield what a worker put into a queue until a Finish, or None; raise the error that it put there."""
    while (event := events.get()) is not None:
        if isinstance(event, ModelError):
            raise event
        yield event
        if isinstance(event, Finish):
            return


def spoken(
    model: ChatModel,
    messages: Sequence[Message],
    *,
    max_tokens: int,
    stop: Cancellation,
    cut: Cut = lambda said, piece: None,
) -> Generator[str | Finish, None, None]:
    """Yield what a model says, without what it thinks, then how it ended, its tokens estimated where nobody counted.

    An `Anew` among the pieces says that those before were thinking. `cut` tells where to stop; after `stop` it just
    ends. Raises what `ChatModel.stream` raises, UsedUpError and ModelError also when it wrote nothing but thinking.
    """
    filtered, written = Unthinking(hidden=habit_of(model).unopened), 0

    def told(pieces: Iterator[str]) -> Generator[str, None, Ending | None]:
        for piece in pieces:
            yield piece
            if ending := cut(filtered.said, piece):
                return ending
        return None

    with closing(model.stream(messages, max_tokens=max_tokens, stop=stop)) as events:
        try:
            for event in events:
                if isinstance(event, Finish):
                    finish, ending = event, (yield from told(filtered.end(whole=event.ending is Ending.COMPLETE)))
                else:
                    written += len(event)
                    finish, ending = Finish(Ending.LENGTH), (yield from told(filtered.feed(event)))
                    if not ending and written <= max_tokens * LONGEST:
                        continue
                yield _finished(model, messages, replace(finish, ending=ending or finish.ending), filtered)
                return
        except UsedUpError as error:
            habit_of(model).thinks = True
            if not any(error.tokens):  # all that was asked for, though nobody counted
                error.tokens = (_tokens(messages), max_tokens, max_tokens)
            raise


def complete(
    model: ChatModel,
    messages: Sequence[Message],
    *,
    max_tokens: int,
    stop: Cancellation,
    room: Room = Room(),
) -> tuple[str, Finish]:
    """Return a whole reply of up to `max_tokens`, besides thinking, and how it ended with all that it took.

    A model that uses up its tokens by thinking is asked once more when there is more room for it, and one whose window
    is smaller than was said without any. Raises what `spoken` raises.
    """
    spent, again = NO_USAGE, False

    def roomy() -> int:
        return limit_of(messages, max_tokens, thinking_of(model, otherwise=room.thinking), room.window)

    limit = roomy()
    while True:
        try:
            text, finish = _whole(spoken(model, messages, max_tokens=limit, stop=stop))
        except ContextOverflowError:
            if again or limit == max_tokens:
                raise
            limit = max_tokens
        except UsedUpError as error:
            if again or stop or roomy() <= limit:
                raise
            limit, spent = roomy(), Usage(*error.tokens)
        else:
            return text, replace(finish, usage=finish.usage + spent)
        again = True


def _whole(events: Iterator[str | Finish]) -> tuple[str, Finish]:
    pieces: list[str] = []
    finish = Finish(Ending.CUT, reason="it was stopped")
    for event in events:
        if isinstance(event, Finish):
            finish = event
        elif isinstance(event, Anew):
            pieces.clear()
        else:
            pieces.append(event)
    return "".join(pieces), finish


def _finished(model: ChatModel, messages: Sequence[Message], finish: Finish, filtered: Unthinking) -> Finish:
    """Return how a reply ended, with its tokens; learn from it. Raises ModelError when it was thinking alone."""
    usage = finish.usage
    thinking = usage.thinking_tokens or (count_tokens(filtered.thought) if filtered.thought else 0)
    if not usage.input_tokens and not usage.output_tokens:
        usage = Usage(_tokens(messages), count_tokens(filtered.said) + thinking)
    usage = replace(usage, thinking_tokens=min(thinking, usage.output_tokens))
    habit = habit_of(model)
    habit.thinks = habit.thinks or thinking > 0
    if filtered.unopened or finish.ending is Ending.COMPLETE:
        habit.unopened = filtered.unopened
    if filtered.called and not filtered.spoke and finish.ending is Ending.COMPLETE:
        msg = f"The language model {model.name} failed: it called a tool instead of writing an answer. Ask again."
        raise ModelError(msg)
    if thinking and not filtered.spoke:
        raise _thinking_alone(model.name, finish, usage, filtered)
    return replace(finish, usage=usage)


def _thinking_alone(name: str, finish: Finish, usage: Usage, filtered: Unthinking) -> ModelError:
    failed = f"The language model {name} failed"
    if finish.ending is Ending.CUT:
        return ModelError(f"{failed}: it broke off while it was thinking ({finish.reason}). Ask again.")
    if finish.ending is Ending.COMPLETE and not filtered.broke_off:
        return ModelError(f"{failed}: its answer was empty, it only thought. Ask in other words; or {TURN_OFF}.")
    return used_up(name, usage)


def used_up(name: str, usage: Usage) -> UsedUpError:
    """Return the error that says that a model's tokens, `usage`, went into nothing."""
    msg = f"The language model {name} failed: it used up its tokens before it wrote anything. {MORE_TOKENS}"
    return UsedUpError(msg, usage.counts)


def _tokens(messages: Sequence[Message]) -> int:
    return sum(count_tokens(message.content) for message in messages)
