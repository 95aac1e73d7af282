"""What is derived from the papers: chunk vectors and token states, in one folder that can be thrown away.

    <library>/vectors-<n>/chroma          chunk vectors (chroma.py)
    <library>/vectors-<n>/states.sqlite3  token states (token_store.py)
    <library>/vectors-<n>/seal.json       what the vectors' files were when the last writer was done (checksums.py)

The order of writes is the order of trust: a paper is marked as indexed in the catalog only after both are stored, so
that whatever a crash leaves here is overwritten by the next run.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from rag.errors import LibraryDamagedError, RagError, StorageError
from rag.ingestion.chunking import chunk
from rag.models.embedders.base import Embedder
from rag.records import Paper
from rag.storage.index.checksums import Seal, break_seal, changed_file, make_seal, read_seal
from rag.storage.index.chroma import VectorStore
from rag.storage.index.token_embeddings import States, compress
from rag.storage.index.token_store import StateStore
from rag.text.sentences import sentence_spans
from rag.utils.arrays import Vector
from rag.utils.threads import one_blas_thread

IndexedPaper = tuple[int, list[Vector], States]


class Index:
    """The vectors and token states of one library."""

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        """Open the index in `folder`, made when absent if `create`. Raises LibraryDamagedError, StorageError."""
        try:
            if create:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"{folder} can't be made ({error.strerror}). Make room, or choose another library folder."
            raise StorageError(msg) from error
        self.folder = folder
        self._seal = read_seal(folder)
        if self._seal is not None and (name := changed_file(folder, self._seal)):
            self._refuse(self._seal, f"{folder / name} is not what was written")
        self.vectors = VectorStore(folder / "chroma", create=create)
        try:
            if self._seal is not None and self._seal.vectors not in {None, self.vectors.checksum()}:
                self._refuse(self._seal, f"The vectors in {folder} are not what was written")
            self.states = StateStore(folder / "states.sqlite3", create=create)
        except RagError:
            self.vectors.close()
            raise

    def close(self) -> None:
        """Close the files."""
        self.vectors.close()
        self.states.close()

    def seal(self) -> None:
        """Note what was written, so that damage is seen later; to be called when all writing is done."""
        if self._seal is None:
            make_seal(self.folder, self.vectors.checksum())
            self._seal = read_seal(self.folder)

    def put(self, papers: Sequence[IndexedPaper]) -> None:
        """Store what `embed_papers` made, replacing what was there. Raises StorageError."""
        self._unseal()
        self.states.put({paper_id: states for paper_id, _, states in papers if len(states.scales)})
        self.vectors.put([(paper_id, vectors) for paper_id, vectors, _ in papers])

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers. Raises StorageError."""
        gone = list(paper_ids)
        if not gone:
            return
        self._unseal()
        self.states.delete(gone)
        self.vectors.delete(gone)

    def keep_only(self, paper_ids: set[int]) -> None:
        """Forget every paper but these. Raises StorageError."""
        self.delete((self.vectors.ids() | self.states.ids()) - paper_ids)

    def _unseal(self) -> None:
        try:
            break_seal(self.folder)
        except OSError as error:
            msg = f"{self.folder} can't be written ({error.strerror}). Check its permissions, or copy the library."
            raise StorageError(msg) from error
        self._seal = None

    def _refuse(self, seal: Seal, reason: str) -> None:
        """Raise LibraryDamagedError, unless a writer broke the seal meanwhile."""
        if read_seal(self.folder) == seal:
            raise LibraryDamagedError(
                f"{reason}. Make them anew with: askpapers rebuild --library {self.folder.parent}"
            )


def embed_papers(embedder: Embedder, papers: Sequence[Paper]) -> Iterator[IndexedPaper]:
    """Yield the chunk vectors and token states of each paper, in order, holding one paper's states at a time."""
    cut = [chunk(paper.title, paper.abstract, embedder.length, embedder.window) for paper in papers]
    # One call for all of them, so that an endpoint gets few requests; the vectors come one by one.
    found = embedder.embed([part.text for parts in cut for part in parts])
    for paper, parts in zip(papers, cut, strict=True):
        starts = np.array([span.start for span in sentence_spans(paper.abstract)])
        vectors, tokens, sentences = [], [], []
        for part, embedded in zip(parts, found, strict=False):
            vectors.append(embedded.vector)
            places = embedded.offsets[:, 0] - part.prefix + part.start
            in_title = embedded.offsets[:, 0] < part.prefix
            number = np.where(in_title, 0, np.searchsorted(starts, places, side="right"))
            # Later chunks repeat the title for the vector's sake only.
            kept = ~in_title if part.start else np.ones_like(in_title)
            tokens.append(embedded.tokens[kept])
            sentences.append(number[kept].astype(np.uint16))
        with one_blas_thread():
            states = compress(np.concatenate(tokens), np.concatenate(sentences))
        yield paper.paper_id, vectors, states
