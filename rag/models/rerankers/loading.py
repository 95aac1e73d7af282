"""Which reranker the settings name."""

from rag.models.rerankers.base import Reranker
from rag.settings import Settings


def load_reranker(settings: Settings) -> Reranker | None:
    """Return the reranker that the settings name; None when late interaction alone is to rank.

    Raises ModelError when it can't be had, PromptError.
    """
    kind, _, value = settings.reranker.partition(":")
    if kind in {"onnx", "hf"}:
        from rag.models.rerankers.onnx import load_onnx

        return load_onnx(kind, value, settings.threads)
    if kind == "openai":
        from rag.models.rerankers.llm import load_llm

        return load_llm(value, settings)
    if kind == "rerank":
        from rag.models.rerankers.endpoint import EndpointReranker

        return EndpointReranker(value, settings)
    return None
