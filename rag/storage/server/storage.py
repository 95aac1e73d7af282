"""Storage on servers: PostgreSQL for papers, vectors and token states, a Chroma server for the nearest.

Many may write at the same time. What changes the catalog is one transaction at a time; what embeds papers holds none.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Self

from rag.errors import EmptyLibraryError, LibraryDamagedError, LibraryLockedError, VectorsAwayError
from rag.storage.catalog.catalog import Catalog
from rag.storage.manifest import IndexSpec, Manifest, require_same
from rag.storage.server.catalog import ServerCatalog
from rag.storage.server.chroma import ChromaServer
from rag.storage.server.database import LOCK_WRITERS, PostgresDatabase
from rag.storage.server.index import ServerIndex
from rag.storage.server.migrating import migrate
from rag.storage.server.schema import drop_index, index_tables

CURRENT = "SELECT number, manifest FROM indexes WHERE current"


class ServerStorage:
    """The catalog and the index of a library on servers; see the Protocol `rag.storage.base.Storage`."""

    def __init__(self, database: PostgresDatabase, chroma: ChromaServer, spec: IndexSpec) -> None:
        """Use `ServerStorage.open`."""
        self.database = database
        self.chroma = chroma
        self.place = database.library
        self._spec = spec
        self._lent = 0
        self._returned = threading.Condition()
        self.catalog: Catalog = ServerCatalog(database)
        manifest = self.manifest()
        if manifest is not None:
            self._require_fitting(manifest)

    @classmethod
    def open(  # noqa: PLR0913  (two servers, and what for)
        cls, conninfo: str, library: str, chroma: ChromaServer, spec: IndexSpec, *, create: bool = True
    ) -> Self:
        """Open the library in a database of PostgreSQL, made when absent if `create`; `library` is how errors name it.

        Nothing is asked of Chroma yet. Raises LibraryMissingError, LibraryMismatchError, LibraryDamagedError,
        StorageError.
        """
        database = PostgresDatabase(conninfo, library)
        try:
            migrate(database, create=create)
            return cls(database, chroma, spec)
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Let go of both servers, when all searches are done."""
        with self._returned:
            self._returned.wait_for(lambda: not self._lent)
        self.catalog.close()
        self.chroma.close()

    def manifest(self) -> Manifest | None:
        """Return what the index is made with; None when there is none yet."""
        rows = self.database.all(CURRENT)
        return Manifest(**json.loads(rows[0][1])) if rows else None

    @contextmanager
    def reading(self) -> Iterator[ServerIndex]:
        """Lend the index as it is now."""
        index = self._current()
        if index is None:
            if self.catalog.count():
                msg = f"{self.place} has papers but no vectors. Make them with: askpapers rebuild"
                raise LibraryDamagedError(msg)
            msg = f"{self.place} holds no papers yet. Add some with: askpapers ingest PATH"
            raise EmptyLibraryError(msg)
        with self._lending():
            yield index

    @contextmanager
    def writing(self) -> Iterator[ServerIndex]:
        """Lend the index to be written to, beside others who write; the first one makes it.

        Raises LibraryLockedError while somebody makes the whole index anew.
        """
        with self.database.holding(LOCK_WRITERS, shared=True, wait=False) as held:
            if not held:
                msg = f"The vectors of {self.place} are being made anew by somebody else. Try again when that is done."
                raise LibraryLockedError(msg)
            index = self._current() or self._first()
            with self._lending():
                yield index

    @contextmanager
    def rebuilding(self) -> Iterator[ServerIndex]:
        """Lend a new, empty index, which takes the place of the one that is there when the block ends well.

        Raises LibraryLockedError while somebody writes.
        """
        with self.database.holding(LOCK_WRITERS, wait=False) as held:
            if not held:
                msg = f"Somebody is writing to {self.place}. Try again when that is done."
                raise LibraryLockedError(msg)
            index = self._make(Manifest.of(self._spec, ""))
            try:
                yield index
            except BaseException:
                self._drop(index.number)
                raise
            with self.catalog.transaction():
                old = self.database.all(CURRENT)
                self.database.run("UPDATE indexes SET current = false WHERE current")
                self.database.run("UPDATE indexes SET current = true WHERE number = ?", index.number)
                self.catalog.changed()
            for number, *_ in old:
                self._drop(number)

    def _current(self) -> ServerIndex | None:
        rows = self.database.all(CURRENT)
        return ServerIndex(self.database, self.chroma, rows[0][0]) if rows else None

    def _first(self) -> ServerIndex:
        """Make the index of a library that has none."""
        manifest = Manifest.of(self._spec, "")
        with self.catalog.transaction():
            there = self._current()  # another may have been faster
            if there is not None:
                return there
            made = self._make_tables(manifest)
            self.database.run("UPDATE indexes SET current = true WHERE number = ?", made.number)
        return made

    def _make(self, manifest: Manifest) -> ServerIndex:
        with self.catalog.transaction():
            return self._make_tables(manifest)

    def _make_tables(self, manifest: Manifest) -> ServerIndex:
        """Make the tables of a new index, inside a transaction; Chroma's collection is made when something is first sent."""
        number = int(self.database.one("SELECT coalesce(max(number), 0) + 1 FROM indexes"))
        kept = json.dumps({**asdict(manifest), "vectors": f"vectors-{number}"})
        self.database.script(index_tables(number))
        self.database.run("INSERT INTO indexes VALUES (?, ?, '', false)", number, kept)
        return ServerIndex(self.database, self.chroma, number)

    def _drop(self, number: int) -> None:
        collection = self.database.one("SELECT collection FROM indexes WHERE number = ?", number)
        with self.catalog.transaction():
            self.database.script(drop_index(number))
            self.database.run("DELETE FROM indexes WHERE number = ?", number)
        if collection:
            with suppress(VectorsAwayError):  # it takes room there, and nothing else
                self.chroma.drop(collection)

    def _require_fitting(self, manifest: Manifest) -> None:
        wanted = self._spec.model(manifest.embedding)
        require_same(self.place, "embedding model", manifest.embedding, wanted)
        require_same(self.place, "chunker", manifest.chunker, self._spec.chunker)

    @contextmanager
    def _lending(self) -> Iterator[None]:
        with self._returned:
            self._lent += 1
        try:
            yield
        finally:
            with self._returned:
                self._lent -= 1
                self._returned.notify_all()
