"""What itertools of Python 3.11 lacks."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of up to `size` items, in order, reading no further ahead than one list."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
