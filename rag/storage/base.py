"""Where a library keeps its papers: the Protocol of storage, and of the index that it lends.

rag.storage.embedded fills it with a folder of this machine. Whoever writes another one has a suite of tests to pass:
rag.testing.storage.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.storage.catalog.catalog import Catalog
from rag.storage.index.exact import Allowed
from rag.storage.index.token_embeddings import TokenEmbeddings
from rag.utils.arrays import Matrix, Vector

IndexedPaper = tuple[int, list[Vector], TokenEmbeddings]  # (paper id, a vector a chunk, its tokens)


class Index(Protocol):
    """What is derived from the papers, by paper id. Raises LibraryDamagedError, StorageError."""

    def nearest(self, vector: Vector, limit: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """Return (paper id, cosine) of the `limit` papers nearest to a vector of length 1, best first, ties by id.

        A paper counts with its best chunk; only papers in `allowed` count, all without it. Whoever searches
        waits for nobody else who does.
        """

    def token_embeddings(self, paper_ids: Sequence[int]) -> dict[int, TokenEmbeddings]:
        """Return the token embeddings of those papers that have any."""

    def paper_vectors(self) -> tuple[NDArray[np.int64], Matrix]:
        """Return all paper ids, ascending, and a vector of length 1 for each (n, dimension): its chunks' mean."""

    def ids(self) -> set[int]:
        """Return the ids of all papers of which anything is stored."""

    def put(self, papers: Sequence[IndexedPaper], versions: Mapping[int, int] | None = None) -> None:
        """Store papers, replacing what was there; each is whole or absent.

        `versions` are those of the texts that they were made of, as they were claimed: where several write, what is
        there of a later text stays.
        """

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers; ids that aren't there don't matter."""


class Storage(Protocol):
    """A library's catalog and index. Safe to share between threads; closed by `close`."""

    @property
    def catalog(self) -> Catalog:
        """The papers: the truth."""

    def reading(self) -> AbstractContextManager[Index]:
        """Lend the index as it is now; what replaces it meanwhile leaves it open until it is given back.

        Raises EmptyLibraryError when there is none yet, LibraryDamagedError, LibraryMismatchError.
        """

    def writing(self) -> AbstractContextManager[Index]:
        """Be the one writer, and lend the index for it.

        Raises LibraryLockedError when somebody else is writing, LibraryDamagedError, StorageError.
        """

    def close(self) -> None:
        """Let go of everything; a second time does nothing."""
