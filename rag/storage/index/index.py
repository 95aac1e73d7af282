"""The index of a library in a folder that can be thrown away: token embeddings, kept vectors, and Chroma.

The order of writes is the order of trust: states, kept vectors, Chroma, and only then the mark in the catalog, so that
whatever a crash leaves here is overwritten by the next run. Up to EXACT_LIMIT the kept vectors are compared one by one;
beyond that Chroma answers, which is made anew from them when it is damaged. A library of before vectors were kept is
read from Chroma until somebody writes to it.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryMismatchError, StorageError
from rag.storage.base import IndexedPaper
from rag.storage.index import exact
from rag.storage.index.checksums import drop_checksums, write_checksums
from rag.storage.index.chroma import ChromaVectors, embedded_vectors
from rag.storage.index.exact import ChunkVectors
from rag.storage.index.older import keep_vectors, open_unkept
from rag.storage.index.opening import Lock, look, mend, open_chroma
from rag.storage.index.probe import probe
from rag.storage.index.token_embeddings import TokenEmbeddings
from rag.storage.index.token_store import TokenStore
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import IndexFolder
from rag.utils.arrays import Matrix, Vector

Part = TypeVar("Part")


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
        self._lock = threading.RLock()
        self._loaded: ChunkVectors | None = None
        self._count: int | None = None  # of the chunks
        self._kept: VectorStore | None = None
        self._chroma: ChromaVectors | None = None
        self._changed = False
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
        self._chroma, self._loaded = open_unkept(self.folder)
        if writer:
            keep_vectors(self.folder, self._chroma)
            self._chroma.close()
        return writer

    def _open_kept(self, *, suspect: bool, lock: Lock | None) -> None:
        """Open the kept vectors, and see that Chroma is sound; a reader who compares them all leaves it closed."""
        self._loaded = self._chroma = None
        kept = self._kept = VectorStore(self.folder.vectors, self.folder.advice, create=False)
        if lock is None or kept.count() > exact.EXACT_LIMIT:
            self._chroma = open_chroma(self.folder, kept, suspect=suspect, lock=lock)
        elif damage := look(self.folder, suspect=suspect):
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

    def read_through(self) -> None:
        """Read all vectors that are compared one by one, as the first search would. Raises LibraryDamagedError."""
        with self._lock:
            if self._is_compared():
                self.loaded()

    def finish(self) -> None:
        """Note what was written, so that damage is seen later; to be called when all writing is done."""
        if self._changed:
            write_checksums(self.folder.path, None)
            self._changed = False

    def nearest(self, vector: Vector, limit: int, allowed: set[int] | None = None) -> list[tuple[int, float]]:
        """Return (paper id, cosine) of the `limit` papers nearest to a vector, best first, ties by id."""
        with self._lock:
            if self._chroma is not None and not self._is_compared():
                return self._chroma.nearest(vector, limit, allowed)
            loaded = self.loaded()
        if len(loaded.papers) and len(vector) != loaded.matrix.shape[1]:
            told = f"dimension {len(vector)}, not {loaded.matrix.shape[1]}"
            msg = f"The vectors in {self.folder.path} don't fit the model ({told}). {self.folder.advice}"
            raise LibraryMismatchError(msg)
        return exact.nearest(loaded, vector, limit, allowed)

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

    def put(self, papers: Sequence[IndexedPaper]) -> None:
        """Store papers, replacing what was there."""
        vectors = [(paper_id, exact.rounded(found)) for paper_id, found, _ in papers]
        with self._lock:
            self._change()
            self.tokens.put({paper_id: tokens for paper_id, _, tokens in papers if len(tokens.sentences)})
            replaced = self.kept.among(paper_id for paper_id, _ in vectors)
            self.kept.put(vectors)
            self.chroma.delete(replaced)
            self.chroma.add(vectors)

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers."""
        gone = list(paper_ids)
        if not gone:
            return
        with self._lock:
            self._change()
            self.tokens.delete(gone)
            self.chroma.delete(gone)
            self.kept.delete(gone)

    def loaded(self) -> ChunkVectors:
        """Return every vector, ordered by paper id, read once until something changes. Raises LibraryDamagedError."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._source().load()
            return self._loaded

    def _is_compared(self) -> bool:
        """Tell whether all vectors are compared: there are few of them, or Chroma can't be used."""
        if self._count is None:
            self._count = self._source().count()
        return self._chroma is None or self._count <= exact.EXACT_LIMIT

    def _source(self) -> VectorStore | ChromaVectors:
        """Return what all vectors are read from."""
        return self._kept or self.chroma

    def _open(self, part: Part | None) -> Part:
        if part is None:
            msg = f"The vectors in {self.folder.path} are not open to be written. Open the library again."
            raise StorageError(msg)
        return part

    def _change(self) -> None:
        """Drop the checksums and what was read: it won't be true any more."""
        self._loaded = self._count = None
        try:
            drop_checksums(self.folder.path)
        except OSError as error:
            msg = f"{self.folder.path} can't be written ({error.strerror}). Check its permissions, or copy the library."
            raise StorageError(msg) from error
        self._changed = True
