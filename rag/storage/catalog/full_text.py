"""Full-text search over a catalog: BM25 by the words as they are searched, and how many papers hold a word.

It stands apart from the catalog's other questions, for a database may have a full text of its own.
rag.storage.postings fills the Protocol over any Database.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from rag.storage.allowed import Mask


class FullText(Protocol):
    """The full text of one catalog's papers. Raises StorageError, LibraryDamagedError."""

    def match(self, words: Iterable[str], limit: int, allowed: Mask | None = None) -> list[tuple[int, float]]:
        """Return (paper id, BM25) of the papers that hold any of the words, best first, ties by id; higher is better.

        Words as written: the index stems them itself, and a stem stemmed again is another word. Only papers that
        `allowed` lets through are found, all without it; how telling a word is stays that of all papers.
        """

    def document_frequency(self, stems: Sequence[str]) -> dict[str, int]:
        """Return in how many papers each stem occurs; stems that occur nowhere are left out."""

    def vocabulary(self, prefix: str) -> Mapping[str, int]:
        """Return the stems that begin with `prefix`, which is not empty, each with how many papers hold it.

        It is kept until a text changes: it isn't to be changed.
        """

    def catch_up(self) -> None:
        """Take in the papers that a transaction changed, at its end, inside it."""

    def take_in(self) -> None:
        """Take in all papers that it doesn't know of yet, step by step."""

    def renew(self) -> None:
        """Make it anew from the papers, inside a transaction."""

    def damage(self) -> list[str]:
        """Return what is wrong with it; nothing when it is that of the papers."""
