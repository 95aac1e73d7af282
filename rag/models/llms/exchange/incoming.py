"""A reply as it comes in: read piece by piece, each within a time, whatever form it has."""

import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from typing import Any, Self

import httpx2
from anyio import EndOfStream, fail_after, move_on_after
from openai import AsyncOpenAI

from rag.models.endpoints.meanings import SaidError, said_within
from rag.models.endpoints.said import error_in, is_sure, parsed
from rag.models.endpoints.sse import Event, EventReader

DONE = "[DONE]"  # what a stream ends with, by OpenAI's protocol
LEFT = 0.1  # seconds for the end of a connection's part, once a reply has said that it is whole
QUIET = {"ping", "heartbeat", "keepalive", "keep-alive"}  # events that only say that a server lives
BROKEN = (httpx2.RequestError, httpx2.StreamError, ssl.SSLError, EndOfStream, OSError)


class BrokenError(Exception):
    """The connection broke while a reply came in."""


class Incoming:
    """A reply that is being read; made by `ask`, to be closed."""

    def __init__(self, response: httpx2.Response, closing: AsyncExitStack) -> None:
        self.response = response
        self.done = False  # the server said that it is whole
        self._closing = closing
        self._blocks: AsyncIterator[bytes] = response.aiter_bytes()
        self._reader = EventReader()
        self._events: deque[Event] = deque()
        self._ended = False
        self._begun = False
        self._held: Any = None  # what may be an error, or news of a wait: told when no answer follows
        self._stray = ""  # text that is no JSON: what a server says that speaks another language

    @classmethod
    async def ask(cls, client: AsyncOpenAI, request: dict[str, Any]) -> Self:
        """Send a request; return its reply once it begins. Raises what the client raises."""
        closing = AsyncExitStack()
        create = client.chat.completions.with_streaming_response.create
        model, messages, options = request["model"], request["messages"], {**request}
        # Whatever the client knows by name goes beside what only some servers know.
        response = await closing.enter_async_context(create(model=model, messages=messages, extra_body=options))
        return cls(response.http_response, closing)

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._closing.aclose()

    async def payload(self, seconds: float) -> Any | None:
        """Return the next piece, None at the end; after `seconds` of silence raise TimeoutError.

        Raises SaidError for an error that the server tells in place of a piece, or for a reply that has none,
        BrokenError when the connection breaks, ValueError for what can't be read.
        """
        while (event := await self._event(seconds)) is not None:
            if event.data.strip().strip('"').startswith(DONE):
                self.done = True
                break
            if event.name in QUIET:
                continue
            body = parsed(event.data)
            if isinstance(body, str) and event.data.lstrip().startswith(("{", "[")):
                msg = "broken JSON"
                raise ValueError(msg)
            if self._is_wrong(event, body):
                continue
            if isinstance(body, str):
                self._stray = self._stray or body
            elif body is not None:
                self._begun = True
                self._held = None if _says(body) else self._held
                return body
        if self._held is not None:
            raise SaidError(said_within(self._held, self.response))
        if self._stray and not self._begun:
            raise SaidError(said_within(self._stray, self.response))
        return None

    def _is_wrong(self, event: Event, body: Any) -> bool:
        """Tell whether a piece may be an error, which is held; raise SaidError for what is one for sure."""
        wrong = {"error": body} if event.name == "error" else error_in(body)
        if wrong is not None and (event.name == "error" or is_sure(body)):
            raise SaidError(said_within(wrong, self.response))
        self._held = self._held if wrong is None else wrong
        return wrong is not None

    async def drain(self) -> None:
        """Read what little is left, so that the connection can be used again."""
        with move_on_after(LEFT), suppress(*BROKEN):
            async for _ in self._blocks:
                pass

    async def _event(self, seconds: float) -> Event | None:
        """Return the next event; None when the reply has ended. Any bytes are a sign of life."""
        while not self._events and not self._ended:
            try:
                with fail_after(seconds):
                    block = await anext(self._blocks, None)
            except httpx2.DecodingError as error:
                msg = "what came can't be unpacked"
                raise ValueError(msg) from error
            except BROKEN as error:
                if self._held is not None:
                    raise SaidError(said_within(self._held, self.response)) from error
                if isinstance(error, TimeoutError):
                    raise
                raise BrokenError from error
            self._ended = block is None
            self._events.extend(self._reader.end() if block is None else self._reader.feed(block))
        return self._events.popleft() if self._events else None


def _says(body: Any) -> bool:
    """Tell whether a piece brings something of an answer, besides who speaks and how it ended."""
    choices = body.get("choices") if isinstance(body, dict) else None
    held = [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []
    said = [choice.get(name) for choice in held for name in ("delta", "message")]
    return any(choice.get("text") for choice in held) or any(
        value for one in said if isinstance(one, dict) for name, value in one.items() if name != "role"
    )
