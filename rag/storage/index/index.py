"""The index of a library in a folder that can be thrown away: chunk vectors and token embeddings.

The order of writes is the order of trust: a paper is marked as indexed in the catalog only after both are stored, so
that whatever a crash leaves here is overwritten by the next run.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamagedError, RagError, StorageError
from rag.storage.base import IndexedPaper
from rag.storage.index.checksums import (
    Checksums,
    changed_file,
    drop_checksums,
    read_checksums,
    write_checksums,
)
from rag.storage.index.chroma import ChromaVectors, embedded_client
from rag.storage.index.token_embeddings import TokenEmbeddings
from rag.storage.index.token_store import TokenStore
from rag.storage.layout import IndexFolder
from rag.storage.sqlite_files import integrity_damage
from rag.utils.arrays import Matrix, Vector


class FolderIndex:
    """The vectors and token embeddings of one library; see the Protocol `rag.storage.base.Index`."""

    def __init__(self, folder: IndexFolder, *, create: bool = True) -> None:
        """Open the index in `folder`, made when absent if `create`. Raises LibraryDamagedError, StorageError."""
        try:
            if create:
                folder.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"{folder.path} can't be made ({error.strerror}). Make room, or choose another library folder."
            raise StorageError(msg) from error
        self.folder = folder
        self._checksums = read_checksums(folder.path)
        if self._checksums is not None and (name := changed_file(folder.path, self._checksums)):
            self._refuse(self._checksums, f"{folder.path / name} is not what was written")
        client = embedded_client(folder, create=create)
        self.vectors = ChromaVectors(client, str(folder.chroma), folder.advice, create=create)
        try:
            if self._checksums is not None and self._checksums.vectors not in {None, self.vectors.checksum()}:
                self._refuse(self._checksums, f"The vectors in {folder.path} are not what was written")
            self.tokens = TokenStore(folder.tokens, folder.advice, create=create)
        except RagError:
            self.vectors.close()
            raise

    def close(self) -> None:
        """Close the files."""
        self.vectors.close()
        self.tokens.close()

    def read_through(self) -> None:
        """Read all vectors, as the first search would. Raises LibraryDamagedError."""
        self.vectors.checksum()

    def finish(self) -> None:
        """Note what was written, so that damage is seen later; to be called when all writing is done."""
        if self._checksums is None:
            write_checksums(self.folder.path, self.vectors.checksum())
            self._checksums = read_checksums(self.folder.path)

    def nearest(self, vector: Vector, limit: int, allowed: set[int] | None = None) -> list[tuple[int, float]]:
        """Return (paper id, cosine) of the `limit` papers nearest to a vector, best first, ties by id."""
        return self.vectors.nearest(vector, limit, allowed)

    def token_embeddings(self, paper_ids: Sequence[int]) -> dict[int, TokenEmbeddings]:
        """Return the token embeddings of those papers that have any."""
        return self.tokens.get(paper_ids)

    def paper_vectors(self) -> tuple[NDArray[np.int64], Matrix]:
        """Return all paper ids, ascending, and a vector of length 1 for each."""
        return self.vectors.by_paper()

    def ids(self) -> set[int]:
        """Return the ids of all papers of which anything is stored."""
        return self.vectors.ids() | self.tokens.ids()

    def put(self, papers: Sequence[IndexedPaper]) -> None:
        """Store papers, replacing what was there."""
        self._change()
        self.tokens.put({paper_id: tokens for paper_id, _, tokens in papers if len(tokens.scales)})
        self.vectors.put([(paper_id, vectors) for paper_id, vectors, _ in papers])

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers."""
        gone = list(paper_ids)
        if not gone:
            return
        self._change()
        self.tokens.delete(gone)
        self.vectors.delete(gone)

    def damage(self) -> list[str]:
        """Return what is wrong with the files, as far as they can be read."""
        return integrity_damage(self.folder.chroma_file) + self.tokens.damage()

    def _change(self) -> None:
        """Drop the checksums: what they say won't be true any more."""
        try:
            drop_checksums(self.folder.path)
        except OSError as error:
            msg = f"{self.folder.path} can't be written ({error.strerror}). Check its permissions, or copy the library."
            raise StorageError(msg) from error
        self._checksums = None

    def _refuse(self, kept: Checksums, reason: str) -> None:
        """Raise LibraryDamagedError, unless a writer dropped the checksums meanwhile."""
        if read_checksums(self.folder.path) == kept:
            raise LibraryDamagedError(f"{reason}. {self.folder.advice}")
