"""What a failed request to an endpoint means for a question: one line that says what happened and what to do.

rag.models.endpoints says what servers mean; here it becomes the error of a language model. Never a key.
"""

from typing import NamedTuple

from openai import APIConnectionError, APIStatusError

from rag.errors import ContextOverflowError, ModelError
from rag.models.endpoints.meanings import NO_API, Asking, Said, SaidError, is_long, meaning_of, said_by
from rag.models.endpoints.reaching import unreached
from rag.models.endpoints.said import told
from rag.models.llms.exchange.incoming import BrokenError
from rag.models.openai_client import CONNECT_SECONDS, bare_address
from rag.settings import Settings


class Failure(NamedTuple):
    """What happened, what to do next, and as which error it is told."""

    happened: str
    advice: str
    kind: type[ModelError] = ModelError

    def error(self, where: str) -> ModelError:
        """Return the error that tells it of the endpoint at the address `where`, without a password in that."""
        return self.kind(f"The language model at {bare_address(where)} failed: {self.happened}. {self.advice}")


def said_of(error: APIStatusError | SaidError) -> Said:
    """Return what a server said with an error."""
    return error.said if isinstance(error, SaidError) else said_by(error.response)


def failure_of(error: Exception, asking: Asking, settings: Settings) -> Failure:
    """Return what an exception of a request means."""
    if isinstance(error, TimeoutError):
        return Failure(f"it was silent for {settings.timeout:g} s", "Try again, or raise ASKPAPERS_TIMEOUT.")
    if isinstance(error, BrokenError):
        return Failure("the connection broke", "Try again, or look at the server's log.")
    if isinstance(error, APIStatusError | SaidError):
        said = said_of(error)
        if is_long(said):
            spoken = told(said.body, asking.key)
            return Failure(
                f"the prompt is longer than its context window ({said.status}: {spoken!r})",
                "Set ASKPAPERS_WINDOW to the window of the model in tokens.",
                ContextOverflowError,
            )
        return Failure(*meaning_of(said, asking))
    if isinstance(error, APIConnectionError | UnicodeError | OSError):
        return Failure(*unreached(error, asking.route, seconds=CONNECT_SECONDS))
    return Failure("it sent what can't be read", NO_API)
