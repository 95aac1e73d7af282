"""Ask again where that helps: refused connections, 429 and 5xx; after what Retry-After says, within the time allowed.

Not the client's own retries: those wait longer than the time left, and then can't say what the server had answered.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio import current_effective_deadline, current_time, sleep
from openai import APIConnectionError, APIStatusError

from rag.models.endpoints.meanings import Said, lacks_credit, retry_after, said_by
from rag.models.endpoints.reaching import is_final

Reply = TypeVar("Reply")

RETRIES = 2
SECONDS = 0.5  # before the first one; twice that before the second


async def patiently(ask: Callable[[], Awaitable[Reply]], settled: Callable[[Said], bool] = lambda said: False) -> Reply:
    """Return what is asked for; ask again where that helps, as long as the time allowed lasts.

    `settled` says whether a server's words settle the matter, whatever its status.
    """
    retries = 0
    while True:
        try:
            return await ask()
        except (APIConnectionError, APIStatusError) as error:
            if isinstance(error, APIStatusError) and settled(said_by(error.response)):
                raise
            wait = wait_of(error, SECONDS * 2**retries)
            if wait is None or retries == RETRIES or current_time() + wait > current_effective_deadline():
                raise
        await sleep(wait)
        retries += 1


def wait_of(error: APIConnectionError | APIStatusError, otherwise: float) -> float | None:
    """Return after how many seconds a failed request is worth another try: as the server says, or `otherwise`.

    None when the same request would fail again.
    """
    if isinstance(error, APIConnectionError):
        return None if is_final(error) else otherwise
    said = said_by(error.response)
    if said.status in {408, 429} or said.status >= 500:
        wait = retry_after(said)
        return None if lacks_credit(said) else otherwise if wait is None else wait
    return None
