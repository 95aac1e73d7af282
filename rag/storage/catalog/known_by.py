"""Where a paper came from and by which keys it is looked up, read and put as a whole."""

from collections.abc import Iterable

from rag.storage.catalog.database import Database


def known_by(database: Database, paper_id: int) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, str], ...]]:
    """Return the (source, line) that a paper came from, and the (scope, value) of its keys, sorted."""
    found = [
        tuple((one, other) for one, other in database.all(f"{select} WHERE paper_id = ? ORDER BY 1, 2", paper_id))
        for select in ("SELECT source, line FROM origins", "SELECT scope, value FROM identifiers")
    ]
    return found[0], found[1]


def set_known_by(
    database: Database, paper_id: int, origins: Iterable[tuple[str, int]], keys: Iterable[tuple[str, str]]
) -> None:
    """Let a paper have come from these (source, line) and be looked up by these (scope, value), and no others."""
    for table, rows in (("origins", origins), ("identifiers", keys)):
        database.run(f"DELETE FROM {table} WHERE paper_id = ?", paper_id)
        columns = "source, line" if table == "origins" else "scope, value"
        put = f"INSERT INTO {table} (paper_id, {columns}) VALUES (?, ?, ?)"
        database.run_many(put, [(paper_id, *row) for row in rows])
