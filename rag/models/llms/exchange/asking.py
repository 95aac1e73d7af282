"""Ask an endpoint for a reply, in the form that it takes, and read it: asynchronous, one question at a time or many.

What is learned meanwhile is kept: which model the endpoint has, which options and ways of asking it refuses.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

import httpx2
from anyio import current_time, fail_after, move_on_after
from openai import APIStatusError, AsyncOpenAI

from rag.models.endpoints.listing import chat_model_of, names_of, windows_of
from rag.models.endpoints.meanings import Asking, SaidError
from rag.models.endpoints.said import parsed
from rag.models.llms.base import Ending, Finish, Message
from rag.models.llms.exchange.forms import OPTIONS, Form
from rag.models.llms.exchange.incoming import BrokenError, Incoming
from rag.models.llms.exchange.reading import Reading
from rag.models.llms.openai_errors import Failure, failure_of, said_of
from rag.models.llms.retrying import patiently
from rag.models.llms.thinking.endpoints import NO_THINKING
from rag.models.openai_client import address_of, key_of
from rag.settings import Settings
from rag.utils.routes import route_of

ANSWER_TIMEOUTS = 10  # a reply that keeps coming is cut after so many times the timeout
NO_LIST = {404, 405, 501}  # statuses of a server that doesn't list its models
SOON = 0.3  # seconds after a reply has ended within which its tokens are told, by servers that tell them


class Asker:
    """What asks one endpoint, and what it has learned of it; `model` is empty until its first one is known."""

    def __init__(self, model: str, settings: Settings) -> None:
        self.model = model
        self._settings = settings
        self._options = OPTIONS if settings.thinking == "auto" else OPTIONS | NO_THINKING
        self.form = Form()

    async def events(
        self, client: AsyncOpenAI, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Finish, None]:
        """Yield a reply in pieces, then how it ended. Raises what `failure` explains."""
        reading, whole_time = Reading(), ANSWER_TIMEOUTS * self._settings.timeout
        until = current_time() + whole_time
        incoming, payload = await self._opened(client, messages, max_tokens)
        async with aclosing(incoming):
            while payload is not None:
                if text := reading.take(payload):
                    yield text
                if reading.ending:
                    until = min(until, current_time() + SOON)
                with move_on_after(until - current_time()) as waiting:
                    payload = await self._next(incoming, reading)
                if waiting.cancelled_caught:
                    reading.cut(f"it took longer than {whole_time:g} s")
                    break
            if incoming.done:
                await incoming.drain()
        yield reading.finish(said_so=incoming.done)

    async def _next(self, incoming: Incoming, reading: Reading) -> Any | None:
        """Return the next piece, None at the end; what fails once a reply has ended is its end."""
        try:
            return await incoming.payload(self._settings.timeout)
        except (TimeoutError, BrokenError, SaidError, ValueError) as error:
            if reading.ending is None or (
                isinstance(error, SaidError) and reading.ending is Ending.COMPLETE and not reading.begun
            ):
                raise
            return None

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
                request = form.request(self.model, messages, max_tokens, self._options)
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
                with fail_after(ANSWER_TIMEOUTS * timeout):  # signs of life alone are no answer
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
        try:
            listed = await _listed(client)
        except APIStatusError as error:
            if error.status_code not in NO_LIST:
                raise
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
