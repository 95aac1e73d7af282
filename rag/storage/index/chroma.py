"""The vectors of the chunks in a collection of Chroma, and the only module that imports chromadb.

Derived and disposable: the kept vectors (vector_store) make them again. The client is handed in: an embedded one
(`embedded_client`) or one of a server. Its HNSW index answers for libraries that are too large to compare every vector.
Scores are cosines, higher is better; Chroma's distances end here.
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import LibraryDamagedError, LibraryMismatchError, RagError, StorageError
from rag.storage.index.exact import ChunkVectors, grouped
from rag.storage.layout import CHROMA_FILE
from rag.utils.arrays import Matrix, Vector
from rag.utils.batching import batched

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

COLLECTION = "papers"
BATCH = 5_000  # Chroma refuses more than 5,461 at once
# Set at creation, for Chroma ignores a later change. Recall@10 at 100,000 chunks: .936 with 100, .9965 with 400.
HNSW: Any = {"space": "cosine", "ef_search": 400}

NO_ROOM = ("disk is full", "no space", "readonly", "read-only")
DAMAGE = ("malformed", "not a database", "corrupt")


class ChromaVectors:
    """The vectors of one library's chunks, named `<paper id>.<chunk number>`, in a collection of a client's."""

    def __init__(self, client: "ClientAPI", place: str, advice: str, *, create: bool = True) -> None:
        """Use the collection of `client`, made when absent if `create`. Raises LibraryDamagedError, StorageError.

        Errors name the `place` of the vectors, and end with the `advice` that mends them.
        """
        self._client = client
        self._place = place
        self._advice = advice
        self._lock = threading.RLock()
        try:
            self._collection = (
                client.get_or_create_collection(COLLECTION, configuration={"hnsw": HNSW}, embedding_function=None)
                if create
                else client.get_collection(COLLECTION, embedding_function=None)
            )
        except chroma_errors() as error:
            self.close()
            raise _trouble(error, place, advice) from error

    def close(self) -> None:
        """Let go of the client; the vectors can't be used afterwards."""
        with self._lock:
            self._client.close()  # type: ignore[attr-defined]  # missing from the interface, there on every client

    def put(self, vectors: Sequence[tuple[int, Sequence[Vector] | Matrix]]) -> None:
        """Store the chunk vectors of papers, given as (paper id, vectors), replacing what was there.

        Raises StorageError when they can't be written; what was not written is absent, never half there.
        """
        with self._lock:
            self.delete(paper_id for paper_id, _ in vectors)
            self.add(vectors)

    def add(self, vectors: Iterable[tuple[int, Sequence[Vector] | Matrix]]) -> None:
        """Store the chunk vectors of papers that have none yet. Raises StorageError."""
        rows = ((paper_id, number, vector) for paper_id, found in vectors for number, vector in enumerate(found))
        with self._lock:
            for batch in batched(rows, BATCH):
                with self._told(writing=True):
                    self._collection.upsert(
                        ids=[f"{paper_id}.{number}" for paper_id, number, _ in batch],
                        embeddings=np.stack([vector for *_, vector in batch]),
                        metadatas=[{"paper_id": paper_id} for paper_id, *_ in batch],
                    )

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget the vectors of papers."""
        with self._lock:
            for batch in batched(paper_ids, 500):
                where: Any = {"paper_id": {"$in": batch}}
                with self._told(writing=True):
                    self._collection.delete(where=where)

    def count(self) -> int:
        """Return the number of chunks stored."""
        with self._lock, self._told():
            return int(self._collection.count())

    def chunks(self) -> dict[int, int]:
        """Return the number of chunks of every paper by its id."""
        return dict(Counter(owner for page in self._pages([]) for owner in _owners(page)))

    def nearest(self, vector: Vector, limit: int) -> list[tuple[int, float]]:
        """Return (paper id, cosine) of the `limit` papers nearest to a vector, best first, ties by id.

        A paper counts with its best chunk. Nothing is filtered: its index has no filter that is worth its price.
        """
        total, wanted = self.count(), limit * 2
        if not total:
            return []
        while True:
            wanted = min(wanted, total)
            with self._lock, self._told():
                found = self._collection.query(
                    query_embeddings=[vector.tolist()], n_results=wanted, include=["distances", "metadatas"]
                )
            owners = [int(str(item["paper_id"])) for item in (found["metadatas"] or [[]])[0]]
            best: dict[int, float] = {}
            for owner, distance in zip(owners, (found["distances"] or [[]])[0], strict=True):
                best.setdefault(owner, 1.0 - distance)  # nearest first: the first is a paper's best chunk
            if len(best) >= limit or wanted >= total:
                return sorted(best.items(), key=lambda item: (-item[1], item[0]))[:limit]
            wanted *= 4

    def load(self) -> ChunkVectors:
        """Return every vector, ordered by paper id."""
        owners: list[int] = []
        parts: list[Matrix] = []
        for page in self._pages(["embeddings"]):
            owners += _owners(page)
            parts.append(np.asarray(page["embeddings"], dtype=np.float32))
        return grouped(np.array(owners, np.int64), np.concatenate(parts) if parts else np.empty((0, 0), np.float32))

    def _pages(self, include: Any) -> Iterator[Any]:
        for offset in range(0, self.count(), BATCH):
            with self._lock, self._told():
                page = self._collection.get(include=include, limit=BATCH, offset=offset)
            yield page

    @contextmanager
    def _told(self, *, writing: bool = False) -> Iterator[None]:
        """Let errors of Chroma be expected ones."""
        try:
            yield
        except chroma_errors() as error:
            raise _trouble(error, self._place, self._advice, writing=writing) from error


def embedded_client(place: Path, advice: str, *, create: bool = True) -> "ClientAPI":
    """Return a client of the Chroma in a folder, made when absent if `create`.

    Raises LibraryDamagedError, StorageError.
    """
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    if not create and not (place / CHROMA_FILE).is_file():
        msg = f"The vectors in {place} are gone. {advice}"
        raise LibraryDamagedError(msg)
    try:
        return chromadb.PersistentClient(str(place), settings=ChromaSettings(anonymized_telemetry=False))
    except chroma_errors() as error:
        raise _trouble(error, str(place), advice) from error


def embedded_vectors(place: Path, advice: str, *, create: bool = True) -> ChromaVectors:
    """Return the vectors of the Chroma in a folder. Raises LibraryDamagedError, StorageError."""
    return ChromaVectors(embedded_client(place, advice, create=create), str(place), advice, create=create)


def chroma_errors() -> tuple[type[Exception], ...]:
    """Return what Chroma raises when its files are unreadable, damaged or can't be written."""
    from chromadb.errors import ChromaError

    return (ChromaError, sqlite3.Error, OSError, RuntimeError, ValueError, KeyError)


def _trouble(error: Exception, place: str, advice: str, *, writing: bool = False) -> RagError:
    """Return the expected error that an error of Chroma's is."""
    reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    if "dimension" in reason.lower():
        return LibraryMismatchError(f"The vectors in {place} don't fit the model ({reason}). {advice}")
    damaged = any(sign in reason.lower() for sign in DAMAGE)
    if any(sign in reason.lower() for sign in NO_ROOM) or (writing and not damaged):
        return StorageError(f"{place} can't be written ({reason}). What was stored stays; make room and run it again.")
    return LibraryDamagedError(f"The vectors in {place} can't be read ({reason}). {advice}")


def _owners(page: Any) -> list[int]:
    """Return the paper of each chunk in a page of what Chroma holds."""
    return [int(name.split(".")[0]) for name in page["ids"]]
