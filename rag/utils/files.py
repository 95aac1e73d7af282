"""Files written beside their place and put there whole: whoever reads sees the old file or the new one."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path, *, durable: bool = False, contested: bool = False) -> Iterator[Path]:
    """Give a path to write to, whose file takes the place of `path` at the end; after an error it is removed.

    What a kill leaves is hidden, and overwritten the next time. `durable`: the file reaches the disk before it is put
    there, so that a power cut leaves one of the two. `contested`: nobody holds a lock, so each writer has a file of its
    own beside the place, and the last one counts. Raises OSError.
    """
    whose = f".{os.getpid()}-{threading.get_ident()}" if contested else ""
    partial = path.with_name(f".{path.name}{whose}.partial")
    try:
        yield partial
        if durable:
            with partial.open("rb+") as written:
                os.fsync(written.fileno())
        os.replace(partial, path)  # noqa: PTH105  (its error counts as the others do)
    finally:
        with suppress(OSError):
            partial.unlink()
