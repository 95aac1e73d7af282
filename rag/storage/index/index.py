"""The index of a library in a folder that can be thrown away: token embeddings, kept vectors, and Chroma.

The order of writes is the order of trust: states, kept vectors, Chroma, and only then the mark in the catalog, so that
whatever a crash leaves here is overwritten by the next run. Up to SCANNED chunks a search looks through all vectors
(scan); beyond that Chroma answers where nothing is filtered. Chroma is made anew from the kept vectors when it is
damaged. A library of before vectors were kept is read from Chroma until somebody writes to it.

Searches hold no lock: each takes the scan as it is when it begins, and whoever writes puts another in its place.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryMismatchError, StorageError
from rag.storage.base import IndexedPaper
from rag.storage.index import exact
from rag.storage.index.checksums import Checksums, drop_checksums, read_checksums, write_checksums
from rag.storage.index.chroma import ChromaVectors, embedded_vectors
from rag.storage.index.exact import Allowed, ChunkVectors
from rag.storage.index.older import keep_vectors, open_unkept
from rag.storage.index.opening import Lock, look, mend, open_chroma
from rag.storage.index.probe import probe
from rag.storage.index.scanning.keeping import FRESH, SHARE, WHILE_WRITING, keep_fresh, read_scan
from rag.storage.index.scanning.mapped_file import remove_bases
from rag.storage.index.scanning.scan import Scan, ScanDamagedError
from rag.storage.index.token_embeddings import NO_TOKENS, TokenEmbeddings
from rag.storage.index.token_store import TokenStore
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import IndexFolder
from rag.utils.arrays import Matrix, Vector

Part = TypeVar("Part")
# Chunks up to which all vectors are looked through, exact: at 1,000,000 that takes 70 ms of the processor and 0.4 GB of
# a mapped file, where Chroma's index takes 1.7 GB of memory for itself (eval/RESULTS.md).
SCANNED = 2_000_000


class FolderIndex:
    """The vectors and token embeddings of one library; see the Protocol `rag.storage.base.Index`."""

    def __init__(
        self, folder: IndexFolder, *, create: bool = True, suspect: bool = False, lock: Lock | None = None
    ) -> None:
        """Open the index in `folder`, made when absent if `create`. Raises LibraryDamagedError, StorageError.

        `suspect`: a writer died, so another process opens Chroma first. `lock`: what locks the library for a reader,
        should Chroma have to be mended; None for its writer.
        """
        self.folder = folder
        self._lock = threading.RLock()  # of the scan, for as long as it takes to put another in its place
        self._scan: Scan | None = None
        self._stale: set[int] = set()  # papers that changed since
        self._since = 0  # papers put since the file was looked at
        self._kept: VectorStore | None = None
        self._chroma: ChromaVectors | None = None
        self._changed = False
        self._before: Checksums | None = None  # of what was there before it changed
        try:
            if create:
                folder.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"{folder.path} can't be made ({error.strerror}). Make room, or choose another library folder."
            raise StorageError(msg) from error
        self.tokens = TokenStore(folder.tokens, folder.advice, create=create)
        try:
            if create and not folder.vectors.is_file():
                self._kept = VectorStore(folder.vectors, folder.advice)
                self._chroma = embedded_vectors(folder.chroma, folder.advice)
            elif folder.vectors.is_file():
                self._open_kept(suspect=suspect, lock=lock)
            elif self._keeps_older(suspect=suspect, writer=lock is None):
                self._open_kept(suspect=False, lock=lock)  # another process has opened it, and so has this one
        except BaseException:
            self.close()
            raise

    def _keeps_older(self, *, suspect: bool, writer: bool) -> bool:
        """Open the Chroma of an index that keeps no vectors yet; a writer keeps them, and it is told that it did."""
        if suspect:
            probe(self.folder, everything=False)
        self._chroma, loaded = open_unkept(self.folder)
        if writer:
            keep_vectors(self.folder, self._chroma)
            self._chroma.close()
            self._chroma = None
        elif loaded is not None:
            self._scan = Scan.of_all(loaded)
        return writer

    def _open_kept(self, *, suspect: bool, lock: Lock | None) -> None:
        """Open the kept vectors; for a writer, or where it has to answer, also Chroma, which is seen to be sound.

        A reader of few mends it too, though all are compared; of many that would take minutes: the next writer does.
        """
        kept = self._kept = VectorStore(self.folder.vectors, self.folder.advice, create=False)
        if lock is None:
            self._chroma = open_chroma(self.folder, kept, suspect=suspect, lock=lock)
            return
        keep_fresh(self.folder, kept, lock)
        rows = self.scan().rows
        if rows > SCANNED:
            self._chroma = open_chroma(self.folder, kept, suspect=suspect, lock=lock)
        elif rows <= exact.EXACT_LIMIT and (damage := look(self.folder, suspect=suspect)):
            mend(self.folder, kept, damage, lock)

    @property
    def kept(self) -> VectorStore:
        """The kept vectors. Raises StorageError when they were closed, or there are none yet."""
        return self._open(self._kept)

    @property
    def chroma(self) -> ChromaVectors:
        """Chroma. Raises StorageError when it isn't open, as for who only reads and compares all vectors."""
        return self._open(self._chroma)

    def close(self) -> None:
        """Close the files."""
        for part in (self._chroma, self._kept, self.tokens):
            if part is not None:
                part.close()

    def let_go(self) -> None:
        """Close Chroma, for who is about to open it anew; searches that are under way compare all vectors."""
        with self._lock:
            chroma, self._chroma = self._chroma, None
        if chroma is not None:
            chroma.close()

    def finish(self) -> None:
        """Note what was written, so that damage is seen later; to be called when all writing is done."""
        if self._changed:
            self._keep_fresh(SHARE)
            write_checksums(self.folder.path, None, self._before)
            self._changed = False

    def nearest(self, vector: Vector, limit: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """Return (paper id, cosine) of the `limit` papers nearest to a vector, best first, ties by id."""
        chroma = self._chroma
        if chroma is not None and allowed is None and (self._kept is None or self.scan().rows > SCANNED):
            return chroma.nearest(vector, limit)
        scan = self.scan()
        if scan.dimension not in {None, len(vector)}:
            told = f"dimension {len(vector)}, not {scan.dimension}"
            msg = f"The vectors in {self.folder.path} don't fit the model ({told}). {self.folder.advice}"
            raise LibraryMismatchError(msg)
        try:
            return scan.nearest(vector, limit, allowed)
        except ScanDamagedError:
            return self._without_file().nearest(vector, limit, allowed)

    def scan(self) -> Scan:
        """Return all vectors as they are now. Raises LibraryDamagedError."""
        with self._lock:
            if self._scan is None:
                self._stale.clear()
                self._scan = read_scan(self.folder, self._kept) if self._kept else Scan.of_all(self.chroma.load())
            elif self._stale:
                changed, self._stale = self._stale, set()
                self._scan = self._scan.after(changed, self.kept.get(changed))
            return self._scan

    def token_embeddings(self, paper_ids: Sequence[int]) -> dict[int, TokenEmbeddings]:
        """Return the token embeddings of those papers that have any."""
        return self.tokens.get(paper_ids)

    def paper_vectors(self) -> tuple[NDArray[np.int64], Matrix]:
        """Return all paper ids, ascending, and a vector of length 1 for each."""
        return exact.by_paper(self.loaded())

    def ids(self) -> set[int]:
        """Return the ids of all papers of which anything is stored."""
        with self._lock:
            kept = self._kept.ids() if self._kept else {int(paper_id) for paper_id in self.loaded().papers}
        return kept | self.tokens.ids()

    def stored(self, paper_ids: Sequence[int]) -> list[IndexedPaper]:
        """Return what is kept of those papers that have any, by id, as `put` takes it."""
        vectors, tokens = self.kept.get(paper_ids), self.tokens.get(paper_ids)
        return [(paper_id, list(vectors[paper_id]), tokens.get(paper_id, NO_TOKENS)) for paper_id in sorted(vectors)]

    def put(self, papers: Sequence[IndexedPaper], versions: Mapping[int, int] | None = None) -> None:
        """Store papers, replacing what was there; a folder has one writer, and no need of `versions`."""
        del versions
        vectors = [(paper_id, exact.rounded(found)) for paper_id, found, _ in papers]
        self._change()
        self.tokens.put({paper_id: tokens for paper_id, _, tokens in papers if len(tokens.sentences)})
        replaced = self.kept.among(paper_id for paper_id, _ in vectors)
        self.kept.put(vectors)
        self._note(paper_id for paper_id, _ in vectors)
        self.chroma.delete(replaced)
        self.chroma.add(vectors)
        if self._since >= FRESH:
            self._keep_fresh(WHILE_WRITING)

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers."""
        gone = list(paper_ids)
        if not gone:
            return
        self._change()
        self.tokens.delete(gone)
        self.chroma.delete(gone)
        self.kept.delete(gone)
        self._note(gone)

    def loaded(self) -> ChunkVectors:
        """Return every vector, ordered by paper id. Raises LibraryDamagedError."""
        scan = self.scan()
        return scan.fresh if scan.base is None else self.kept.load()

    def _note(self, changed: Iterable[int]) -> None:
        """Let the next search see what changed."""
        with self._lock:
            before = len(self._stale)
            self._stale.update(changed)
            self._since += len(self._stale) - before
            if self._scan is None or len(self._stale) > FRESH:
                self._scan = None
                self._stale.clear()

    def _keep_fresh(self, share: int) -> None:
        self._since = 0
        if keep_fresh(self.folder, self.kept, share=share):
            with self._lock:
                self._scan = None

    def _without_file(self) -> Scan:
        """Return all vectors without a file that isn't what was written; it is made anew at the next opening."""
        remove_bases(self.folder)
        with self._lock:
            self._scan, self._stale = Scan.of_all(self.kept.load()), set()
            return self._scan

    def _open(self, part: Part | None) -> Part:
        if part is None:
            msg = f"The vectors in {self.folder.path} are not open to be written. Open the library again."
            raise StorageError(msg)
        return part

    def _change(self) -> None:
        """Drop the checksums: they won't be true any more."""
        self._before = read_checksums(self.folder.path) or self._before
        try:
            drop_checksums(self.folder.path)
        except OSError as error:
            msg = f"{self.folder.path} can't be written ({error.strerror}). Check its permissions, or copy the library."
            raise StorageError(msg) from error
        self._changed = True
