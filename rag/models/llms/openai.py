"""A language model behind an OpenAI-compatible endpoint: asked on a loop of its own, stopped at any moment.

rag.models.openai_client makes the client, rag.models.llms.retrying asks again, rag.models.llms.openai_errors says
what an error means.
"""

import queue
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, aclosing, suppress
from dataclasses import replace
from functools import partial
from typing import Any

from anyio import current_time, fail_after
from anyio.from_thread import BlockingPortal, start_blocking_portal
from openai import (
    APIConnectionError,
    AsyncOpenAI,
    BadRequestError,
    NotFoundError,
    OpenAIError,
    UnprocessableEntityError,
)
from openai.types.chat import ChatCompletionChunk

from rag.errors import ModelError, UsedUpError
from rag.models.cancellation import Cancellation
from rag.models.llms.base import ENDINGS, NO_USAGE, SEED, Ending, Event, Finish, Message, Usage
from rag.models.llms.openai_errors import Failure, failure_of, is_overflow
from rag.models.llms.replies import MORE_TOKENS, received
from rag.models.llms.retrying import patiently
from rag.models.llms.thinking.endpoints import NO_THINKING, thinking_counted, thinking_in
from rag.models.llms.tokens import count_tokens
from rag.models.openai_client import PUBLIC_ENDPOINT, async_client
from rag.settings import Settings

PUBLIC_MODEL = "gpt-4.1-mini"  # what `auto` takes at the public endpoint; elsewhere the first model listed
ANSWER_TIMEOUTS = 10  # a reply that keeps coming is cut after so many times the timeout

# Asked for when a server takes them; one that is refused by name is left out, then and later.
OPTIONS: dict[str, Any] = {"temperature": 0, "seed": SEED, "stream_options": {"include_usage": True}}


