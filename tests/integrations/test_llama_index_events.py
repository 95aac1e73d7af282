"""Every question that goes through LlamaIndex's face is seen by LlamaIndex's instrumentation and callbacks."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.callbacks import CallbackManager, LlamaDebugHandler
from llama_index.core.callbacks.schema import CBEventType, EventPayload
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events import BaseEvent
from llama_index.core.instrumentation.events.query import QueryEndEvent, QueryStartEvent
from llama_index.core.instrumentation.events.retrieval import RetrievalEndEvent
from llama_index.core.schema import QueryBundle
from llama_index_instrumentation import get_dispatcher

from eval.datasets.questions import GoldQuestion
from eval.runs.runner import evaluate
from rag.integrations.llama_index.adapters import QuestionBundle
from rag.library import Library
from rag.settings import Settings
from ui.page.endpoints import endpoints
from ui.page.jobs.answering import AnswersUnderWay
from ui.page.server_state import ServerState

QUESTION = "What is late interaction in ColBERT?"


class Listener(BaseEventHandler):
    """Keeps every event that LlamaIndex tells of."""

    events: list[Any] = []  # noqa: RUF012  (pydantic copies it)

    @classmethod
    def class_name(cls) -> str:
        return "Listener"

    def handle(self, event: BaseEvent, **kwargs: Any) -> None:
        self.events.append(event)

    def asked(self) -> list[str]:
        """Return the texts of the questions that were begun and ended."""
        ended = [event for event in self.events if isinstance(event, QueryEndEvent)]
        begun = [event for event in self.events if isinstance(event, QueryStartEvent)]
        assert len(begun) == len(ended)
        return [one.query.query_str if isinstance(one.query, QueryBundle) else one.query for one in begun]

    def found(self) -> list[str]:
        """Return the title of the best paper of each retrieval."""
        ends = [event for event in self.events if isinstance(event, RetrievalEndEvent)]
        return [str(event.nodes[0].metadata["title"]) for event in ends]


@pytest.fixture
def listener() -> Iterator[Listener]:
    dispatcher, listening = get_dispatcher(), Listener()
    dispatcher.add_event_handler(listening)
    yield listening
    dispatcher.event_handlers.remove(listening)


@pytest.fixture
def state(own_samples: Path, tmp_path: Path) -> Iterator[ServerState]:
    served = ServerState(Settings(llm="extractive"), own_samples, tmp_path / "none.library")
    yield served
    served.close()


@pytest.mark.parametrize("streaming", [False, True])
def test_an_event_handler_sees_a_question_of_the_engine_and_what_was_found(
    samples: Library, listener: Listener, *, streaming: bool
) -> None:
    engine = samples.as_query_engine(streaming=streaming)
    answer = engine.answer(QuestionBundle(QUESTION))
    assert listener.asked() == [QUESTION]
    assert listener.found() == [answer.citations[0].paper.title]


@pytest.mark.parametrize("streaming", [False, True])
def test_an_event_handler_sees_a_question_that_is_asked_asynchronously(
    samples: Library, listener: Listener, *, streaming: bool
) -> None:
    engine = samples.as_query_engine(streaming=streaming)
    answer = asyncio.run(engine.aanswer(QuestionBundle(QUESTION)))
    assert answer == samples.ask(QUESTION)
    assert listener.asked() == [QUESTION]
    assert listener.found() == [answer.citations[0].paper.title]


def test_an_event_handler_sees_a_question_of_the_page(state: ServerState, listener: Listener) -> None:
    async def ask() -> None:
        answers = AnswersUnderWay(state)
        answers.begin("x", QuestionBundle(QUESTION))
        while (found := await answers.follow("x", 0)) and found.written is None:
            pass

    asyncio.run(ask())
    assert listener.asked() == [QUESTION]


def test_an_event_handler_sees_a_question_of_the_endpoint(state: ServerState, listener: Listener) -> None:
    async def ask() -> Any:
        return await endpoints(state)[0](QUESTION)

    assert asyncio.run(ask())["outcome"] == "answered"
    assert listener.asked() == [QUESTION]


def test_an_event_handler_sees_the_questions_of_an_evaluation(
    samples: Library, listener: Listener, tmp_path: Path
) -> None:
    questions = [
        GoldQuestion(str(number), "k", text, (), frozenset({"x"}), frozenset({"x"}))
        for number, text in enumerate((QUESTION, "How does LoRA fine-tune a model?"))
    ]
    evaluate(samples, questions, tmp_path / "run.jsonl")
    assert listener.asked() == [question.question for question in questions]


def test_callbacks_see_the_question_and_the_papers_found(samples: Library) -> None:
    engine, debug = samples.as_query_engine(), LlamaDebugHandler(print_trace_on_end=False)
    engine.callback_manager = CallbackManager([debug])
    response = engine.query(QUESTION)
    [(begun, ended)] = debug.get_event_pairs(CBEventType.QUERY)
    assert begun.payload == {EventPayload.QUERY_STR: QUESTION}
    assert ended.payload == {EventPayload.RESPONSE: response}
    [(_, found)] = debug.get_event_pairs(CBEventType.RETRIEVE)
    assert (found.payload or {})[EventPayload.NODES][0].metadata["key"] == "khattab2020colbert"
