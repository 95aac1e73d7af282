"""A library that can't be written, made readable: SQLite and Chroma write even where they only read.

What they write to is copied to a temporary folder: the catalog and Chroma. The token embeddings, by far the largest
part, and the vectors stay where they are (opened as files that nobody changes). What somebody with other rights
changes meanwhile is not seen.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path
from tempfile import mkdtemp

from rag.errors import LibraryDamagedError, StorageError
from rag.storage.layout import CATALOG, INDEX, NEEDED, SCAN, TOKENS, VECTORS

TRIES = 3
LINKED = (TOKENS, VECTORS)


def is_read_only(folder: Path) -> bool:
    """Tell whether a folder is there and can't be written."""
    return folder.is_dir() and not os.access(folder, os.W_OK)


def copied(folder: Path, *, tokens: bool = False) -> Path:
    """Return a temporary folder with what is needed to read a library; the caller removes it.

    Raises StorageError when there is no room for it, or when somebody keeps changing the library.
    """
    place = Path(mkdtemp(prefix="askpapers-"))
    try:
        _copy(folder, place, tokens=tokens)
        for name in (SCAN,) if tokens else (SCAN, *LINKED):
            for path in folder.glob(f"{INDEX}*/{name}"):
                _linked(path, place / path.relative_to(folder))
    except BaseException as error:
        shutil.rmtree(place, ignore_errors=True)
        if not isinstance(error, OSError):  # shutil's own error is one too
            raise
        msg = f"The library {folder} can't be written, and not be copied to {place.parent} to be read ({error})."
        raise StorageError(msg) from error
    return place


@contextmanager
def as_if_in(folder: Path, place: Path) -> Iterator[None]:
    """Let errors name the library's own folder, not the temporary one that was read."""
    try:
        yield
    except LibraryDamagedError as error:
        if place == folder:
            raise
        raise LibraryDamagedError(str(error).replace(str(place), str(folder))) from error


def _copy(folder: Path, place: Path, *, tokens: bool) -> None:
    def not_needed(inside: str, names: list[str]) -> list[str]:
        linked = () if tokens else tuple(name for name in LINKED if not _has_log(Path(inside, name)))
        left = [name for name in names if fnmatch(name, SCAN) or (linked and name.startswith(linked))]
        return left if Path(inside) != folder else [name for name in names if not name.startswith(NEEDED)]

    for _ in range(TRIES):
        before = _signs(folder)
        shutil.copytree(folder, place, ignore=not_needed, dirs_exist_ok=True, copy_function=shutil.copyfile)
        _make_writable(place)
        if _signs(folder) == before:
            return
    msg = f"The library {folder} is being changed by somebody else. Wait until that is done, then try again."
    raise StorageError(msg)


def _make_writable(place: Path) -> None:
    """Take from the folders of a copy that they can't be written, which was copied with them."""
    for inside, _, _ in os.walk(place):
        Path(inside).chmod(stat.S_IRWXU)


def _linked(path: Path, link: Path) -> None:
    if not link.exists():
        try:
            link.symlink_to(path.resolve())
        except OSError:  # as on Windows without the right to
            shutil.copyfile(path, link)


def _has_log(path: Path) -> bool:
    with suppress(OSError):
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    return False


def _signs(folder: Path) -> list[tuple[str, int, int]]:
    """Return what changes when somebody writes to a catalog."""
    paths = sorted(folder.glob(f"{CATALOG}*"))
    return [
        (path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in paths if not path.name.endswith("-shm")
    ]
