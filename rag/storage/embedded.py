"""Lends a library's index: to searches as it is now, to the one writer to change it.

Opens it anew when somebody else wrote, another process first where it may crash whoever opens it, and tries again what
a writer changed meanwhile. Knows the catalog, the manifest and the lock; what is in the index is others' business.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import EmptyLibraryError, LibraryDamagedError
from rag.ingestion.chunking import CHUNKER
from rag.models.embedders.base import Embedder
from rag.models.embedders.loading import embedder_name
from rag.settings import Settings
from rag.storage.catalog.catalog import Catalog
from rag.storage.index.index import Index
from rag.storage.index.probe import probe
from rag.storage.locking import is_being_written, writing
from rag.storage.manifest import Manifest, check_manifest, read_manifest, write_manifest
from rag.storage.readonly import as_if_in

WAITS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds between tries to read what somebody is writing
FIRST_VECTORS = "vectors-1"


def manifest_of(folder: Path, files: Path, settings: Settings) -> Manifest | None:
    """Return the manifest of the library in `folder`, whose files are read in `files`; None when there is none yet.

    Raises LibraryMismatchError when the settings ask for another embedding model, LibraryDamagedError.
    """
    manifest = read_manifest(files)
    if manifest is not None:
        check_manifest(folder, manifest, embedding=embedder_name(settings), chunker=CHUNKER)
    return manifest


class Lender:
    """The index of one library. Safe to share between threads; closed by `close`."""

    def __init__(
        self, folder: Path, files: Path, catalog: Catalog, settings: Settings, embedder: Callable[[], Embedder]
    ) -> None:
        """Lend the index of the library in `folder`; `files` is where it is read, a copy when it can't be written."""
        self.folder = folder
        self._files = files
        self._catalog = catalog
        self._settings = settings
        self._embedder = embedder
        self._lock = threading.RLock()
        self._index: Index | None = None
        self._generation = -1  # of the catalog when the index was opened
        self._writing = False

    def close(self) -> None:
        """Close the index, if it is open."""
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None

    @contextmanager
    def changing(self) -> Iterator[Index]:
        """Be the one writer, and lend the index for it; meanwhile nobody in this process replaces it.

        Raises LibraryLockedError when somebody else is writing, LibraryDamagedError, StorageError.
        """
        with writing(self.folder, self._catalog) as crashed:
            with self._lock:
                index = self._writable_index(suspect=crashed)
                self._writing = True
            try:
                yield index
                index.seal()
            finally:
                with self._lock:
                    self._writing = False
                    self._generation = self._catalog.generation

    @contextmanager
    def reading(self) -> Iterator[Index]:
        """Lend the index as it is now; meanwhile nobody in this process replaces it.

        Raises EmptyLibraryError when there is none yet, LibraryDamagedError.
        """
        with self._lock, as_if_in(self.folder, self._files):
            if not self._writing and (self._index is None or self._catalog.generation != self._generation):
                self._reopen()
            if self._index is None:
                msg = f"The library {self.folder} holds no papers yet. Add some with: askpapers ingest PATH"
                raise EmptyLibraryError(msg)
            yield self._index

    def _reopen(self) -> None:
        """Open the index anew: a store that was opened before somebody else wrote doesn't see it."""
        generation = self._catalog.generation
        manifest = self._manifest()
        if manifest is not None:
            self._index = self._open_settled(manifest)
        elif self._catalog.count():
            command = f"askpapers rebuild --library {self.folder}"
            msg = f"The library {self.folder} has papers but no vectors. Make them with: {command}"
            raise LibraryDamagedError(msg)
        self._generation = generation

    def _open_settled(self, manifest: Manifest) -> Index:
        """Open the index to read; what looks like damage while somebody writes may be a change seen by half."""
        for wait in (*WAITS, None):
            generation, written = self._catalog.generation, self._files == self.folder and is_being_written(self.folder)
            try:
                return self._open_whole(manifest, suspect=self._catalog.unfinished and not written)
            except LibraryDamagedError:
                if wait is None or not (written or self._catalog.generation != generation):
                    raise
                time.sleep(wait)
        raise AssertionError

    def _open_whole(self, manifest: Manifest, *, suspect: bool) -> Index:
        index = self._open_index(manifest, suspect=suspect)
        try:
            index.vectors.checksum()  # reads them all, as the first search would
        except LibraryDamagedError:
            index.close()  # else Chroma would go on with what it has read
            raise
        return index

    def _writable_index(self, *, suspect: bool) -> Index:
        """Return the index for writing; the first writer of a library makes the manifest."""
        manifest = self._manifest()
        if manifest is None:
            embedder = self._embedder()
            manifest = Manifest(embedder.name, embedder.dimension, CHUNKER, FIRST_VECTORS)
            write_manifest(self.folder, manifest)
        if suspect and not self._catalog.count(indexed=True):
            # Nothing in it counts yet, and whoever made it died over it.
            shutil.rmtree(self.folder / manifest.vectors, ignore_errors=True)
        self._index = self._open_index(manifest, suspect=suspect)
        if suspect:
            self._index.keep_only(self._catalog.ids())  # a removal may have been cut short
        return self._index

    def _open_index(self, manifest: Manifest, *, suspect: bool) -> Index:
        self.close()
        folder = self._files / manifest.vectors
        indexed = self._catalog.count(indexed=True)
        if suspect and indexed:
            # A writer died: its Chroma may crash whoever opens it, so another process tries first.
            probe(folder)
        # Once a paper has vectors, missing ones are damage: an empty store in their place would answer as if sound.
        return Index(folder, create=not indexed)

    def _manifest(self) -> Manifest | None:
        return manifest_of(self.folder, self._files, self._settings)
