"""The LlamaIndex faces of a library work with LlamaIndex itself."""

import asyncio
import threading
from collections.abc import Generator, Sequence

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.agent import ReActAgent
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import AsyncStreamingResponse, Response, StreamingResponse
from llama_index.core.evaluation import FaithfulnessEvaluator
from llama_index.core.schema import TextNode
from llama_index.core.tools import QueryEngineTool

from rag.errors import ModelError
from rag.integrations.llama_index.adapters import QuestionBundle
from rag.library import Library
from rag.models.cancellation import Cancellation
from rag.models.llms.base import Ending, Finish, Message, Usage
from rag.records import Answer, Filters, Outcome, Turn

QUESTION = "What is late interaction in ColBERT?"
HOPELESS = "When do tulips bloom?"
REPLY = "Query and passage are encoded separately by BERT [1]."


class Scripted:
    """Replays replies in pieces and keeps what it was sent."""

    name = "scripted:one"

    def __init__(self, *replies: str) -> None:
        self.replies = list(replies)
        self.sent: list[str] = []
        self.pieces = 0

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: Cancellation
    ) -> Generator[str | Finish, None, None]:
        self.sent.append("\n".join(message.content for message in messages))
        reply = self.replies.pop(0)
        for start in range(0, len(reply), 4):
            if stop:
                return
            self.pieces += 1
            yield reply[start : start + 4]
        yield Finish(Ending.COMPLETE, Usage(10, 2))

    def close(self) -> None:
        pass


def test_the_query_engine_is_one_and_its_response_carries_everything(samples: Library) -> None:
    engine = samples.as_query_engine()
    assert isinstance(engine, BaseQueryEngine)
    response = engine.query(QUESTION)
    answer = (response.metadata or {})["answer"]
    assert isinstance(answer, Answer)
    assert str(response) == answer.text
    node = response.source_nodes[0]
    assert node.metadata["title"] == answer.citations[0].paper.title
    assert node.metadata["key"] == "khattab2020colbert"
    assert node.get_score() > 0
    assert node.text == answer.citations[0].paper.abstract


def test_the_engine_and_the_library_give_the_same_answer(samples: Library) -> None:
    assert (samples.as_query_engine().query(QUESTION).metadata or {})["answer"] == samples.ask(QUESTION)


def test_the_engine_answers_asynchronously(samples: Library) -> None:
    response = asyncio.run(samples.as_query_engine().aquery(QUESTION))
    assert (response.metadata or {})["answer"] == samples.ask(QUESTION)


def test_a_question_object_carries_history_and_filters(samples: Library) -> None:
    question = QuestionBundle("How large is its index?", history=[Turn(QUESTION)], filters=Filters(year_from=2019))
    answer = samples.as_query_engine().answer(question)
    assert answer.citations[0].paper.key == "khattab2020colbert"
    assert answer.searched.filters.year_from == 2019


def test_the_retriever_gives_one_node_a_paper(samples: Library) -> None:
    retriever = samples.as_retriever(limit=4)
    assert isinstance(retriever, BaseRetriever)
    nodes = retriever.retrieve(QUESTION)
    assert [node.metadata["title"] for node in nodes] == [hit.paper.title for hit in samples.search(QUESTION, limit=4)]
    assert asyncio.run(retriever.aretrieve(QUESTION)) == nodes


def test_the_embedding_serves_an_index_of_llama_index(samples: Library) -> None:
    nodes = [TextNode(text="The lasso shrinks coefficients."), TextNode(text="Convolutions share weights.")]
    index = VectorStoreIndex(nodes, embed_model=samples.as_embedding())
    found = index.as_retriever(similarity_top_k=1).retrieve("penalised regression")
    assert found[0].node.get_content() == "The lasso shrinks coefficients."


def test_the_embedding_is_the_one_of_the_library(samples: Library) -> None:
    vector = next(iter(samples.embedder().embed(["lasso"]))).vector
    assert samples.as_embedding().get_text_embedding("lasso") == pytest.approx(vector.tolist())
    assert samples.as_embedding().get_query_embedding("lasso") == pytest.approx(vector.tolist())


@pytest.mark.parametrize("replies", [(), (REPLY, REPLY)])
def test_a_streaming_engine_yields_the_text_and_has_the_answer_at_the_end(
    samples: Library, replies: tuple[str, ...]
) -> None:
    if replies:
        samples._writers.use(Scripted(*replies))
    response = samples.as_query_engine(streaming=True).query(QUESTION)
    assert isinstance(response, StreamingResponse)
    assert response.metadata == {}
    assert response.source_nodes[0].metadata["key"] == "khattab2020colbert"
    *pieces, answer = samples.stream(QUESTION)
    assert list(response.response_gen) == pieces
    assert response.metadata == {"answer": answer}
    assert len(pieces) > 1


