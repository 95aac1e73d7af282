"""The catalog in PostgreSQL: batches of records worked out in memory, pending papers claimed by leases."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rag.records import Record
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.papers import keys_of
from rag.storage.pending import Working
from rag.storage.postings.full_text import PostingsFullText
from rag.storage.server.database import PostgresDatabase
from rag.storage.server.writers.batches import BatchCatalog
from rag.storage.server.writers.leases import Leases, leasing, workers


class ServerCatalog(Catalog):
    """The catalog whose lookups cost a way to a server each."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database, PostingsFullText(database, "due"))
        self._server = database

    @contextmanager
    def storing(self, records: Iterable[tuple[str, Record]]) -> Iterator[Catalog]:
        """Lend a catalog that holds in memory all that these records look up; what is stored there is written at once.

        Nobody else waits while keys are made.
        """
        keys = dict.fromkeys(key for source, record in records for key in keys_of(record, source))
        with self.transaction():
            batch = BatchCatalog(self._server, self.full_text, keys)
            try:
                yield batch
                batch.write()
            finally:
                batch.close()

    def claiming(self) -> AbstractContextManager[Leases]:
        """Lend the papers without vectors to whoever embeds them, as others do at the same time."""
        return leasing(self._server, self)

    def workers(self) -> list[Working]:
        """Return who embeds them now."""
        return workers(self._server)
