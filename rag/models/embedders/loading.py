"""Which embedding model the settings name."""

from rag.models.embedders.base import Embedder
from rag.settings import Settings


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
