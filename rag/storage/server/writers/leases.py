"""Papers to embed, claimed by many workers at once: each paper by one, for a while, and no lock while it embeds.

A worker holds an advisory lock by a connection of its own. Whose lock is gone, gone is the worker: what it claimed is
free at once; and so is what was claimed too long ago, by a worker that hangs or a machine without power. Should two
embed the same text after all, they store the same.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from rag.errors import StorageError
from rag.storage.catalog.catalog import Catalog
from rag.storage.pending import Claimed, Working
from rag.storage.server.database import PostgresDatabase

SECONDS = 600  # a claim counts: a batch takes three, one of a slow endpoint that is asked again minutes
LIVES = """EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND objid = workers.worker::oid
        AND classid = hashtext(current_schema())::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)"""
GONE = f"DELETE FROM workers WHERE worker <> ? AND NOT {LIVES}"
# One that another claims at this moment is skipped, one that another claimed a moment ago conflicts.
CLAIM = """
    WITH free AS (
        SELECT paper_id, version FROM papers
        WHERE indexed = 0 AND NOT EXISTS (
            SELECT FROM claims WHERE claims.paper_id = papers.paper_id AND until > clock_timestamp()
        )
        ORDER BY paper_id LIMIT ? FOR NO KEY UPDATE SKIP LOCKED
    )
    INSERT INTO claims SELECT paper_id, version, ?, clock_timestamp() + make_interval(secs => ?) FROM free
    ON CONFLICT (paper_id) DO UPDATE
        SET version = excluded.version, worker = excluded.worker, until = excluded.until
        WHERE claims.until <= clock_timestamp()
    RETURNING paper_id, version
"""
FREE = """
    SELECT 1 FROM papers WHERE indexed = 0 AND NOT EXISTS (
        SELECT FROM claims WHERE claims.paper_id = papers.paper_id AND until > clock_timestamp()
    ) LIMIT 1
"""
TRIES = 5  # to claim what others claim too


class Leases:
    """What one worker has claimed; see the Protocol `rag.storage.pending.Claims`."""

    def __init__(self, database: PostgresDatabase, catalog: Catalog, worker: int) -> None:
        """Use `leasing`."""
        self._database = database
        self._catalog = catalog
        self._worker = worker

    def take(self, limit: int) -> list[Claimed]:
        """Claim up to `limit` papers that nobody else embeds; none when there are none."""
        versions: dict[int, int] = {}
        for _ in range(TRIES):
            with self._database.writes():
                self._database.run(GONE, self._worker)
                versions = dict(self._database.all(CLAIM, limit, self._worker, SECONDS))
            if versions or not self._database.all(FREE):
                break
        papers = self._catalog.papers(sorted(versions))
        return [Claimed(paper, versions[paper.paper_id]) for paper in papers]

    def done(self, claimed: Sequence[Claimed]) -> int:
        """Let papers be found, whose vectors are those of their text as it is now; give up the claims of all."""
        ids = [one.paper.paper_id for one in claimed]
        with self._catalog.transaction():
            marked = 0
            for (number,) in self._database.all("SELECT number FROM indexes WHERE current"):
                marked = self._database.run(
                    f"UPDATE papers SET indexed = 1 FROM vectors_{number} AS made WHERE indexed = 0 "
                    "AND made.paper_id = papers.paper_id AND made.version = papers.version "
                    "AND papers.paper_id = ANY(?)",
                    ids,
                )
            self._database.run("DELETE FROM claims WHERE worker = ? AND paper_id = ANY(?)", self._worker, ids)
            done = "UPDATE workers SET embedded = embedded + ?, seen = clock_timestamp() WHERE worker = ?"
            self._database.run(done, marked, self._worker)
            self._catalog.changed()
        return marked


@contextmanager
def leasing(database: PostgresDatabase, catalog: Catalog) -> Iterator[Leases]:
    """Be a worker; what is claimed and not done is given back at the end."""
    [(worker,)] = database.all("SELECT nextval('worker_numbers')::integer")
    with database.holding(worker):
        with database.writes():
            name = f"{socket.gethostname()}:{os.getpid()}"
            database.run("INSERT INTO workers (worker, name) VALUES (?, ?)", worker, name)
        try:
            yield Leases(database, catalog, worker)
        finally:
            with suppress(StorageError), database.writes():  # else others see that it is gone
                database.run("DELETE FROM workers WHERE worker = ?", worker)


def workers(database: PostgresDatabase) -> list[Working]:
    """Return who embeds now, those first who began first."""
    rows = database.all(
        "SELECT name, (SELECT count(*) FROM claims WHERE claims.worker = workers.worker), embedded, "
        f"extract(epoch FROM seen - since)::float8 FROM workers WHERE {LIVES} ORDER BY worker"
    )
    return [Working(*row) for row in rows]
