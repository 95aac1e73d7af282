"""Chroma brought to what PostgreSQL holds: changes in the order in which they were made, or all of it anew.

By one process at a time, so that of two changes the later one stays; whoever comes meanwhile leaves his to that one,
which looks again when it is done. A collection that was lost, or that its server may have damaged, is made anew under
another name, and put in the place of the old one when it is whole.
"""

import logging
import time
from collections.abc import Iterator

import numpy as np

from rag.errors import VectorsAwayError
from rag.storage.index.exact import ChunkVectors
from rag.storage.server.database import LOCK_SENDING, PostgresDatabase
from rag.storage.server.nearest.chroma import ChromaServer, chunk_id
from rag.storage.server.nearest.exchange import GoneError
from rag.storage.server.nearest.standing import Standing, is_suspicious, standing, suspect
from rag.storage.server.nearest.vectors import KeptVectors
from rag.utils.arrays import Vector

AT_ONCE = 2_000  # changes sent together
WAITING = """
    SELECT collection = '' OR suspect OR EXISTS (SELECT 1 FROM unsent_{n}) FROM indexes WHERE number = ?
"""
COUNTS = """
    SELECT (SELECT coalesce(sum(chunks), 0) FROM vectors_{n}), EXISTS (SELECT 1 FROM unsent_{n})
"""
log = logging.getLogger(__name__)


def send(database: PostgresDatabase, chroma: ChromaServer, index: KeptVectors) -> bool:
    """Send what Chroma lacks; return False when it can't be asked, and what is left waits for the next time.

    True too when somebody else is at it. Raises StorageError.
    """
    try:
        bring(database, chroma, index)
    except VectorsAwayError as error:
        log.info("%s", error)
        return False
    return True


def bring(database: PostgresDatabase, chroma: ChromaServer, index: KeptVectors) -> None:
    """Send what Chroma lacks, unless somebody else is at it. Raises VectorsAwayError, StorageError."""
    # Looked up again after the lock is let go: what came meanwhile was left to us.
    while is_waiting(database, index.number):
        with database.holding(LOCK_SENDING, wait=False) as held:
            if not held:
                return
            found = standing(database, index.number)
            try:
                _bring(database, chroma, index, found)
            except VectorsAwayError as error:
                if found.collection and is_suspicious(error, standing(database, index.number)):
                    suspect(database, index.number, found.collection)
                raise


def is_waiting(database: PostgresDatabase, number: int) -> bool:
    """Tell whether Chroma lacks anything of an index. Raises StorageError."""
    rows = database.all(WAITING.format(n=number), number)
    return bool(rows) and bool(rows[0][0])


def make_anew(database: PostgresDatabase, chroma: ChromaServer, index: KeptVectors) -> None:
    """Make the collection of an index anew, whatever is there. Raises VectorsAwayError, StorageError."""
    with database.holding(LOCK_SENDING):
        _make_anew(database, chroma, index, standing(database, index.number))


def check_count(database: PostgresDatabase, chroma: ChromaServer, index: KeptVectors) -> None:
    """Suspect a collection that holds another number of chunks than it should: it is of another time.

    Raises VectorsAwayError, StorageError.
    """
    with database.holding(LOCK_SENDING, wait=False) as held:
        found = standing(database, index.number)
        [(chunks, unsent)] = database.all(COUNTS.format(n=index.number))
        if not held or unsent or found.suspect or not found.collection:
            return  # told by somebody else, or seen when that was sent
        try:
            same = chroma.count(found.collection) == chunks
        except GoneError:
            same = False
        if not same:
            suspect(database, index.number, found.collection)


def _bring(database: PostgresDatabase, chroma: ChromaServer, index: KeptVectors, found: Standing) -> None:
    chroma.require()
    if not found.collection or found.suspect:
        _make_anew(database, chroma, index, found)
        return
    try:
        _send_changes(database, chroma, index, found.collection)
    except GoneError:
        _make_anew(database, chroma, index, found)


