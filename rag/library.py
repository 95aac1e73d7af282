"""The facade: a library of papers (`rag.collection`) that is searched and asked.

    papers.library/
        manifest.json      what it was made with
        catalog.sqlite3    the papers: the truth
        vectors-<n>/       derived, disposable
        write.lock         held while somebody writes

A Library may be shared between threads, and a folder opened by many readers; one writer at a time.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answering.abstaining import outcome_of
from rag.answering.base import Answerer
from rag.answering.extractive import ExtractiveAnswerer
from rag.answering.generative import GenerativeAnswerer
from rag.collection import Shelf
from rag.conversation.follow_ups import Rewritten, rewrite, standalone
from rag.errors import ModelError, StoppedError
from rag.mapping import PaperMap, make_map, read_map, write_map
from rag.models.cancellation import Cancellation, in_thread
from rag.models.llms import load_model
from rag.models.llms.base import ChatModel
from rag.models.llms.prompts import load_prompt
from rag.records import Answer, Filters, Hit, Outcome, Turn
from rag.retrieval.retriever import Retriever, top
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.integrations.llama_index.adapters import PaperEmbedding, PaperLLM, PaperRetriever
    from rag.integrations.llama_index.query_engine import PaperQueryEngine

PASSAGES = 3  # sentences shown of each paper that a search finds


class Library(Shelf):
    """A folder holding one collection of papers and its indexes, that questions are asked of."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Use `Library.open`."""
        super().__init__(folder, settings)
        self._model: list[ChatModel | None] = []  # empty until it is needed
        self._map: tuple[int, PaperMap] | None = None  # with the version that it is of
        self._map_lock = threading.Lock()

    def close(self) -> None:
        """Stop what a language model still writes, let go of all models and files."""
        with self._lock:
            for model in self._model:
                if model is not None:
                    model.close()
            self._model.clear()
        super().close()

    def map(self) -> PaperMap:
        """Return every paper as a point in the plane, in clusters named by their terms; computed once a version.

        Takes seconds the first time, and is kept in the library's folder. Raises EmptyLibraryError when there is
        nothing to show, LibraryDamagedError.
        """
        with self._map_lock:
            generation = self.version
            if self._map is None or self._map[0] != generation:
                found = read_map(self.folder, generation)
                if found is None:
                    with self._lender.reading() as index:
                        ids, vectors = index.vectors.by_paper()
                    known = {paper.paper_id: paper for paper in self.selected()}
                    rows = [row for row, paper_id in enumerate(ids) if int(paper_id) in known]
                    found = make_map([known[int(ids[row])] for row in rows], vectors[rows])
                    write_map(self.folder, generation, found)
                self._map = generation, found
            return self._map[1]

    def search(self, query: str, *, limit: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """Return the `limit` best papers, best first, each with its three best passages.

        Raises QuestionError for an unusable query, EmptyLibraryError when there is nothing to search.
        """
        return top(self._retriever().retrieve(query, limit=limit, filters=filters).hits, PASSAGES)

    def outlook(self, question: str, *, filters: Filters = Filters()) -> Outcome:
        """Return whether the papers would answer a question, without writing an answer. Raises what `search` raises."""
        return outcome_of(self._retriever().retrieve(question, limit=1, filters=filters))

    def ask(self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters()) -> Answer:
        """Answer a question from the papers, each sentence cited; or say that the abstracts don't tell.

        `history` holds the earlier turns, oldest first. Raises QuestionError, EmptyLibraryError; with a language
        model also ModelError and PromptError.
        """
        from rag.integrations.llama_index.adapters import Question

        return self.as_query_engine().answer(Question(question, history=history, filters=filters))

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters()
    ) -> Generator[str | Answer, None, None]:
        """Yield the answer's text in pieces as it is written, then the Answer itself.

        What an LLM writes is shown as it comes, only its markers put right; the Answer is what counts. Closing the
        iterator early stops the LLM. Raises what `ask` raises.
        """
        from rag.integrations.llama_index.adapters import Question

        yield from self.as_query_engine().stream(Question(question, history=history, filters=filters))

    async def asearch(self, query: str, *, limit: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """Do what `search` does, without blocking the event loop."""
        return await asyncio.to_thread(self.search, query, limit=limit, filters=filters)

    async def aask(self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters()) -> Answer:
        """Do what `ask` does, without blocking the event loop; cancelling stops the LLM at once."""
        async with aclosing(self.astream(question, history=history, filters=filters)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise StoppedError

    async def astream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters()
    ) -> AsyncGenerator[str | Answer, None]:
        """Do what `stream` does, without blocking the event loop; cancelling stops the LLM at once."""
        stop = Cancellation()

        def start() -> Iterator[str | Answer]:
            from rag.integrations.llama_index.adapters import Question

            return self.as_query_engine().stream(Question(question, history=history, filters=filters, stop=stop))

        async with aclosing(in_thread(start, stop)) as events:
            async for event in events:
                yield event

    def as_query_engine(self, *, streaming: bool = False) -> "PaperQueryEngine":
        """Return the library as a llama_index query engine; the Answer is in its response's metadata.

        Raises ModelError, PromptError when the LLM or a prompt can't be had.
        """
        from rag.integrations.llama_index.query_engine import PaperQueryEngine

        settings, model = self.settings, self._language_model()
        if model is None:
            answerer: Answerer = ExtractiveAnswerer(
                papers=settings.papers, sentences=settings.sentences, words=settings.words
            )
            rewriter = rewriter_without_model
        else:
            answerer = GenerativeAnswerer(model, settings)
            rewriter = partial(rewrite, model=model, prompt=load_prompt("rewrite", settings.prompts))
        return PaperQueryEngine(self._retriever(), answerer, rewriter, settings, streaming=streaming)

    def as_llm(self) -> "PaperLLM":
        """Return the library's language model as a llama_index LLM. Raises ModelError when answers are extractive."""
        from rag.integrations.llama_index.adapters import PaperLLM

        model = self._language_model()
        if model is None:
            msg = "No language model is set. Name one with ASKPAPERS_LLM=openai:MODEL or gguf:PATH."
            raise ModelError(msg)
        return PaperLLM(model, self.settings)

    def as_retriever(self, limit: int = 10) -> "PaperRetriever":
        """Return the library's search as a llama_index retriever of `limit` papers."""
        from rag.integrations.llama_index.adapters import PaperRetriever

        return PaperRetriever(self._retriever(), limit)

    def as_embedding(self) -> "PaperEmbedding":
        """Return the library's embedding model as a llama_index embedding."""
        from rag.integrations.llama_index.adapters import PaperEmbedding

        return PaperEmbedding(self.embedder())

    def _language_model(self) -> ChatModel | None:
        """Return the language model, made once; None when answers are extractive. Raises ModelError."""
        with self._lock:
            if not self._model:
                self._model = [load_model(self.settings)]
            return self._model[0]

    def _retriever(self) -> Retriever:
        return Retriever(self._catalog, self._lender.reading, self.embedder())


def rewriter_without_model(question: str, history: Sequence[Turn], stop: Cancellation) -> Rewritten:
    """Return a follow-up made to stand alone without a language model."""
    return Rewritten(standalone(question, history))