def test_a_streaming_engine_streams_asynchronously(samples: Library) -> None:
    samples._writers.use(Scripted(REPLY, REPLY))

    async def collect() -> tuple[AsyncStreamingResponse, list[str]]:
        response = await samples.as_query_engine(streaming=True).aquery(QUESTION)
        assert isinstance(response, AsyncStreamingResponse)
        assert response.metadata == {}
        return response, [piece async for piece in response.response_gen]

    response, pieces = asyncio.run(collect())
    assert "".join(pieces) == REPLY
    assert len(pieces) > 5
    assert response.metadata == {"answer": samples.ask(QUESTION)}


def test_a_streaming_response_gives_the_whole_text_as_a_string(samples: Library) -> None:
    samples._writers.use(Scripted(REPLY, REPLY))
    assert str(samples.as_query_engine(streaming=True).query(QUESTION)) == REPLY
    response = asyncio.run(samples.as_query_engine(streaming=True).aquery(QUESTION))
    assert str(response) == REPLY


def test_a_model_is_read_no_further_than_the_stream(samples: Library) -> None:
    model = Scripted(REPLY)
    samples._writers.use(model)
    response = samples.as_query_engine(streaming=True).query(QUESTION)
    assert isinstance(response, StreamingResponse)
    assert model.sent == []
    assert next(response.response_gen) == REPLY[:4]
    response.response_gen.close()
    assert model.pieces == 1
    assert response.metadata == {}


@pytest.mark.parametrize("streaming", [False, True])
def test_a_refusal_is_an_ordinary_response(samples: Library, streaming: bool) -> None:  # noqa: FBT001
    response = samples.as_query_engine(streaming=streaming).query(HOPELESS)
    assert str(response) == "No paper in this library is about that."
    assert (response.metadata or {})["answer"].outcome is Outcome.NO_RELEVANT_PAPERS
    assert streaming or response.source_nodes == []


def test_an_llm_of_the_library_completes_streams_and_tells_its_name_and_window(samples: Library) -> None:
    samples._writers.use(Scripted("Well done.", "Well done.", "Well done."))
    llm = samples.as_llm()
    assert (llm.metadata.model_name, llm.metadata.context_window, llm.metadata.num_output) == (
        "scripted:one",
        8192,
        500,
    )
    assert llm.complete("How was it?").text == "Well done."
    assert asyncio.run(llm.acomplete("How was it?")).text == "Well done."
    parts = list(llm.stream_complete("How was it?"))
    assert [part.delta for part in parts] == ["Well", " don", "e."]
    assert parts[-1].text == "Well done."


def test_an_llm_of_the_library_does_not_block_the_event_loop(samples: Library) -> None:
    started, go_on = threading.Event(), threading.Event()

    class Waiting(Scripted):
        def stream(
            self, messages: Sequence[Message], *, max_tokens: int, stop: Cancellation
        ) -> Generator[str | Finish, None, None]:
            started.set()
            assert go_on.wait(2), "nothing else ran meanwhile"
            yield from super().stream(messages, max_tokens=max_tokens, stop=stop)

    samples._writers.use(Waiting("Well done."))

    async def run() -> str:
        async def meanwhile() -> None:
            await asyncio.to_thread(started.wait)
            go_on.set()

        reply, _ = await asyncio.gather(samples.as_llm().acomplete("How was it?"), meanwhile())
        return str(reply)

    assert asyncio.run(run()) == "Well done."


def test_without_a_model_there_is_no_llm(samples: Library) -> None:
    with pytest.raises(ModelError, match="ASKPAPERS_LLM"):
        samples.as_llm()


def test_the_faithfulness_evaluator_of_llama_index_judges_an_answer(samples: Library) -> None:
    model = Scripted(REPLY, "YES", "NO")
    samples._writers.use(model)
    response = samples.as_query_engine().query(QUESTION)
    assert isinstance(response, Response)
    evaluator = FaithfulnessEvaluator(llm=samples.as_llm())
    verdicts = [evaluator.evaluate_response(query=QUESTION, response=response) for _ in range(2)]
    assert [verdict.passing for verdict in verdicts] == [True, False]
    assert "Information: Query and passage are encoded separately by BERT [1]." in model.sent[1]
    assert (verdicts[0].contexts or [""])[0] in model.sent[1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # LlamaIndex's own
def test_an_agent_of_llama_index_uses_the_engine_as_a_tool(samples: Library) -> None:
    call = f'Thought: I must look it up.\nAction: papers\nAction Input: {{"input": "{QUESTION}"}}\n'
    model = Scripted(call, REPLY, "Thought: I can answer now.\nAnswer: Separately, by BERT.")
    samples._writers.use(model)

    async def run() -> str:
        tool = QueryEngineTool.from_defaults(samples.as_query_engine(), name="papers", description="Knows papers.")
        return str(await ReActAgent(tools=[tool], llm=samples.as_llm()).run("How does ColBERT encode?"))

    assert asyncio.run(run()) == "Separately, by BERT."
    assert "Knows papers." in model.sent[0]
    assert f"Question: {QUESTION}" in model.sent[1]
    assert "Observation: Query and passage are encoded separately by BERT [1]." in model.sent[2]
