"""A model file run in this process by llama.cpp, through xllamacpp (extra `local`)."""

import queue
import secrets
import threading
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.errors import ContextOverflowError, ModelError
from rag.models.cancellation import Cancellation
from rag.models.llms.base import ENDINGS, NO_USAGE, SEED, Ending, Event, Finish, Message, Usage
from rag.models.llms.replies import received, used_up
from rag.models.llms.thinking.endpoints import NO_THINKING, thinking_in
from rag.models.llms.tokens import count_tokens
from rag.settings import Settings

ERRORS = 1  # what llama.cpp writes to stderr: errors alone


class GgufModel:
    """A GGUF file, loaded with the first question; one reply at a time, further askers wait in line."""

    def __init__(self, path: str, settings: Settings) -> None:
        self._path = Path(path).expanduser()
        if not self._path.is_file():
            msg = f"There is no model file at {path}. Check ASKPAPERS_LLM=gguf:PATH."
            raise ModelError(msg)
        self._settings = settings
        self._lock = threading.Lock()
        self._server: Any = None

    @property
    def name(self) -> str:
        """`gguf:` and the file's name."""
        return f"gguf:{self._path.name}"

    def close(self) -> None:
        """Let go of the model's memory."""
        with self._lock:
            self._server = None

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: Cancellation
    ) -> Generator[str | Finish, None, None]:
        """Yield the reply in pieces, then how it ended; see ChatModel."""
        events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        ended = threading.Event()
        request = {
            "messages": [message._asdict() for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "seed": SEED,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if self._settings.thinking == "off":
            request["chat_template_kwargs"] = NO_THINKING["chat_template_kwargs"]
        relay = threading.Thread(target=_relay, args=(self._loaded(), request, events, ended), daemon=True)

        def end() -> None:
            ended.set()
            events.put(None)

        with stop.calling(end):
            if not stop:  # said before, it would come behind the first pieces
                relay.start()
            try:
                yield from received(events)
            finally:
                ended.set()

    def _loaded(self) -> Any:
        try:
            import xllamacpp
        except ImportError as error:
            msg = "A gguf: model needs llama.cpp. Install it with: pip install xllamacpp"
            raise ModelError(msg) from error

        with self._lock:
            if self._server is None:
                parameters = xllamacpp.CommonParams()
                parameters.model.path = str(self._path)
                parameters.n_ctx = self._settings.window
                parameters.n_parallel = 1
                parameters.sampling.seed = SEED
                parameters.verbosity = ERRORS
                # xllamacpp also listens on a loopback port; nobody else is to use the model there.
                parameters.api_keys = [secrets.token_hex()]
                try:
                    self._server = xllamacpp.Server(parameters)
                except RuntimeError as error:
                    msg = f"llama.cpp can't load {self._path} ({error}). Is it a whole GGUF file, and is there memory?"
                    raise ModelError(msg) from error
            return self._server


def _relay(
    server: Any, request: dict[str, Any], events: queue.SimpleQueue[Event | None], ended: threading.Event
) -> None:
    """Ask and pass on all that comes; the last thing passed on is a Finish or an error."""
    ending, usage, begun, thought = Ending.CUT, NO_USAGE, False, ""
    failure = ModelError("The model wrote nothing. Ask in other words, or choose another with ASKPAPERS_LLM.")

    def take(chunk: dict[str, Any]) -> bool:
        """Take a chunk; return whether llama.cpp is to stop."""
        nonlocal ending, usage, begun, failure, thought
        if "error" in chunk:
            failure = _error(chunk["error"])
            return True
        for choice in chunk.get("choices", ()):
            thought += thinking_in(choice["delta"])
            piece = choice["delta"].get("content") or ""
            begun = begun or bool(piece.strip())  # spaces alone are no answer
            if begun and piece:
                events.put(piece)
            if choice["finish_reason"]:
                ending = ENDINGS.get(choice["finish_reason"], Ending.COMPLETE)
        if counted := chunk.get("usage"):
            usage = Usage(counted["prompt_tokens"], counted["completion_tokens"])
        return ended.is_set()

    try:
        server.handle_chat_completions(request, take)
    except (RuntimeError, LookupError, TypeError, AttributeError) as error:  # but the first: a chunk of another form
        failure = ModelError(f"llama.cpp failed: {error}. Try again, or choose another model with ASKPAPERS_LLM.")
    finally:
        usage = replace(usage, thinking_tokens=min(count_tokens(thought), usage.output_tokens) if thought else 0)
        if begun:
            events.put(Finish(ending, usage, "llama.cpp stopped in the middle" if ending is Ending.CUT else ""))
        elif ending is Ending.LENGTH:
            events.put(used_up("in this process", usage))
        else:
            events.put(failure)


def _error(error: dict[str, Any]) -> ModelError:
    if error.get("type") == "exceed_context_size_error":
        taken, room = error.get("n_prompt_tokens"), error.get("n_ctx")
        return ContextOverflowError(f"The prompt has {taken} tokens, the window {room}. Raise ASKPAPERS_WINDOW.")
    return ModelError(f"llama.cpp failed: {error.get('message')}. Choose another model with ASKPAPERS_LLM.")
