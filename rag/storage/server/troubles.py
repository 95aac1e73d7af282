"""What PostgreSQL and its client report, as errors that a person can act on. No message holds a password."""

import psycopg
from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from rag.errors import LibraryDamagedError, RagError, StorageError

CUT = (psycopg.OperationalError, psycopg.InterfaceError)
SERVER = (psycopg.Error, PoolClosed, PoolTimeout, TooManyRequests)
LONGEST = 200  # characters of what a server says


def is_cut(error: Exception) -> bool:
    """Tell whether an error is of a connection that broke, so that the same is worth trying on another one."""
    if isinstance(error, errors.DiskFull | errors.OutOfMemory | errors.QueryCanceled | errors.LockNotAvailable):
        return False
    return isinstance(error, CUT)


def trouble(error: Exception, library: str) -> RagError:
    """Return the expected error that one of PostgreSQL's is; `library` is how a person calls the library."""
    said = _said(error)
    match error:
        case PoolTimeout() | TooManyRequests():
            return StorageError(
                f"All connections to {library} are in use, or it can't be reached. Check that PostgreSQL runs, "
                "or try again when fewer ask."
            )
        case PoolClosed():
            return StorageError(f"{library} was closed. Open it again.")
        case errors.InsufficientPrivilege():
            return StorageError(f"This user of {library} may not do that ({said}). Connect as one who may write to it.")
        case errors.ReadOnlySqlTransaction():
            return StorageError(f"{library} can only be read here ({said}). Connect to the primary server to write.")
        case errors.DiskFull() | errors.OutOfMemory() | errors.InsufficientResources():
            return StorageError(
                f"PostgreSQL of {library} has no room ({said}). What was stored stays; make room and run it again."
            )
        case errors.QueryCanceled() | errors.LockNotAvailable():
            return StorageError(f"PostgreSQL of {library} took too long ({said}). Try again, or see what it is doing.")
        case errors.UndefinedTable() | errors.UndefinedColumn() | errors.DataCorrupted() | errors.IndexCorrupted():
            return LibraryDamagedError(f"{library} can't be read ({said}). Restore a backup: askpapers restore")
        case _ if is_cut(error):
            return StorageError(
                f"PostgreSQL of {library} can't be reached ({said}). Check that it runs, and try again."
            )
    return StorageError(f"PostgreSQL of {library} refused ({said}). What was stored stays.")


def _said(error: Exception) -> str:
    """Return the first line of what was said, without the name of the connection before it."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].removeprefix("connection failed: ")[:LONGEST]
