"""Who acts: told by a face that knows its users, as the page does; otherwise whoever runs this process."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST = 100  # characters of a name that are kept
UNKNOWN = "unknown"  # a process of no user, as in some containers

_named: ContextVar[str | None] = ContextVar("acting", default=None)


@contextmanager
def acting_as(user: str | None) -> Iterator[None]:
    """Have all that is done inside done by `user`; None is whoever runs this process.

    It holds for the tasks and threads that are begun inside (asyncio.create_task, asyncio.to_thread), and for no other.

    >>> with acting_as("ada"):
    ...     acting_user()
    'ada'
    """
    before = _named.set(user)
    try:
        yield
    finally:
        _named.reset(before)


def acting_user() -> str:
    """Return the name of who acts: at most 100 characters, in one line."""
    return " ".join((_named.get() or _of_process()).split())[:LONGEST] or UNKNOWN


def _of_process() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name anywhere: KeyError until Python 3.13
        return UNKNOWN
