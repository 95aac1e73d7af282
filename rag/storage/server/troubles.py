"""What PostgreSQL and its client report, as errors that a person can act on. No message holds a password."""

import re
from typing import NamedTuple

import psycopg
from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from rag.errors import LibraryDamagedError, RagError, StorageError
from rag.storage.server.pool import SharedSessionError

CUT = (psycopg.OperationalError, psycopg.InterfaceError)
SERVER = (psycopg.Error, PoolClosed, PoolTimeout, TooManyRequests)
CONNECTION = "08"  # the class of states that tell of connections
ENDED = ("57P01", "57P02", "57P03", "57P05", "25P03")  # by a shutdown, a crash, or for it lay idle; not to be had yet
LONGEST = 200  # characters of what a server says
# A password stands in an address before its @, or after its name; libpq quotes addresses that it can't read.
SECRETS = re.compile(r"(?i)(?<=://)[^\s/@]*:[^\s@]*(?=@)|(?<=password=)('[^']*'|\S+)|(?<=passfile=)\S+")


class NotLetInError(psycopg.OperationalError):
    """A role that may not connect to the database."""


class NoSchemaError(errors.InsufficientPrivilege):
    """A role that may not use a schema, or make anything in it."""


class OptionsRefusedError(psycopg.OperationalError):
    """A pooler that takes no options."""


class Told(NamedTuple):
    """Kinds of errors, what is told of them ({library}, {said}), and as which error."""

    kinds: tuple[type[Exception], ...]
    line: str
    error: type[RagError] = StorageError


TABLE = (
    Told(
        (PoolTimeout, TooManyRequests),
        "All connections to {library} are in use, or it can't be reached. Check that PostgreSQL runs, or try again "
        "when fewer ask.",
    ),
    Told((PoolClosed,), "{library} was closed. Open it again."),
    Told(
        (errors.TooManyConnections,),
        "PostgreSQL of {library} takes no more connections ({said}). Try again, or let it take more (max_connections).",
    ),
    Told(
        (errors.CannotConnectNow,),
        "PostgreSQL of {library} is starting or stopping ({said}). Try again in some seconds.",
    ),
    Told(
        (SharedSessionError, errors.DuplicatePreparedStatement, errors.InvalidSqlStatementName),
        "A pooler before {library} gives its sessions to others between transactions, which loses the locks of who "
        "writes. Let it pool by sessions (PgBouncer: pool_mode = session), or name PostgreSQL itself.",
    ),
    Told(
        (OptionsRefusedError,),
        "A pooler before {library} refuses what the address sets ({said}). Leave it out, or name PostgreSQL itself.",
    ),
    Told(
        (NoSchemaError,),
        "This user of {library} may make no tables there ({said}). Connect as the owner of its tables; for a new "
        "library let the owner of the database run: GRANT USAGE, CREATE ON SCHEMA",
    ),
    Told(
        (errors.InvalidSchemaName,),
        "{library} has no schema that this user may use ({said}). Let the owner of the database run: CREATE SCHEMA, "
        "or GRANT USAGE, CREATE ON SCHEMA",
    ),
    Told(
        (errors.InsufficientPrivilege,),
        "This user of {library} may not do that ({said}). Connect as one who may, or let the owner of its tables grant "
        "it (docs/deploying.md).",
    ),
    Told(
        (errors.ReadOnlySqlTransaction,),
        "{library} can only be read here ({said}). Connect to the primary server to write.",
    ),
    Told(
        (errors.DiskFull, errors.OutOfMemory, errors.InsufficientResources),
        "PostgreSQL of {library} has no room ({said}). What was stored stays; make room and run it again.",
    ),
    Told(
        (errors.QueryCanceled, errors.LockNotAvailable, errors.IdleInTransactionSessionTimeout),
        "PostgreSQL of {library} took too long ({said}). Try again, or see what it is doing.",
    ),
    Told(
        (errors.UndefinedTable, errors.UndefinedColumn, errors.DataCorrupted, errors.IndexCorrupted),
        "{library} can't be read ({said}). Restore a backup: askpapers restore",
        LibraryDamagedError,
    ),
    Told(
        (errors.InvalidPassword, errors.InvalidAuthorizationSpecification),
        "PostgreSQL lets us not into {library} ({said}). Check the user and the password in the address.",
    ),
    Told(
        (NotLetInError,),
        "PostgreSQL lets this user not into {library} ({said}). Let its owner run: GRANT CONNECT ON DATABASE",
    ),
    Told(
        (errors.InvalidCatalogName,),
        "PostgreSQL has no database for {library} ({said}). Make it with createdb, or check the address.",
    ),
)
AWAY = Told(CUT, "PostgreSQL of {library} can't be reached ({said}). Check that it runs, and try again.")
OTHERWISE = Told((), "PostgreSQL of {library} refused ({said}). What was stored stays.")
# What is refused before a connection stands has no class of its own in psycopg: libpq only tells it in words.
VAGUE = (psycopg.OperationalError, errors.InsufficientPrivilege)
REFUSED = (
    ("permission denied for schema", NoSchemaError),
    ("permission denied for database", NotLetInError),
    ("unsupported startup parameter", OptionsRefusedError),
    ("password authentication failed", errors.InvalidPassword),
    ("no password supplied", errors.InvalidPassword),
    ("no pg_hba.conf entry", errors.InvalidAuthorizationSpecification),
    ("role .* does not exist", errors.InvalidAuthorizationSpecification),
    ("database .* does not exist", errors.InvalidCatalogName),
    ("too many clients|remaining connection slots|too many connections", errors.TooManyConnections),
    ("the database system is (starting|shutting|in recovery)", errors.CannotConnectNow),
)


def is_cut(error: Exception) -> bool:
    """Tell whether an error is of a connection that broke, so that the same is worth trying on another one.

    psycopg calls much else operational: a full disk, a row that is too long.
    """
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    return isinstance(error, CUT) and (state is None or state.startswith(CONNECTION) or state in ENDED)


def may_not_write(error: RagError) -> bool:
    """Tell whether an error is of a user who may only read, or of a server that is only read."""
    return isinstance(error.__cause__, errors.InsufficientPrivilege | errors.ReadOnlySqlTransaction)


def trouble(error: Exception, library: str) -> RagError:
    """Return the expected error that one of PostgreSQL's is; `library` is how a person calls the library."""
    said = said_by(error)
    kind = type(error)
    if kind in VAGUE:
        kind = next((known for words, known in REFUSED if re.search(words, said)), kind)
    otherwise = AWAY if is_cut(error) else OTHERWISE
    told = next((told for told in TABLE if issubclass(kind, told.kinds)), otherwise)
    return told.error(told.line.format(library=library, said=said))


def without_schema(library: str, search_path: str) -> RagError:
    """Return the error of a library none of whose schemas is there, or may be used."""
    return trouble(errors.InvalidSchemaName(f"search_path is {search_path}"), library)


def said_by(error: Exception) -> str:
    """Return the first line of what was said, without the name of the connection before it, and without passwords.

    >>> said_by(ValueError("connection failed: no host in postgresql://me:secret@there/papers"))
    'no host in postgresql://***@there/papers'
    """
    text = str(error).strip() or type(error).__name__
    return SECRETS.sub("***", text.splitlines()[0].removeprefix("connection failed: "))[:LONGEST]
