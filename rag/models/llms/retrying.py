"""Ask again where that helps: refused connections, 429 and 5xx; after what Retry-After says, within the time allowed.

Not the client's own retries: those wait longer than the time left, and then can't say what the server had answered.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio import current_effective_deadline, current_time, sleep
from openai import APIConnectionError, APIStatusError

from rag.models.llms.openai_errors import retry_after

Reply = TypeVar("Reply")

RETRIES = 2
SECONDS = 0.5  # before the first one; twice that before the second


async def patiently(ask: Callable[[], Awaitable[Reply]]) -> Reply:
    """Return what is asked for; ask again where that helps, as long as the time allowed lasts."""
    retries = 0
    while True:
        try:
            return await ask()
        except (APIConnectionError, APIStatusError) as error:
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
        return otherwise
    if error.status_code in {408, 429} or error.status_code >= 500:
        wait = retry_after(error)
        return otherwise if wait is None else wait
    return None
