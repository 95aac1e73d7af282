"""Where a library keeps its papers: the Protocol of storage, and of the index that it lends.

rag.storage.embedded fills it with a folder of this machine, rag.storage.server with a database that several machines
share; rag.storage.choosing opens the one that a library's place asks for. Whoever writes another one has a suite of
tests to pass: rag.testing.storage.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.storage.catalog.catalog import Catalog
from rag.storage.index.exact import Allowed
from rag.storage.index.token_embeddings import TokenEmbeddings
from rag.storage.manifest import IndexSpec, Manifest
from rag.utils.arrays import Matrix, Vector

IndexedPaper = tuple[int, list[Vector], TokenEmbeddings]  # (paper id, a vector a chunk, its tokens)
Carry = Callable[[Sequence[int]], list[IndexedPaper]]


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

    def stored(self, paper_ids: Sequence[int]) -> list[IndexedPaper]:
        """Return what is kept of those papers that have any, by id, as `put` takes it: to the bit, when put again."""

    def put(self, papers: Sequence[IndexedPaper], versions: Mapping[int, int] | None = None) -> None:
        """Store papers, replacing what was there; each is whole or absent.

        `versions` are those of the texts that they were made of, as they were claimed: where several write, what is
        there of a later text stays.
        """

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers; ids that aren't there don't matter."""


@dataclass(frozen=True, slots=True)
class NewIndex:
    """An index that is made anew, empty at first, and what fills it without embedding.

    `carry` gives those of some papers whose vectors and token states in the index before are sound, of the same model
    and chunker, and in the form that is written now.
    """

    index: Index
    carry: Carry


class Sizes(NamedTuple):
    """How many bytes a library takes. `smaller_anew`: its vectors would take less if they were made anew."""

    catalog: int
    vectors: int
    smaller_anew: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: what, whether it is sound, and what to know or do."""

    what: str
    sound: bool
    detail: str


class Storage(Protocol):
    """A library's catalog and index. Safe to share between threads; closed by `close`."""

    @property
    def catalog(self) -> Catalog:
        """The papers: the truth."""

    @property
    def place(self) -> str:
        """The library as a person names it, and as `--library` takes it; never with a password."""

    @property
    def folder(self) -> Path:
        """The folder of this machine for files beside the papers (uploads, runs, the map); it may not be there yet."""

    def made_with(self) -> Manifest | None:
        """Return what the index was made with; None while there is none.

        Raises LibraryMismatchError when it is of a newer version, LibraryDamagedError.
        """

    def sizes(self) -> Sizes:
        """Return how much room the library takes."""

    def check(self) -> Iterator[Finding]:
        """Look at every part, catalog and full text too, and yield what each looks like. Takes its time."""

    def mend(self) -> None:
        """Bring what is kept elsewhere to what the catalog holds, as far as that can be reached: it was left behind.

        Raises StorageError.
        """

    def reading(self) -> AbstractContextManager[Index]:
        """Lend the index as it is now; what replaces it meanwhile leaves it open until it is given back.

        Raises EmptyLibraryError when there is none yet, LibraryDamagedError, LibraryMismatchError.
        """

    def writing(self) -> AbstractContextManager[Index]:
        """Be the one writer, and lend the index for it.

        Raises LibraryLockedError when somebody else is writing, LibraryDamagedError, StorageError.
        """

    def rebuilding(self, spec: IndexSpec, *, carry: bool = True) -> AbstractContextManager[NewIndex]:
        """Be the one writer, and lend a new index, made as `spec` says, which takes the place of the old at the end.

        That is when the block ends without an error; till then, and after an error, searches go on with the old one.
        Papers that were put into it can be found then, all others wait to be embedded. Without `carry` nothing is
        taken over. Raises what `writing` raises.
        """

    def close(self) -> None:
        """Let go of everything; a second time does nothing."""
