"""A library in PostgreSQL brought to the present form: by numbered scripts, one starter at a time."""

from rag.errors import LibraryMismatchError, LibraryMissingError
from rag.storage.server.database import LOCK_CATALOG, PostgresDatabase
from rag.storage.server.schema import MIGRATIONS, VERSION
from rag.storage.server.troubles import without_schema

EXISTS = "SELECT to_regclass('askpapers_schema') IS NOT NULL"


def migrate(database: PostgresDatabase, *, create: bool) -> None:
    """Make the tables of a library, or bring them to VERSION; each script whole or not at all, and once.

    Raises LibraryMissingError when there are none and `create` is false, LibraryMismatchError when they are newer,
    StorageError when this user may not make tables.
    """
    found = _version(database)
    if found == VERSION:
        return
    if found > VERSION:
        msg = (
            f"{database.library} has schema {found}, this askpapers reads up to {VERSION}. "
            "Upgrade with: pip install --upgrade askpapers"
        )
        raise LibraryMismatchError(msg)
    if not found:
        _require_schema(database)
    if not found and not create:
        msg = f"There is no library in {database.library}. Make one with: askpapers ingest PATH --library ADDRESS"
        raise LibraryMissingError(msg)
    with database.writes():
        database.lock(LOCK_CATALOG)
        database.script("CREATE TABLE IF NOT EXISTS askpapers_schema (version BIGINT PRIMARY KEY)")
        for version in range(_version(database) + 1, VERSION + 1):  # looked up again: another may have been faster
            database.script(MIGRATIONS[version - 1])
            database.run("INSERT INTO askpapers_schema VALUES (?)", version)


def _require_schema(database: PostgresDatabase) -> None:
    """Raise StorageError where there is no schema that could hold a library."""
    if database.one("SELECT current_schema()") is None:
        raise without_schema(database.library, str(database.one("SHOW search_path")))


def _version(database: PostgresDatabase) -> int:
    """Return how many scripts a library has had; 0 for an empty database."""
    if not database.one(EXISTS):
        return 0
    return int(database.one("SELECT coalesce(max(version), 0) FROM askpapers_schema"))
