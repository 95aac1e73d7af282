"""The LlamaIndex query engine: retrieve -> answer -> verify.

An ordinary LlamaIndex part for those who live there; the Library runs on the same engine. Nothing global is read or
set: no llama_index `Settings`.
"""

from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import QueryBundle

from rag.answering.abstaining import nearest_papers, outcome_of, refusal
from rag.answering.base import Answerer, Draft
from rag.citations.grounding import nothing_holds
from rag.citations.numbering import papers_cited, render
from rag.conversation.follow_ups import Rewritten
from rag.errors import ModelError, StoppedError
from rag.integrations.llama_index.adapters import Question, node_of
from rag.models.cancellation import Cancellation, awaited, in_thread
from rag.models.llms.base import Usage
from rag.records import Answer, Outcome, Searched, Turn
from rag.retrieval.retriever import Retrieved, Retriever, check_question
from rag.settings import Settings

Rewriter = Callable[[str, Sequence[Turn], Cancellation], Rewritten]  # makes a question of a conversation stand alone


@dataclass(frozen=True, slots=True)
class Found:
    """A question with its standalone form and what was found for it; seconds by stage."""

    question: Question
    rewritten: Rewritten
    retrieved: Retrieved
    timings: Mapping[str, float]


class PaperQueryEngine(BaseQueryEngine):
    """Answers questions from the papers of a library.

    The Response carries the text, a source node for each cited paper, and the whole Answer in `metadata["answer"]`.
    With `streaming` it is a StreamingResponse: its source nodes are all papers found, and the Answer is there once its
    text has been read to the end.
    """

    def __init__(
        self, retriever: Retriever, answerer: Answerer, rewriter: Rewriter, settings: Settings, *, streaming: bool
    ) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._retriever = retriever
        self._answerer = answerer
        self._rewriter = rewriter
        self._settings = settings
        self._streaming = streaming

    @property
    def answerer(self) -> str:
        """Who writes the answers: `extractive`, or a model's name."""
        return self._answerer.name

    def answer(self, question: Question) -> Answer:
        """Return the Answer to a question. Raises QuestionError, EmptyLibraryError, ModelError."""
        return _last(self.stream(question))

    def stream(self, question: Question) -> Generator[str | Answer, None, None]:
        """Yield the text in pieces as it is written, then the Answer; closing the iterator stops the model."""
        return self._written(self._found(question), question.stop)

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        question = _question(query_bundle)
        found = self._found(question)
        if not self._streaming:
            return _response(found, _last(self._written(found, question.stop)))
        metadata: dict[str, Any] = {}
        nodes = [node_of(hit) for hit in found.retrieved.hits]
        pieces = _pieces(self._written(found, question.stop), metadata)
        return StreamingResponse(response_gen=pieces, source_nodes=nodes, metadata=metadata)

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        question = _question(query_bundle)
        found = await awaited(lambda: self._found(question), question.stop)
        if not self._streaming:
            return _response(found, await awaited(lambda: _last(self._written(found, question.stop)), question.stop))
        metadata: dict[str, Any] = {}

        async def pieces() -> AsyncGenerator[str, None]:
            async with aclosing(in_thread(lambda: self._written(found, question.stop), question.stop)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        metadata["answer"] = event
                    else:
                        yield event

        nodes = [node_of(hit) for hit in found.retrieved.hits]
        return AsyncStreamingResponse(response_gen=pieces(), source_nodes=nodes, metadata=metadata)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _found(self, question: Question) -> Found:
        """Make the question stand alone and search for it."""
        check_question(question.query_str)  # before a model is asked about it
        started = perf_counter()
        rewritten = self._rewriter(question.query_str, question.history, question.stop)
        asked = perf_counter()
        retrieved = self._retriever.retrieve(rewritten.question, limit=self._settings.papers, filters=question.filters)
        timings = {"rewrite": asked - started} if rewritten.calls else {}
        return Found(question, rewritten, retrieved, timings | {"retrieve": perf_counter() - asked})

    def _written(self, found: Found, stop: Cancellation) -> Generator[str | Answer, None, None]:
        """Have the answer written, unless nothing in the papers found could answer; then no model is asked."""
        outcome = outcome_of(found.retrieved)
        draft, begun = Draft(), False
        if outcome is Outcome.ANSWERED:
            asked = found.rewritten.question if found.rewritten.calls else found.question.query_str.strip()
            with closing(self._answerer.stream(asked, found.retrieved, found.question.history, stop)) as events:
                for event in events:
                    if isinstance(event, Draft):
                        draft = event
                    else:
                        begun = True
                        yield event
            if stop:
                return
            if draft.cut and not draft.claims:
                msg = f"{' '.join(draft.notes)} It had said nothing yet: ask again."
                raise ModelError(msg)
            if nothing_holds(draft.claims) and not draft.cut:  # half a sentence tells nothing about the abstracts
                outcome = Outcome.NOT_IN_ABSTRACTS
        answer = self._answer(found, draft, outcome)
        if not answer.answered:
            yield "\n\n" * begun + answer.text  # after what the model wrote for nothing
        yield answer

    def _answer(self, found: Found, draft: Draft, outcome: Outcome) -> Answer:
        answered = outcome is Outcome.ANSWERED
        claims = draft.claims if answered else ()
        nearest = () if answered else nearest_papers(found.retrieved)
        usage, calls = found.rewritten.usage + draft.usage, found.rewritten.calls + draft.calls
        counted = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens, "calls": calls}
        return Answer(
            question=found.question.query_str,
            outcome=outcome,
            text=render(claims) if answered else refusal(outcome, nearest),
            claims=claims,
            citations=papers_cited(claims),
            nearest=nearest,
            searched=Searched(
                found.retrieved.searched,
                found.rewritten.question,
                found.question.filters,
                tuple((hit.paper.paper_id, round(hit.score, 4)) for hit in found.retrieved.hits),
            ),
            answerer=self._answerer.name,
            timings={**found.timings, **draft.timings},
            usage=counted if calls else {},
            cost=self._cost(usage) if calls else None,
            prompts=(*found.rewritten.prompts, *draft.prompts),
            partial=draft.partial,
            notes=draft.notes,
            repairs=draft.repairs,
        )

    def _cost(self, usage: Usage) -> float | None:
        """Return the price of tokens; None when no price is set."""
        read, wrote = self._settings.price_in, self._settings.price_out
        if not read and not wrote:
            return None
        return (usage.input_tokens * read + usage.output_tokens * wrote) / 1_000_000


def _question(query: QueryBundle) -> Question:
    return query if isinstance(query, Question) else Question(query.query_str)


def _response(found: Found, answer: Answer) -> Response:
    """Return an answer as LlamaIndex has it, with the papers that it cites as source nodes."""
    cited = {citation.paper.paper_id for citation in answer.citations}
    nodes = [node_of(hit) for hit in found.retrieved.hits if hit.paper.paper_id in cited]
    return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer})


def _last(events: Iterator[str | Answer]) -> Answer:
    """Return the Answer that ends a stream."""
    for event in events:
        if isinstance(event, Answer):
            return event
    raise StoppedError


def _pieces(events: Iterator[str | Answer], metadata: dict[str, Any]) -> Generator[str, None, None]:
    for event in events:
        if isinstance(event, Answer):
            metadata["answer"] = event
        else:
            yield event
