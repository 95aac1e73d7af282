"""A catalog copied into another database, row by row: what a backup of a library on servers is, and its restoring.

What is derived isn't copied: checksums are the database's own, the full text is taken in anew from the papers, and a
paper counts as findable only when its vectors are there.
"""

from collections.abc import Iterator
from typing import Any

from rag.errors import BackupError
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.database import Database
from rag.storage.tables import TABLES, Table

PAGE = 500  # rows held at once; a rating may have a hundred kB
FINDABLE = f"SELECT paper_id FROM papers WHERE indexed = 1 AND paper_id > ? ORDER BY paper_id LIMIT {PAGE}"


# What isn't copied: columns and tables that are made by the database from these, or tell of one opening of it.
DERIVED = frozenset(
    (
        *("papers.indexed", "labelled.labelled_id", "checksums", "row_sums", "sqlite_sequence"),
        *("state", "postings", "fresh_postings", "stale_texts"),
    )
)


def copy_catalog(source: Catalog, target: Catalog) -> None:
    """Copy all papers and all that is known of them into an empty catalog, in one transaction; none can be found yet.

    Whoever wants a copy of one moment calls it inside of the source's `snapshot`. Some hundred rows are held at once.
    The full text is taken in next, by `take_in`.
    Raises BackupError when there is anything in the target, StorageError, LibraryDamagedError.
    """
    require_empty(target)
    with target.database.transaction():
        for table in TABLES:
            columns = ", ".join(table.columns)
            marks = ", ".join("?" * len(table.columns))
            for rows in _pages(source.database, table):
                target.database.run_many(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", rows)
        target.database.set_last_ids(source.database.last_ids())
        target.changed(source.generation)


def require_empty(catalog: Catalog) -> None:
    """Raise BackupError unless nothing is kept in a catalog."""
    for table in TABLES:
        if catalog.database.all(f"SELECT 1 FROM {table.name} LIMIT 1"):
            msg = (
                f"{catalog.database.library} holds a library already. Restore into a new folder or an empty database: "
                "--library"
            )
            raise BackupError(msg)


def findable(catalog: Catalog) -> Iterator[list[int]]:
    """Yield the ids of the papers that can be found, ascending, some hundred at a time."""
    after = 0
    while rows := catalog.database.all(FINDABLE, after):
        yield [row[0] for row in rows]
        after = rows[-1][0]


def _pages(database: Database, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """Yield all rows of a table by its key, some hundred at a time."""
    columns, key = ", ".join(table.columns), ", ".join(table.columns[: table.key])
    marks = ", ".join("?" * table.key)
    select = f"SELECT {columns} FROM {table.name} {{where}} ORDER BY {key} LIMIT {PAGE}"
    rows = database.all(select.format(where=""))
    while rows:
        yield [tuple(row) for row in rows]
        last = rows[-1][: table.key]
        rows = database.all(select.format(where=f"WHERE ({key}) > ({marks})"), *last)
