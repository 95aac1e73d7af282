"""Terms kept in memory until a text changes: what many questions ask for is read once.

The words that many papers hold are in many questions, and their postings are the longest.
"""

import threading
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rag.storage.catalog.database import Database
from rag.storage.postings.packing import LENGTHS
from rag.storage.postings.ranking import Lengths, lengths_of
from rag.storage.postings.reading import NOWHERE, Term, read

MOST = 32_000_000  # bytes of postings: of a million papers those of some two hundred words
ROOM = 500  # bytes that a term takes beside them


class Terms(NamedTuple):
    """The lengths of the papers, and the terms that were asked for."""

    lengths: Lengths
    by_stem: Mapping[str, Term]


class _Kept:
    """What is kept of one generation of the texts."""

    def __init__(self, generation: int, lengths: Lengths) -> None:
        self.generation, self.lengths = generation, lengths
        self.terms: dict[str, Term] = {}  # what was asked for last stands last
        self.size = 0


class KeptTerms:
    """The terms of a database. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        """Keep nothing yet."""
        self._database = database
        self._lock = threading.Lock()
        self._kept: _Kept | None = None

    @property
    def kept(self) -> int:
        """How many bytes are kept, about."""
        return self._kept.size if self._kept is not None else 0

    def get(self, stems: Iterable[str]) -> Terms:
        """Return the terms of stems, all of one moment. Raises StorageError, LibraryDamagedError."""
        wanted = list(dict.fromkeys(stems))
        generation, kept = self._database.state().get("texts", 0), self._kept
        if kept is not None and kept.generation == generation:
            found = self._taken(kept, wanted)
            missing = [stem for stem in wanted if stem not in found]
            new = read(self._database, missing) if missing else None
            if new is None:
                return Terms(kept.lengths, found)
            if new.generation == generation:  # no text was changed meanwhile
                return Terms(kept.lengths, found | self._put(kept, missing, new.terms))
        new = read(self._database, [*wanted, LENGTHS])
        self._kept = kept = _Kept(new.generation, lengths_of(new.terms.get(LENGTHS, NOWHERE)))
        return Terms(kept.lengths, self._put(kept, wanted, new.terms))

    def _taken(self, kept: _Kept, stems: Iterable[str]) -> dict[str, Term]:
        """Return the terms that are kept, which count as asked for last."""
        with self._lock:
            there = {stem: kept.terms.pop(stem) for stem in stems if stem in kept.terms}
            kept.terms.update(there)
        return there

    def _put(self, kept: _Kept, stems: Iterable[str], new: Mapping[str, Term]) -> dict[str, Term]:
        """Keep what was read of stems, and forget what was asked for longest ago where that is too much."""
        terms = {stem: new.get(stem, NOWHERE) for stem in stems}
        with self._lock:
            for stem, term in terms.items():
                kept.size += _size(term) - (_size(kept.terms.pop(stem)) if stem in kept.terms else 0)
                kept.terms[stem] = term
            while kept.size > MOST:
                kept.size -= _size(kept.terms.pop(next(iter(kept.terms))))
        return terms


def _size(term: Term) -> int:
    return ROOM + sum(postings.papers.nbytes + postings.counts.nbytes for postings in term.blocks.values())
