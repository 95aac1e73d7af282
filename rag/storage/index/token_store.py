"""Token embeddings on disk: one SQLite file beside the vectors, derived and disposable as they are.

A row is in the form that it was written in (token_embeddings.Form). A signed one holds scales, and the sentence of each
token; another one holds the name of its form in the place of scales, and its sentences as runs.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryDamagedError
from rag.storage.index import two_bits
from rag.storage.index.row_store import RowStore, Table
from rag.storage.index.token_embeddings import DIMENSION, Form, TokenEmbeddings

RUN = np.dtype([("sentence", "<u2"), ("tokens", "<u2")])
LONGEST_RUN = np.iinfo(np.uint16).max
NO_SCALES = np.empty(0, np.float16)

STATES = Table(
    "states",
    ('"values"', "scales", "sentences"),
    """CREATE TABLE IF NOT EXISTS states (
        paper_id INTEGER PRIMARY KEY, "values" BLOB NOT NULL,
        scales BLOB NOT NULL,                              -- TEXT: the name of a form that has none
        sentences BLOB NOT NULL,
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
        self._advice = advice
        self._rows = RowStore(path, STATES, advice, create=create)

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def put(self, tokens: Mapping[int, TokenEmbeddings]) -> None:
        """Store the token embeddings of papers, replacing what was there. Raises StorageError."""
        self._rows.put((paper_id, *row_of(found)) for paper_id, found in tokens.items())

    def get(self, paper_ids: Iterable[int], *, damaged: bool = False) -> dict[int, TokenEmbeddings]:
        """Return the token embeddings of those papers that have any.

        What isn't what was written is left out if `damaged`, else it raises LibraryDamagedError.
        """
        return {row[0]: self._read(row) for row in self._rows.get(paper_ids, damaged=damaged)}

    def _read(self, row: Sequence[Any]) -> TokenEmbeddings:
        paper_id, *parts = row
        try:
            return of_row(*parts)
        except ValueError as error:
            msg = f"{self.path} holds the token states of paper {paper_id} in {error}. {self._advice}"
            raise LibraryDamagedError(msg) from error

    def in_form(self, form: Form) -> set[int]:
        """Return the ids of the papers whose token embeddings are stored in a form."""
        where = "typeof(scales) = 'blob'" if form is Form.SIGNED else "scales = ?"
        given = () if form is Form.SIGNED else (str(form),)
        return {row[0] for row in self._rows.run(f"SELECT paper_id FROM {STATES.name} WHERE {where}", *given)}

    def begins_signed(self) -> bool:
        """Tell whether the first paper's are in the signed form; in a library that holds both it is: it is older."""
        rows = self._rows.run(f"SELECT typeof(scales) FROM {STATES.name} ORDER BY paper_id LIMIT 1")
        return bool(rows) and rows[0][0] == "blob"

    def ids(self) -> set[int]:
        """Return the ids of all papers that have any."""
        return self._rows.ids()

    def delete(self, paper_ids: Iterable[int]) -> None:
        """Forget papers."""
        self._rows.delete(paper_ids)

    def damage(self) -> list[str]:
        """Return what SQLite's own check finds wrong with the file, and the rows that are not what was written."""
        return self._rows.damage()


def row_of(found: TokenEmbeddings) -> tuple[bytes, bytes | str, bytes]:
    """Return token embeddings as they are stored: values, scales or the name of a form without any, sentences."""
    if found.form is Form.SIGNED:
        return found.values.tobytes(), found.scales.tobytes(), found.sentences.tobytes()
    return found.values.tobytes(), str(found.form), to_runs(found.sentences).tobytes()


def of_row(values: bytes, scales: bytes | str, sentences: bytes) -> TokenEmbeddings:
    """Return the token embeddings that `row_of` gave. Raises ValueError for what it never gives."""
    if isinstance(scales, bytes):
        return TokenEmbeddings(
            np.frombuffer(values, np.int8).reshape(-1, DIMENSION),
            np.frombuffer(scales, np.float16),
            np.frombuffer(sentences, np.uint16),
        )
    if scales != Form.PRINCIPAL:
        msg = f"an unknown form, {scales!r}"
        raise ValueError(msg)
    codes = np.frombuffer(values, np.uint8).reshape(-1, two_bits.SIZE)
    return TokenEmbeddings(codes, NO_SCALES, of_runs(np.frombuffer(sentences, RUN)), Form.PRINCIPAL)


def to_runs(sentences: NDArray[np.uint16]) -> NDArray[Any]:
    """Return the sentence of each token (n,) as runs of equal ones: (sentence, tokens), in order.

    >>> to_runs(np.array([0, 0, 2, 2, 2], np.uint16)).tolist()
    [(0, 2), (2, 3)]
    """
    places = np.arange(len(sentences))
    starts = np.flatnonzero((np.diff(sentences, prepend=-1) != 0) | (places % LONGEST_RUN == 0))
    runs = np.empty(len(starts), RUN)
    runs["sentence"] = sentences[starts]
    runs["tokens"] = np.diff(starts, append=len(sentences))
    return runs


def of_runs(runs: NDArray[Any]) -> NDArray[np.uint16]:
    """Return the sentence of each token, from what `to_runs` gave."""
    return np.repeat(runs["sentence"], runs["tokens"])
