"""Who may write into a library's folder: one writer at a time, released when a process dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import LibraryLockedError, StorageError
from rag.storage.catalog.catalog import Catalog
from rag.storage.layout import LOCK


@contextmanager
def writing(folder: Path, catalog: Catalog) -> Iterator[bool]:
    """Be the one writer of a library; told whether the last one died, for a sign of work outlives a crash.

    Raises LibraryLockedError when somebody else is writing, StorageError when the folder can't be written.
    """
    with holding(folder):
        crashed = catalog.unfinished
        with catalog.unfinished_work():
            yield crashed


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Keep everybody else from writing to a library. Raises LibraryLockedError, StorageError."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        msg = f"Another process is writing to {folder}. Wait until it has finished, then run this again."
        raise LibraryLockedError(msg) from error
    except OSError as error:
        msg = f"The library {folder} can't be written ({error.strerror}). Check its permissions, or copy it."
        raise StorageError(msg) from error
    try:
        yield
    finally:
        lock.release()


def is_being_written(folder: Path) -> bool:
    """Tell whether a writer is at work; also true where that can't be found out."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    lock.release()
    return False
