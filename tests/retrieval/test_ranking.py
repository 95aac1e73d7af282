"""The arithmetic of retrieval: fused scores, the final order, the weight of a word, questions that can't be asked."""

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.retrieval.query import LONGEST_QUESTION, check_question, inverse_document_frequency
from rag.retrieval.ranking import fuse, min_max, rerank

PROPERTY = settings(deadline=None, max_examples=100)
IDS = st.integers(min_value=1, max_value=30)
COSINES = st.dictionaries(IDS, st.floats(min_value=-1, max_value=1), max_size=20)
BM25 = st.dictionaries(IDS, st.floats(min_value=1e-9, max_value=100), max_size=20)


def shuffled(scores: dict[int, float]) -> dict[int, float]:
    return dict(random.Random(1).sample(list(scores.items()), len(scores)))


def check_ranking(ranking: list[tuple[int, float]]) -> None:
    assert all(0.0 <= score <= 1.0 for _, score in ranking)
    for (one, better), (other, worse) in pairwise(ranking):
        assert (-better, one) < (-worse, other)


@PROPERTY
@given(COSINES, BM25)
def test_fused_scores_lie_between_zero_and_one_and_ties_go_to_the_lower_id(
    dense: dict[int, float], lexical: dict[int, float]
) -> None:
    fused = fuse(dense, lexical)
    assert {paper_id for paper_id, _ in fused} == dense.keys() | lexical.keys()
    check_ranking(fused)


@PROPERTY
@given(COSINES, BM25)
def test_fusing_does_not_depend_on_the_order_of_candidates(dense: dict[int, float], lexical: dict[int, float]) -> None:
    assert fuse(shuffled(dense), shuffled(lexical)) == fuse(dense, lexical)


@PROPERTY
@given(COSINES, COSINES)
def test_final_scores_lie_between_zero_and_one_and_ties_go_to_the_lower_id(
    fused: dict[int, float], interaction: dict[int, float]
) -> None:
    ranking = rerank(list(fused.items()), {i: score for i, score in interaction.items() if i in fused})
    assert {paper_id for paper_id, _ in ranking} == fused.keys()
    check_ranking(ranking)


def test_half_of_the_fused_score_is_dense_and_half_lexical() -> None:
    assert fuse({1: 0.9, 2: 0.5, 3: 0.7}, {3: 8.0, 4: 2.0}) == [(3, 0.75), (1, 0.5), (4, 0.125), (2, 0.0)]


def test_one_ranking_alone_is_enough() -> None:
    assert fuse({1: 0.2, 2: 0.4}, {}) == [(2, 0.5), (1, 0.0)]
    assert fuse({}, {1: 3.0, 2: 6.0}) == [(2, 0.5), (1, 0.25)]
    assert fuse({}, {}) == []


def test_the_only_candidate_of_both_rankings_has_the_full_score() -> None:
    assert fuse({5: -0.3}, {5: 0.1}) == [(5, 1.0)]


def test_three_fifths_of_the_final_score_are_the_comparison_word_by_word() -> None:
    ranking = rerank([(1, 0.8), (2, 0.6), (3, 0.4)], {1: 0.1, 2: 0.2, 3: 0.3})
    assert [paper_id for paper_id, _ in ranking] == [3, 2, 1]
    assert [score for _, score in ranking] == pytest.approx([0.6, 0.5, 0.4])


def test_a_paper_without_a_comparison_counts_as_the_worst_compared() -> None:
    ranking = dict(rerank([(1, 0.8), (2, 0.4), (3, 0.4)], {1: 0.9, 2: 0.3}))
    assert ranking[3] == ranking[2] == 0.0
    assert ranking[1] == 1.0


def test_without_any_comparison_the_fused_order_stays() -> None:
    assert [paper_id for paper_id, _ in rerank([(4, 0.9), (1, 0.5), (9, 0.5), (2, 0.1)], {})] == [4, 1, 9, 2]


def test_nothing_to_rank_gives_nothing() -> None:
    assert rerank([], {}) == []


@PROPERTY
@given(st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=1, max_size=20))
def test_stretched_scores_keep_their_order_and_span_zero_to_one(scores: list[float]) -> None:
    stretched = min_max(np.array(scores))
    assert stretched.max() == 1.0
    assert stretched.min() == (0.0 if max(scores) > min(scores) else 1.0)
    for one, left in zip(scores, stretched, strict=True):
        assert all(left <= right for other, right in zip(scores, stretched, strict=True) if one <= other)


def test_a_rarer_word_tells_more() -> None:
    weights = [inverse_document_frequency(frequency, 100) for frequency in range(101)]
    assert all(rarer > commoner > 0 for rarer, commoner in pairwise(weights))
    assert weights[0] == math.log(1 + 100.5 / 0.5)


@pytest.mark.parametrize("question", ["", "   ", "?", "a", "?!… –", "5"])  # noqa: RUF001
def test_a_question_without_a_word_is_refused(question: str) -> None:
    with pytest.raises(QuestionError, match="too short"):
        check_question(question)


def test_a_question_of_more_than_4000_characters_is_refused() -> None:
    check_question("x" * LONGEST_QUESTION)
    with pytest.raises(QuestionError, match=r"4,001 characters, at most 4,000"):
        check_question("x" * (LONGEST_QUESTION + 1))


@pytest.mark.parametrize("question", ["AI", "¿qué?", "学习", "What is LoRA?", "  C4  "])
def test_a_question_with_a_word_is_accepted_in_any_script(question: str) -> None:
    check_question(question)
