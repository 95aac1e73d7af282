"""Language models: one Protocol, two ways to fill it.

    openai:MODEL    any OpenAI-compatible endpoint (rag.models.llms.openai): OpenAI, vLLM, Ollama, llama.cpp
    gguf:PATH       a model file run in this process by llama.cpp (rag.models.llms.gguf, extra `local`)

Knows nothing of papers, prompts or citations. Heavy imports happen when a model is made, never before.
"""

import queue
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from rag.errors import ModelError
from rag.models.cancellation import Stop
from rag.settings import Settings


class Message(NamedTuple):
    """One message of a chat; `role` is `system` or `user`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a model read and wrote, as the server counted them; zeros when it didn't tell."""

    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens)


NO_USAGE = Usage()
SEED = 0
THINKING, THOUGHT = "<think>", "</think>"


class Ending(StrEnum):
    """Why a reply ended."""

    COMPLETE = "complete"
    LENGTH = "length"  # it reached the greatest number of tokens
    CUT = "cut"  # the connection broke or fell silent, what came couldn't be read, or a filter stepped in
    REPEATING = "repeating"  # it went round in circles, and was stopped


ENDINGS = {"length": Ending.LENGTH, "content_filter": Ending.CUT}  # by OpenAI's finish_reason; all else is complete


@dataclass(frozen=True, slots=True)
class Finish:
    """How a reply ended and what it took. `reason` says in a few words why a CUT one broke off."""

    ending: Ending
    usage: Usage = NO_USAGE
    reason: str = ""


Event = str | Finish | ModelError  # what a worker hands on to the one who waits for a reply


class ChatModel(Protocol):
    """A language model that replies to messages; the same messages get the same reply (temperature 0, a seed)."""

    @property
    def name(self) -> str:
        """What stands on answers as their author, like `openai:gpt-4.1-mini`."""

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: Stop
    ) -> Generator[str | Finish, None, None]:
        """Yield the reply in pieces as they come, then how it ended.

        Closing the iterator, or setting `stop` from anywhere, stops the model; after `stop` the iterator just ends.
        Raises ModelError when no piece came, ContextOverflowError when the messages don't fit; once a piece has
        come, a failure is a Finish with Ending.CUT.
        """

    def close(self) -> None:
        """Let go of connections and memory."""


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


def complete(model: ChatModel, messages: Sequence[Message], *, max_tokens: int, stop: Stop) -> tuple[str, Finish]:
    """Return a whole reply and how it ended. Raises what `ChatModel.stream` raises."""
    pieces: list[str] = []
    finish = Finish(Ending.CUT, reason="it was stopped")
    for event in spoken(model.stream(messages, max_tokens=max_tokens, stop=stop)):
        if isinstance(event, Finish):
            finish = event
        else:
            pieces.append(event)
    return "".join(pieces), finish


def load_model(settings: Settings) -> ChatModel | None:
    """Return the language model that the settings choose; None when answers are to be extractive.

    Raises ModelError when it can't be had.
    """
    kind, _, value = settings.llm.partition(":")
    configured = settings.openai_api_key is not None or settings.openai_base_url is not None
    if kind == "openai" and not configured:
        msg = "OPENAI_API_KEY is not set. Set it, or name another server with OPENAI_BASE_URL."
        raise ModelError(msg)
    if kind == "gguf":
        from rag.models.llms.gguf import GgufModel

        return GgufModel(value, settings)
    if kind == "openai" or (kind == "auto" and configured):
        from rag.models.llms.openai import EndpointModel

        return EndpointModel(value, settings)
    return None
