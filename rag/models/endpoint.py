"""The only module that imports openai: clients of an OpenAI-compatible endpoint, made from explicit settings.

The standard client would read OPENAI_* itself, choose api.openai.com when nothing is set, and retry for ten minutes;
here every choice comes from Settings. rag.models.failures says what its errors mean.
"""

import queue
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import ExitStack, aclosing
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.models import Ending, Finish, Message, Usage
from rag.settings import Settings
from rag.stopping import Stop

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal
    from openai import AsyncOpenAI, OpenAI
    from openai.types.chat import ChatCompletionChunk

    from rag.models.failures import Failure

EMBEDDING_TRIES = 2  # a slow endpoint is asked twice, then told
CHAT_RETRIES = 2  # refused connections, 429 and 5xx; the client waits as Retry-After says, else 0.5 s, then 1 s
PUBLIC_ENDPOINT = "https://api.openai.com/v1"
PUBLIC_MODEL = "gpt-4.1-mini"  # what `auto` takes at the public endpoint; elsewhere the first model listed
CONNECT_SECONDS = 10.0
ANSWER_TIMEOUTS = 10  # a reply that keeps coming is cut after so many times the timeout
SEED = 0

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

    return OpenAI(**_arguments(settings), timeout=settings.timeout, max_retries=EMBEDDING_TRIES - 1)


def embed_texts(client: "OpenAI", model: str, texts: list[str]) -> list[list[float]]:
    """Return one vector a text from the endpoint, in order. Raises ConnectionError with one line that says why."""
    from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

    endpoint = client.base_url
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
        self._portal: BlockingPortal | None = None
        self._client: AsyncOpenAI | None = None

    @property
    def name(self) -> str:
        """`openai:` and the model's name."""
        return f"openai:{self._model or 'first'}"

    def close(self) -> None:
        """Close the connections and end the thread."""
        with self._lock:
            if self._portal is not None:
                if self._client is not None:
                    self._portal.call(self._client.close)
                self._portal.call(self._portal.stop, True)  # with whatever still runs
                self._open.close()
            self._portal = self._client = None

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: Stop
    ) -> Generator[str | Finish, None, None]:
        """Yield the reply in pieces, then how it ended; see ChatModel."""
        portal = self._running()
        events: queue.SimpleQueue[str | Finish | ModelError | None] = queue.SimpleQueue()
        request = portal.start_task_soon(self._relay, messages, max_tokens, events.put)

        def end() -> None:
            request.cancel()
            events.put(None)

        with stop.calling(end):
            try:
                while (event := events.get()) is not None:
                    if isinstance(event, ModelError):
                        raise event
                    yield event
                    if isinstance(event, Finish):
                        return
            finally:
                request.cancel()

    def _running(self) -> "BlockingPortal":
        from anyio.from_thread import start_blocking_portal

        with self._lock:
            if self._portal is None:
                self._portal = self._open.enter_context(start_blocking_portal("asyncio"))
            return self._portal

    async def _relay(
        self, messages: Sequence[Message], max_tokens: int, put: Callable[[str | Finish | ModelError], None]
    ) -> None:
        """Ask and pass on all that comes; the last thing passed on is a Finish or an error."""
        from openai import OpenAIError

        from rag.models.failures import failure_of

        where = self._settings.openai_base_url or PUBLIC_ENDPOINT
        begun = False
        try:
            async with aclosing(self._events(messages, max_tokens)) as events:
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

    async def _events(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str | Finish, None]:
        from anyio import current_time, fail_after

        timeout = self._settings.timeout
        latest = current_time() + ANSWER_TIMEOUTS * timeout
        ending, usage = Ending.CUT, Usage()
        with fail_after(timeout):  # all tries together: the first sign of life must come in time
            chunks = await self._request(messages, max_tokens)
        async with chunks:
            iterator = aiter(chunks)
            while True:
                with fail_after(min(timeout, latest - current_time())):
                    chunk = await anext(iterator, None)
                if chunk is None:
                    break
                piece, ended, counted = _read(chunk)
                ending, usage = ended or ending, counted or usage
                if piece:
                    yield piece
        yield Finish(ending, usage, "the stream ended in the middle" if ending is Ending.CUT else "")

    async def _request(self, messages: Sequence[Message], max_tokens: int) -> Any:
        """Return the stream of a reply; options that this server refuses by name are left out."""
        from openai import BadRequestError, UnprocessableEntityError

        from rag.models.failures import is_overflow

        client = self._connected()
        self._model = self._model or await self._first_model(client)
        create: Any = client.chat.completions.create  # its overloads know no options held in a dict
        wanted = [message._asdict() for message in messages]
        while True:
            options = {name: value for name, value in OPTIONS.items() if name not in self._refused}
            limit = "max_completion_tokens" if "max_tokens" in self._refused else "max_tokens"
            try:
                return await create(model=self._model, messages=wanted, stream=True, **{limit: max_tokens}, **options)
            except (BadRequestError, UnprocessableEntityError) as error:
                said = f"{error.param} {error.message}"
                refused = {name for name in (*OPTIONS, "max_tokens") if name in said} - self._refused
                if not refused or is_overflow(error):
                    raise
                self._refused |= refused

    def _connected(self) -> "AsyncOpenAI":
        from openai import AsyncOpenAI, Timeout

        if self._client is None:
            timeout = Timeout(self._settings.timeout, connect=min(CONNECT_SECONDS, self._settings.timeout))
            self._client = AsyncOpenAI(**_arguments(self._settings), timeout=timeout, max_retries=CHAT_RETRIES)
            # Else taken from the environment: they would name an account to whatever endpoint is asked.
            self._client.organization = self._client.project = None
        return self._client

    async def _first_model(self, client: "AsyncOpenAI") -> str:
        """Return the name of the first model that the endpoint lists."""
        listed = (await client.models.list()).data
        if not listed:
            msg = f"{client.base_url} lists no model. Name one with ASKPAPERS_LLM=openai:MODEL."
            raise ModelError(msg)
        return str(listed[0].id)


def _read(chunk: "ChatCompletionChunk") -> tuple[str, Ending | None, Usage | None]:
    """Return the text of a chunk, how the reply ended if it did, and the tokens if they were counted."""
    try:
        text, ending = "", None
        for choice in chunk.choices or ():
            text += (choice.delta.content or "") if choice.delta else ""
            if choice.finish_reason:
                ending = Ending.LENGTH if choice.finish_reason == "length" else Ending.COMPLETE
        usage = Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens) if chunk.usage else None
    except (AttributeError, TypeError) as error:  # the client passes on whatever JSON came
        msg = "a chunk is no chat completion"
        raise ValueError(msg) from error
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
