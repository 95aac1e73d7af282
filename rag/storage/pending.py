"""Papers that wait for vectors, given to whoever embeds them: claimed, so that of several workers each has its own."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from rag.records import Paper


class Claimed(NamedTuple):
    """A paper that is to be embedded, and the version of its text."""

    paper: Paper
    version: int


class Working(NamedTuple):
    """A worker: its name, how many papers it has claimed and has embedded, and in how many seconds these."""

    name: str
    claimed: int
    embedded: int
    seconds: float

    def told(self) -> str:
        """Return all of that as a line.

        >>> Working("here:12", 32, 600, 20.0).told()
        'here:12 embeds 32 papers, has done 600, 30 a second'
        """
        rate = f", {self.embedded / self.seconds:,.0f} a second" if self.seconds and self.embedded else ""
        return f"{self.name} embeds {self.claimed:,} papers, has done {self.embedded:,}{rate}"


class Claims(Protocol):
    """What one worker has claimed. Raises StorageError, LibraryDamagedError."""

    def take(self, limit: int) -> list[Claimed]:
        """Claim up to `limit` papers that wait for vectors and that nobody else embeds; none when there are none."""

    def done(self, claimed: Sequence[Claimed]) -> int:
        """Let papers be found, whose vectors and token states are stored; return how many.

        Of one whose text changed meanwhile they are of another text: it waits on.
        """


class Marked(Protocol):
    """The papers of a catalog, some of which wait for vectors."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make all writes inside whole or absent."""

    def all_papers(self, *, after: int = 0, pending_only: bool = False, limit: int) -> list[Paper]:
        """Return up to `limit` papers, by id."""

    def mark_indexed(self, paper_ids: Iterable[int]) -> None:
        """Let papers be found."""


class AllPending:
    """All pending papers, where there is one writer."""

    def __init__(self, catalog: Marked) -> None:
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
