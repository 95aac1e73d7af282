"""The LlamaIndex faces of a library work with LlamaIndex itself."""

import asyncio

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import TextNode

from rag.adapters import Question
from rag.datatypes import Answer, Filters, Turn
from rag.library import Library

QUESTION = "What is late interaction in ColBERT?"


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
    question = Question("How large is its index?", history=[Turn(QUESTION)], filters=Filters(year_from=2019))
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
