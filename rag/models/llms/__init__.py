"""Language models: one Protocol (base), two ways to fill it.

openai:MODEL    any OpenAI-compatible endpoint: OpenAI, vLLM, Ollama, llama.cpp
gguf:PATH       a model file run in this process by llama.cpp (extra `local`)
"""

from rag.models.llms.loading import load_model

__all__ = ["load_model"]
