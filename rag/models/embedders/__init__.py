"""Text to vectors: one Protocol, three ways to fill it.

    minilm          the bundled all-MiniLM-L6-v2, offline (rag.models.embedders.minilm)
    onnx:FOLDER     any sentence-transformers export with tokenizer.json and an .onnx file (rag.models.embedders.onnx)
    openai:MODEL    any OpenAI-compatible endpoint (rag.models.embedders.openai)

Heavy imports happen when a model is loaded, never before.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.settings import Settings

Vector = NDArray[np.float32]  # (dimension,), length 1
Matrix = NDArray[np.float32]


class Embedded(NamedTuple):
    """One text embedded.

    `vector`: (dimension,), length 1. `tokens`: the contextual states of its word pieces, (n, dimension), and
    `offsets`: their character spans in the text, (n, 2); both are empty (n = 0) for a model that doesn't tell them.
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
        """Return the length of a text in the model's own units (word pieces), or an estimate."""

    def embed(self, texts: Sequence[str]) -> Iterator[Embedded]:
        """Yield each text embedded, in order, in bounded memory. Raises EmbeddingError."""


def load_embedder(settings: Settings) -> Embedder:
    """Return the embedding model that the settings name. Raises EmbeddingError when it can't be had."""
    kind, _, value = settings.embedding.partition(":")
    if kind == "openai":
        from rag.models.embedders.openai import OpenAIEmbedder

        return OpenAIEmbedder(value, settings)
    if kind == "onnx":
        from rag.models.embedders.onnx import load_folder

        return load_folder(value, threads=settings.threads)
    from rag.models.embedders.minilm import load_minilm

    return load_minilm(threads=settings.threads)


def embedder_name(settings: Settings) -> str:
    """Return the name that `load_embedder` would give, without loading the model."""
    if settings.embedding == "minilm":
        from rag.models.embedders.minilm import NAME

        return NAME
    return settings.embedding