def _send_changes(database: PostgresDatabase, chroma: ChromaServer, index: KeptVectors, collection: str) -> None:
    unsent = f"unsent_{index.number}"
    with database.writes():  # first: a server that dies over what it is sent is known by it
        database.run("UPDATE indexes SET sent = now() WHERE number = ?", index.number)
    while changes := database.all(f"SELECT change, paper_id, before FROM {unsent} ORDER BY change LIMIT {AT_ONCE}"):
        before: dict[int, int] = {}
        for _, paper_id, chunks in changes:
            before[paper_id] = max(chunks, before.get(paper_id, 0))
        vectors = index.vectors_of(list(before))
        now = dict(zip(vectors.papers.tolist(), _lengths(vectors), strict=True))
        gone = [
            chunk_id(paper_id, number)
            for paper_id, chunks in before.items()
            for number in range(now.get(paper_id, 0), chunks)
        ]
        if gone:
            chroma.delete(collection, gone)
        chroma.put(collection, _rows(vectors))
        _forget(database, unsent, [change for change, *_ in changes])
    chroma.count(collection)  # answered when all is taken in: a server that dies over it does so while we look


def _make_anew(database: PostgresDatabase, chroma: ChromaServer, index: KeptVectors, old: Standing) -> None:
    """Fill a new collection, and let it take the place of the old one; changes meanwhile are sent next."""
    began = time.monotonic()
    [(library, papers)] = database.all(f"SELECT id, (SELECT count(*) FROM vectors_{index.number}) FROM library")
    if old.suspect:  # nobody reads it, and there may be no room for two
        chroma.drop(old.collection)
    _drop_unused(database, chroma, f"papers-{library}-")
    collection = f"papers-{library}-{database.one('''SELECT nextval('collections')''')}"
    unsent = f"unsent_{index.number}"
    # Those that can be seen now: one with a lower number may be on its way.
    sent = [change for (change,) in database.all(f"SELECT change FROM {unsent}")]
    chroma.make(collection)
    if old.collection:  # now, for one whose disk is full fails until here, at each batch of an ingest
        log.warning("Chroma's index of %s is made anew from the vectors of %d papers.", database.library, papers)
    for page in index.pages():
        chroma.put(collection, _rows(page))
    chroma.count(collection)
    with database.writes():
        database.run(
            "UPDATE indexes SET collection = ?, suspect = false, sent = now() WHERE number = ?",
            collection,
            index.number,
        )
    _forget(database, unsent, sent)
    if old.collection:
        log.warning("Chroma's index of %s was made anew in %.0f s.", database.library, time.monotonic() - began)
        chroma.drop(old.collection)
    _send_changes(database, chroma, index, collection)


def _drop_unused(database: PostgresDatabase, chroma: ChromaServer, ours: str) -> None:
    """Drop the collections of this library that no index uses: whoever was to make or drop them died."""
    used = {name for (name,) in database.all("SELECT collection FROM indexes")}
    for name in chroma.names():
        if name.startswith(ours) and name not in used:
            chroma.drop(name)


def _forget(database: PostgresDatabase, unsent: str, changes: list[int]) -> None:
    with database.writes():
        database.run(f"DELETE FROM {unsent} WHERE change = ANY(?)", changes)


def _rows(vectors: ChunkVectors) -> Iterator[tuple[int, int, Vector]]:
    """Yield vectors as (paper id, number of the chunk, vector)."""
    lengths = _lengths(vectors)
    for paper_id, start, length in zip(vectors.papers.tolist(), vectors.starts.tolist(), lengths, strict=True):
        for number in range(length):
            yield paper_id, number, vectors.matrix[start + number]


def _lengths(vectors: ChunkVectors) -> list[int]:
    """Return how many chunks each paper has."""
    lengths: list[int] = np.diff(np.append(vectors.starts, len(vectors.matrix))).tolist()
    return lengths
