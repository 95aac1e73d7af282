"""Storage in a folder of this machine: SQLite, Chroma in this process, a lock for the one writer.

The index is lent: to searches as it is now, side by side, to the one writer to change it. It is opened anew when
somebody else wrote, by another process first where it may crash whoever opens it, and tried again while a writer is
changing it. A reader mends its Chroma under the lock; one that can't have that compares all kept vectors.
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
from rag.storage.base import Finding, NewIndex, Sizes
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.checking import findings, sizes_of
from rag.storage.folder.lending import LentIndex
from rag.storage.folder.locking import holding, is_being_written, writing
from rag.storage.folder.readonly import as_if_in, copied, is_read_only
from rag.storage.index.index import FolderIndex
from rag.storage.index.opening import Lock
from rag.storage.layout import (
    FIRST_INDEX,
    MANIFEST,
    holds_papers,
    index_folder,
    make_folder,
    missing_index,
    missing_library,
)
from rag.storage.manifest import FORMAT, IndexSpec, Manifest, fitting_manifest, read_manifest, write_manifest
from rag.storage.remaking import remaking

WAITS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # seconds between tries to read what somebody is writing


class EmbeddedStorage:
    """The catalog and the index of the library in a folder; see the Protocol `rag.storage.base.Storage`."""

    def __init__(self, folder: Path, spec: IndexSpec | None) -> None:
        """Use `EmbeddedStorage.open`."""
        self.folder = folder
        self._spec = spec
        self._lock = threading.Condition()  # of which index is lent; not held while somebody searches
        self._index: LentIndex | None = None
        self._generation = -1  # of the catalog when the index was opened
        self._writing = False
        if spec is not None:
            fitting_manifest(folder, folder, spec)  # told before anything is copied
        self._files = folder  # where it is read: a copy when it can't be written
        if is_read_only(folder):
            self._files = copied(folder)
            weakref.finalize(self, shutil.rmtree, self._files, ignore_errors=True)
        self.catalog: Catalog = open_catalog(folder, copied_to=None if self._files == folder else self._files)

    @classmethod
    def open(cls, folder: Path, spec: IndexSpec | None, *, create: bool = True) -> Self:
        """Open the library in a folder, made when absent if `create`, with an index as `spec` says (None: any).

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

    @property
    def place(self) -> str:
        """The folder, as a text."""
        return str(self.folder)

    def made_with(self) -> Manifest | None:
        """Return what the index was made with; None while there is none."""
        return read_manifest(self._files)

    def sizes(self) -> Sizes:
        """Return how much room the library takes."""
        return sizes_of(self.folder, self.made_with())

    def check(self) -> Iterator[Finding]:
        """Look at every part, and yield what each looks like."""
        for found in findings(self._files, self.catalog):
            yield replace(found, detail=found.detail.replace(str(self._files), str(self.folder)))

    def mend(self) -> None:
        """Do nothing: all is kept in the folder."""

    @contextmanager
    def rebuilding(self, spec: IndexSpec, *, carry: bool = True) -> Iterator[NewIndex]:
        """Be the one writer, and lend a new index, which takes the place of the old one at the end."""
        with remaking(self.folder, self.catalog, spec, carry=carry) as made:
            yield made

    def close(self) -> None:
        """Close the index, if it is open, and the catalog, when all searches are done; remove the copy."""
        with self._lock:
            if self._index is not None:
                self._index.wait()
        self._close_index()
        self.catalog.close()
        if self._files != self.folder:
            shutil.rmtree(self._files, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[FolderIndex]:
        """Be the one writer, and lend the index for it; meanwhile searches of this process use it too."""
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
        """Lend the index as it is now; nobody waits for who has it, and it stays open until it is given back."""
        with as_if_in(self.folder, self._files):
            with self._lock:
                if not self._writing and (self._index is None or self.catalog.generation != self._generation):
                    self._reopen()
                lent = self._index
                if lent is None:
                    msg = f"The library {self.folder} holds no papers yet. Add some with: askpapers ingest PATH"
                    raise EmptyLibraryError(msg)
                index = lent.take()
            try:
                yield index
            finally:
                with self._lock:
                    lent.give_back()

    def _reopen(self) -> None:
        """Open the index anew: a store that was opened before somebody else wrote doesn't see it."""
        generation = self.catalog.generation
        manifest = self._manifest()
        if manifest is not None:
            self._index = LentIndex(self._open_settled(manifest), self._lock)
        elif self.catalog.count():
            raise missing_index(self.folder)
        self._generation = generation

    def _open_settled(self, manifest: Manifest) -> FolderIndex:
        """Open the index to read; what looks like damage while somebody writes may be a change seen by half."""
        for wait in (*WAITS, None):
            generation, written = self.catalog.generation, self._files == self.folder and is_being_written(self.folder)
            suspect = self.catalog.unfinished and not written
            try:
                return self._open_index(manifest, suspect=suspect, lock=self._lock_to_mend)
            except LibraryDamagedError:
                if wait is None or not (written or self.catalog.generation != generation):
                    raise
                time.sleep(wait)
        raise AssertionError

    def _writable_index(self, *, suspect: bool) -> FolderIndex:
        """Return the index for writing; the first writer of a library makes the manifest."""
        manifest = self._manifest()
        if manifest is None:
            if self._spec is None:
                raise missing_index(self.folder)
            manifest = Manifest.of(self._spec, FIRST_INDEX)
            write_manifest(self.folder, manifest)
        elif manifest.format < FORMAT:  # what is written now, an older version can't read
            write_manifest(self.folder, replace(manifest, format=FORMAT))
        if suspect and not self.catalog.count(indexed=True):
            # Nothing in it counts yet, and whoever made it died over it.
            shutil.rmtree(self.folder / manifest.vectors, ignore_errors=True)
        index = self._open_index(manifest, suspect=suspect, lock=None)
        self._index = LentIndex(index, self._lock)
        if suspect:
            index.delete(index.ids() - self.catalog.ids())  # a removal may have been cut short
        return index

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
                self._index.retire()
                self._index = None

    def _manifest(self) -> Manifest | None:
        return self.made_with() if self._spec is None else fitting_manifest(self.folder, self._files, self._spec)
