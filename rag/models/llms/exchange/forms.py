"""The form in which a server takes a request, and what to try when it takes another one: pure.

A server is first asked for all that is wanted. What its words refuse is left out or said in another way, and
remembered by whoever asks once a request went through.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.models.endpoints.meanings import Said, is_long
from rag.models.endpoints.refusals import (
    is_about_options,
    limits_reply,
    longest_reply,
    names_in,
    refuses_stream,
    refuses_system,
)
from rag.models.endpoints.said import everything_in, named_in
from rag.models.llms.base import SEED, Message
from rag.models.llms.thinking.endpoints import NO_THINKING

# Asked for when a server takes them.
OPTIONS: dict[str, Any] = {"temperature": 0, "seed": SEED, "stream_options": {"include_usage": True}}
LIMITS = ("max_tokens", "max_completion_tokens")  # two names of one option, the second where the first is refused
FINAL = {401, 402, 403, 408, 429}  # statuses that no other request changes, unless they speak of streaming
UNCLEAR = {400, 422}  # statuses that refuse a request for its form


@dataclass(frozen=True, slots=True)
class Form:
    """How requests are made: without which options, with how long a reply at most, and whether in these ways."""

    left_out: frozenset[str] = frozenset()
    longest: int | None = None  # tokens of a reply that the server allows at most, once it has said so
    system: bool = True  # the instructions are a message of their own
    stream: bool = True  # the reply comes in pieces

    def request(
        self, model: str, messages: Sequence[Message], max_tokens: int, options: Mapping[str, Any] = OPTIONS
    ) -> dict[str, Any]:
        """Return what is sent for a reply of at most `max_tokens`, with those of `options` that aren't refused."""
        sent = messages if self.system else merged(messages)
        request: dict[str, Any] = {"model": model, "messages": [message._asdict() for message in sent]}
        left_out = self.left_out if self.stream else self.left_out | {"stream_options"}
        request |= {name: value for name, value in options.items() if name not in left_out}
        if limit := next((name for name in LIMITS if name not in left_out), None):
            request[limit] = max_tokens if self.longest is None else min(max_tokens, self.longest)
        return {**request, "stream": True} if self.stream else {**request, "stream": False}

    def helps(self, request: Mapping[str, Any], said: Said) -> bool:
        """Tell whether another form would help where a server said no to a request."""
        return self.after(said, request) is not None

    def after(self, said: Said, request: Mapping[str, Any]) -> "Form | None":
        """Return the form to try next when a server said no to a request; None when no other one would help."""
        words, pointed = everything_in(said.body), named_in(said.body)
        if said.status in FINAL or is_long(said):
            return replace(self, stream=False) if said.status == 403 and self._streams(words, pointed) else None
        sent = frozenset(request) & {*OPTIONS, *NO_THINKING, *LIMITS}
        named = (names_in(words, sent) | pointed) & sent
        limit = next(iter(sent & {*LIMITS}), None)
        if limit and limits_reply(words) and longest_reply(words, request[limit]) is not None:
            named |= {limit}  # said by another name: max tokens, maxOutputTokens
        if named:
            return self._without(named, words, request)
        instructed = request["messages"][0]["role"] == "system"
        if instructed and (refuses_system(words) or {"messages", "role"} <= pointed):
            return replace(self, system=False)
        if self._streams(words, pointed):
            return replace(self, stream=False)
        bare = sent - {*LIMITS}
        vague = said.status in UNCLEAR and (is_about_options(words) or not words)
        return replace(self, left_out=self.left_out | bare) if bare and vague else None

    def _streams(self, words: str, pointed: frozenset[str]) -> bool:
        return self.stream and ("stream" in pointed or refuses_stream(words))

    def _without(self, named: frozenset[str], words: str, request: Mapping[str, Any]) -> "Form":
        """Return the form without the options named; a limit that is only too large is lowered instead."""
        limit = next(iter(named & {*LIMITS}), None)
        lower = longest_reply(words, request[limit]) if limit and self.longest is None else None
        if lower is not None:
            named -= {limit or ""}
        return replace(self, left_out=self.left_out | named, longest=lower or self.longest)


def merged(messages: Sequence[Message]) -> list[Message]:
    r"""Return messages whose instructions stand in front of what the user says first.

    >>> merged([Message("system", "Be brief."), Message("user", "Why?")])
    [Message(role='user', content='Be brief.\n\nWhy?')]
    """
    instructions = [message.content for message in messages if message.role == "system"]
    others = [message for message in messages if message.role != "system"]
    if not others:
        return [Message("user", "\n\n".join(instructions))]
    first = "\n\n".join([*instructions, others[0].content])
    return [others[0]._replace(content=first), *others[1:]]
