"""A reranker in a search: what its scores do to the order, and that a failing one leaves it and says so."""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ModelError
from rag.library import Library
from rag.models.rerankers.base import Reranker
from rag.records import Answer, Paper
from rag.retrieval.ranking import rerank, rescore
from rag.retrieval.retriever import DEPTH, Retriever
from tests.models.rerank_server import RerankServer, reranking

PROPERTY = settings(deadline=None, max_examples=100)
QUESTION = "What is late interaction?"
RANKING = st.dictionaries(st.integers(1, 40), st.floats(0, 1), min_size=1, max_size=30).map(
    lambda scores: sorted(scores.items(), key=lambda one: (-one[1], one[0]))
)


class Scripted:
    """A reranker that says what a function says of the papers."""

    name = "scripted"

    def __init__(self, says: Callable[[Sequence[Paper]], Any]) -> None:
        self.says = says
        self.asked: list[list[int]] = []

    def score(self, question: str, papers: Sequence[Paper]) -> list[float]:
        assert question == QUESTION
        self.asked.append([paper.paper_id for paper in papers])
        found: list[float] = self.says(papers)
        return found

    def close(self) -> None:
        pass


def retriever(library: Library, reranker: Reranker | None = None) -> Retriever:
    return Retriever(library._collection.storage, library.embedder(), reranker)


def found(library: Library, reranker: Reranker | None = None, limit: int = 10) -> list[tuple[int, float]]:
    hits = retriever(library, reranker).retrieve(QUESTION, limit=limit).hits
    return [(hit.paper.paper_id, hit.score) for hit in hits]


# The arithmetic


def test_three_fifths_of_the_final_score_are_the_reranker_s() -> None:
    ranking = rescore([(1, 1.0), (2, 0.5), (3, 0.0)], {1: -7.0, 2: 1.0, 3: 9.0})
    assert [one for one, _ in ranking] == [3, 2, 1]
    assert [score for _, score in ranking] == pytest.approx([0.6, 0.5, 0.4])


@PROPERTY
@given(RANKING, st.data())
def test_the_scale_of_a_reranker_does_not_matter(ranking: list[tuple[int, float]], data: st.DataObject) -> None:
    logits = {one: data.draw(st.integers(-60, 60)) / 10 for one, _ in ranking}
    plain = rescore(ranking, {one: 3.0 * score + 100 for one, score in logits.items()})
    assert [one for one, _ in plain] == [
        one for one, _ in rescore(ranking, {i: 300 * s + 7 for i, s in logits.items()})
    ]


@PROPERTY
@given(RANKING, st.data())
def test_logits_and_the_sigmoid_of_them_rank_alike(ranking: list[tuple[int, float]], data: st.DataObject) -> None:
    logits = {one: data.draw(st.integers(-60, 60)) / 10 for one, _ in ranking}
    if any(score < 0 or score > 1 for score in logits.values()):
        shares = {one: 1 / (1 + math.exp(-score)) for one, score in logits.items()}
        plain, turned = dict(rescore(ranking, logits)), dict(rescore(ranking, shares))
        assert turned == pytest.approx(plain, abs=1e-6)


@PROPERTY
@given(RANKING, st.data())
def test_final_scores_lie_between_zero_and_one_and_ties_go_to_the_lower_id(
    ranking: list[tuple[int, float]], data: st.DataObject
) -> None:
    scores = {one: data.draw(st.floats(allow_nan=False, allow_infinity=False)) for one, _ in ranking[:20]}
    ranked = rescore(ranking, scores)
    assert sorted(one for one, _ in ranked) == sorted(one for one, _ in ranking)
    assert all(0 <= score <= 1 for _, score in ranked)
    for (one, better), (other, worse) in pairwise(ranked):
        assert (-better, one) < (-worse, other)


def test_a_reranker_that_says_the_same_of_all_changes_no_place() -> None:
    ranking = rerank([(4, 0.9), (1, 0.5), (9, 0.5), (2, 0.1)], {})
    assert [one for one, _ in rescore(ranking, dict.fromkeys((4, 1, 9, 2), 3.0))] == [4, 1, 9, 2]
    assert [one for one, _ in rescore(ranking, dict.fromkeys((4, 1, 9, 2), 0.0))] == [4, 1, 9, 2]


# In a search


def test_what_a_reranker_is_sure_of_comes_first_wherever_the_search_had_it(samples: Library) -> None:
    before = [one for one, _ in found(samples)]
    last = before[-1]
    sure = Scripted(lambda papers: [9.0 if paper.paper_id == last else -11.0 for paper in papers])
    assert found(samples, sure)[0][0] == last
    assert [one for one, _ in found(samples, sure)][1:4] == [one for one in before if one != last][:3]


def test_only_the_best_thirty_are_read_and_the_others_come_as_the_search_had_them(real: Library) -> None:
    before = [one for one, _ in found(real, limit=100)]
    turned = Scripted(lambda papers: [float(place) for place in range(len(papers))])
    after = [one for one, _ in found(real, turned, limit=100)]
    assert turned.asked == [before[:DEPTH]]
    assert set(after) == set(before)
    beyond = before[DEPTH:]
    assert [one for one in after if one in beyond] == beyond


def test_scores_of_numpy_are_numbers_too(samples: Library) -> None:
    scripted = Scripted(lambda papers: np.arange(len(papers), dtype=np.float32))
    assert retriever(samples, scripted).retrieve(QUESTION, limit=3).notes == ()


