"""How often an index may be asked: one request after another, each when its time has come."""

import time
from collections.abc import Callable


class Pace:
    """Turns at so many requests a second, on a monotonic clock.

    A turn that wasn't taken is lost: no two requests come closer together than the rate says, for what the indexes ask
    for is a pause between requests (arXiv: three seconds), not an average.
    """

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._between = 1 / per_second
        self._clock, self._sleep = clock, sleep
        self._next = clock()

    def wait(self) -> None:
        """Wait for the next turn and take it."""
        while (left := self._next - self._clock()) > 0:
            self._sleep(left)
        self._next = self._clock() + self._between

    def hold(self, seconds: float) -> None:
        """Let no turn come before so many seconds have passed."""
        self._next = max(self._next, self._clock() + seconds)

    def slow_down(self, per_second: float) -> None:
        """Take no more turns than the index says now, if that is fewer than so far."""
        more = max(1 / per_second - self._between, 0)
        self._between += more
        self._next += more
