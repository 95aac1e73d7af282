"""The LlamaIndex query engine: retrieve -> answer -> verify. The only module that imports llama_index.

`PaperQueryEngine`, `PaperRetriever` and `PaperEmbedding` are ordinary LlamaIndex parts for those who live there; the
Library runs on the same engine. Nothing global is read or set: no llama_index `Settings`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import PrivateAttr

from rag.answering import Answerer
from rag.answering.abstaining import nearest_papers
from rag.citations import papers_cited
from rag.conversation import standalone
from rag.datatypes import Answer, Claim, Filters, Hit, Outcome, Searched, Turn
from rag.embedding import Embedder
from rag.retrieval import Retriever
from rag.verification import support


@dataclass
class Question(QueryBundle):
    """A LlamaIndex query with what came before it and the bounds of the search."""

    history: Sequence[Turn] = ()
    filters: Filters = field(default_factory=Filters)


class PaperRetriever(BaseRetriever):
    """The library's search as a LlamaIndex retriever: one node a paper, its text the abstract."""

    def __init__(self, retriever: Retriever, limit: int) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._retriever = retriever
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        filters = query_bundle.filters if isinstance(query_bundle, Question) else Filters()
        found = self._retriever.retrieve(query_bundle.query_str, limit=self._limit, filters=filters)
        return [node_of(hit) for hit in found.hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class PaperQueryEngine(BaseQueryEngine):
    """Answers questions from the papers of a library.

    The Response carries the text, a source node for each cited paper, and the whole Answer in `metadata["answer"]`.
    """

    def __init__(self, retriever: Retriever, answerer: Answerer, *, papers: int) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._retriever = retriever
        self._answerer = answerer
        self._papers = papers

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        answer, hits = self._answer(query_bundle)
        cited = {citation.paper.paper_id for citation in answer.citations}
        nodes = [node_of(hit) for hit in hits if hit.paper.paper_id in cited]
        return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer})

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def answer(self, question: Question) -> Answer:
        """Return the Answer to a question, as `query` does in its response's metadata."""
        response = self.query(question)
        answer: Answer = (response.metadata or {})["answer"]
        return answer

    def _answer(self, query: QueryBundle) -> tuple[Answer, tuple[Hit, ...]]:
        history = query.history if isinstance(query, Question) else ()
        filters = query.filters if isinstance(query, Question) else Filters()
        clock = [perf_counter()]
        text = standalone(query.query_str, history)
        retrieved = self._retriever.retrieve(text, limit=self._papers, filters=filters)
        clock.append(perf_counter())
        draft = self._answerer.answer(query.query_str, retrieved, history)
        clock.append(perf_counter())
        claims = tuple(verified(claim) for claim in draft.claims)
        clock.append(perf_counter())
        answer = Answer(
            question=query.query_str,
            outcome=draft.outcome,
            text=draft.text,
            claims=claims,
            citations=papers_cited(claims),
            nearest=() if draft.outcome is Outcome.ANSWERED else nearest_papers(retrieved),
            searched=Searched(retrieved.searched, text, filters),
            answerer=self._answerer.name,
            timings={
                stage: end - start
                for stage, start, end in zip(("retrieve", "answer", "verify"), clock, clock[1:], strict=False)
            },
        )
        return answer, retrieved.hits


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
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, query)


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


def verified(claim: Claim) -> Claim:
    """Return a claim with its support by the abstracts that it cites."""
    abstracts = [citation.paper.abstract for citation in claim.citations]
    found = support(claim.text, abstracts)
    return replace(
        claim,
        support=found.score,
        missing_words=found.missing_words,
        missing_numbers=found.missing_numbers,
    )
