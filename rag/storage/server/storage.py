"""Storage on servers: PostgreSQL for papers, vectors and token states, a Chroma server for the nearest.

Many may write at the same time. What changes the catalog is one transaction at a time; what embeds papers holds none.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Self

from rag.errors import EmptyLibraryError, LibraryLockedError, VectorsAwayError
from rag.storage.base import Finding, NewIndex, Sizes
from rag.storage.beside import folder_beside
from rag.storage.carrying import nothing
from rag.storage.index.token_embeddings import forms_of
from rag.storage.layout import missing_index
from rag.storage.manifest import IndexSpec, Manifest, manifest_of, require_spec
from rag.storage.server.checking import findings, sizes_of
from rag.storage.server.database import LOCK_WRITERS, PostgresDatabase
from rag.storage.server.index import ServerIndex
from rag.storage.server.migrating import migrate
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.nearest.proposing import Proposer
from rag.storage.server.schema import drop_index, index_tables
from rag.storage.server.writers.catalog import ServerCatalog

FOUND = (  # papers can be found whose vectors are there, of their text as it is
    """
    UPDATE papers SET indexed = 1 FROM {vectors} AS made
    WHERE indexed = 0 AND made.paper_id = papers.paper_id AND made.version = papers.version
    """,
    "UPDATE papers SET indexed = 0 WHERE indexed = 1 AND paper_id NOT IN (SELECT paper_id FROM {vectors})",
)
GRACE = 5.0  # seconds in which searches end that began with the index of before
CURRENT = "SELECT number, manifest FROM indexes WHERE current"


class ServerStorage:
    """The catalog and the index of a library on servers; see the Protocol `rag.storage.base.Storage`."""

    def __init__(self, database: PostgresDatabase, chroma: ChromaServer, spec: IndexSpec | None) -> None:
        """Use `ServerStorage.open`."""
        self.database = database
        self.chroma = chroma
        self.proposer = Proposer(database, chroma)
        self.place = database.library
        self._spec = spec
        self._lent = 0
        self._returned = threading.Condition()
        self.catalog = ServerCatalog(database)
        manifest = self.made_with()
        if manifest is not None and spec is not None:
            require_spec(self.place, manifest, spec)

    @classmethod
    def open(
        cls, conninfo: str, library: str, chroma: ChromaServer, spec: IndexSpec | None, *, create: bool = True
    ) -> Self:
        """Open the library in a database of PostgreSQL, made when absent if `create`; `library` is how errors name it.

        Without `spec` any index will do, and none is made but by `rebuilding`. Nothing is asked of Chroma yet.
        Raises LibraryMissingError, LibraryMismatchError, LibraryDamagedError, StorageError.
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
        self.proposer.close()
        self.catalog.close()

    @property
    def folder(self) -> Path:
        """The folder of this machine's user for files beside the papers."""
        return folder_beside(self.place, str(self.database.one("SELECT id FROM library")))

    def made_with(self) -> Manifest | None:
        """Return what the index is made with; None when there is none yet."""
        rows = self.database.all(CURRENT)
        return manifest_of(json.loads(rows[0][1]), self.place) if rows else None

    def sizes(self) -> Sizes:
        """Return how much room the library takes in PostgreSQL."""
        return sizes_of(self.database, self.made_with(), self._number())

    def check(self) -> Iterator[Finding]:
        """Look at every part, and yield what each looks like."""
        return findings(self.catalog, self.database, self.chroma, self._number())

    def mend(self) -> None:
        """Bring Chroma what it lacks, if it can be asked."""
        index = self._current()
        if index is not None:
            self.proposer.settle(index)

    @contextmanager
    def reading(self) -> Iterator[ServerIndex]:
        """Lend the index as it is now."""
        index = self._current()
        if index is None:
            if self.catalog.count():
                raise missing_index(self.place)
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
                self.proposer.settle(index)

    @contextmanager
    def rebuilding(self, spec: IndexSpec, *, carry: bool = True) -> Iterator[NewIndex]:
        """Lend a new, empty index, which takes the place of the one that is there when the block ends well.

        Raises LibraryLockedError while somebody writes.
        """
        with self.database.holding(LOCK_WRITERS, wait=False) as held:
            if not held:
                msg = f"Somebody is writing to {self.place}. Try again when that is done."
                raise LibraryLockedError(msg)
            before, model = self.made_with(), spec.model()
            same = before is not None and (before.embedding, before.chunker) == (model, spec.chunker)
            dimension = before.dimension if before is not None and same else spec.dimension()
            index, current = self._make(Manifest(model, dimension, spec.chunker, "")), self._current()
            try:
                yield NewIndex(index, current.carried(forms_of(model)[0]) if current and same and carry else nothing)
            except BaseException:
                self._drop(index.number)
                raise
            with self.catalog.transaction():
                old = self.database.all(CURRENT)
                self.database.run("UPDATE indexes SET current = false WHERE current")
                self.database.run("UPDATE indexes SET current = true WHERE number = ?", index.number)
                for sql in FOUND:
                    self.database.run(sql.format(vectors=f"vectors_{index.number}"))
                self.catalog.changed()
            time.sleep(GRACE)
            for number, *_ in old:
                self._drop(number)

    def _current(self) -> ServerIndex | None:
        number = self._number()
        return None if number is None else ServerIndex(self.database, self.proposer, number)

    def _number(self) -> int | None:
        return self.database.state().get("index")

    def _first(self) -> ServerIndex:
        """Make the index of a library that has none."""
        if self._spec is None:
            raise missing_index(self.place)
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
        """Make the tables of a new index, inside a transaction; Chroma's collection comes when something is sent."""
        number = int(self.database.one("SELECT coalesce(max(number), 0) + 1 FROM indexes"))
        kept = json.dumps({**asdict(manifest), "vectors": f"vectors-{number}"})
        self.database.script(index_tables(number))
        self.database.run(
            "INSERT INTO indexes (number, manifest, collection, current) VALUES (?, ?, '', false)", number, kept
        )
        return ServerIndex(self.database, self.proposer, number)

    def _drop(self, number: int) -> None:
        collection = self.database.one("SELECT collection FROM indexes WHERE number = ?", number)
        with self.catalog.transaction():
            self.database.script(drop_index(number))
            self.database.run("DELETE FROM indexes WHERE number = ?", number)
        if collection:
            with suppress(VectorsAwayError):  # it takes room there, and nothing else
                self.chroma.drop(collection)

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
