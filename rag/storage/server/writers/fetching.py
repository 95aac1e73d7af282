"""What a batch of records looks up, read from the server by a few queries, however many records there are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rag.storage.server.database import PostgresDatabase, nearest_values
from rag.storage.server.writers.memory import NUMBERED, PAPERS
from rag.storage.tables import APART, IDENTIFIERS, LABELLED, LABELS, NOTES, ORIGINS, RECORDS, Table

Key = tuple[str, str]  # a scope and a value
BY_KEY = """
    SELECT wanted.scope, wanted.value, found.paper_id
    FROM unnest(?::text[], ?::text[], ?::bigint[]) AS wanted (scope, value, after),
    LATERAL (
        SELECT paper_id FROM identifiers
        WHERE scope = wanted.scope AND value = wanted.value AND paper_id > wanted.after ORDER BY paper_id LIMIT ?
    ) AS found
"""
LABELS_OF = f"""
    SELECT {", ".join(LABELS.columns)} FROM labels
    WHERE label_id IN (SELECT label_id FROM labelled WHERE paper_id = ANY(?))
"""


def nearest_key(key: Key) -> Key:
    """Return a key as the server holds it, without what it can't hold."""
    scope, value = nearest_values(key)
    return str(scope), str(value)


def by_key(server: PostgresDatabase, after: Mapping[Key, int], limit: int) -> dict[Key, list[int]]:
    """Return the first `limit` papers of each key whose id is above a number, ascending; keys of none are left out."""
    scopes, values = [scope for scope, _ in after], [value for _, value in after]
    found: dict[Key, list[int]] = {}
    for scope, value, paper_id in server.all(BY_KEY, scopes, values, list(after.values()), limit):
        found.setdefault((scope, value), []).append(paper_id)
    return {key: sorted(ids) for key, ids in found.items()}


def of_papers(server: PostgresDatabase, paper_ids: Sequence[int]) -> Iterator[tuple[Table, list[tuple[Any, ...]]]]:
    """Yield tables with all rows of these papers, those that others refer to first."""
    tables = (PAPERS, ORIGINS, IDENTIFIERS, RECORDS, NOTES)
    asked = [(f"SELECT {', '.join(one.columns)} FROM {one.name} WHERE paper_id = ANY(?)", paper_ids) for one in tables]
    labelled = f"SELECT {', '.join(LABELLED.columns)} FROM labelled WHERE paper_id = ANY(?)"
    rows = server.all_of([*asked, (LABELS_OF, paper_ids), (labelled, paper_ids)])
    yield from zip((*tables, LABELS, LABELLED), rows, strict=True)


def apart(server: PostgresDatabase) -> list[tuple[Any, ...]]:
    """Return all that was taken apart: few, for people do that by hand."""
    return server.all(f"SELECT {', '.join(APART.columns)} FROM apart")


def last_ids(server: PostgresDatabase) -> dict[str, int]:
    """Return, by table, the last id that was given to a row."""
    sql = " UNION ALL ".join(f"SELECT '{table}', pg_sequence_last_value('{sequence(table)}')" for table in NUMBERED)
    return {table: last or 0 for table, last in server.all(sql)}


def sequence(table: str) -> str:
    """Return the name of the sequence that gives a table's rows their ids."""
    return f"{table}_{table.removesuffix('s')}_id_seq"
