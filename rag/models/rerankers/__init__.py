"""Rerankers: one Protocol (base), three ways to fill it; without one, late interaction ranks.

onnx:FOLDER     a cross-encoder, run in this process; hf:ORG/NAME: one of the hub
rerank:MODEL    an endpoint that answers `/rerank`, at ASKPAPERS_RERANK_BASE_URL
openai:MODEL    a chat model that grades the papers
"""

from rag.models.rerankers.loading import load_reranker

__all__ = ["load_reranker"]
