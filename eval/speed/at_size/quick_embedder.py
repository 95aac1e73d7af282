"""An embedder of no understanding that takes microseconds: what a library costs beside its embedding model.

A word is one of ROWS random directions, chosen by a checksum of it; a text is the sum of its words, rare ones counting
more. So papers of one topic are as near to each other, and as far from others, as those of a real model are, and an
index has the work that it has with one; states are kept in the form of the bundled model's. What a text means is lost:
words of the same row are the same to it.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from rag.models.embedders.base import Embedded, Kind
from rag.storage.index.token_embeddings import STANDS_IN
from rag.text.words import rarity
from rag.utils.arrays import unit

NAME = STANDS_IN
DIMENSION = 384
ROWS = 4_096
WINDOW = 512  # words
CONTEXT = 0.3  # share of its text's vector in the state of a word
TOKEN = re.compile(r"\w+|[^\w\s]")


class QuickEmbedder:
    """Fills the Protocol `rag.models.embedders.base.Embedder`."""

    name, dimension, window = NAME, DIMENSION, WINDOW

    def __init__(self) -> None:
        self._directions = unit(np.random.default_rng(1).standard_normal((ROWS, DIMENSION)).astype(np.float32))

    def length(self, text: str) -> int:
        """Return the number of words."""
        return text.count(" ") + 1

    def embed(self, texts: Sequence[str], *, kind: Kind = "passage") -> Iterator[Embedded]:  # noqa: ARG002
        """Yield each text as the sum of its words, with a state for each word and sign."""
        for text in texts:
            found = list(TOKEN.finditer(text))[:WINDOW]
            known = [_row(match[0]) for match in found] or [(0, 1.0)]
            spans = [match.span() for match in found] or [(0, len(text))]
            states = self._directions[[row for row, _ in known]]
            vector = unit(np.array([weight for _, weight in known], np.float32) @ states)
            yield Embedded(vector, states + CONTEXT * vector, np.array(spans, np.int32))


@lru_cache(maxsize=500_000)
def _row(word: str) -> tuple[int, float]:
    """Return the direction of a word, and how much it counts."""
    word = word.lower()
    return zlib.crc32(word.encode()) % ROWS, 0.02 + rarity(word)
