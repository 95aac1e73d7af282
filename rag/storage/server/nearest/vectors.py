"""What Chroma is made of, and is done without by: the vectors of an index, as PostgreSQL keeps them."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from rag.storage.index.exact import ChunkVectors


class KeptVectors(Protocol):
    """The vectors of the index of a number. Raises StorageError, LibraryDamagedError."""

    number: int

    def chunks(self) -> int:
        """Return how many there are."""

    def vectors(self) -> ChunkVectors:
        """Return all, of length 1."""

    def pages(self) -> Iterator[ChunkVectors]:
        """Yield all, by ascending paper id, some thousand papers at a time."""

    def vectors_of(self, paper_ids: Sequence[int]) -> ChunkVectors:
        """Return those of some papers."""
