"""The library's parts as LlamaIndex's: retriever, embedding, language model.

Nothing global is read or set: no llama_index `Settings`.
"""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Self

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.generic_utils import (
    completion_response_to_chat_response,
    stream_completion_response_to_chat_response,
)
from llama_index.core.base.llms.generic_utils import (
    messages_to_prompt as usual_prompt,
)
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    CompletionResponse,
    CompletionResponseAsyncGen,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.callbacks import CallbackManager
from llama_index.core.llms import CustomLLM
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import PrivateAttr

from rag.errors import ModelError
from rag.models.cancellation import Cancellation, awaited, in_thread
from rag.models.embedders.base import Embedder
from rag.models.llms.base import ChatModel, Ending, Finish, Message
from rag.models.llms.replies import Room, complete, limit_of, spoken, thinking_of
from rag.records import Anew, Filters, Hit, Turn
from rag.retrieval.retriever import Retriever
from rag.settings import Settings


@dataclass
class QuestionBundle(QueryBundle):
    """A LlamaIndex query with what came before it, the bounds of the search and a way to stop.

    The rest is as in `Library.ask`.
    """

    history: Sequence[Turn] = ()
    filters: Filters = field(default_factory=Filters)
    stop: Cancellation = field(default_factory=Cancellation)
    check: bool | None = None
    answerer: str | None = None
    alone: bool = False
    as_written: bool = False


class PaperRetriever(BaseRetriever):
    """The library's search as a LlamaIndex retriever: one node a paper, its text the abstract."""

    def __init__(self, retriever: Retriever, limit: int) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._retriever = retriever
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        asked = query_bundle if isinstance(query_bundle, QuestionBundle) else QuestionBundle(query_bundle.query_str)
        found = self._retriever.search(
            asked.query_str, limit=self._limit, filters=asked.filters, as_written=asked.as_written
        )
        return [node_of(hit) for hit in found.hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class PaperEmbedding(BaseEmbedding):
    """The library's embedding model as a LlamaIndex embedding."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder, **kwargs: Any) -> None:
        super().__init__(model_name=embedder.name, embed_batch_size=1, callback_manager=CallbackManager(), **kwargs)
        self._embedder = embedder

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [found.vector.tolist() for found in self._embedder.embed(texts)]

    def _get_query_embedding(self, query: str) -> list[float]:
        return next(found.vector.tolist() for found in self._embedder.embed([query], kind="query"))

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)


class PaperLLM(CustomLLM):
    """The library's language model as a LlamaIndex LLM, for its evaluators and agents."""

    _model: ChatModel = PrivateAttr()
    _settings: Settings = PrivateAttr()

    def __init__(self, model: ChatModel, settings: Settings, **kwargs: Any) -> None:
        super().__init__(callback_manager=CallbackManager(), **kwargs)
        self._model = model
        self._settings = settings

    @classmethod
    def of(cls, model: ChatModel | None, settings: Settings) -> Self:
        """Return a library's model as an LLM. Raises ModelError when it has none."""
        if model is None:
            msg = "No language model is set. Name one with ASKPAPERS_LLM=openai:MODEL or gguf:PATH."
            raise ModelError(msg)
        return cls(model, settings)

    @property
    def metadata(self) -> LLMMetadata:
        """Name, window and longest reply."""
        settings = self._settings
        return LLMMetadata(
            model_name=self._model.name, context_window=settings.window, num_output=settings.answer_tokens
        )

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: FBT001, FBT002
        """Return the reply to a prompt. Raises ModelError, also when the reply breaks off."""
        return self._completed(prompt, Cancellation())

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:  # noqa: FBT001, FBT002
        """Yield the reply so far and its newest piece. Raises ModelError, also when the reply breaks off."""
        return self._streamed(prompt, Cancellation())

    async def acomplete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: FBT001, FBT002
        """Do what `complete` does, without blocking the event loop; cancelling stops the model."""
        stop = Cancellation()
        return await awaited(lambda: self._completed(prompt, stop), stop)

    async def achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """Do what `chat` does, without blocking the event loop; cancelling stops the model."""
        return completion_response_to_chat_response(await self.acomplete(self._prompt(messages)))

    async def astream_complete(  # the pieces of `stream_complete`, made in another thread
        self,
        prompt: str,
        formatted: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> CompletionResponseAsyncGen:
        """Do what `stream_complete` does, without blocking the event loop; closing it early stops the model."""
        stop = Cancellation()
        return in_thread(lambda: self._streamed(prompt, stop), stop)

    async def astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseAsyncGen:
        """Do what `stream_chat` does, without blocking the event loop; closing it early stops the model."""
        stop, prompt = Cancellation(), self._prompt(messages)
        return in_thread(lambda: stream_completion_response_to_chat_response(self._streamed(prompt, stop)), stop)

    def _completed(self, prompt: str, stop: Cancellation) -> CompletionResponse:
        limit, messages = self._settings.answer_tokens, self._messages(prompt)
        text, finish = complete(self._model, messages, max_tokens=limit, stop=stop, room=self._room)
        self._check(finish)
        return CompletionResponse(text=text)

    def _streamed(self, prompt: str, stop: Cancellation) -> CompletionResponseGen:
        text, messages = "", self._messages(prompt)
        room, wanted = self._room, self._settings.answer_tokens
        limit = limit_of(messages, wanted, thinking_of(self._model, otherwise=room.thinking), room.window)
        with closing(spoken(self._model, messages, max_tokens=limit, stop=stop)) as events:
            for event in events:
                if isinstance(event, Finish):
                    self._check(event)
                elif isinstance(event, Anew):
                    text = ""
                else:
                    text += event
                    yield CompletionResponse(text=text, delta=event)

    @property
    def _room(self) -> Room:
        return Room(self._settings.window, thinking=0)

    def _check(self, finish: Finish) -> None:
        """Raise ModelError for a reply that broke off: half an answer is none to whoever reads it whole."""
        if finish.ending is Ending.CUT:
            msg = f"The reply of {self._model.name} broke off: {finish.reason}. Ask again."
            raise ModelError(msg)

    def _prompt(self, messages: Sequence[ChatMessage]) -> str:
        """Return messages as `chat` puts them into one prompt; the caller may have a way of his own."""
        return (self.messages_to_prompt or usual_prompt)(messages)

    def _messages(self, prompt: str) -> list[Message]:
        return [Message("user", prompt)]


def node_of(hit: Hit) -> NodeWithScore:
    """Return a hit as a LlamaIndex node: the abstract, with title, authors, year and ids as its metadata."""
    paper = hit.paper
    known = {
        "title": paper.title,
        "authors": ", ".join(paper.authors),
        "year": paper.year,
        "doi": paper.doi,
        "arxiv_id": paper.arxiv_id,
        "key": paper.key,
        "url": paper.link,
        "paper_id": paper.paper_id,
    }
    metadata = {name: value for name, value in known.items() if value not in (None, "")}
    return NodeWithScore(
        node=TextNode(id_=str(paper.paper_id), text=paper.abstract, metadata=metadata), score=hit.score
    )
