"""Threads that share the cores: work side by side, in order, and NumPy's beside those of others."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def side_by_side(work: Callable[[Given], Made], given: Iterable[Given], workers: int) -> Iterator[Made]:
    """Yield what `work` makes of each, in order, `workers` at a time; at most one more than these is held.

    What `work` raises is raised in its turn.

    >>> list(side_by_side(str.upper, "abc", 2))
    ['A', 'B', 'C']
    """
    with ThreadPoolExecutor(workers) as pool:
        begun: deque[Future[Made]] = deque()
        for one in given:
            begun.append(pool.submit(work, one))
            if len(begun) > workers:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


@lru_cache(maxsize=1)
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


class _OneThread:
    """The limit of one BLAS thread while anybody is inside; threads of a server come and go in any order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._limit: AbstractContextManager[object] | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._lock:
            if self._limit is None:
                self._limit = _blas().limit(limits=1, user_api="blas")
                self._limit.__enter__()
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside and self._limit is not None:
                    self._limit.__exit__(None, None, None)
                    self._limit = None


_ONE_THREAD = _OneThread()


def one_blas_thread() -> AbstractContextManager[None]:
    """Return a context in which NumPy's matrix products use one thread.

    Its threads wait by spinning: beside those of onnxruntime they doubled the time of an ingest (eval/RESULTS.md).
    """
    return _ONE_THREAD.held()
