"""Text to vectors: one Protocol (base), three ways to fill it.

minilm          the bundled all-MiniLM-L6-v2, offline
onnx:FOLDER     any sentence-transformers export with tokenizer.json and an .onnx file
openai:MODEL    any OpenAI-compatible endpoint
"""

from rag.models.embedders.loading import load_embedder

__all__ = ["load_embedder"]
