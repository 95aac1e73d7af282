"""The full text of a catalog as postings, which the Protocol `rag.storage.catalog.full_text.FullText` describes."""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence

from rag.storage.allowed import Mask
from rag.storage.catalog.database import Database
from rag.storage.postings import checking, writing
from rag.storage.postings.keeping import KeptTerms
from rag.storage.postings.ranking import best
from rag.storage.postings.stemming import stemmer
from rag.text.words import as_searched

VOCABULARIES = 8  # prefixes whose stems are kept
STEP = 4_096  # papers taken in by one transaction when a catalog of an earlier version is opened
PAUSE = 0.11  # seconds after each, so that whoever else writes comes in: SQLite tries every tenth of a second
VOCABULARY = """
    SELECT stem, sum(papers) FROM (
        SELECT stem, n AS papers FROM postings WHERE stem >= ? AND stem < ?
        UNION ALL SELECT stem, more FROM fresh_postings WHERE stem >= ? AND stem < ?
    ) AS found GROUP BY stem HAVING sum(papers) > 0
"""


class PostingsFullText:
    """The tables `postings`, `fresh_postings` and `stale_texts`. Safe to share between threads."""

    def __init__(self, database: Database, which: str = writing.ALL) -> None:
        """Use the tables of a database; `which` selects those of `stale_texts` that are taken in, the others wait."""
        self._database = database
        self._which = which
        self._lock = threading.Lock()
        self._terms = KeptTerms(database)
        self._vocabularies: dict[str, tuple[int, Mapping[str, int]]] = {}

    def match(self, words: Iterable[str], limit: int, allowed: Mask | None = None) -> list[tuple[int, float]]:
        """Return (paper id, BM25) of the papers that hold any of the words, best first, ties by id."""
        stems = [stem for found in stemmer().stems(as_searched(word) for word in words) for stem in found]
        if not stems or limit < 1:
            return []
        lengths, terms = self._terms.get(stems)
        return best([terms[stem] for stem in stems], lengths, limit, allowed)

    def document_frequency(self, stems: Sequence[str]) -> dict[str, int]:
        """Return in how many papers each stem occurs; stems that occur nowhere are left out."""
        terms = self._terms.get(stems).by_stem
        return {stem: terms[stem].frequency for stem in stems if terms[stem].frequency > 0}

    def vocabulary(self, prefix: str) -> Mapping[str, int]:
        """Return the stems that begin with `prefix`, each with how many papers hold it."""
        generation = self._database.state().get("texts", 0)
        with self._lock:
            kept = self._vocabularies.pop(prefix, None)
        if kept is None or kept[0] != generation:
            bounds = prefix, prefix + chr(0x10FFFF)
            rows = self._database.all(VOCABULARY, *bounds, *bounds)
            kept = generation, dict(rows)
        with self._lock:
            while len(self._vocabularies) >= VOCABULARIES:
                self._vocabularies.pop(next(iter(self._vocabularies)))  # the one that was asked for longest ago
            self._vocabularies[prefix] = kept
        return kept[1]

    def catch_up(self) -> None:
        """Take in the papers that a transaction changed, at its end, inside it."""
        writing.catch_up(self._database, self._which)

    def take_in(self) -> None:
        """Take in all papers that changed elsewhere, or came from an earlier version, step by step.

        Each step is a transaction of its own: one who is cut short is gone on from where he came to.
        """
        while writing.behind(self._database, self._which):
            with self._database.transaction():
                writing.catch_up(self._database, self._which, most=STEP)
            if writing.behind(self._database, self._which):
                time.sleep(PAUSE)

    def renew(self) -> None:
        """Make it anew from the papers, inside a transaction."""
        writing.renew(self._database)

    def damage(self) -> list[str]:
        """Return what is wrong with it; nothing when it is that of the papers."""
        return checking.damage(self._database)
