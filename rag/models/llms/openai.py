"""A language model behind an OpenAI-compatible endpoint: asked on a loop of its own, stopped at any moment.

rag.models.openai_client makes the client, rag.models.llms.exchange asks and reads, rag.models.llms.openai_errors says
what an error means.
"""

import queue
import threading
import weakref
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, aclosing
from functools import partial

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from openai import AsyncOpenAI, OpenAIError

from rag.errors import ModelError, UsedUpError
from rag.models.cancellation import Cancellation
from rag.models.endpoints.meanings import NO_API, SaidError
from rag.models.llms.base import Ending, Event, Finish, Message
from rag.models.llms.exchange.asking import Asker
from rag.models.llms.exchange.forms import Form
from rag.models.llms.exchange.incoming import BrokenError
from rag.models.llms.exchange.reading import UNFINISHED
from rag.models.llms.openai_errors import Failure
from rag.models.llms.replies import MORE_TOKENS, TURN_OFF, received
from rag.models.openai_client import address_of, async_client
from rag.settings import Settings

PUBLIC_MODEL = "gpt-4.1-mini"  # what `auto` takes at the public endpoint; elsewhere the first model listed
FAILURES = (OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, SaidError, BrokenError, OSError, ValueError)


class EndpointModel:
    """A model behind an OpenAI-compatible endpoint.

    Requests run on one event loop in a thread of their own, because only an asynchronous request can be stopped at
    any moment: cancelling it closes its connection, and the server stops.
    """

    def __init__(self, model: str, settings: Settings) -> None:
        """Make the model; without a name it is the endpoint's first one, learned with the first question."""
        self._asker = Asker(model or ("" if settings.openai_base_url else PUBLIC_MODEL), settings)
        self._settings = settings
        self._lock = threading.Lock()
        self._open = ExitStack()
        # At the end of the interpreter a thread can't be joined any more; this runs before, also without close().
        self._forgotten = weakref.finalize(self, self._open.close)
        self._running: tuple[BlockingPortal, AsyncOpenAI] | None = None
        self._requests: set[Future[None]] = set()

    @property
    def name(self) -> str:
        """`openai:` and the model's name; `openai` alone while an endpoint hasn't told its first one."""
        return f"openai:{model}" if (model := self._asker.model) else "openai"

    @property
    def form(self) -> Form:
        """How the endpoint wants to be asked, as far as that was learned from its refusals."""
        return self._asker.form

    def windows(self) -> dict[str, int | None]:
        """Return the models that the endpoint lists, each with its context window in tokens where it tells that.

        Raises ModelError.
        """
        with self._lock:
            portal, client = self._loop()
        try:
            return portal.call(self._asker.windows, client)
        except FAILURES as error:
            raise self._asker.failure(error).error(address_of(self._settings)) from None

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
            portal, client = self._loop()
            request = portal.start_task_soon(partial(self._relay, client, messages, max_tokens, put))
            self._requests.add(request)
        request.add_done_callback(self._requests.discard)
        return request

    def _loop(self) -> tuple[BlockingPortal, AsyncOpenAI]:
        """Return the event loop and the client, made with the first request."""
        if self._running is None:
            client = async_client(self._settings)
            portal = self._open.enter_context(start_blocking_portal("asyncio"))
            self._open.enter_context(portal.wrap_async_context_manager(client))
            self._running = portal, client
        return self._running

    async def _relay(
        self,
        client: AsyncOpenAI,
        messages: Sequence[Message],
        max_tokens: int,
        put: Callable[[Event], None],
    ) -> None:
        """Ask and pass on all that comes; the last thing passed on is a Finish or an error."""
        where = address_of(self._settings)
        begun = False
        try:
            async with aclosing(self._asker.events(client, messages, max_tokens)) as events:
                async for event in events:
                    if isinstance(event, Finish) and not begun:
                        put(_nothing(event).error(where))
                        return
                    begun = True
                    put(event)
        except ModelError as error:
            put(error)
        except FAILURES as error:
            failure = self._asker.failure(error)
            put(Finish(Ending.CUT, reason=failure.happened) if begun else failure.error(where))


def _nothing(finish: Finish) -> Failure:
    """Return what it means that a reply ended before it began."""
    if finish.ending is Ending.LENGTH:
        return Failure("it used up its tokens before it wrote anything", MORE_TOKENS, UsedUpError)
    if finish.ending is Ending.CUT and finish.reason == UNFINISHED:
        return Failure("it sent no answer", f"{NO_API[:-1]}, and try again.")
    if not finish.reason and finish.usage.thinking_tokens:
        return Failure("its answer was empty, it only thought", f"Ask in other words; or {TURN_OFF}.")
    happened = finish.reason or "its answer was empty"
    return Failure(happened, "Ask again in other words, or choose another model with ASKPAPERS_LLM.")
