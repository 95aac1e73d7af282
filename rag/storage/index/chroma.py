"""The vectors of the chunks in a collection of Chroma, and the only module that imports chromadb.

Derived and disposable: the catalog can make them again. The client is handed in: an embedded one (`embedded_client`)
or one of a server. Up to EXACT_LIMIT chunks are compared one by one in memory, which is exact and faster than the
index; beyond that Chroma's HNSW index answers. Scores are cosines, higher is better; Chroma's distances end here.
"""

import sqlite3
import threading
import zlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamagedError, LibraryMismatchError, RagError, StorageError
from rag.storage.layout import IndexFolder
from rag.utils.arrays import Matrix, Vector
from rag.utils.batching import batched

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

COLLECTION = "papers"
BATCH = 5_000  # Chroma refuses more than 5,461 at once
EXACT_LIMIT = 50_000  # chunks; 77 MB of 384-dimensional vectors, 2 ms a question
# Set at creation, for Chroma ignores a later change. Recall@10 at 100,000 chunks: .936 with 100, .9965 with 400.
HNSW: Any = {"space": "cosine", "ef_search": 400}

NOT_ALLOWED = -2.0  # below every cosine
NO_ROOM = ("disk is full", "no space", "readonly", "read-only")
DAMAGE = ("malformed", "not a database", "corrupt")


class ChunkVectors(NamedTuple):
    """All vectors in memory: those of `papers[i]` (ascending ids) are the rows of `matrix` from `starts[i]` on."""

    papers: NDArray[np.int64]
    starts: NDArray[np.int64]
    matrix: Matrix


