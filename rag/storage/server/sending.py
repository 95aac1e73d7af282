"""Chroma brought to what PostgreSQL holds: changes in the order in which they were made, or all of it anew.

By one process at a time, so that of two changes the later one stays. A collection that was lost, or that a crash of its
server may have damaged, is made anew under another name, and put in the place of the old one when it is whole.
"""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import VectorsAwayError
from rag.storage.index.exact import ChunkVectors
from rag.storage.server.chroma import ChromaServer, GoneError, chunk_id
from rag.storage.server.database import LOCK_SENDING, PostgresDatabase
from rag.utils.arrays import Vector

if TYPE_CHECKING:
    from rag.storage.server.index import ServerIndex

AT_ONCE = 2_000  # changes sent together
log = logging.getLogger(__name__)


def collection_of(database: PostgresDatabase, number: int) -> str:
    """Return the name of the collection of an index; empty when there is none yet."""
    rows = database.all("SELECT collection FROM indexes WHERE number = ?", number)
    return str(rows[0][0]) if rows else ""


def send(database: PostgresDatabase, chroma: ChromaServer, index: "ServerIndex") -> bool:
    """Send what Chroma lacks; return False when it can't be asked, and what is left waits for the next time.

    Raises StorageError.
    """
    with database.holding(LOCK_SENDING):
        try:
            collection = collection_of(database, index.number)
            if not collection:
                _make_anew(database, chroma, index, collection)
                return True
            try:
                _send_changes(database, chroma, index, collection)
            except GoneError:
                _make_anew(database, chroma, index, collection)
        except VectorsAwayError as error:
            log.warning("%s What it lacks is sent when it can be asked again.", error)
            return False
    return True


def make_anew(database: PostgresDatabase, chroma: ChromaServer, index: "ServerIndex") -> None:
    """Make the collection of an index anew, whatever is there. Raises VectorsAwayError, StorageError."""
    with database.holding(LOCK_SENDING):
        _make_anew(database, chroma, index, collection_of(database, index.number))


def _send_changes(database: PostgresDatabase, chroma: ChromaServer, index: "ServerIndex", collection: str) -> None:
    unsent = f"unsent_{index.number}"
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
        with database.writes():
            database.run(f"DELETE FROM {unsent} WHERE change = ANY(?)", [change for change, *_ in changes])


def _make_anew(database: PostgresDatabase, chroma: ChromaServer, index: "ServerIndex", old: str) -> None:
    """Fill a new collection, and let it take the place of the old one; changes meanwhile are sent next."""
    library = database.one("SELECT id FROM library")
    collection = f"papers-{library}-{database.one('''SELECT nextval('collections')''')}"
    unsent = f"unsent_{index.number}"
    [(last,)] = database.all(f"SELECT coalesce(max(change), 0) FROM {unsent}")
    chroma.make(collection)
    for page in index.pages():
        chroma.put(collection, _rows(page))
    with database.writes():
        database.run("UPDATE indexes SET collection = ? WHERE number = ?", collection, index.number)
        database.run(f"DELETE FROM {unsent} WHERE change <= ?", last)
    if old:
        chroma.drop(old)
    _send_changes(database, chroma, index, collection)


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
