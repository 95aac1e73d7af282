"""The index of a library on servers: vectors and token states in PostgreSQL, the nearest by Chroma.

Chroma only proposes: what it finds, and what it hasn't been sent yet, is compared by the vectors that PostgreSQL keeps,
so that a score never depends on what Chroma holds. A change is noted in the transaction that makes it and sent after;
who dies in between leaves it to the next.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamagedError, LibraryMismatchError, VectorsAwayError
from rag.storage.base import Carry, IndexedPaper
from rag.storage.index import exact
from rag.storage.index.exact import Allowed, ChunkVectors
from rag.storage.index.token_embeddings import NO_TOKENS, Form, TokenEmbeddings
from rag.storage.index.token_store import of_row, row_of
from rag.storage.server.database import PostgresDatabase
from rag.storage.server.nearest.proposing import LackingError, Proposer, Wanted
from rag.storage.server.nearest.sending import send
from rag.utils.arrays import Matrix, Vector, unit
from rag.utils.batching import batched

FEW = 10_000  # papers that are compared one by one rather than by Chroma: 96 ms, and filters cost Chroma 140
PAGE = 5_000  # papers read at once
LOCK = "SELECT paper_id, version FROM papers WHERE paper_id = ANY(?) ORDER BY paper_id FOR KEY SHARE"
# Of two workers that embedded a paper, the one with the older text comes too late, or is replaced.
PUT_VECTORS = """
    INSERT INTO {vectors} SELECT * FROM unnest(?::bigint[], ?::integer[], ?::bytea[], ?::bigint[]) AS new ORDER BY 1
    ON CONFLICT (paper_id) DO UPDATE
        SET chunks = excluded.chunks, "values" = excluded."values", version = excluded.version
        WHERE excluded.version >= {vectors}.version
    RETURNING paper_id
"""
PUT_STATES = """
    INSERT INTO {states} VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (paper_id) DO UPDATE SET "values" = excluded."values", scales = excluded.scales, form = excluded.form,
        sentences = excluded.sentences
