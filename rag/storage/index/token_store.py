"""Token embeddings on disk: one SQLite file beside the vectors, derived and disposable as they are."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from rag.storage.index.row_store import RowStore, Table
from rag.storage.index.token_embeddings import DIMENSION, TokenEmbeddings

STATES = Table(
    "states",
    ('"values"', "scales", "sentences"),
    """CREATE TABLE IF NOT EXISTS states (
        paper_id INTEGER PRIMARY KEY, "values" BLOB NOT NULL, scales BLOB NOT NULL, sentences BLOB NOT NULL,
        checksum INTEGER                                   -- NULL: written before there were any
    )""",
    "token states",
)


class TokenStore:
    """The token embeddings of every indexed paper. Safe to share between threads."""

    def __init__(self, path: Path, advice: str, *, create: bool = True) -> None:
        """Open the file at `path`, made when absent if `create`; errors end with the `advice` that mends damage.

        Raises LibraryDamagedError, StorageError.
        """
        self.path = path
        self._rows = RowStore(path, STATES, advice, create=create)

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def put(self, tokens: Mapping[int, TokenEmbeddings]) -> None:
        """Store the token embeddings of papers, replacing what was there. Raises StorageError."""
        self._rows.put(
            (paper_id, found.values.tobytes(), found.scales.tobytes(), found.sentences.tobytes())
            for paper_id, found in tokens.items()
        )

    def get(self, paper_ids: Iterable[int], *, damaged: bool = False) -> dict[int, TokenEmbeddings]:
        """Return the token embeddings of those papers that have any.

        What isn't what was written is left out if `damaged`, else it raises LibraryDamagedError.
        """
        return {
            row[0]: TokenEmbeddings(
                np.frombuffer(row[1], np.int8).reshape(-1, DIMENSION),
                np.frombuffer(row[2], np.float16),
                np.frombuffer(row[3], np.uint16),
            )
            for row in self._rows.get(paper_ids, damaged=damaged)
        }

    def ids(self) -> set[int]:
        """Return the ids of all papers that have any."""
        return self._rows.ids()

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers."""
        self._rows.delete(paper_ids)

    def damage(self) -> list[str]:
        """Return what SQLite's own check finds wrong with the file, and the rows that are not what was written."""
        return self._rows.damage()
