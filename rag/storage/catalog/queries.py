"""Queries that a library keeps, to fetch by again: each a text that says what is wanted of which index.

What such a text says is for rag.fetching to read; here it is only kept, once.
"""

from dataclasses import dataclass

from rag.storage.catalog.database import Database


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """A kept query: its number, its text, when it was kept and when it last brought all there was (ISO, UTC)."""

    query_id: int
    query: str
    at: str
    refreshed: str | None = None


def all_queries(database: Database) -> list[StoredQuery]:
    """Return every kept query, oldest first. Raises StorageError, LibraryDamagedError."""
    rows = database.all("SELECT query_id, query, at, refreshed FROM queries ORDER BY query_id")
    return [StoredQuery(*row) for row in rows]


def put_query(database: Database, query: str, at: str, refreshed: str | None = None) -> int:
    """Keep a query and return its number; one that is kept already stays, and a later `refreshed` counts."""
    with database.transaction():
        there = database.all("SELECT query_id FROM queries WHERE query = ?", query)
        if not there:
            new = "INSERT INTO queries (query, at, refreshed) VALUES (?, ?, ?) RETURNING query_id"
            return int(database.one(new, query, at, refreshed))
        later = "UPDATE queries SET refreshed = ? WHERE query_id = ? AND ? > coalesce(refreshed, '')"
        database.run(later, refreshed, there[0][0], refreshed)
        return int(there[0][0])


def delete_query(database: Database, query_id: int) -> bool:
    """Forget a query; return whether it was there."""
    with database.transaction():
        return database.run("DELETE FROM queries WHERE query_id = ?", query_id) > 0
