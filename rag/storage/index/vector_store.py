"""The vectors of the chunks on disk, as 16-bit numbers: one SQLite file, of which Chroma is made without embedding.

A file of its own rather than a table beside the token states: all of it is read at once, and among states some forty
times as large that would be reading all over the disk; and what damages one leaves the other.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import LibraryMismatchError
from rag.storage.index.exact import EXACT_LIMIT, ChunkVectors, Numbers
from rag.storage.index.row_store import PAGE, RowStore, Table
from rag.utils.arrays import Matrix, Vector, unit
from rag.utils.batching import batched

# The index answers how many chunks there are, and of which papers, without reading a vector. `scanned`: the stamp of
# the file that is mapped into memory (scanning), if there is one; `changed`: the papers that are no longer what it
# holds, noted by triggers in the very transaction that changes them.
VECTORS = Table(
    "vectors",
    ("chunks", '"values"'),
    """CREATE TABLE IF NOT EXISTS vectors (
        paper_id INTEGER PRIMARY KEY, chunks INTEGER NOT NULL, "values" BLOB NOT NULL, checksum INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS vectors_by_chunks ON vectors (chunks);
    CREATE TABLE IF NOT EXISTS scanned (stamp TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS changed (paper_id INTEGER PRIMARY KEY);
    CREATE TRIGGER IF NOT EXISTS vectors_put AFTER INSERT ON vectors WHEN EXISTS (SELECT 1 FROM scanned) BEGIN
        INSERT OR REPLACE INTO changed VALUES (new.paper_id);
    END;
    CREATE TRIGGER IF NOT EXISTS vectors_deleted AFTER DELETE ON vectors WHEN EXISTS (SELECT 1 FROM scanned) BEGIN
        INSERT OR REPLACE INTO changed VALUES (old.paper_id);
    END""",
    "vectors",
)
AMONG = "SELECT paper_id FROM vectors WHERE paper_id IN (SELECT value FROM json_each(?))"


class VectorStore:
    """The chunk vectors of every indexed paper, rounded to 16 bits. Safe to share between threads."""

    def __init__(self, path: Path, advice: str, *, create: bool = True) -> None:
        """Open the file at `path`, made when absent if `create`; errors end with the `advice` that mends damage.

        Raises LibraryDamagedError, StorageError.
        """
        self.path = path
        self._advice = advice
        self._rows = RowStore(path, VECTORS, advice, create=create)

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def put(self, papers: Sequence[tuple[int, Sequence[Vector] | Numbers]]) -> None:
        """Store the chunk vectors of papers, given as (paper id, vectors), replacing what was there, all or none.

        Raises LibraryMismatchError when they are longer or shorter than those that are there, StorageError.
        """
        found = [(paper_id, np.asarray(vectors).astype("<f2")) for paper_id, vectors in papers if len(vectors)]
        lengths = {matrix.shape[1] for _, matrix in found}
        there = self.dimension() or min(lengths, default=0)
        for other in lengths - {there}:
            told = f"dimension {other}, not {there}"
            raise LibraryMismatchError(f"The vectors in {self.path} don't fit the model ({told}). {self._advice}")
        self._rows.put((paper_id, len(matrix), matrix.tobytes()) for paper_id, matrix in found)

    def put_all(self, vectors: ChunkVectors) -> None:
        """Store all vectors of a library. Raises StorageError."""
        ends = [*vectors.starts[1:], len(vectors.matrix)]
        rows = zip(vectors.papers.tolist(), vectors.starts, ends, strict=True)
        for page in batched(rows, PAGE):
            self.put([(paper_id, vectors.matrix[start:end]) for paper_id, start, end in page])

    def get(self, paper_ids: Iterable[int], *, damaged: bool = False) -> dict[int, Matrix]:
        """Return the vectors of those papers that have any, a row a chunk.

        What isn't what was written is left out if `damaged`, else it raises LibraryDamagedError.
        """
        return {row[0]: _matrix(row) for row in self._rows.get(paper_ids, damaged=damaged)}

    def pages(self) -> Iterator[list[tuple[int, Matrix]]]:
        """Yield all (paper id, vectors), by ascending id, some thousand at a time. Raises LibraryDamagedError."""
        for page in self._rows.pages():
            yield [(row[0], _matrix(row)) for row in page]

    def load(self) -> ChunkVectors:
        """Return every vector, ordered by paper id; of length 1, but for more than EXACT_LIMIT: these as they are kept.

        Raises LibraryDamagedError.
        """
        ids: list[int] = []
        chunks: list[int] = []
        parts: list[bytes] = []
        for page in self._rows.pages():
            ids += [row[0] for row in page]
            chunks += [row[1] for row in page]
            parts += [row[2] for row in page]
        total = sum(chunks)
        matrix = np.frombuffer(b"".join(parts), "<f2").reshape(total, -1 if total else 0)
        starts = np.cumsum([0, *chunks], dtype=np.int64)[:-1]
        few = total <= EXACT_LIMIT
        return ChunkVectors(np.array(ids, np.int64), starts, unit(matrix.astype(np.float32)) if few else matrix)

    def papers(self) -> int:
        """Return the number of papers that have any."""
        return int(self._rows.run("SELECT count(*) FROM vectors")[0][0])

    def count(self) -> int:
        """Return the number of chunks stored."""
        return int(self._rows.run("SELECT coalesce(sum(chunks), 0) FROM vectors")[0][0])

    def chunks(self) -> dict[int, int]:
        """Return the number of chunks of every paper by its id."""
        return dict(self._rows.run("SELECT paper_id, chunks FROM vectors INDEXED BY vectors_by_chunks"))

    def dimension(self) -> int | None:
        """Return the length of the vectors; None when there are none."""
        rows = self._rows.run('SELECT length("values") / 2 / max(chunks, 1) FROM vectors LIMIT 1')
        return int(rows[0][0]) if rows else None

    def ids(self) -> set[int]:
        """Return the ids of all papers that have any."""
        return set(self.chunks())

    def among(self, paper_ids: Iterable[int]) -> set[int]:
        """Return those of some papers that have any."""
        found = self._rows.run(AMONG, json.dumps([int(paper_id) for paper_id in paper_ids]))
        return {row[0] for row in found}

    def scanned(self) -> str | None:
        """Return the stamp of the file in which the vectors can be looked through; None when there is none yet."""
        # A file of before there were any that can't be written has no such table.
        if not self._rows.run("SELECT 1 FROM sqlite_master WHERE name = 'scanned'"):
            return None
        rows = self._rows.run("SELECT stamp FROM scanned")
        return str(rows[0][0]) if rows else None

    def changed(self) -> list[int]:
        """Return the ids of the papers that were put or deleted since that file was made, ascending."""
        return [row[0] for row in self._rows.run("SELECT paper_id FROM changed ORDER BY paper_id")]

    def changes(self) -> int:
        """Return how many these are."""
        return int(self._rows.run("SELECT count(*) FROM changed")[0][0])

    def mark_scanned(self, stamp: str) -> None:
        """Note that the file of that stamp holds what is kept now. Raises StorageError."""
        self._rows.write(
            ("DELETE FROM scanned", [()]), ("INSERT INTO scanned VALUES (?)", [(stamp,)]), ("DELETE FROM changed", [()])
        )

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers."""
        self._rows.delete(paper_ids)

    def damage(self) -> list[str]:
        """Return what SQLite's own check finds wrong with the file, and the rows that are not what was written."""
        return self._rows.damage()


def _matrix(row: Sequence[Any]) -> Matrix:
    return np.frombuffer(row[2], "<f2").reshape(row[1], -1).astype(np.float32)
