"""A language model: the Protocol that each kind fills, and what goes in and out."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from rag.errors import ModelError
from rag.models.cancellation import Cancellation


class Message(NamedTuple):
    """One message of a chat; `role` is `system` or `user`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a model read and wrote, as the server counted them; zeros when it didn't tell.

    `thinking_tokens` are those of the tokens written that went into thinking, estimated where the server doesn't tell.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.thinking_tokens + other.thinking_tokens,
        )

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens - other.input_tokens,
            self.output_tokens - other.output_tokens,
            self.thinking_tokens - other.thinking_tokens,
        )

    @property
    def counts(self) -> tuple[int, int, int]:
        """The three of them, in their order."""
        return self.input_tokens, self.output_tokens, self.thinking_tokens


NO_USAGE = Usage()
SEED = 0


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
        self, messages: Sequence[Message], *, max_tokens: int, stop: Cancellation
    ) -> Generator[str | Finish, None, None]:
        """Yield the reply in pieces as they come, then how it ended.

        Closing the iterator, or setting `stop` from anywhere, stops the model; after `stop` the iterator just ends.
        What the model thought may be among the pieces: rag.models.llms.replies takes it off.
        Raises ModelError when no piece came, UsedUpError when its tokens were used up by then, ContextOverflowError
        when the messages don't fit; once a piece has come, a failure is a Finish with Ending.CUT.
        """

    def close(self) -> None:
        """Let go of connections and memory."""
