"""The library as a LlamaIndex query engine: the answer pipeline behind LlamaIndex's interface.

LlamaIndex's instrumentation and the callbacks of the engine's manager see every question that is asked this way: the
query, what was retrieved, the answer. Nothing global is set, nor read but the instrumentation's own dispatcher.
"""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, closing
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.callbacks import CallbackManager
from llama_index.core.callbacks.schema import CBEventType, EventPayload
from llama_index.core.instrumentation.events.retrieval import RetrievalEndEvent, RetrievalStartEvent
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle
from llama_index_instrumentation import get_dispatcher

from rag.answering.pipeline import AnswerPipeline, Found, Question, last_of
from rag.errors import QuestionError, StoppedError
from rag.integrations.llama_index.adapters import QuestionBundle, node_of
from rag.models.cancellation import awaited, in_thread
from rag.records import Answer

dispatcher = get_dispatcher(__name__)


class PaperQueryEngine(BaseQueryEngine):
    """Answers questions from the papers of a library.

    The Response carries the text, a source node for each cited paper, and the whole Answer in `metadata["answer"]`.
    With `streaming` it is a StreamingResponse: its source nodes are all papers found, and the Answer is there once its
    text has been read to the end.
    """

    def __init__(
        self,
        pipeline: AnswerPipeline,
        *,
        streaming: bool,
        callback_manager: CallbackManager | None = None,
        choose: Callable[[str], AnswerPipeline] | None = None,
    ) -> None:
        """Ask `pipeline`, or for a question that names its answerer the one that `choose` returns for that name."""
        super().__init__(callback_manager=callback_manager or CallbackManager())
        self._pipeline = pipeline
        self._streaming = streaming
        self._choose = choose

    @property
    def answerer(self) -> str:
        """Who writes the answers: `extractive`, or a model's name."""
        return self._pipeline.answerer

    def answer(self, question: QuestionBundle) -> Answer:
        """Return the Answer to a question, asked as LlamaIndex asks. Raises what `AnswerPipeline.answer` raises."""
        response = self.query(question)
        if isinstance(response, StreamingResponse):
            for _ in response.response_gen:
                pass
        return _answer_in(response.metadata)

    async def aanswer(self, question: QuestionBundle) -> Answer:
        """Do what `answer` does, without blocking the event loop; cancelling stops the LLM at once."""
        async with aclosing(self.astream(question)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise StoppedError

    async def astream(self, question: QuestionBundle) -> AsyncGenerator[str | Answer, None]:
        """Yield the text in pieces as it is written, then the Answer; without `streaming` the Answer alone."""
        response = await self.aquery(question)
        if isinstance(response, AsyncStreamingResponse):
            async with aclosing(response.response_gen) as pieces:
                async for piece in pieces:
                    yield piece
        yield _answer_in(response.metadata)

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        question, pipeline = _question(query_bundle), self._chosen(query_bundle)
        with self._seen(question) as event:
            found = self._retrieved(pipeline, question)
            if self._streaming:
                response: RESPONSE_TYPE = _streamed(pipeline, found)
            else:
                response = _response(found, last_of(pipeline.write(found)))
            event.on_end(payload={EventPayload.RESPONSE: response})
        return response

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        question = _question(query_bundle)
        pipeline = await awaited(lambda: self._chosen(query_bundle), question.stop)  # a model may have to be loaded
        with self._seen(question) as event:
            found = await awaited(lambda: self._retrieved(pipeline, question), question.stop)
            if self._streaming:
                response: RESPONSE_TYPE = _astreamed(pipeline, found)
            else:
                written = await awaited(lambda: last_of(pipeline.write(found)), question.stop)
                response = _response(found, written)
            event.on_end(payload={EventPayload.RESPONSE: response})
        return response

    def _chosen(self, query: QueryBundle) -> AnswerPipeline:
        """Return the pipeline of who is to answer a question. Raises what `choose` raises."""
        name = query.answerer if isinstance(query, QuestionBundle) else None
        if name is None or (self._choose is None and name == self.answerer):
            return self._pipeline
        if self._choose is None:
            msg = f"There is no answerer {name!r} here. Choose one of: {self.answerer}."
            raise QuestionError(msg)
        return self._choose(name)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _seen(self, question: Question) -> Any:
        """Return the callback event of a question, in which it is answered."""
        return self.callback_manager.event(CBEventType.QUERY, payload={EventPayload.QUERY_STR: question.text})

    def _retrieved(self, pipeline: AnswerPipeline, question: Question) -> Found:
        """Return what is found for a question, told to whoever listens."""
        dispatcher.event(RetrievalStartEvent(str_or_query_bundle=question.text))
        payload: dict[str, Any] = {EventPayload.QUERY_STR: question.text}
        with self.callback_manager.event(CBEventType.RETRIEVE, payload=payload) as event:
            found = pipeline.retrieve(question)
            nodes = _nodes(found)
            event.on_end(payload={EventPayload.NODES: nodes})
        dispatcher.event(RetrievalEndEvent(str_or_query_bundle=question.text, nodes=nodes))
        return found


def _streamed(pipeline: AnswerPipeline, found: Found) -> StreamingResponse:
    metadata: dict[str, Any] = {}
    pieces = _pieces(pipeline.write(found), metadata)
    return StreamingResponse(response_gen=pieces, source_nodes=_nodes(found), metadata=metadata)


def _astreamed(pipeline: AnswerPipeline, found: Found) -> AsyncStreamingResponse:
    metadata: dict[str, Any] = {}
    stop = found.question.stop

    async def pieces() -> AsyncGenerator[str, None]:
        async with aclosing(in_thread(lambda: pipeline.write(found), stop)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    metadata["answer"] = event
                else:
                    yield event

    return AsyncStreamingResponse(response_gen=pieces(), source_nodes=_nodes(found), metadata=metadata)


def _question(query: QueryBundle) -> Question:
    if isinstance(query, QuestionBundle):
        return Question(
            query.query_str, query.history, query.filters, query.stop, query.check, query.alone, query.as_written
        )
    return Question(query.query_str)


def _nodes(found: Found) -> list[NodeWithScore]:
    return [node_of(hit) for hit in found.retrieved.hits]


def _response(found: Found, answer: Answer) -> Response:
    """Return an answer as LlamaIndex has it, with the papers that it cites as source nodes."""
    cited = {citation.paper.paper_id for citation in answer.citations}
    nodes = [node_of(hit) for hit in found.retrieved.hits if hit.paper.paper_id in cited]
    return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer})


def _answer_in(metadata: dict[str, Any] | None) -> Answer:
    """Return the Answer that a response carries. Raises StoppedError when it was stopped before there was one."""
    answer = (metadata or {}).get("answer")
    if not isinstance(answer, Answer):
        raise StoppedError
    return answer


def _pieces(events: Generator[str | Answer, None, None], metadata: dict[str, Any]) -> Generator[str, None, None]:
    with closing(events):
        for event in events:
            if isinstance(event, Answer):
                metadata["answer"] = event
            else:
                yield event
