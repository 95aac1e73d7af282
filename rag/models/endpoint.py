"""Clients of an OpenAI-compatible endpoint, made from explicit settings.

With rag.models.failures all that imports openai.

The standard client would read OPENAI_* itself, choose api.openai.com when nothing is set, and retry for ten minutes;
here every choice comes from Settings. rag.models.failures says what its errors mean.
"""

import queue
import threading
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, aclosing, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from rag.errors import ModelError
from rag.models import Ending, Finish, Message, Usage
from rag.settings import Settings
from rag.stopping import Stop

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal
    from openai import AsyncOpenAI, OpenAI
    from openai.types.chat import ChatCompletionChunk

    from rag.models.failures import Failure

Reply = TypeVar("Reply")

EMBEDDING_TRIES = 2  # a slow endpoint is asked twice, then told
CHAT_RETRIES = 2  # refused connections, 429 and 5xx; after what Retry-After says, else 0.5 s, then 1 s
RETRY_SECONDS = 0.5
PUBLIC_ENDPOINT = "https://api.openai.com/v1"
PUBLIC_MODEL = "gpt-4.1-mini"  # what `auto` takes at the public endpoint; elsewhere the first model listed
CONNECT_SECONDS = 10.0
ANSWER_TIMEOUTS = 10  # a reply that keeps coming is cut after so many times the timeout
SEED = 0
ENDINGS = {"length": Ending.LENGTH, "content_filter": Ending.CUT}  # all else is complete

# Asked for when a server takes them; one that is refused by name is left out, then and later.
OPTIONS: dict[str, Any] = {"temperature": 0, "seed": SEED, "stream_options": {"include_usage": True}}


def _arguments(settings: Settings) -> dict[str, Any]:
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    return {
        "api_key": key or "none",  # local servers want no key, the client insists on one
        "base_url": settings.openai_base_url or PUBLIC_ENDPOINT,
    }


def openai_client(settings: Settings) -> "OpenAI":
    """Return a client of the OpenAI-compatible endpoint that the settings name."""
    from openai import OpenAI

    client = OpenAI(**_arguments(settings), timeout=settings.timeout, max_retries=EMBEDDING_TRIES - 1)
    client.organization = client.project = None  # else taken from the environment, and sent to any endpoint
    return client


