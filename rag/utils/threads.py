"""Threads of NumPy beside those of others."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any


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

    Its threads wait by spinning, and so do those of onnxruntime: side by side on two cores they doubled the time of
    an ingest (eval/RESULTS.md).
    """
    return _ONE_THREAD.held()
