"""Papers that wait for vectors, given to whoever embeds them: claimed, so that of several workers each has its own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rag.records import Paper

if TYPE_CHECKING:
    from rag.storage.catalog.catalog import Catalog


class Claimed(NamedTuple):
    """A paper that is to be embedded, and the version of its text."""

    paper: Paper
    version: int


class Claims(Protocol):
    """What one worker has claimed. Raises StorageError, LibraryDamagedError."""

    def take(self, limit: int) -> list[Claimed]:
        """Claim up to `limit` papers that wait for vectors and that nobody else embeds; none when there are none."""

    def done(self, claimed: Sequence[Claimed]) -> int:
        """Let papers be found, whose vectors and token states are stored; return how many.

        Of one whose text changed meanwhile they are of another text: it waits on.
        """


class AllPending:
    """All pending papers, where there is one writer."""

    def __init__(self, catalog: "Catalog") -> None:
        """Give those of a catalog."""
        self._catalog = catalog

    def take(self, limit: int) -> list[Claimed]:
        """Return the next papers without vectors."""
        return [Claimed(paper, 0) for paper in self._catalog.all_papers(pending_only=True, limit=limit)]

    def done(self, claimed: Sequence[Claimed]) -> int:
        """Let papers be found."""
        with self._catalog.transaction():
            self._catalog.mark_indexed(one.paper.paper_id for one in claimed)
        return len(claimed)