def embed_texts(client: "OpenAI", model: str, texts: list[str]) -> list[list[float]]:
    """Return one vector a text from the endpoint, in order. Raises ConnectionError with one line that says why."""
    from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

    from rag.models.failures import bare_address

    endpoint = bare_address(str(client.base_url))
    try:
        reply = client.embeddings.create(model=model, input=texts, encoding_format="float")
    except APITimeoutError as error:
        msg = f"{endpoint} was asked {EMBEDDING_TRIES} times and did not answer within {client.timeout} s"
        raise ConnectionError(msg) from error
    except APIConnectionError as error:
        msg = f"{endpoint} can't be reached"
        raise ConnectionError(msg) from error
    except APIStatusError as error:
        msg = f"{endpoint} answered {error.status_code} for model {model!r}"
        raise ConnectionError(msg) from error
    except (OpenAIError, ValueError) as error:
        msg = f"{endpoint} answered what is no list of embeddings"
        raise ConnectionError(msg) from error
    try:
        return [[float(value) for value in item.embedding] for item in sorted(reply.data, key=lambda item: item.index)]
    except (AttributeError, TypeError, ValueError) as error:
        msg = f"{endpoint} answered what is no list of embeddings"
        raise ConnectionError(msg) from error


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
        self, messages: Sequence[Message], *, max_tokens: int, stop: Stop
    ) -> Generator[str | Finish, None, None]:
        """Yield the reply in pieces, then how it ended; see ChatModel."""
        events: queue.SimpleQueue[str | Finish | ModelError | None] = queue.SimpleQueue()
        request = self._started(messages, max_tokens, events.put)
        request.add_done_callback(lambda _: events.put(None))  # however it ends, nobody waits for more
        begun = False
        with stop.calling(request.cancel):
            try:
                while (event := events.get()) is not None:
                    if isinstance(event, ModelError):
                        raise event
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

    def _started(
        self, messages: Sequence[Message], max_tokens: int, put: Callable[[str | Finish | ModelError], None]
    ) -> Future[None]:
        """Start a request on the event loop, and the loop with the first one."""
        from anyio.from_thread import start_blocking_portal

        with self._lock:
            if self._running is None:
                client = self._new_client()
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
        client: "AsyncOpenAI",
        messages: Sequence[Message],
        max_tokens: int,
        put: Callable[[str | Finish | ModelError], None],
    ) -> None:
        """Ask and pass on all that comes; the last thing passed on is a Finish or an error."""
        from openai import OpenAIError

        from rag.models.failures import failure_of

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
        self, client: "AsyncOpenAI", messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Finish, None]:
        from anyio import current_time, fail_after
        from openai import APIConnectionError

        timeout = self._settings.timeout
        latest = current_time() + ANSWER_TIMEOUTS * timeout
        ending, usage, reason = Ending.CUT, Usage(), "the stream ended in the middle"
        begun = False
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
                if piece and begun:
                    yield piece
                if current_time() > latest:
                    ending, reason = Ending.CUT, f"it took longer than {ANSWER_TIMEOUTS * timeout:g} s"
                    break
        yield Finish(ending, usage, reason if ending is Ending.CUT else "")

    async def _request(self, client: "AsyncOpenAI", messages: Sequence[Message], max_tokens: int) -> Any:
        """Return the stream of a reply; options that this server refuses by name are left out."""
        from openai import BadRequestError, UnprocessableEntityError

        from rag.models.failures import is_overflow

        self._model = self._model or await _patiently(lambda: self._first_model(client))
        create: Any = client.chat.completions.create  # its overloads know no options held in a dict
        wanted: dict[str, Any] = {"model": self._model, "messages": [message._asdict() for message in messages]}
        while True:
            options = {name: value for name, value in OPTIONS.items() if name not in self._refused}
            options["max_completion_tokens" if "max_tokens" in self._refused else "max_tokens"] = max_tokens
            try:
                return await _patiently(partial(create, stream=True, **wanted, **options))
            except (BadRequestError, UnprocessableEntityError) as error:
                said = f"{error.param} {error.message}"
                refused = {name for name in (*OPTIONS, "max_tokens") if name in said} - self._refused
                if not refused or is_overflow(error):
                    raise
                self._refused |= refused

    def _new_client(self) -> "AsyncOpenAI":
        from openai import AsyncOpenAI, Timeout

        # Silence and tries are watched here, so that every error of the client says what really happened.
        timeout = Timeout(None, connect=CONNECT_SECONDS)
        client = AsyncOpenAI(**_arguments(self._settings), timeout=timeout, max_retries=0)
        client.organization = client.project = None  # else taken from the environment, and sent to any endpoint
        return client

    async def _first_model(self, client: "AsyncOpenAI") -> str:
        """Return the name of the first model that the endpoint lists."""
        from openai import NotFoundError

        from rag.models.failures import Failure

        with suppress(NotFoundError):
            # Not client.models.list(), which can't stand a reply that is no list.
            match await client.get("/models", cast_to=object):
                case {"data": [{"id": str(name)}, *_]}:
                    return name
        advice = "Check OPENAI_BASE_URL, or name a model with ASKPAPERS_LLM=openai:MODEL."
        raise Failure("it lists no model", advice).error(str(client.base_url))


async def _patiently(ask: Callable[[], Awaitable[Reply]]) -> Reply:
    """Return what is asked for; ask again where that helps, as long as the time allowed lasts."""
    from anyio import current_effective_deadline, current_time, sleep
    from openai import APIConnectionError, APIStatusError

    from rag.models.failures import wait_of

    retries = 0
    while True:
        try:
            return await ask()
        except (APIConnectionError, APIStatusError) as error:
            wait = wait_of(error, RETRY_SECONDS * 2**retries)
            if wait is None or retries == CHAT_RETRIES or current_time() + wait > current_effective_deadline():
                raise
        await sleep(wait)
        retries += 1


def _read(chunk: "ChatCompletionChunk") -> tuple[str, Ending | None, Usage | None]:
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
    return text, ending, usage


def _nothing(finish: Finish) -> "Failure":
    """Return what it means that a reply ended before it began."""
    from rag.models.failures import Failure

    if finish.ending is Ending.CUT:
        return Failure(
            "it sent no answer", "Check that OPENAI_BASE_URL is an OpenAI-compatible API, like …/v1, and try again."
        )
    if finish.ending is Ending.LENGTH:
        return Failure("it used up its tokens before it wrote anything", "Raise ASKPAPERS_ANSWER_TOKENS.")
    return Failure("its answer was empty", "Ask again in other words, or choose another model with ASKPAPERS_LLM.")
