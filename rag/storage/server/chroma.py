"""The nearest chunks, by a Chroma server: an index alone, made anew from the vectors in PostgreSQL whenever need be.

Chroma authenticates nobody: `headers` are for the proxy in front of it. Its HTTP API is used as it stands: the client
that comes with it waits for ever for a server that hangs, never closes its connections, and takes half a second to
import.
"""

import base64
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx2
import numpy as np

from rag.errors import VectorsAwayError
from rag.utils.arrays import Vector
from rag.utils.batching import batched

SECONDS = 10.0  # that an answer may take
TESTED = (
    1,
    5,
)  # versions: 1.x, whose API this is; a later minor one may have changed what it stores, not how it is asked
PLACE = "/api/v2/tenants/default_tenant/databases/default_database/collections"
BATCH = 1_000  # chunks sent at once: some seconds of work for the server
# Set at creation, for Chroma ignores a later change (see rag.storage.index.chroma for what was measured).
HNSW = {"space": "cosine", "ef_search": 400}


class GoneError(VectorsAwayError):
    """The collection isn't there: Chroma lost it, or it was made anew under another name."""


class ChromaServer:
    """The collections of one server. Safe to share between threads."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        """Use the server at an address such as http://localhost:8000; nothing is asked of it yet."""
        self.url = url.rstrip("/")
        self._client = httpx2.Client(base_url=self.url, headers=dict(headers or {}), timeout=SECONDS)
        self._lock = threading.Lock()
        self._checked = False  # whether its version was looked at
        self._ids: dict[str, str] = {}  # of collections by name

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def version(self) -> str:
        """Return the version that the server says it has. Raises VectorsAwayError, also for one that isn't known."""
        said = str(self._ask("GET", "/api/v2/version"))
        if not said.startswith(f"{TESTED[0]}."):
            msg = (
                f"Chroma at {self.url} has version {said[:20]}, this askpapers needs 1.x. Install chromadb 1.5.9 there."
            )
            raise VectorsAwayError(msg)
        return said

    def make(self, name: str) -> None:
        """Make a collection, if it isn't there. Raises VectorsAwayError."""
        self._require_version()
        self._ask("POST", PLACE, {"name": name, "get_or_create": True, "configuration": {"hnsw": HNSW}})

    def drop(self, name: str) -> None:
        """Drop a collection, if it is there. Raises VectorsAwayError."""
        self._ids.pop(name, None)
        try:
            self._ask("DELETE", f"{PLACE}/{name}")
        except GoneError:
            return

    def names(self) -> list[str]:
        """Return the names of all collections. Raises VectorsAwayError."""
        return [str(one["name"]) for one in self._ask("GET", PLACE)]

    def count(self, name: str) -> int:
        """Return how many chunks a collection holds. Raises GoneError, VectorsAwayError."""
        return int(self._ask_of(name, "GET", "count"))

    def put(self, name: str, rows: Iterable[tuple[int, int, Vector]]) -> None:
        """Store chunks as (paper id, number, vector), in the place of what was there.

        Raises GoneError, VectorsAwayError.
        """
        for batch in batched(rows, BATCH):
            ids = [chunk_id(paper_id, number) for paper_id, number, _ in batch]
            vectors = [base64.b64encode(vector.astype("<f4").tobytes()).decode() for *_, vector in batch]
            self._ask_of(name, "POST", "upsert", {"ids": ids, "embeddings": vectors})

    def delete(self, name: str, ids: Sequence[str]) -> None:
        """Forget chunks by their ids; those that aren't there don't matter. Raises GoneError, VectorsAwayError."""
        for batch in batched(ids, BATCH):
            self._ask_of(name, "POST", "delete", {"ids": list(batch)})

    def nearest(self, name: str, vector: Vector, limit: int) -> list[int]:
        """Return the papers of the `limit` chunks nearest to a vector, nearest first, one as often as it has chunks.

        Raises GoneError, VectorsAwayError.
        """
        asked = {"query_embeddings": [vector.astype(np.float32).tolist()], "n_results": limit, "include": []}
        found = self._ask_of(name, "POST", "query", asked)
        try:
            return [int(one.split(".")[0]) for one in found["ids"][0]]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise self._away(f"its answer is none: {error!r}") from error

    def _ask_of(self, name: str, method: str, what: str, sent: Any = None) -> Any:
        """Return the answer to a request about a collection."""
        number = self._ids.get(name)
        if number is None:
            self._require_version()
            number = self._ids[name] = str(self._ask("GET", f"{PLACE}/{name}")["id"])
        try:
            return self._ask(method, f"{PLACE}/{number}/{what}", sent)
        except GoneError:
            self._ids.pop(name, None)
            raise

    def _require_version(self) -> None:
        with self._lock:
            if not self._checked:
                self.version()
                self._checked = True

    def _ask(self, method: str, path: str, sent: Any = None) -> Any:
        """Return the answer to a request. Raises GoneError, VectorsAwayError."""
        try:
            answer = self._client.request(method, path, json=sent)
            told = answer.json() if answer.content else None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RuntimeError) as error:
            self._checked = False  # another version may come back
            raise self._away(str(error) or type(error).__name__) from error
        if answer.status_code == httpx2.codes.NOT_FOUND:
            raise GoneError(self._told(_said(told)))
        if not answer.is_success:
            raise self._away(f"{answer.status_code}: {_said(told)}")
        return told

    def _away(self, said: str) -> VectorsAwayError:
        return VectorsAwayError(self._told(said))

    def _told(self, said: str) -> str:
        short = said.strip().splitlines()[0][:200] if said.strip() else "no answer"
        return (
            f"Chroma at {self.url} can't be asked ({short}). Check that it runs; papers are found by words meanwhile."
        )


def _said(told: Any) -> str:
    """Return what the body of an error says."""
    return str(told.get("message") or told.get("error") or told) if isinstance(told, dict) else str(told)


def chunk_id(paper_id: int, number: int) -> str:
    """Return what a chunk is called.

    >>> chunk_id(12, 0)
    '12.0'
    """
    return f"{paper_id}.{number}"
