"""Claim checkers: one Protocol (base), two ways to fill it; without one, words alone tell how well a claim is carried.

llm             the model that answers, or openai:MODEL of its own (ASKPAPERS_CHECK_BASE_URL: at another address)
onnx:FOLDER     an NLI or fact-checking cross-encoder, run in this process; hf:ORG/NAME: one of the hub
"""

from rag.models.checkers.loading import load_checker

__all__ = ["load_checker"]
