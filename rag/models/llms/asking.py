"""Ask an endpoint for a reply, in the form that it takes, and read it: asynchronous, one question at a time or many.

What is learned meanwhile is kept: which model the endpoint has, which options and ways of asking it refuses.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from functools import partial
from typing import Any

import httpx2
from anyio import current_time, fail_after
from openai import APIStatusError, AsyncOpenAI, NotFoundError

from rag.models.endpoints.meanings import Asking, SaidError
from rag.models.endpoints.routes import route_of
from rag.models.endpoints.said import parsed
from rag.models.llms.base import NO_USAGE, Ending, Finish, Message
from rag.models.llms.chunks import piece_of
from rag.models.llms.forms import Form
from rag.models.llms.incoming import BrokenError, Incoming
from rag.models.llms.listing import chat_model_of, names_of, windows_of
from rag.models.llms.openai_errors import Failure, failure_of, said_of
from rag.models.llms.retrying import patiently
from rag.models.openai_client import address_of, key_of
from rag.settings import Settings

ANSWER_TIMEOUTS = 10  # a reply that keeps coming is cut after so many times the timeout
SOON = 0.3  # seconds after a reply has ended within which its tokens are told, by servers that tell them
UNFINISHED = "the stream ended in the middle"


class Asker:
    """What asks one endpoint, and what it has learned of it; `model` is empty until its first one is known."""

    def __init__(self, model: str, settings: Settings) -> None:
        self.model = model
        self._settings = settings
        self.form = Form()

    async def events(
        self, client: AsyncOpenAI, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Finish, None]:
        """Yield a reply in pieces, then how it ended. Raises what `failure` explains."""
        timeout = self._settings.timeout
        latest = current_time() + ANSWER_TIMEOUTS * timeout
        incoming, payload = await self._opened(client, messages, max_tokens)
        ending, usage, reason, declined = None, NO_USAGE, UNFINISHED, ""
        begun, whole, until = False, False, latest
        async with aclosing(incoming):
            while payload is not None:
                piece = piece_of(payload)
                text = piece.text or ("" if begun else piece.whole)
                whole = whole or text == piece.whole != ""
                begun = begun or bool(text.strip())  # spaces alone are no answer
                if text and begun:
                    yield text
                usage, declined = piece.usage or usage, declined + piece.refusal
                if piece.ending and ending is None:
                    ending, reason, until = piece.ending, piece.reason, current_time() + SOON
                if ending is None and current_time() > latest:
                    ending, reason = Ending.CUT, f"it took longer than {ANSWER_TIMEOUTS * timeout:g} s"
                    break
                try:
                    payload = await incoming.payload(timeout if ending is None else until - current_time())
                except (TimeoutError, BrokenError, SaidError, ValueError):
                    if ending is None:
                        raise
                    break  # it was whole before
            if incoming.done:
                await incoming.drain()
        if incoming.done or whole:
            ending = ending or Ending.COMPLETE  # it needn't say why it ended
        if declined.strip():
            ending, reason = Ending.CUT, f"it declined: {' '.join(declined.split())!r}"
        yield Finish(ending or Ending.CUT, usage, reason if ending in {None, Ending.CUT} else "")

    def failure(self, error: Exception) -> Failure:
        """Return what an exception of `events` means."""
        address, key = address_of(self._settings), key_of(self._settings)
        return failure_of(error, Asking(self.model, "ASKPAPERS_LLM", key, route_of(address)), self._settings)

    async def _opened(
        self, client: AsyncOpenAI, messages: Sequence[Message], max_tokens: int
    ) -> tuple[Incoming, Any | None]:
        """Return a reply that has begun, and its first piece; asked for in other ways while those are refused."""
        timeout, form = self._settings.timeout, self.form
        first_sign = current_time() + timeout  # all tries together
        while True:
            with fail_after(first_sign - current_time()):
                self.model = self.model or await patiently(partial(self._first_model, client))
                request = form.request(self.model, messages, max_tokens)
                try:
                    incoming = await patiently(
                        partial(Incoming.ask, client, request), settled=partial(form.helps, request)
                    )
                except APIStatusError as error:
                    other = form.after(said_of(error), request)
                    if other is None:
                        raise
                    form = other
                    continue
            try:
                payload = await incoming.payload(timeout)
            except SaidError as error:
                await incoming.aclose()
                other = form.after(said_of(error), request)
                if other is None:
                    raise
                form = other
            except BaseException:
                await incoming.aclose()
                raise
            else:
                self.form = form
                return incoming, payload

    async def windows(self, client: AsyncOpenAI) -> dict[str, int | None]:
        """Return the models that the endpoint lists, each with its window in tokens where told. Raises as `events`."""
        with fail_after(self._settings.timeout):
            return windows_of(await patiently(partial(_listed, client)))

    async def _first_model(self, client: AsyncOpenAI) -> str:
        """Return the name of the first model that the endpoint lists and that answers questions."""
        listed: Any = None
        with suppress(NotFoundError):
            listed = await _listed(client)
            if name := chat_model_of(listed):
                return name
        names = names_of(listed)
        happened = (
            f"it lists no model that answers questions, only {', '.join(names[:3])}" if names else "it lists no model"
        )
        where = address_of(self._settings)
        raise Failure(happened, "Check OPENAI_BASE_URL, or name a model: ASKPAPERS_LLM=openai:MODEL.").error(where)


async def _listed(client: AsyncOpenAI) -> Any:
    """Return what an endpoint says that its models are."""
    # Not client.models.list(), which can't stand a reply that is no list.
    response = await client.get("/models", cast_to=httpx2.Response)
    return parsed(response.text)