def fails(papers: Sequence[Paper]) -> list[float]:
    msg = "The reranker is out of order. Mend it."
    raise ModelError(msg)


FAILING: dict[str, tuple[Callable[[Sequence[Paper]], Any], str]] = {
    "an error": (fails, "The reranker is out of order. Mend it."),
    "one too few": (lambda papers: [1.0] * (len(papers) - 1), "gave"),
    "one too many": (lambda papers: [1.0] * (len(papers) + 1), "gave"),
    "none": (lambda papers: [], "gave 0 scores"),
    "NaN": (lambda papers: [math.nan] * len(papers), "no numbers"),
    "infinity": (lambda papers: [1.0] * (len(papers) - 1) + [math.inf], "no numbers"),
    "words": (lambda papers: ["high"] * len(papers), "no numbers"),
    "nothing": (lambda papers: [None] * len(papers), "no numbers"),
}


@pytest.mark.parametrize("case", FAILING)
def test_a_failing_reranker_leaves_the_order_of_the_search_and_a_note_of_one_line(samples: Library, case: str) -> None:
    says, told = FAILING[case]
    answered = retriever(samples, Scripted(says)).retrieve(QUESTION, limit=10)
    assert [(hit.paper.paper_id, hit.score) for hit in answered.hits] == found(samples)
    [note] = answered.notes
    assert note.startswith("The papers are in the order of the search alone, not reranked: ")
    assert told in note
    assert len(note.splitlines()) == 1


def test_a_slow_reranker_keeps_nobody_else_from_searching(samples: Library) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(papers: Sequence[Paper]) -> list[float]:
        begun.set()
        assert go.wait(20)
        return [1.0] * len(papers)

    waiting = threading.Thread(target=found, args=(samples, Scripted(slow)))
    waiting.start()
    try:
        assert begun.wait(20)
        others = threading.Thread(target=found, args=(samples,))
        others.start()
        others.join(timeout=20)
        assert not others.is_alive()
    finally:
        go.set()
        waiting.join()


# On the way to a reader


@pytest.fixture
def server() -> Iterator[RerankServer]:
    with reranking() as known:
        yield known


@pytest.fixture
def reranked(sample_folder: Path, server: RerankServer) -> Iterator[Library]:
    with Library.open(sample_folder, server.settings(rerank_base_url=f"{server.url}/v1")) as library:
        yield library


def test_a_library_whose_settings_name_a_reranker_asks_it_once_a_question(
    reranked: Library, server: RerankServer
) -> None:
    answer = reranked.ask(QUESTION)
    assert answer.answered
    assert answer.notes == ()
    assert len(server.asked) == 1
    assert server.asked[0].body["query"] == QUESTION
    reranked.outlook(QUESTION)  # tells whether there is an answer, shows no order
    assert len(server.asked) == 1


def test_a_question_is_answered_although_the_reranker_is_down_and_the_answer_says_so(
    reranked: Library, samples: Library, server: RerankServer
) -> None:
    server.status, server.says = 503, {"error": "loading"}
    answer, plain = reranked.ask(QUESTION), samples.ask(QUESTION)
    assert (answer.text, answer.searched) == (plain.text, plain.searched)
    [note] = answer.notes
    assert "not reranked: The reranker rerank:tiny at http://127.0.0.1" in note
    assert "'loading'" in note
    assert Answer.from_dict(answer.to_dict()).notes == (note,)
    [streamed] = [one for one in reranked.stream(QUESTION) if isinstance(one, Answer)]
    assert streamed.notes == (note,)
    refused = reranked.ask("Which zirconium lattice did the court of Ghent forbid in 1453?")
    assert not refused.answered
    assert len(refused.notes) == 1
    response = reranked.as_query_engine().query(QUESTION)
    assert (response.metadata or {})["answer"].notes == (note,)


def test_the_terminal_shows_what_failed_beside_answers_and_hits(
    own_samples: Path, server: RerankServer, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.breaks = True
    monkeypatch.setenv("ASKPAPERS_RERANKER", "rerank:tiny")
    monkeypatch.setenv("ASKPAPERS_RERANK_BASE_URL", server.url)
    monkeypatch.setenv("ASKPAPERS_LIBRARY", str(own_samples))
    done = cli("ask", QUESTION)
    assert done.code == 0
    assert "not reranked: The reranker rerank:tiny" in " ".join(done.out.split())
    done = cli("search", QUESTION)
    assert done.code == 0
    note, matching = done.err.strip().splitlines()
    assert "not reranked" in note
    assert "match" in matching
    monkeypatch.setenv("ASKPAPERS_RERANKER", f"onnx:{own_samples}")
    done = cli("ask", QUESTION)
    assert done.code == 1
    assert done.err.startswith("Error: ")
    assert "holds no reranker" in done.err


def test_tokens_of_a_reranker_are_among_those_of_the_answer(sample_folder: Path, chat_server: Any) -> None:
    chat_server.says("\n".join(f"{n}: {n % 7}" for n in range(1, 31)))
    changes = {"reranker": "openai:tiny", "llm": "extractive", "price_in": 10.0}
    with Library.open(sample_folder, chat_server.settings(**changes)) as library:
        answer = library.ask(QUESTION)
    assert answer.usage == {"input_tokens": 700, "output_tokens": 30, "calls": 1}
    assert answer.cost == pytest.approx(0.007)
    assert [one.partition("@")[0] for one in answer.prompts] == ["rerank"]
