"""Who a request comes from: known to all that is done for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from rag.utils.acting import acting_as

READING = "You may read and ask here, but not change the library. Ask whoever serves this page."


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: a user's name, None where nobody is asked for it, and whether they may change the library."""

    name: str | None = None
    may_write: bool = True


ANYBODY = Visitor()
_visitor: ContextVar[Visitor] = ContextVar("visitor", default=ANYBODY)


def visitor() -> Visitor:
    """Return who the request at work comes from."""
    return _visitor.get()


def own(name: str) -> str:
    """Return what a thing that a browser named is called here: nobody else's, whoever knows the name.

    >>> own("e1")
    'e1'
    """
    user = visitor().name
    return name if user is None else f"{user}: {name}"


@contextmanager
def visited_by(who: Visitor) -> Iterator[None]:
    """Have all that is done inside done for a visitor; the changes of the library are told as theirs."""
    before = _visitor.set(who)
    try:
        with acting_as(who.name):
            yield
    finally:
        _visitor.reset(before)
