"""The vectors of a library: all of them compared, and a real Chroma's HNSW index; both find the same."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.errors import LibraryDamagedError, LibraryMismatchError
from rag.storage.index import exact
from rag.storage.index.chroma import ChromaVectors, embedded_vectors
from rag.storage.index.vector_store import VectorStore
from rag.utils.arrays import Matrix, Vector

ADVICE = "Make them anew with: askpapers rebuild --library papers.library"


class Compared:
    """The kept vectors, as an index compares them."""

    def __init__(self, folder: Path) -> None:
        self.kept = VectorStore(folder / "vectors.sqlite3", ADVICE)
        self.close, self.put, self.delete = self.kept.close, self.kept.put, self.kept.delete
        self.chunks, self.count = self.kept.chunks, self.kept.count

    def nearest(self, vector: Vector, limit: int) -> list[tuple[int, float]]:
        return exact.nearest(self.kept.load(), vector, limit)


Store = Compared | ChromaVectors


def opened_chroma(folder: Path) -> ChromaVectors:
    return embedded_vectors(folder / "chroma", ADVICE)


@pytest.fixture(params=[pytest.param(Compared, id="compared"), pytest.param(opened_chroma, id="hnsw")])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = request.param(tmp_path)
    yield opened
    opened.close()


def random_vectors(count: int, dimension: int = 16, seed: int = 1) -> Matrix:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def axis(number: int, dimension: int = 8) -> Vector:
    return np.asarray(np.eye(dimension)[number], np.float32)


def ids(found: list[tuple[int, float]]) -> list[int]:
    return [paper_id for paper_id, _ in found]


def test_an_empty_store_finds_nothing(store: Store) -> None:
    assert store.nearest(axis(0), 5) == []
    assert set(store.chunks()) == set()
    assert store.count() == 0


def test_the_nearest_come_first_with_their_cosines(store: Store) -> None:
    vectors = random_vectors(60)
    store.put([(number, [vector]) for number, vector in enumerate(vectors, start=1)])
    cosines = vectors @ vectors[7]
    expected = [int(number) + 1 for number in np.argsort(-cosines)[:5]]
    found = store.nearest(vectors[7], 5)
    assert ids(found) == expected
    assert [score for _, score in found] == pytest.approx([float(cosines[i - 1]) for i in expected], abs=1e-3)


def test_comparing_everything_and_the_index_give_the_same_first_results(tmp_path: Path) -> None:
    vectors, questions = exact.rounded(list(random_vectors(400, 32))), random_vectors(20, 32, seed=2)
    papers = [(number, [vector]) for number, vector in enumerate(vectors, start=1)]
    compared, index = Compared(tmp_path), opened_chroma(tmp_path)
    compared.put(papers)
    index.put(papers)
    for question in questions:
        left, right = compared.nearest(question, 10), index.nearest(question, 10)
        assert ids(left) == ids(right)
        assert [score for _, score in left] == pytest.approx([score for _, score in right], abs=1e-5)
    compared.close()
    index.close()


def test_ties_go_to_the_lower_id(store: Store) -> None:
    store.put([(number, [axis(0)]) for number in (9, 4, 7)])
    store.put([(2, [axis(0)]), (1, [axis(1)])])
    assert ids(store.nearest(axis(0), 3)) == [2, 4, 7]
    assert ids(store.nearest(axis(0), 9)) == [2, 4, 7, 9, 1]


def test_a_paper_of_several_chunks_counts_once_with_its_best(store: Store) -> None:
    between = np.asarray((axis(0) + axis(1)) / np.sqrt(2), np.float32)
    store.put([(1, [axis(5), axis(0), axis(6)]), (2, [between]), (3, [axis(1), axis(2)])])
    assert ids(store.nearest(axis(0), 5)) == [1, 2, 3]
    assert ids(store.nearest(axis(2), 1)) == [3]
    assert store.nearest(axis(0), 1)[0][1] == pytest.approx(1.0, abs=1e-5)
    assert store.count() == 6
    assert set(store.chunks()) == {1, 2, 3}


def test_a_replaced_paper_leaves_no_stale_chunks(store: Store) -> None:
    store.put([(1, [axis(0), axis(1), axis(2)]), (12, [axis(3)])])
    assert ids(store.nearest(axis(2), 1)) == [1]
    store.put([(1, [axis(4)])])
    assert store.count() == 2
    assert dict(store.nearest(axis(2), 5))[1] == pytest.approx(0.0)
    assert ids(store.nearest(axis(4), 1)) == [1]


def test_a_deleted_paper_is_gone_and_its_neighbours_stay(store: Store) -> None:
    store.put([(1, [axis(0), axis(1)]), (10, [axis(0)]), (11, [axis(1)])])
    assert 1 in ids(store.nearest(axis(0), 5))
    store.delete([1, 99])
    assert ids(store.nearest(axis(0), 5)) == [10, 11]
    assert set(store.chunks()) == {10, 11}


@pytest.mark.parametrize("opened", [Compared, opened_chroma])
def test_reopening_sees_what_was_stored(tmp_path: Path, opened: Callable[[Path], Store]) -> None:
    vectors = random_vectors(50)
    first = opened(tmp_path)
    first.put([(number, [vector]) for number, vector in enumerate(vectors)])
    expected = first.nearest(vectors[3], 5)
    first.close()
    again = opened(tmp_path)
    assert ids(again.nearest(vectors[3], 5)) == ids(expected)
    assert again.count() == 50
    again.close()


def test_more_chunks_than_chroma_takes_at_once_are_stored(tmp_path: Path) -> None:
    vectors = random_vectors(5_600, 4)
    store = opened_chroma(tmp_path)
    store.put([(number // 2, [vectors[number], vectors[number + 1]]) for number in range(0, 5_600, 2)])
    assert store.count() == 5_600
    assert ids(store.nearest(vectors[5_599], 1)) == [2_799]
    store.close()


def test_vectors_of_another_length_are_refused_and_the_others_stay(store: Store) -> None:
    store.put([(1, [axis(0)])])
    with pytest.raises(LibraryMismatchError, match="askpapers rebuild --library") as caught:
        store.put([(2, [axis(0, dimension=5)])])
    assert len(str(caught.value).splitlines()) == 1
    assert ids(store.nearest(axis(0), 5)) == [1]


def test_damaged_files_are_told_in_one_line_with_the_command_that_mends_them(tmp_path: Path) -> None:
    store = opened_chroma(tmp_path)
    store.put([(1, [axis(0)])])
    store.close()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(os.urandom(8_192))
    with pytest.raises(LibraryDamagedError, match="askpapers rebuild") as caught:
        opened_chroma(tmp_path)
    assert len(str(caught.value).splitlines()) == 1
