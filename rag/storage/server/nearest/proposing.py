"""Which papers may be the nearest: Chroma proposes them, or where it can't be asked, a small library's own vectors.

Whatever is proposed is compared by what PostgreSQL holds, so that a search finds the same with either.
"""

import threading
from contextlib import suppress
from typing import NamedTuple

from rag.errors import VectorsAwayError
from rag.storage.index import exact
from rag.storage.index.exact import EXACT_LIMIT, ChunkVectors
from rag.storage.server.database import PostgresDatabase
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.nearest.mending import Mender
from rag.storage.server.nearest.sending import check_count, send
from rag.storage.server.nearest.standing import Standing, is_suspicious, standing, standing_and_unsent, suspect
from rag.storage.server.nearest.vectors import KeptVectors
from rag.utils.arrays import Vector

OFF = 1e-4  # that two distances of Chroma may be off together: sums of 32-bit numbers are by a hundredth of it
WIDER = 4  # times as many chunks are asked for when too few papers come back


class Wanted(NamedTuple):
    """How many papers nearest to which vector are looked for, of those that pass; None: all do."""

    vector: Vector
    limit: int
    passing: set[int] | None


class Kept(NamedTuple):
    """All vectors of an index in memory, and how its collection stood when they were read.

    What changed since then wasn't sent, or it would stand otherwise; so it is looked at beside these.
    """

    number: int
    standing: Standing
    vectors: ChunkVectors | None  # None: too many


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

    def close(self) -> None:
        """Stop what goes on in the background, and let go of Chroma."""
        self._mender.close()
        self.chroma.close()

    def settle(self, index: KeptVectors) -> None:
        """Send what Chroma lacks, and look whether it holds as much as it should, if it can be asked.

        Raises StorageError.
        """
        with suppress(VectorsAwayError):
            if send(self._database, self.chroma, index):
                check_count(self._database, self.chroma, index)
                send(self._database, self.chroma, index)

    def proposed(self, index: KeptVectors, wanted: Wanted) -> set[int]:
        """Return `limit` papers or more that may be the nearest, of those that pass; fewer if there are none.

        Raises VectorsAwayError when Chroma can't be asked and there are too many to compare all, StorageError.
        """
        found, unsent = standing_and_unsent(self._database, index.number)
        fresh = unsent if wanted.passing is None else unsent & wanted.passing
        try:
            near = self._by_chroma(found, wanted)
        except VectorsAwayError as error:
            again = standing(self._database, index.number)
            if again.collection != found.collection:  # made anew meanwhile, under another name
                return self.proposed(index, wanted)
            self._notice(index, again, error)
            compared = self._compared(index, found, wanted)
            if compared is None:
                raise
            return compared | fresh
        if len(near) < wanted.limit:  # a small library, or few that pass: Chroma may leave some of them out
            near = self._compared(index, found, wanted) or near
        else:
            self._kept = None
        return near | fresh

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

    def _compared(self, index: KeptVectors, found: Standing, wanted: Wanted) -> set[int] | None:
        """Return the nearest by the vectors themselves; None where they are too many."""
        with self._lock:
            kept = self._kept
            if kept is None or (kept.number, kept.standing) != (index.number, found):
                few = index.chunks() <= EXACT_LIMIT
                kept = self._kept = Kept(index.number, found, index.vectors() if few else None)
        if kept.vectors is None:
            return None
        return {paper_id for paper_id, _ in exact.nearest(kept.vectors, *wanted)}

    def _notice(self, index: KeptVectors, found: Standing, error: VectorsAwayError) -> None:
        """See to it that what broke is mended."""
        if not found.suspect and is_suspicious(error, found):
            self._shunned.add(found.collection)
            suspect(self._database, index.number, found.collection)
        self._mender.look(index)

    def _told(self, found: Standing) -> str:
        if not found.collection:
            return f"Nothing was sent to Chroma at {self.chroma.place} yet; papers are found by words meanwhile."
        return (
            f"The index at {self.chroma.place} may be damaged, for its server stopped in the middle of something, and "
            "is made anew by whoever may write; papers are found by words meanwhile."
        )
