"""Files of SQLite: what their errors mean for a library, whether they are sound, and copies of them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from rag.errors import LibraryDamagedError, RagError, StorageError

# Result codes (sqlite.org/rescode.html) that say nothing of the file's content.
NO_ROOM = {"SQLITE_FULL", "SQLITE_IOERR"}
NOT_WRITABLE = {"SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"}
TAKEN = {"SQLITE_BUSY", "SQLITE_LOCKED"}


def sqlite_trouble(error: sqlite3.Error, path: Path, advice: str) -> RagError:
    """Return the expected error that an SQLite error at `path` is; `advice` says what mends damage."""
    told = " ".join(str(error).split())  # a damaged schema is quoted line by line
    name = "_".join(str(getattr(error, "sqlite_errorname", "")).split("_")[:2])
    if name in NO_ROOM:
        return StorageError(f"{path} can't be written ({told}). What was stored stays; make room and run it again.")
    if name in NOT_WRITABLE:
        return StorageError(
            f"{path} can't be written ({told}). Check its permissions, or copy the library to a folder that can."
        )
    if name in TAKEN:
        return StorageError(f"{path} is busy ({told}). Wait until the other process has finished, then run this again.")
    return LibraryDamagedError(f"{path} can't be read ({told}). {advice}")


class Closable(Protocol):
    """What is open until it is closed."""

    def close(self) -> None:
        """Let go of it."""


@contextmanager
def closed_on_error(connection: Closable) -> Iterator[None]:
    """Close a connection that is being made ready when that fails."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def integrity_damage(path: Path) -> list[str]:
    """Return what SQLite's own check finds wrong with a file that is only read."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return [f"{path}: {row[0]}" for row in connection.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
    except sqlite3.Error as error:
        return [f"{path}: {error}"]


def copy_database(source: Path, target: Path, advice: str) -> None:
    """Copy a file of SQLite with what its log holds, while others may use it. Raises what `sqlite_trouble` says."""
    try:
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
            read.backup(written)
            written.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise sqlite_trouble(error, source, advice) from error
