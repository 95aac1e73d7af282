"""Work in another thread, and how to stop it: an event that also calls back.

A thread that waits for an endpoint can't look at a flag; whoever makes it wait leaves a callback here that ends the
wait.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Event = TypeVar("Event")
Result = TypeVar("Result")


class Cancellation:
    """Set once, by whoever no longer wants the result; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], object]] = []
        self._set = False

    def __bool__(self) -> bool:
        """Return whether to stop."""
        return self._set

    def set(self) -> None:
        """Say stop: call all callbacks, once."""
        with self._lock:
            self._set = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    @contextmanager
    def calling(self, callback: Callable[[], object]) -> Iterator[None]:
        """Have `callback` called when stop is said within the block, at once if it was said before."""
        with self._lock:
            late = self._set
            if not late:
                self._callbacks.append(callback)
        if late:
            callback()
        try:
            yield
        finally:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)


async def awaited(work: Callable[[], Result], stop: Cancellation) -> Result:
    """Return what work in another thread returns; set `stop` when nobody waits for it any more."""
    try:
        return await asyncio.to_thread(work)
    except asyncio.CancelledError:
        stop.set()
        raise


async def in_thread(start: Callable[[], Iterator[Event]], stop: Cancellation) -> AsyncGenerator[Event, None]:
    """Yield what an iterator yields that is made and run in another thread; raise what it raises.

    When the consumer stops early, or is cancelled, `stop` is set.
    """
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[list[Event]] = asyncio.Queue()  # lists of one; an empty one is the end

    def run() -> None:
        try:
            for event in start():
                if stop:
                    break
                loop.call_soon_threadsafe(events.put_nowait, [event])
        finally:
            loop.call_soon_threadsafe(events.put_nowait, [])

    work = asyncio.ensure_future(asyncio.to_thread(run))
    # When nobody waits for the end any more, its error is nobody's business either.
    work.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        while event := await events.get():
            yield event[0]
        await work
    finally:
        stop.set()
