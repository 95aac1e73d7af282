"""What a failed request to an endpoint means: one line that says what happened and what to do. Never a key.

What a server itself says is passed on only where it helps, shortened and with the key struck out.
"""

import re
from typing import NamedTuple

from openai import APIConnectionError, APIError, APIStatusError

from rag.errors import ContextOverflowError, ModelError
from rag.models.openai_client import bare_address
from rag.settings import Settings

TOLD = 200  # characters of a server's own message that are passed on
OVERFLOW = re.compile(
    r"exceed_context_size|context[_ ](length|size|window)|maximum context|too many tokens", re.IGNORECASE
)
KEYS = re.compile(r"\b(sk|pk|gsk|key)-[\w*.-]{4,}|\bBearer\s+\S+", re.IGNORECASE)


class Failure(NamedTuple):
    """What happened, what to do next, and as which error it is told."""

    happened: str
    advice: str
    kind: type[ModelError] = ModelError

    def error(self, where: str) -> ModelError:
        """Return the error that tells it of the endpoint at the address `where`, without a password in that."""
        return self.kind(f"The language model at {bare_address(where)} failed: {self.happened}. {self.advice}")


def retry_after(error: APIStatusError) -> float | None:
    """Return after how many seconds a server asks to be asked again; None when it doesn't say so in seconds."""
    seconds = error.response.headers.get("retry-after", "")
    return float(seconds) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", seconds) else None


def failure_of(error: Exception, model: str, settings: Settings) -> Failure:
    """Return what an exception of a request for `model` means."""
    if isinstance(error, TimeoutError):
        return Failure(f"it was silent for {settings.timeout:g} s", "Try again, or raise ASKPAPERS_TIMEOUT.")
    if isinstance(error, APIConnectionError):
        return Failure("it can't be reached", "Check OPENAI_BASE_URL, and that the server runs.")
    if isinstance(error, APIError) and is_overflow(error):
        return Failure(
            "the prompt is longer than its context window",
            "Set ASKPAPERS_WINDOW to the window of the model in tokens.",
            ContextOverflowError,
        )
    if isinstance(error, APIStatusError):
        return _status(error, model, settings)
    if isinstance(error, APIError):
        return Failure(f"it said {told(error, settings)!r}", "Try again, or choose another model with ASKPAPERS_LLM.")
    return Failure("it sent what can't be read", "Check that OPENAI_BASE_URL is an OpenAI-compatible API, like …/v1.")


def _status(error: APIStatusError, model: str, settings: Settings) -> Failure:
    status = error.status_code
    if status in {401, 403}:
        return Failure(f"it refused the key ({status})", "Check OPENAI_API_KEY and OPENAI_BASE_URL.")
    if status == 404:
        return Failure(
            f"it knows no model {model!r}, or has no chat there (404)", "Check ASKPAPERS_LLM and OPENAI_BASE_URL."
        )
    if status == 429:
        wait = retry_after(error)
        when = "later" if wait is None else f"in {wait:g} s"
        return Failure("it has too many requests, or the account no credit (429)", f"Ask again {when}.")
    if status >= 500:
        return Failure(f"it has a fault of its own ({status})", "Try again later, or look at the server's log.")
    return Failure(
        f"it refused the request ({status}: {told(error, settings)!r})", "Check ASKPAPERS_LLM and the server."
    )


def is_overflow(error: APIError) -> bool:
    """Tell whether an error says that the prompt doesn't fit into the context window."""
    return bool(OVERFLOW.search(f"{error.code} {error.type} {error.message}"))


def told(error: APIError, settings: Settings) -> str:
    """Return the start of what a server said, on one line, without the key."""
    body = error.body if isinstance(error.body, dict) else {}
    text = " ".join(str(body.get("message") or error.message).split())
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    if key:
        text = text.replace(key, "…")
    return KEYS.sub("…", text)[:TOLD]