"""


class ServerIndex:
    """The Protocol `rag.storage.base.Index` on servers. Safe to share between threads."""

    def __init__(self, database: PostgresDatabase, proposer: Proposer, number: int) -> None:
        """Use the tables of that number, which `proposer` knows."""
        self.number = number
        self._database = database
        self._proposer = proposer
        self._vectors, self._states, self._unsent = f"vectors_{number}", f"states_{number}", f"unsent_{number}"

    def nearest(self, vector: Vector, limit: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """Return (paper id, cosine) of the `limit` papers nearest to a vector, best first, ties by id.

        Raises VectorsAwayError when Chroma can't be asked, or lacks many, and there are too many to compare all,
        StorageError, LibraryDamagedError.
        """
        ids = None if allowed is None else exact.as_ids(allowed)
        if ids is not None and len(ids) <= FEW:
            return self._compared(ids, vector, limit)
        passing = None if ids is None else set(ids.tolist())
        try:
            wanted = self._proposer.proposed(self, Wanted(vector, limit, passing))
        except LackingError as error:
            raise VectorsAwayError(str(error), self._compared(exact.as_ids(error.proposed), vector, limit)) from error
        return self._compared(exact.as_ids(wanted), vector, limit)

    def token_embeddings(self, paper_ids: Sequence[int]) -> dict[int, TokenEmbeddings]:
        """Return the token embeddings of those papers that have any."""
        rows = self._database.read(
            lambda connection: connection.execute(
                f'SELECT paper_id, "values", scales, form, sentences FROM {self._states} WHERE paper_id = ANY(%s)',
                [list(map(int, paper_ids))],
                binary=True,
            ).fetchall()
        )
        return {row[0]: self._tokens(row) for row in rows}

    def _tokens(self, row: Sequence[Any]) -> TokenEmbeddings:
        paper_id, values, scales, form, sentences = row
        try:
            return of_row(values, scales if form == Form.SIGNED else form, sentences)
        except ValueError as error:
            msg = f"The token states of paper {paper_id} in {self._database.library} can't be read ({error})."
            raise LibraryDamagedError(f"{msg} Make them anew with: askpapers rebuild") from error

    def paper_vectors(self) -> tuple[NDArray[np.int64], Matrix]:
        """Return all paper ids, ascending, and a vector of length 1 for each."""
        pages = [exact.by_paper(page) for page in self.pages()]
        if not pages:
            return np.empty(0, np.int64), np.empty((0, 0), np.float32)
        return np.concatenate([ids for ids, _ in pages]), np.concatenate([vectors for _, vectors in pages])

    def ids(self) -> set[int]:
        """Return the ids of all papers of which anything is stored."""
        rows = self._database.all(f"SELECT paper_id FROM {self._vectors} UNION SELECT paper_id FROM {self._states}")
        return {int(row[0]) for row in rows}

    def pages(self) -> Iterator[ChunkVectors]:
        """Yield all vectors, by ascending paper id, some thousand papers at a time."""
        after = -1
        while rows := self._rows("paper_id > %s ORDER BY paper_id LIMIT %s", after, PAGE):
            yield _chunks(rows)
            after = rows[-1][0]

    def chunks(self) -> int:
        """Return how many vectors there are."""
        return int(self._database.one(f"SELECT coalesce(sum(chunks), 0) FROM {self._vectors}"))

    def vectors(self) -> ChunkVectors:
        """Return all vectors, of length 1."""
        return _chunks(self._rows("true ORDER BY paper_id"))

    def stored(self, paper_ids: Sequence[int]) -> list[IndexedPaper]:
        """Return what is kept of those papers that have any, by id, as `put` takes it."""
        tokens = self.token_embeddings(paper_ids)
        rows = self._rows("paper_id = ANY(%s) ORDER BY paper_id", list(paper_ids))
        return [(row[0], list(_matrix(row)), tokens.get(row[0], NO_TOKENS)) for row in rows]

    def carried(self, form: Form) -> Carry:
        """Return what gives what is kept of papers whose token states are in a form, or that have none."""
        with_tokens = bool(self._database.all(f"SELECT 1 FROM {self._states} LIMIT 1"))

        def carry(paper_ids: Sequence[int]) -> list[IndexedPaper]:
            found = self.stored(paper_ids)
            return [one for one in found if not with_tokens or (len(one[2].sentences) and one[2].form is form)]

        return carry

    def put(self, papers: Sequence[IndexedPaper], versions: Mapping[int, int] | None = None) -> None:
        """Store papers, replacing what was there; one that was removed meanwhile is left out.

        `versions` are those of the texts that they are of, without it those of now. What is of an older text than what
        is there is left out: another worker was faster.
        """
        with self._database.writes():
            # Locked against being removed before this is done.
            there = dict(self._database.all(LOCK, [paper_id for paper_id, *_ in papers]))
            there |= {paper_id: version for paper_id, version in (versions or {}).items() if paper_id in there}
            written = self._put_vectors([one for one in papers if one[0] in there], there)
            self._database.run_many(
                PUT_STATES.format(states=self._states),
                [
                    (paper_id, *_state_row(tokens))
                    for paper_id, _, tokens in papers
                    if paper_id in written and len(tokens.sentences)
                ],
            )
        self.send()

    def _put_vectors(self, papers: Sequence[IndexedPaper], versions: Mapping[int, int]) -> set[int]:
        """Store the vectors of papers; return of which there are none of a later text."""
        self._fits(vector for _, vectors, _ in papers for vector in vectors)
        rows = [(paper_id, np.stack(vectors).astype("<f2")) for paper_id, vectors, _ in papers if len(vectors)]
        columns = (
            [paper_id for paper_id, _ in rows],
            [len(matrix) for _, matrix in rows],
            [matrix.tobytes() for _, matrix in rows],
            [versions[paper_id] for paper_id, _ in rows],
        )
        return {row[0] for row in self._database.all(PUT_VECTORS.format(vectors=self._vectors), *columns)}

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers; those that were removed from the catalog are forgotten already."""
        gone = list(paper_ids)
        if not gone:
            return
        with self._database.writes():
            for table in (self._vectors, self._states):
                for batch in batched(gone, PAGE):
                    self._database.run(f"DELETE FROM {table} WHERE paper_id = ANY(?)", list(batch))
        self.send()

    def send(self) -> None:
        """Bring Chroma what changed, if it can be asked: what it lacks is compared without it meanwhile."""
        send(self._database, self._proposer.chroma, self)

    def vectors_of(self, paper_ids: Sequence[int]) -> ChunkVectors:
        """Return the vectors of those papers that have any."""
        return _chunks(self._rows("paper_id = ANY(%s) ORDER BY paper_id", list(paper_ids)))

    def _compared(self, ids: NDArray[np.int64], vector: Vector, limit: int) -> list[tuple[int, float]]:
        if not len(ids):
            return []
        chunks = self.vectors_of(ids.tolist())
        if len(chunks.papers):
            self._fits([vector], chunks.matrix.shape[1])
        return exact.nearest(chunks, vector, limit)

    def _rows(self, where: str, *values: object) -> list[Any]:
        sql = f'SELECT paper_id, chunks, "values" FROM {self._vectors} WHERE {where}'
        return self._database.read(lambda connection: connection.execute(sql, values, binary=True).fetchall())

    def _fits(self, vectors: Iterable[Vector], dimension: int | None = None) -> None:
        """Raise LibraryMismatchError unless all vectors have the dimension of those that are there."""
        lengths = {len(vector) for vector in vectors}
        if dimension is None:
            rows = self._database.all(f'SELECT length("values") / 2 / greatest(chunks, 1) FROM {self._vectors} LIMIT 1')
            dimension = int(rows[0][0]) if rows else min(lengths, default=0)
        for other in lengths - {dimension}:
            told = f"dimension {other}, not {dimension}"
            msg = f"The vectors in {self._database.library} don't fit the model ({told})."
            raise LibraryMismatchError(f"{msg} Make them anew with: askpapers rebuild")


def _chunks(rows: Sequence[Any]) -> ChunkVectors:
    """Return rows (paper id, chunks, 16-bit numbers), ascending, as vectors of length 1."""
    counts = np.array([row[1] for row in rows], np.int64)
    matrix = np.frombuffer(b"".join(row[2] for row in rows), "<f2").astype(np.float32)
    total = int(counts.sum())
    starts = np.cumsum([0, *counts.tolist()], dtype=np.int64)[:-1]
    return ChunkVectors(
        np.array([row[0] for row in rows], np.int64), starts, unit(matrix.reshape(total, -1 if total else 0))
    )


def _matrix(row: Sequence[Any]) -> Matrix:
    """Return the vectors of a row (paper id, chunks, 16-bit numbers) as they are kept."""
    return np.frombuffer(row[2], "<f2").astype(np.float32).reshape(row[1], -1)


def _state_row(tokens: TokenEmbeddings) -> tuple[bytes, bytes | None, str, bytes]:
    values, scales, sentences = row_of(tokens)
    return values, scales if isinstance(scales, bytes) else None, str(tokens.form), sentences
