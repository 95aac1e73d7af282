"""Storage in a folder of this machine: SQLite, Chroma in this process, a lock for the one writer.

The index is lent: to searches as it is now, to the one writer to change it. It is opened anew when somebody else
wrote, by another process first where it may crash whoever opens it, and tried again while a writer is changing it. A
reader mends its Chroma under the lock; one that can't have that compares all kept vectors.
"""

import shutil
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from rag.errors import EmptyLibraryError, LibraryDamagedError, StorageError
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.index.index import FolderIndex
from rag.storage.index.opening import Lock
from rag.storage.layout import (
    FIRST_INDEX,
    MANIFEST,
    holds_papers,
    index_folder,
    make_folder,
    missing_library,
    rebuild_command,
)
from rag.storage.locking import holding, is_being_written, writing
from rag.storage.manifest import FORMAT, IndexSpec, Manifest, fitting_manifest, write_manifest
from rag.storage.readonly import as_if_in, copied, is_read_only

WAITS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds between tries to read what somebody is writing


class EmbeddedStorage:
    """The catalog and the index of the library in a folder; see the Protocol `rag.storage.base.Storage`."""

    def __init__(self, folder: Path, spec: IndexSpec) -> None:
        """Use `EmbeddedStorage.open`."""
        self.folder = folder
        self._spec = spec
        self._lock = threading.RLock()
        self._index: FolderIndex | None = None
        self._generation = -1  # of the catalog when the index was opened
        self._writing = False
        fitting_manifest(folder, folder, spec)  # told before anything is copied
        self._files = folder  # where it is read: a copy when it can't be written
        if is_read_only(folder):
            self._files = copied(folder)
            weakref.finalize(self, shutil.rmtree, self._files, ignore_errors=True)
        self.catalog: Catalog = open_catalog(folder, copied_to=None if self._files == folder else self._files)

    @classmethod
    def open(cls, folder: Path, spec: IndexSpec, *, create: bool = True) -> Self:
        """Open the library in a folder, made when absent if `create`, with an index as `spec` says.

        Raises LibraryMissingError when it is absent and not to be made, LibraryMismatchError when its index is another
        one or its version newer, LibraryDamagedError, StorageError.
        """
        if not holds_papers(folder):
            if (folder / MANIFEST).exists():
                msg = (
                    f"The catalog of {folder} is gone, and with it the papers. Restore it, or ingest into a new folder."
                )
                raise LibraryDamagedError(msg)
            if not create:
                raise missing_library(folder)
            make_folder(folder)
        return cls(folder, spec)

    def close(self) -> None:
        """Close the index, if it is open, and the catalog; remove the copy that was read."""
        self._close_index()
        self.catalog.close()
        if self._files != self.folder:
            shutil.rmtree(self._files, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[FolderIndex]:
        """Be the one writer, and lend the index for it; meanwhile nobody in this process replaces it."""
        with writing(self.folder, self.catalog) as crashed:
            with self._lock:
                index = self._writable_index(suspect=crashed)
                self._writing = True
            try:
                yield index
                index.finish()
            finally:
                with self._lock:
                    self._writing = False
                    self._generation = self.catalog.generation

    @contextmanager
    def reading(self) -> Iterator[FolderIndex]:
        """Lend the index as it is now; meanwhile nobody in this process replaces it."""
        with self._lock, as_if_in(self.folder, self._files):
            if not self._writing and (self._index is None or self.catalog.generation != self._generation):
                self._reopen()
            if self._index is None:
                msg = f"The library {self.folder} holds no papers yet. Add some with: askpapers ingest PATH"
                raise EmptyLibraryError(msg)
            yield self._index

    def _reopen(self) -> None:
        """Open the index anew: a store that was opened before somebody else wrote doesn't see it."""
        generation = self.catalog.generation
        manifest = self._manifest()
        if manifest is not None:
            self._index = self._open_settled(manifest)
        elif self.catalog.count():
            command = rebuild_command(self.folder)
            msg = f"The library {self.folder} has papers but no vectors. Make them with: {command}"
            raise LibraryDamagedError(msg)
        self._generation = generation

    def _open_settled(self, manifest: Manifest) -> FolderIndex:
        """Open the index to read; what looks like damage while somebody writes may be a change seen by half."""
        for wait in (*WAITS, None):
            generation, written = self.catalog.generation, self._files == self.folder and is_being_written(self.folder)
            try:
                return self._open_whole(manifest, suspect=self.catalog.unfinished and not written)
            except LibraryDamagedError:
                if wait is None or not (written or self.catalog.generation != generation):
                    raise
                time.sleep(wait)
        raise AssertionError

    def _open_whole(self, manifest: Manifest, *, suspect: bool) -> FolderIndex:
        index = self._open_index(manifest, suspect=suspect, lock=self._lock_to_mend)
        try:
            index.read_through()
        except LibraryDamagedError:
            index.close()  # else Chroma would go on with what it has read
            raise
        return index

    def _writable_index(self, *, suspect: bool) -> FolderIndex:
        """Return the index for writing; the first writer of a library makes the manifest."""
        manifest = self._manifest()
        if manifest is None:
            manifest = Manifest.of(self._spec, FIRST_INDEX)
            write_manifest(self.folder, manifest)
        elif manifest.format < FORMAT:  # what is written now, an older version can't read
            write_manifest(self.folder, replace(manifest, format=FORMAT))
        if suspect and not self.catalog.count(indexed=True):
            # Nothing in it counts yet, and whoever made it died over it.
            shutil.rmtree(self.folder / manifest.vectors, ignore_errors=True)
        self._index = self._open_index(manifest, suspect=suspect, lock=None)
        if suspect:
            self._index.delete(self._index.ids() - self.catalog.ids())  # a removal may have been cut short
        return self._index

    def _open_index(self, manifest: Manifest, *, suspect: bool, lock: Lock | None) -> FolderIndex:
        self._close_index()
        folder = index_folder(self._files, manifest.vectors)
        indexed = self.catalog.count(indexed=True)
        # Once a paper has vectors, missing ones are damage: an empty store in their place would answer as if sound.
        return FolderIndex(folder, create=not indexed, suspect=suspect and bool(indexed), lock=lock)

    @contextmanager
    def _lock_to_mend(self) -> Iterator[None]:
        """Keep writers away while a reader mends Chroma. Raises LibraryLockedError, StorageError."""
        if self._files != self.folder:
            msg = f"The library {self.folder} can't be written. Check its permissions, or copy the library."
            raise StorageError(msg)
        with holding(self.folder):
            yield

    def _close_index(self) -> None:
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None

    def _manifest(self) -> Manifest | None:
        return fitting_manifest(self.folder, self._files, self._spec)
