"""What SQLite's errors mean for a library: no room to write, or damage."""

import sqlite3
from pathlib import Path

from rag.errors import LibraryDamagedError, RagError, StorageError

# Result codes (sqlite.org/rescode.html) that say nothing of the file's content.
NO_ROOM = {"SQLITE_FULL", "SQLITE_IOERR"}
NOT_WRITABLE = {"SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"}
TAKEN = {"SQLITE_BUSY", "SQLITE_LOCKED"}


def sqlite_trouble(error: sqlite3.Error, path: Path) -> RagError:
    """Return the expected error that an SQLite error at `path` is."""
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
    return damaged(path, told)


def damaged(path: Path, reason: str) -> LibraryDamagedError:
    """Return the error that tells of a catalog at `path` that can't be read, and what to do."""
    rescue = f"askpapers rescue --library {path.parent} --out papers.jsonl"
    return LibraryDamagedError(
        f"{path} can't be read ({reason}). Restore a backup, or save what can be read with: {rescue}"
    )
