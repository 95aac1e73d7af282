"""What a batch changed, brought to the server: new rows in bulk, the others by a statement each, sent together."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rag.storage.server.database import PostgresDatabase
from rag.storage.server.writers.fetching import sequence
from rag.storage.server.writers.memory import PAPERS
from rag.storage.tables import Table


class Change(NamedTuple):
    """Rows of a table that are new, that have other values, and that are gone."""

    table: Table
    added: Sequence[tuple[Any, ...]]
    changed: Sequence[tuple[Any, ...]]
    gone: Sequence[tuple[Any, ...]]


def write(server: PostgresDatabase, changes: Sequence[Change], given: Mapping[str, int]) -> None:
    """Write changes, those of papers first, inside a transaction; `given` is how many ids were given out, by table."""
    for table_name, ids in given.items():  # none of them is given again
        server.all(f"SELECT count(nextval('{sequence(table_name)}')) FROM generate_series(1, ?)", ids)
    papers = changes[0]
    gone = {row[0] for row in papers.gone}
    for table, added, changed, lost in changes:
        if table is not PAPERS:
            place = table.columns.index("paper_id") if "paper_id" in table.columns else None
            # What hangs on a paper that is gone goes with it.
            _delete(server, table, [row for row in lost if place is None or row[place] not in gone])
        _update(server, table, changed)
        if added:
            server.copy_in(table.name, table.columns, added)
    _delete(server, PAPERS, papers.gone)  # last: what moved to another paper has moved


def _update(server: PostgresDatabase, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        key, others = table.columns[: table.key], table.columns[table.key :]
        sql = f"UPDATE {table.name} SET {_all(others, ', ')} WHERE {_all(key, ' AND ')}"
        server.run_many(sql, [(*row[table.key :], *row[: table.key]) for row in sorted(rows, key=_by_key(table))])


def _delete(server: PostgresDatabase, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Delete rows by ascending key: whoever locks papers does it in that order."""
    if rows:
        sql = f"DELETE FROM {table.name} WHERE {_all(table.columns[: table.key], ' AND ')}"
        server.run_many(sql, sorted(row[: table.key] for row in rows))


def _by_key(table: Table) -> Any:
    return lambda row: row[: table.key]


def _all(columns: Sequence[str], between: str) -> str:
    return between.join(f"{column} = ?" for column in columns)
