"""Text to vectors: one Protocol (base), four ways to fill it.

minilm                      the bundled all-MiniLM-L6-v2, offline
hf:ORG/NAME[@REVISION]      an ONNX export on a Hugging Face hub, fetched once
onnx:FOLDER                 the same from a folder: an .onnx file, tokenizer.json, and what sentence-transformers keeps
openai:MODEL                any OpenAI-compatible endpoint
"""

from rag.models.embedders.loading import load_embedder

__all__ = ["load_embedder"]
