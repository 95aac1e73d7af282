"""What a library offers LlamaIndex: itself as a query engine, a retriever, an embedding and a language model.

Nothing of LlamaIndex is imported before one of them is asked for.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from rag.answering.pipeline import AnswerPipeline
from rag.models.embedders.base import Embedder
from rag.models.llms.base import ChatModel
from rag.retrieval.retriever import Retriever
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.integrations.llama_index.adapters import PaperEmbedding, PaperLLM, PaperRetriever
    from rag.integrations.llama_index.query_engine import PaperQueryEngine


class ForLlamaIndex(ABC):
    """The four, made of what a library has."""

    settings: Settings

    @abstractmethod
    def embedder(self) -> Embedder:
        """Return the library's embedding model."""

    @abstractmethod
    def _pipeline(self, answerer: str | None = None) -> AnswerPipeline: ...

    @abstractmethod
    def _language_model(self) -> ChatModel | None: ...

    @abstractmethod
    def _retriever(self) -> Retriever: ...

    def as_query_engine(self, *, streaming: bool = False) -> "PaperQueryEngine":
        """Return the library as a llama_index query engine; the Answer is in its response's metadata.

        Raises ModelError, PromptError when the LLM or a prompt can't be had.
        """
        from rag.integrations.llama_index.query_engine import PaperQueryEngine

        return PaperQueryEngine(self._pipeline(), streaming=streaming, choose=self._pipeline)

    def as_llm(self) -> "PaperLLM":
        """Return the library's language model as a llama_index LLM. Raises ModelError when answers are extractive."""
        from rag.integrations.llama_index.adapters import PaperLLM

        return PaperLLM.of(self._language_model(), self.settings)

    def as_retriever(self, limit: int = 10) -> "PaperRetriever":
        """Return the library's search as a llama_index retriever of `limit` papers."""
        from rag.integrations.llama_index.adapters import PaperRetriever

        return PaperRetriever(self._retriever(), limit)

    def as_embedding(self) -> "PaperEmbedding":
        """Return the library's embedding model as a llama_index embedding."""
        from rag.integrations.llama_index.adapters import PaperEmbedding

        return PaperEmbedding(self.embedder())
