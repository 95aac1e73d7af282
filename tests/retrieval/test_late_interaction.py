"""Late interaction: states made small keep their directions, and words are met by their best likeness."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from threadpoolctl import threadpool_info

from rag.models.embedders.base import Embedded
from rag.retrieval.late_interaction import (
    TokensOfPaper,
    best_likeness,
    compared,
    sentence_vectors,
    sentence_word_likeness,
    weighted,
    weighted_all,
    word_likeness,
    word_likenesses,
)
from rag.retrieval.query import Query
from rag.storage.index.token_embeddings import DIMENSION, Form, compress, expand, project, projection
from rag.text.words import content_words
from rag.utils.arrays import Matrix, unit
from rag.utils.threads import one_blas_thread

PROPERTY = settings(deadline=None, max_examples=100)
ROWS = arrays(
    np.float32,
    st.tuples(st.integers(0, 6), st.sampled_from([1, 8, 24])),
    elements=st.floats(min_value=-50, max_value=50, width=32).map(lambda value: round(value, 2)),
)


def places(count: int) -> NDArray[np.uint16]:
    return np.zeros(count, np.uint16)


def random_rows(count: int, dimension: int = 384) -> Matrix:
    return np.random.default_rng(5).standard_normal((count, dimension)).astype(np.float32)


@PROPERTY
@given(ROWS)
def test_small_states_point_where_the_projected_ones_did(tokens: Matrix) -> None:
    before, after = project(tokens), expand(compress(tokens, places(len(tokens))))
    assert after.shape == before.shape == (len(tokens), DIMENSION)
    assert np.isfinite(after).all()
    for one, other in zip(before, after, strict=True):
        if one.any():
            assert one @ other / np.linalg.norm(other) > 0.999
            assert np.linalg.norm(other) == pytest.approx(1.0, abs=0.01)
        else:
            assert not other.any()


def test_typical_states_lose_next_to_nothing() -> None:
    tokens = random_rows(50)
    likeness = (project(tokens) * unit(expand(compress(tokens, places(50))))).sum(axis=1)
    assert likeness.min() > 0.9999


def test_a_small_state_takes_one_byte_a_dimension_and_two_for_its_scale() -> None:
    states = compress(random_rows(7), np.arange(7, dtype=np.uint16))
    assert (states.values.shape, states.values.nbytes) == ((7, DIMENSION), 7 * DIMENSION)
    assert (states.scales.shape, states.scales.nbytes) == ((7,), 14)
    assert states.sentences.tolist() == list(range(7))


def test_the_projection_never_changes_for_stored_states_depend_on_it() -> None:
    matrix = projection(384)
    assert matrix.shape == (384, DIMENSION)
    assert set(np.unique(matrix)) == {-1.0, 1.0}
    assert matrix[0, :12].tolist() == [1, -1, -1, -1, 1, -1, 1, 1, -1, 1, -1, -1]
    assert matrix.sum() == -174


def test_projecting_keeps_likeness_about_as_it_was() -> None:
    rows = unit(random_rows(40) + random_rows(1))
    before, small = rows @ rows.T, project(rows)
    assert np.abs(small @ small.T - before).mean() < 0.1
    assert np.linalg.norm(small, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_word_is_met_by_its_best_likeness_among_the_states() -> None:
    states = unit(random_rows(5, DIMENSION))
    question = np.stack([states[3], -states[0], states[1] + states[2]])
    best = best_likeness(unit(question), states)
    assert best[0] == pytest.approx(1.0, abs=1e-5)
    assert best == pytest.approx((unit(question) @ states.T).max(axis=1))


def test_without_states_every_word_is_met_as_badly_as_can_be() -> None:
    assert best_likeness(random_rows(2, DIMENSION), np.empty((0, DIMENSION), np.float32)).tolist() == [-1.0, -1.0]


def test_the_vector_of_a_sentence_is_the_mean_direction_of_its_tokens() -> None:
    states = random_rows(6, DIMENSION)
    vectors = sentence_vectors(states, np.array([0, 0, 1, 1, 1, 4], np.uint16))
    assert sorted(vectors) == [0, 1, 4]
    assert vectors[0] == pytest.approx(unit(states[:2].mean(axis=0)), abs=1e-5)
    assert vectors[1] == pytest.approx(unit(states[2:5].mean(axis=0)), abs=1e-5)
    assert vectors[4] == pytest.approx(unit(states[5]), abs=1e-5)


def test_no_tokens_have_no_sentence_vectors() -> None:
    assert sentence_vectors(np.empty((0, DIMENSION), np.float32), places(0)) == {}


def a_query() -> Query:
    """Return a query of three words, of two, none and three tokens."""
    words = content_words("Sparse mixtures generalise")
    tokens, weights = unit(random_rows(5, DIMENSION)), {word.stem: 1.0 + place for place, word in enumerate(words)}
    embedded = Embedded(tokens[0], tokens, np.zeros((5, 2), np.int32))
    senses = {Form.SIGNED: tokens[0]}
    return Query(embedded, weights, words, senses, {Form.SIGNED: tokens}, np.array([0, 0, 2, 2, 2]))


@PROPERTY
@given(st.lists(st.lists(st.integers(0, 9), max_size=12), max_size=4), st.integers(0, 99))
def test_papers_and_sentences_are_met_alike_one_by_one_and_all_at_once(numbers: list[list[int]], seed: int) -> None:
    query, moments = a_query(), np.random.default_rng(seed)
    papers = {
        place: TokensOfPaper(
            unit(moments.standard_normal((len(own), DIMENSION)).astype(np.float32)),
            np.array(sorted(own), np.uint16),
            Form.SIGNED,
        )
        for place, own in enumerate(numbers)
    }
    cosines = compared(query, papers)
    likeness = word_likenesses(query, cosines)
    assert likeness.keys() == papers.keys()
    assert weighted_all(query, likeness.values()) == [weighted(query, one) for one in likeness.values()]
    for place, paper in papers.items():
        assert likeness[place] == pytest.approx(word_likeness(query, paper), abs=1e-6)
        met = sentence_word_likeness(query, cosines[place], paper.sentences)
        assert [*met] == sorted(set(numbers[place]))
        for number, found in met.items():
            assert found == pytest.approx(word_likeness(query, paper.of_sentence(number)), abs=1e-6)


def test_rows_are_scaled_to_length_one_and_zeros_stay() -> None:
    rows = np.array([[3, 4], [0, 0], [-2, 0]], np.float32)
    assert unit(rows) == pytest.approx(np.array([[0.6, 0.8], [0, 0], [-1, 0]]))


def test_products_use_one_thread_inside_and_as_many_as_before_after() -> None:
    def threads() -> list[int]:
        blas = (pool for pool in threadpool_info() if pool["user_api"] == "blas")
        return [pool["num_threads"] for pool in blas if "numpy" in pool["filepath"]]  # SciPy brings another one

    before = threads()
    assert before
    with one_blas_thread():
        assert all(number == 1 for number in threads())
    assert threads() == before
    first, second = one_blas_thread(), one_blas_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert all(number == 1 for number in threads())
    second.__exit__(None, None, None)
    assert threads() == before
