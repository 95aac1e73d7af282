"""Language models: one Protocol, two ways to fill it.

    openai:MODEL    any OpenAI-compatible endpoint (rag.models.endpoint): OpenAI, vLLM, Ollama, llama.cpp
    gguf:PATH       a model file run in this process by llama.cpp (rag.models.gguf, extra `local`)

Knows nothing of papers, prompts or citations. Heavy imports happen when a model is made, never before.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from rag.settings import Settings
from rag.stopping import Stop


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


NOTHING = Usage()


class Ending(StrEnum):
    """Why a reply ended."""

    COMPLETE = "complete"
    LENGTH = "length"  # it reached the greatest number of tokens
    CUT = "cut"  # the connection broke or fell silent, or what came couldn't be read


@dataclass(frozen=True, slots=True)
class Finish:
    """How a reply ended and what it took. `reason` says in a few words why a CUT one broke off."""

    ending: Ending
    usage: Usage = NOTHING
    reason: str = ""


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


def complete(model: ChatModel, messages: Sequence[Message], *, max_tokens: int, stop: Stop) -> tuple[str, Usage]:
    """Return a whole reply and what it took. Raises what `ChatModel.stream` raises."""
    pieces: list[str] = []
    usage = Usage()
    for event in model.stream(messages, max_tokens=max_tokens, stop=stop):
        if isinstance(event, Finish):
            usage = event.usage
        else:
            pieces.append(event)
    return "".join(pieces), usage


def load_model(settings: Settings) -> ChatModel | None:
    """Return the language model that the settings choose; None when answers are to be extractive.

    Raises ModelError when it can't be had.
    """
    kind, _, value = settings.llm.partition(":")
    configured = settings.openai_api_key is not None or settings.openai_base_url is not None
    if kind == "gguf":
        from rag.models.gguf import GgufModel

        return GgufModel(value, settings)
    if kind == "openai" or (kind == "auto" and configured):
        from rag.models.endpoint import EndpointModel

        return EndpointModel(value, settings)
    return None