class EndpointModel:
    """A model behind an OpenAI-compatible endpoint.

    Requests run on one event loop in a thread of their own, because only an asynchronous request can be stopped at
    any moment: cancelling it closes its connection, and the server stops.
    """

    def __init__(self, model: str, settings: Settings) -> None:
        """Make the model; without a name it is the endpoint's first one, learned with the first question."""
        self._model = model or ("" if settings.openai_base_url else PUBLIC_MODEL)
        self._settings = settings
        self._refused: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self._open = ExitStack()
        # At the end of the interpreter a thread can't be joined any more; this runs before, also without close().
        self._forgotten = weakref.finalize(self, self._open.close)
        self._running: tuple[BlockingPortal, AsyncOpenAI] | None = None
        self._requests: set[Future[None]] = set()

    @property
    def name(self) -> str:
        """`openai:` and the model's name; `openai` alone while an endpoint hasn't told its first one."""
        return f"openai:{self._model}" if self._model else "openai"

    def close(self) -> None:
        """Stop what still runs, close the connections and end the thread."""
        with self._lock:
            for request in tuple(self._requests):
                request.cancel()
            self._open.close()
            self._running = None

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: Cancellation
    ) -> Generator[str | Finish, None, None]:
        """Yield the reply in pieces, then how it ended; see ChatModel."""
        events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        request = self._started(messages, max_tokens, events.put)
        request.add_done_callback(lambda _: events.put(None))  # however it ends, nobody waits for more
        begun = False
        with stop.calling(request.cancel):
            try:
                for event in received(events):
                    yield event
                    if isinstance(event, Finish):
                        return
                    begun = True
            finally:
                request.cancel()
        if not request.cancelled():
            request.result()  # raises what nobody expected
        elif not stop:
            if not begun:
                msg = "The language model was closed before it answered. Open the library again and ask."
                raise ModelError(msg)
            yield Finish(Ending.CUT, reason="it was closed")

    def _started(self, messages: Sequence[Message], max_tokens: int, put: Callable[[Event], None]) -> Future[None]:
        """Start a request on the event loop, and the loop with the first one."""
        with self._lock:
            if self._running is None:
                client = async_client(self._settings)
                portal = self._open.enter_context(start_blocking_portal("asyncio"))
                self._open.enter_context(portal.wrap_async_context_manager(client))
                self._running = portal, client
            portal, client = self._running
            request = portal.start_task_soon(partial(self._relay, client, messages, max_tokens, put))
            self._requests.add(request)
        request.add_done_callback(self._requests.discard)
        return request

    async def _relay(
        self,
        client: AsyncOpenAI,
        messages: Sequence[Message],
        max_tokens: int,
        put: Callable[[Event], None],
    ) -> None:
        """Ask and pass on all that comes; the last thing passed on is a Finish or an error."""
        where = self._settings.openai_base_url or PUBLIC_ENDPOINT
        begun = False
        try:
            async with aclosing(self._events(client, messages, max_tokens)) as events:
                async for event in events:
                    if isinstance(event, Finish) and not begun:
                        put(_nothing(event).error(where))
                        return
                    begun = True
                    put(event)
        except ModelError as error:
            put(error)
        except (OpenAIError, TimeoutError, ValueError) as error:
            failure = failure_of(error, self._model, self._settings)
            put(Finish(Ending.CUT, reason=failure.happened) if begun else failure.error(where))

    async def _events(
        self, client: AsyncOpenAI, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Finish, None]:

        timeout = self._settings.timeout
        latest = current_time() + ANSWER_TIMEOUTS * timeout
        ending, usage, reason = Ending.CUT, NO_USAGE, "the stream ended in the middle"
        begun, thought = False, ""
        with fail_after(timeout):  # all tries together: the first sign of life must come in time
            chunks = await self._request(client, messages, max_tokens)
        async with chunks:
            iterator = aiter(chunks)
            while True:
                try:
                    with fail_after(timeout):
                        chunk = await anext(iterator, None)
                except APIConnectionError:
                    reason = "the connection broke"
                    break
                if chunk is None:
                    break
                piece, ended, counted = _read(chunk)
                ending, usage = ended or ending, counted or usage
                begun = begun or bool(piece.strip())  # spaces alone are no answer
                thought += thinking_in(chunk.choices[0].delta.model_dump(warnings=False)) if chunk.choices else ""
                if piece and begun:
                    yield piece
                if current_time() > latest:
                    ending, reason = Ending.CUT, f"it took longer than {ANSWER_TIMEOUTS * timeout:g} s"
                    break
        if thought and not usage.thinking_tokens:
            usage = replace(usage, thinking_tokens=count_tokens(thought))
        yield Finish(ending, usage, reason if ending is Ending.CUT else "")

    async def _request(self, client: AsyncOpenAI, messages: Sequence[Message], max_tokens: int) -> Any:
        """Return the stream of a reply; options that this server refuses by name are left out."""
        self._model = self._model or await patiently(lambda: self._first_model(client))
        create: Any = client.chat.completions.create  # its overloads know no options held in a dict
        wanted: dict[str, Any] = {"model": self._model, "messages": [message._asdict() for message in messages]}
        while True:
            options = {name: value for name, value in OPTIONS.items() if name not in self._refused}
            if self._settings.thinking == "off":
                kept = {name: value for name, value in NO_THINKING.items() if name not in self._refused}
                options["extra_body"] = kept
            options["max_completion_tokens" if "max_tokens" in self._refused else "max_tokens"] = max_tokens
            try:
                return await patiently(partial(create, stream=True, **wanted, **options))
            except (BadRequestError, UnprocessableEntityError) as error:
                said = f"{error.param} {error.message}"
                refused = {name for name in (*OPTIONS, *NO_THINKING, "max_tokens") if name in said} - self._refused
                if not refused or is_overflow(error):
                    raise
                self._refused |= refused

    async def _first_model(self, client: AsyncOpenAI) -> str:
        """Return the name of the first model that the endpoint lists."""
        with suppress(NotFoundError):
            # Not client.models.list(), which can't stand a reply that is no list.
            match await client.get("/models", cast_to=object):
                case {"data": [{"id": str(name)}, *_]}:
                    return name
        advice = "Check OPENAI_BASE_URL, or name a model with ASKPAPERS_LLM=openai:MODEL."
        raise Failure("it lists no model", advice).error(str(client.base_url))


def _read(chunk: ChatCompletionChunk) -> tuple[str, Ending | None, Usage | None]:
    """Return the text of a chunk, how the reply ended if it did, and the tokens if they were counted."""
    try:
        text, ending = "", None
        for choice in chunk.choices or ():
            text += (choice.delta.content or "") if choice.delta else ""
            if choice.finish_reason:
                ending = ENDINGS.get(choice.finish_reason, Ending.COMPLETE)
        counted = chunk.usage and (chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
    except (AttributeError, TypeError) as error:  # the client passes on whatever JSON came
        msg = "a chunk is no chat completion"
        raise ValueError(msg) from error
    # Some servers count nothing, and say so with null.
    usage = Usage(*(count if isinstance(count, int) else 0 for count in counted)) if counted else None
    if usage and chunk.usage:
        usage = replace(usage, thinking_tokens=thinking_counted(chunk.usage.model_dump(warnings=False)))
    return text, ending, usage


def _nothing(finish: Finish) -> Failure:
    """Return what it means that a reply ended before it began."""
    if finish.ending is Ending.CUT:
        return Failure(
            "it sent no answer", "Check that OPENAI_BASE_URL is an OpenAI-compatible API, like …/v1, and try again."
        )
    if finish.ending is Ending.LENGTH:
        return Failure("it used up its tokens before it wrote anything", MORE_TOKENS, UsedUpError)
    return Failure("its answer was empty", "Ask again in other words, or choose another model with ASKPAPERS_LLM.")
