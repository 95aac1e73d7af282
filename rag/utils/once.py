"""A thing that takes time to make: made when it is first asked for, and once."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Once(Generic[Made]):
    """Makes a thing when it is first asked for; who asks meanwhile waits. One that failed is tried again."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[Made] = []  # empty until it is there

    def __call__(self) -> Made:
        """Return the thing. Raises what making it raises."""
        with self._lock:
            self._made = self._made or [self._make()]
            return self._made[0]

    def taken(self) -> list[Made]:
        """Return the thing if it was made, and forget it: the next who asks gets a new one."""
        with self._lock:
            made, self._made = self._made, []
            return made
