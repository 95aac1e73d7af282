"""Which papers may be the nearest: Chroma proposes them, or where it can't be asked, a small library's own vectors.

Whatever is proposed is compared by what PostgreSQL holds, so that a search finds the same with either.
"""

import logging
import threading
from typing import NamedTuple

from rag.errors import VectorsAwayError
from rag.storage.index import exact
from rag.storage.index.exact import EXACT_LIMIT, ChunkVectors
from rag.storage.server.database import PostgresDatabase
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.nearest.mending import Mender
from rag.storage.server.nearest.sending import bring, check_count
from rag.storage.server.nearest.standing import (
    UNSENT,
    Standing,
    Unsent,
    is_suspicious,
    standing,
    standing_and_unsent,
    suspect,
)
from rag.storage.server.nearest.vectors import KeptVectors
from rag.utils.arrays import Vector

log = logging.getLogger(__name__)
OFF = 1e-4  # that two distances of Chroma may be off together: sums of 32-bit numbers are by a hundredth of it
WIDER = 4  # times as many chunks are asked for when too few papers come back


class Wanted(NamedTuple):
    """How many papers nearest to which vector are looked for, of those that pass; None: all do."""

    vector: Vector
    limit: int
    passing: set[int] | None


class Kept(NamedTuple):
    """All vectors of an index in memory, and how its collection stood when they were read.

    What changed since then wasn't sent, or it would stand otherwise; so it is looked at beside these, unless that is
    more than is looked at.
    """

    number: int
    standing: Standing
    last: int  # the number of the last change then
    vectors: ChunkVectors | None  # None: too many


class LackingError(VectorsAwayError):
    """Chroma lacks more papers than are looked at beside it; `proposed` are those that may be the nearest so far."""

    def __init__(self, line: str, proposed: set[int]) -> None:
        """Tell the line to people."""
        super().__init__(line)
        self.proposed = proposed


class Proposer:
    """Proposes papers of a library's indexes. Safe to share between threads."""

    def __init__(self, database: PostgresDatabase, chroma: ChromaServer) -> None:
        """Ask this server, and make it sound again in the background when it wasn't."""
        self.chroma = chroma
        self._database = database
        self._mender = Mender(database, chroma)
        self._shunned: set[str] = set()  # collections that this process saw break their server
        self._lock = threading.Lock()  # while vectors are read
        self._kept: Kept | None = None
        self._away = ""  # why Chroma couldn't be asked the last time

    def close(self) -> None:
        """Stop what goes on in the background, and let go of Chroma."""
        self._mender.close()
        self.chroma.close()

    def settle(self, index: KeptVectors) -> None:
        """Send what Chroma lacks, and look whether it holds as much as it should; tell once why it can't be asked.

        Raises StorageError.
        """
        told = ""
        try:
            bring(self._database, self.chroma, index)
            check_count(self._database, self.chroma, index)
            bring(self._database, self.chroma, index)
        except VectorsAwayError as error:
            told = str(error)
            if told != self._away:
                log.warning("%s What it lacks is sent when it can be asked again.", told)
        self._away = told

    def proposed(self, index: KeptVectors, wanted: Wanted) -> set[int]:
        """Return `limit` papers or more that may be the nearest, of those that pass; fewer if there are none.

        Raises VectorsAwayError when Chroma can't be asked and there are too many to compare all, LackingError when
        it lacks many of these, StorageError.
        """
        found, unsent = standing_and_unsent(self._database, index.number)
        fresh = unsent.papers if wanted.passing is None else unsent.papers & wanted.passing
        try:
            near = self._by_chroma(found, wanted)
        except VectorsAwayError as error:
            again = standing(self._database, index.number)
            if again.collection != found.collection:  # made anew meanwhile, under another name
                return self.proposed(index, wanted)
            self._notice(index, again, error)
            compared = self._compared(index, found, unsent, wanted)
            if compared is None:
                raise
            return compared | fresh
        if unsent.all_of_them and len(near) >= wanted.limit:
            self._kept = None
            return near | fresh
        # Many that it lacks, a small library, or few that pass: Chroma may leave some of them out.
        compared = self._compared(index, found, unsent, wanted)
        if compared is None and not unsent.all_of_them:
            self._mender.look(index)
            raise LackingError(self._lacking(), near | fresh)
        return (compared or near) | fresh

    def _by_chroma(self, found: Standing, wanted: Wanted) -> set[int]:
        if not found.collection or found.suspect or found.collection in self._shunned:
            raise VectorsAwayError(self._told(found))
        asked = wanted.limit * 2
        while True:
            chunks = self.chroma.nearest(found.collection, wanted.vector, asked)
            there = dict[int, float]()  # by the nearest chunk of each
            for paper_id, distance in chunks:
                if wanted.passing is None or paper_id in wanted.passing:
                    there.setdefault(paper_id, distance)
            if len(there) >= wanted.limit:
                last = sorted(there.values())[wanted.limit - 1] + OFF
                return {paper_id for paper_id, distance in there.items() if distance <= last}
            if len(chunks) < asked:
                return set(there)
            asked *= WIDER

    def _compared(self, index: KeptVectors, found: Standing, unsent: Unsent, wanted: Wanted) -> set[int] | None:
        """Return the nearest by the vectors themselves; None where they are too many."""
        with self._lock:
            kept = self._kept
            last = kept.last if kept is not None and unsent.all_of_them else unsent.last
            if kept is None or kept[:3] != (index.number, found, last):
                few = index.chunks() <= EXACT_LIMIT
                kept = self._kept = Kept(index.number, found, unsent.last, index.vectors() if few else None)
        if kept.vectors is None:
            return None
        return {paper_id for paper_id, _ in exact.nearest(kept.vectors, *wanted)}

    def _notice(self, index: KeptVectors, found: Standing, error: VectorsAwayError) -> None:
        """See to it that what broke is mended."""
        if not found.suspect and is_suspicious(error, found):
            self._shunned.add(found.collection)
            suspect(self._database, index.number, found.collection)
        self._mender.look(index)

    def _lacking(self) -> str:
        return (
            f"More than {UNSENT:,} papers were not sent to Chroma at {self.chroma.place} yet; some of them are found "
            "by words alone meanwhile."
        )

    def _told(self, found: Standing) -> str:
        if not found.collection:
            return f"Nothing was sent to Chroma at {self.chroma.place} yet; papers are found by words meanwhile."
        return (
            f"The index at {self.chroma.place} may be damaged, for its server stopped in the middle of something, and "
            "is made anew by whoever may write; papers are found by words meanwhile."
        )
