"""The nearest chunks, by a Chroma server: an index alone, made anew from the vectors in PostgreSQL whenever need be."""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from rag.errors import VectorsAwayError
from rag.storage.server.nearest.exchange import MEANWHILE, SECONDS, BrokenError, Exchange, GoneError
from rag.utils.arrays import Vector
from rag.utils.batching import batched

Read = TypeVar("Read")
VERSION = "1."  # whose API this is: a 1.5.9 says 1.0.0
PLACE = "/api/v2/tenants/default_tenant/databases/default_database/collections"
BATCH = 500  # chunks sent at once: a second or two of work for the server
WRITING = 60.0  # seconds that the answer to a write may take: the index is brought to the disk meanwhile
# Set at creation, for Chroma ignores a later change (see rag.storage.index.chroma for what was measured).
HNSW = {"space": "cosine", "ef_search": 400}


class ChromaServer:
    """The collections of one server. Safe to share between threads.

    Raises VectorsAwayError: GoneError for a collection that isn't there, DownError, BrokenError (see exchange).
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, seconds: float = SECONDS) -> None:
        """Use the server at an address such as http://localhost:8000; nothing is asked of it yet.

        An answer may take `seconds`, that to a write WRITING.
        """
        self._exchange = Exchange(url, headers, seconds)
        self.place = self._exchange.place
        self._checked = False  # whether its version was looked at
        self._ids: dict[str, str] = {}  # of collections by name

    def close(self) -> None:
        """Let go of the connections."""
        self._exchange.close()

    def version(self) -> str:
        """Return the version that the server says it has. Raises VectorsAwayError, also for one that isn't known."""
        try:
            said = self._ask("GET", "/api/v2/version")
        except GoneError as error:
            msg = "it has no place for its version"
            raise self._exchange.stranger(msg) from error
        except BrokenError as error:  # not over what it holds, which wasn't asked for
            raise VectorsAwayError(str(error)) from error
        if not isinstance(said, str) or not said[:1].isdigit():
            msg = "it tells no version"
            raise self._exchange.stranger(msg)
        if not said.startswith(VERSION):
            msg = f"Chroma at {self.place} has version {said[:20]}, this askpapers needs 1.x."
            raise VectorsAwayError(f"{msg} Install chromadb 1.5.9 there; {MEANWHILE}")
        return said

    def require(self) -> None:
        """Make sure that it can be asked, and is of a version that is known."""
        if not self._checked:  # two who look at once do no harm
            self.version()
            self._checked = True

    def make(self, name: str) -> None:
        """Make a collection, if it isn't there."""
        self.require()
        self._ask("POST", PLACE, {"name": name, "get_or_create": True, "configuration": {"hnsw": HNSW}})

    def drop(self, name: str) -> None:
        """Drop a collection, if it is there."""
        self._ids.pop(name, None)
        try:
            self._ask("DELETE", f"{PLACE}/{name}")
        except GoneError:
            return

    def names(self) -> list[str]:
        """Return the names of all collections."""
        return self._read(self._ask("GET", PLACE), lambda told: [str(one["name"]) for one in told])

    def count(self, name: str) -> int:
        """Return how many chunks a collection holds, when it has taken in all that was sent."""
        return self._read(self._ask_of(name, "GET", "count"), int)

    def put(self, name: str, rows: Iterable[tuple[int, int, Vector]]) -> None:
        """Store chunks as (paper id, number, vector), in the place of what was there."""
        for batch in batched(rows, BATCH):
            ids = [chunk_id(paper_id, number) for paper_id, number, _ in batch]
            vectors = [base64.b64encode(vector.astype("<f4").tobytes()).decode() for *_, vector in batch]
            self._ask_of(name, "POST", "upsert", {"ids": ids, "embeddings": vectors}, WRITING)

    def delete(self, name: str, ids: Sequence[str]) -> None:
        """Forget chunks by their ids; those that aren't there don't matter."""
        for batch in batched(ids, BATCH):
            self._ask_of(name, "POST", "delete", {"ids": list(batch)}, WRITING)

    def nearest(self, name: str, vector: Vector, limit: int) -> list[tuple[int, float]]:
        """Return the `limit` chunks nearest to a vector as (paper id, 1 - cosine), nearest first."""
        asked = {"query_embeddings": [vector.astype(np.float32).tolist()], "n_results": limit, "include": ["distances"]}
        found = self._ask_of(name, "POST", "query", asked)

        def chunks(told: Any) -> list[tuple[int, float]]:
            ids = [int(one.split(".")[0]) for one in told["ids"][0]]
            return list(zip(ids, map(float, told["distances"][0]), strict=True))

        return self._read(found, chunks)

    def _ask_of(self, name: str, method: str, what: str, sent: Any = None, *seconds: float) -> Any:
        """Return the answer to a request about a collection."""
        number = self._ids.get(name)
        if number is None:
            self.require()
            number = self._read(self._ask("GET", f"{PLACE}/{name}"), lambda told: str(told["id"]))
            self._ids[name] = number
        try:
            return self._ask(method, f"{PLACE}/{number}/{what}", sent, *seconds)
        except GoneError:
            self._ids.pop(name, None)
            raise

    def _read(self, told: Any, read: Callable[[Any], Read]) -> Read:
        """Return what is read from an answer; one of another form is none of Chroma's."""
        try:
            return read(told)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            msg = "its answer can't be read"
            raise self._exchange.stranger(msg) from error

    def _ask(self, method: str, path: str, sent: Any = None, *seconds: float) -> Any:
        try:
            return self._exchange.ask(method, path, sent, *seconds)
        except VectorsAwayError:
            self._checked = False  # another version may come back
            raise


def chunk_id(paper_id: int, number: int) -> str:
    """Return what a chunk is called.

    >>> chunk_id(12, 0)
    '12.0'
    """
    return f"{paper_id}.{number}"
