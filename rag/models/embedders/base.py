"""An embedding model: the Protocol that each kind fills, and what comes out of it."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.utils.arrays import Matrix, Vector

Kind = Literal["passage", "query"]  # what a text is: many models were trained to read each behind a prompt of its own


class Embedded(NamedTuple):
    """One text embedded.

    `vector`: (dimension,), length 1. `tokens`: the contextual states of its word pieces, (n, width), and `offsets`:
    their character spans in the text, (n, 2); both are empty (n = 0) for a model that doesn't tell them.
    """

    vector: Vector
    tokens: Matrix
    offsets: NDArray[np.int32]


class Embedder(Protocol):
    """An embedding model. `name` identifies the vectors: equal names mean comparable vectors."""

    @property
    def name(self) -> str:
        """Model and version, as the manifest records it."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def window(self) -> int:
        """Longest text that one vector covers, in the units of `length`."""

    def length(self, text: str) -> int:
        """Return the length of a passage in the model's own units (word pieces), or an estimate."""

    def embed(self, texts: Sequence[str], *, kind: Kind = "passage") -> Iterator[Embedded]:
        """Yield each text embedded as what it is, in order, in bounded memory. Raises EmbeddingError."""