class ChromaVectors:
    """The vectors of one library's chunks, named `<paper id>.<chunk number>`, in a collection of a client's."""

    def __init__(
        self, client: "ClientAPI", place: str, advice: str, *, create: bool = True, exact_limit: int = EXACT_LIMIT
    ) -> None:
        """Use the collection of `client`, made when absent if `create`. Raises LibraryDamagedError, StorageError.

        Errors name the `place` of the vectors, and end with the `advice` that mends them.
        """
        self._client = client
        self._place = place
        self._advice = advice
        self._exact_limit = exact_limit
        self._lock = threading.RLock()
        self._loaded: ChunkVectors | None = None
        try:
            self._collection = (
                client.get_or_create_collection(COLLECTION, configuration={"hnsw": HNSW}, embedding_function=None)
                if create
                else client.get_collection(COLLECTION, embedding_function=None)
            )
        except chroma_errors() as error:
            self.close()
            raise self._trouble(error) from error

    def close(self) -> None:
        """Let go of the client; the vectors can't be used afterwards."""
        with self._lock:
            self._loaded = None
            self._client.close()  # type: ignore[attr-defined]  # missing from the interface, there on every client

    def put(self, vectors: Sequence[tuple[int, Sequence[Vector]]]) -> None:
        """Store the chunk vectors of papers, given as (paper id, vectors), replacing what was there.

        Raises StorageError when they can't be written; what was not written is absent, never half there.
        """
        rows = [(paper_id, number, vector) for paper_id, found in vectors for number, vector in enumerate(found)]
        with self._lock:
            self._loaded = None
            self.delete(paper_id for paper_id, _ in vectors)
            for batch in batched(rows, BATCH):
                try:
                    self._collection.upsert(
                        ids=[f"{paper_id}.{number}" for paper_id, number, _ in batch],
                        embeddings=np.stack([vector for *_, vector in batch]),
                        metadatas=[{"paper_id": paper_id} for paper_id, *_ in batch],
                    )
                except chroma_errors() as error:
                    raise self._trouble(error, writing=True) from error

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget the vectors of papers."""
        with self._lock:
            self._loaded = None
            for batch in batched(paper_ids, 500):
                where: Any = {"paper_id": {"$in": batch}}
                try:
                    self._collection.delete(where=where)
                except chroma_errors() as error:
                    raise self._trouble(error, writing=True) from error

    def count(self) -> int:
        """Return the number of chunks stored."""
        with self._lock:
            try:
                return int(self._collection.count())
            except chroma_errors() as error:
                raise self._trouble(error) from error

    def checksum(self) -> int | None:
        """Return a number that changes with any bit of any vector; None for more vectors than are held in memory."""
        with self._lock:
            if self.count() > self._exact_limit:
                return None
            loaded = self.load()
        return zlib.crc32(loaded.matrix.data, zlib.crc32(loaded.starts.tobytes() + loaded.papers.tobytes()))

    def ids(self) -> set[int]:
        """Return the ids of all papers that have a vector."""
        return {int(paper_id) for paper_id in self.load().papers}

    def by_paper(self) -> tuple[NDArray[np.int64], Matrix]:
        """Return all paper ids, ascending, and a vector of length 1 for each: the mean of its chunks'."""
        loaded = self.load()
        if not len(loaded.papers):
            return loaded.papers, loaded.matrix
        sums = np.add.reduceat(loaded.matrix, loaded.starts)
        return loaded.papers, sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)

    def nearest(self, vector: Vector, limit: int, allowed: set[int] | None = None) -> list[tuple[int, float]]:
        """Return (paper id, cosine) of the `limit` papers nearest to a vector, best first, ties by id.

        A paper counts with its best chunk; only papers in `allowed` count, all without it.
        """
        with self._lock:
            if self._loaded is None and self.count() > self._exact_limit:
                return self._nearest_by_index(vector, limit, allowed)
            loaded = self.load()
        if not len(loaded.papers):
            return []
        if len(vector) != loaded.matrix.shape[1]:
            raise self._trouble(ValueError(f"dimension {len(vector)}, not {loaded.matrix.shape[1]}"))
        scores = np.maximum.reduceat(loaded.matrix @ vector, loaded.starts)
        if allowed is not None:
            scores = np.where(np.isin(loaded.papers, list(allowed)), scores, NOT_ALLOWED)
        order = np.lexsort((loaded.papers, -scores))[:limit]
        return [(int(loaded.papers[i]), float(scores[i])) for i in order if scores[i] > NOT_ALLOWED]

    def _nearest_by_index(self, vector: Vector, limit: int, allowed: set[int] | None) -> list[tuple[int, float]]:
        # The index knows no filter that is worth its price: ask for more until enough of it is allowed.
        total = self.count()
        wanted = limit * 2
        while True:
            wanted = min(wanted, total)
            try:
                found = self._collection.query(
                    query_embeddings=[vector.tolist()], n_results=wanted, include=["distances", "metadatas"]
                )
            except chroma_errors() as error:
                raise self._trouble(error) from error
            owners = [int(str(item["paper_id"])) for item in (found["metadatas"] or [[]])[0]]
            best: dict[int, float] = {}
            for owner, distance in zip(owners, (found["distances"] or [[]])[0], strict=True):
                if allowed is None or owner in allowed:
                    best.setdefault(owner, 1.0 - distance)  # nearest first: the first is a paper's best chunk
            if len(best) >= limit or wanted >= total:
                return sorted(best.items(), key=lambda item: (-item[1], item[0]))[:limit]
            wanted *= 4

    def load(self) -> ChunkVectors:
        """Return every vector, ordered by paper id, read once until something changes."""
        with self._lock:
            if self._loaded is None:
                ids: list[str] = []
                parts: list[Matrix] = []
                for offset in range(0, self.count(), BATCH):
                    try:
                        page = self._collection.get(include=["embeddings"], limit=BATCH, offset=offset)
                    except chroma_errors() as error:
                        raise self._trouble(error) from error
                    ids += page["ids"]
                    parts.append(np.asarray(page["embeddings"], dtype=np.float32))
                owners = np.array([int(name.split(".")[0]) for name in ids], dtype=np.int64)
                matrix = np.concatenate(parts) if parts else np.empty((0, 0), np.float32)
                order = np.argsort(owners, kind="stable")
                papers, starts = np.unique(owners[order], return_index=True)
                self._loaded = ChunkVectors(papers, starts, matrix[order])
            return self._loaded

    def _trouble(self, error: Exception, *, writing: bool = False) -> RagError:
        return _trouble(error, self._place, self._advice, writing=writing)


def embedded_client(folder: IndexFolder, *, create: bool = True) -> "ClientAPI":
    """Return a client of the Chroma in an index's folder, made when absent if `create`.

    Raises LibraryDamagedError, StorageError.
    """
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    if not create and not folder.chroma_file.is_file():
        msg = f"The vectors in {folder.chroma} are gone. {folder.advice}"
        raise LibraryDamagedError(msg)
    try:
        return chromadb.PersistentClient(str(folder.chroma), settings=ChromaSettings(anonymized_telemetry=False))
    except chroma_errors() as error:
        raise _trouble(error, str(folder.chroma), folder.advice) from error


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
