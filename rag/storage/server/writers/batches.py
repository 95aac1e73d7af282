"""The catalog as one transaction sees it that stores a batch of records: what they look up is fetched at the start.

It finds what the catalog would find, and writes in memory; `write` brings the difference to the server. A key that
wasn't asked for at the start is fetched when it is looked up.
"""

from collections.abc import Collection, Sequence
from typing import Any

from rag.storage.catalog.catalog import SHARING, Catalog
from rag.storage.catalog.full_text import FullText
from rag.storage.catalog.merged_records import EARLIER
from rag.storage.server.database import PostgresDatabase
from rag.storage.server.writers.bringing import Change, write
from rag.storage.server.writers.fetching import Key, apart, by_key, last_ids, nearest_key, of_papers
from rag.storage.server.writers.memory import MADE, MemoryDatabase
from rag.storage.tables import APART, Table

Rows = dict[tuple[Any, ...], tuple[Any, ...]]  # of a table by key


class BatchCatalog(Catalog):
    """Use it inside a transaction of the server's that nobody else writes beside; by one thread."""

    def __init__(self, server: PostgresDatabase, full_text: FullText, keys: Collection[Key]) -> None:
        """Fetch all that these (scope, value) lead to."""
        self._server = server
        self._memory = MemoryDatabase(server)
        super().__init__(self._memory, full_text)
        self._before: dict[Table, Rows] = {table: {} for table in MADE}
        self._fetched: set[int] = set()  # papers, also those that are gone again
        self._ends: dict[Key, int | None] = {}  # up to which paper those of a key are here; None: all are
        self._last = last_ids(server)
        self._memory.set_last_ids(self._last)
        self._keep(APART, apart(server))
        self._fetch(dict.fromkeys(map(nearest_key, keys), 0))

    def with_key(self, scope: str, value: str) -> list[int]:
        """Return the ids of the papers with this key, oldest first; of many the first SHARING."""
        key = nearest_key((scope, value))
        while True:
            found = super().with_key(scope, value)
            # A paper of before is looked up by its number alone, and all keys of a paper are here with it.
            end = None if scope == EARLIER else self._ends.get(key, 0)
            if end is None or (len(found) == SHARING and found[-1] <= end):
                return found
            self._fetch({key: end})

    def write(self) -> None:
        """Bring the server what changed here, inside the transaction, and tell searchers of it."""
        changes = []
        for table in MADE:
            now, before = {row[: table.key]: row for row in self._memory.rows(table)}, self._before[table]
            changes.append(
                Change(
                    table,
                    added=[row for key, row in now.items() if key not in before],
                    changed=[row for key, row in now.items() if key in before and before[key] != row],
                    gone=[row for key, row in before.items() if key not in now],
                )
            )
        given = {table: last - self._last[table] for table, last in self._memory.last_ids().items()}
        write(self._server, changes, given)
        told = self.generation
        if told:
            self._server.run("UPDATE state SET value = value + ? WHERE name = 'generation'", told)

    def _fetch(self, after: dict[Key, int]) -> None:
        """Fetch the papers of keys, some more than are looked at, whose id is above a number."""
        found = by_key(self._server, after, SHARING + 1)
        for key in after:
            ids = found.get(key, [])
            self._ends[key] = ids[-1] if len(ids) > SHARING else None
        new = sorted({paper_id for ids in found.values() for paper_id in ids} - self._fetched)
        self._fetched.update(new)
        if new:
            for table, rows in of_papers(self._server, new):
                self._keep(table, rows)

    def _keep(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        self._memory.put(table, rows)
        if table in self._before:
            self._before[table].update((row[: table.key], row) for row in rows)
