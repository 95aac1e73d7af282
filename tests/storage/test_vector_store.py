"""The kept vectors on disk: whole or absent, half the size, checked row by row, and read without their vectors."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rag.errors import LibraryDamagedError, LibraryMismatchError, StorageError
from rag.storage.index import exact
from rag.storage.index.vector_store import VectorStore
from rag.utils.arrays import Matrix, unit

ADVICE = "Make them anew with: askpapers rebuild"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    opened = VectorStore(tmp_path / "vectors.sqlite3", ADVICE)
    yield opened
    opened.close()


def vectors(number: int, dimension: int = 384, seed: int = 1) -> Matrix:
    return unit(np.random.default_rng(seed).standard_normal((number, dimension)).astype(np.float32))


def changed(store: VectorStore, paper_id: int) -> None:
    """Flip a bit of what is kept of a paper."""
    with closing(sqlite3.connect(store.path)) as connection, connection:
        [(values,)] = connection.execute('SELECT "values" FROM vectors WHERE paper_id = ?', (paper_id,)).fetchall()
        flipped = bytes([values[0] ^ 1]) + values[1:]
        connection.execute('UPDATE vectors SET "values" = ? WHERE paper_id = ?', (flipped, paper_id))


@settings(deadline=None)  # a new file each time, which a loaded machine writes when it can
@given(arrays(np.float32, st.tuples(st.integers(1, 5), st.just(8)), elements=st.floats(-1, 1, width=16)))
def test_what_fits_into_16_bits_comes_back_bit_by_bit(tmp_path_factory: pytest.TempPathFactory, rows: Matrix) -> None:
    store = VectorStore(tmp_path_factory.mktemp("kept") / "vectors.sqlite3", ADVICE)
    store.put([(7, rows)])
    assert store.get([7])[7].tobytes() == rows.tobytes()
    assert store.load().matrix == pytest.approx(unit(rows), abs=1e-6)
    store.close()


def test_cosines_of_what_is_kept_differ_by_less_than_a_thousandth_and_so_does_the_top_ten(store: VectorStore) -> None:
    rows, questions = vectors(2_000), vectors(40, seed=2)
    store.put([(number, rows[number : number + 1]) for number in range(len(rows))])
    kept = store.load().matrix
    for question in questions:
        before, after = rows @ question, kept @ question
        assert np.abs(before - after).max() < 1e-3
        assert before[np.argsort(-after)[:10]].min() > np.sort(before)[-10] - 1e-3


def test_a_paper_takes_less_than_a_kilobyte(store: VectorStore) -> None:
    store.put([(number, row[None]) for number, row in enumerate(vectors(5_000), start=1)])
    store.close()
    assert store.path.stat().st_size / 5_000 < 1_000


def test_chunks_are_counted_and_papers_named(store: VectorStore) -> None:
    store.put([(3, vectors(2)), (1, vectors(1))])
    assert (store.count(), store.chunks(), store.ids(), store.dimension()) == (3, {1: 1, 3: 2}, {1, 3}, 384)
    assert store.among([1, 2, 9]) == {1}
    loaded = store.load()
    assert (loaded.papers.tolist(), loaded.starts.tolist()) == ([1, 3], [0, 1])
    store.delete([1, 99])
    assert store.chunks() == {3: 2}


def test_an_empty_store_holds_nothing(store: VectorStore) -> None:
    assert (store.count(), store.ids(), store.dimension()) == (0, set(), None)
    assert exact.nearest(store.load(), vectors(1)[0], 5) == []
    assert exact.by_paper(store.load())[1].shape == (0, 0)


def test_a_paper_stored_again_is_replaced_whole(store: VectorStore) -> None:
    store.put([(1, vectors(3))])
    store.put([(1, vectors(1, seed=2))])
    assert store.count() == 1


def test_a_write_that_does_not_fit_leaves_what_was_there(store: VectorStore) -> None:
    store.put([(1, vectors(1))])
    store._rows.run("PRAGMA max_page_count = 12")
    with pytest.raises(StorageError, match=r"full.*make room"):
        store.put([(number, vectors(9)) for number in range(1, 90)])
    assert store.chunks() == {1: 1}


def test_a_flipped_bit_is_told_with_its_paper_and_the_others_are_still_had(store: VectorStore) -> None:
    store.put([(number, vectors(1, seed=number)) for number in (1, 2, 3)])
    changed(store, 2)
    for read in (store.load, lambda: store.get([1, 2]), lambda: list(store.pages())):
        with pytest.raises(LibraryDamagedError, match=r"other vectors of paper 2 than were written.*rebuild"):
            read()
    assert set(store.get([1, 2, 3], damaged=True)) == {1, 3}
    assert len(store.damage()) == 1


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7, 0.8, 0.9, 0.95])
def test_a_file_that_lost_its_end_is_told_and_read_to_no_end(store: VectorStore, share: float) -> None:
    store.put([(number, vectors(1, seed=number)) for number in range(1, 25)])
    store.close()
    content = store.path.read_bytes()
    store.path.write_bytes(content[: int(len(content) * share)])
    with (
        pytest.raises(LibraryDamagedError, match="askpapers rebuild"),
        closing(VectorStore(store.path, ADVICE, create=False)) as opened,  # that may be what tells it already
    ):
        opened.load()


def test_vectors_of_another_length_are_refused(store: VectorStore) -> None:
    store.put([(1, vectors(1))])
    with pytest.raises(LibraryMismatchError, match=r"dimension 8, not 384.*rebuild"):
        store.put([(2, vectors(1, dimension=8))])


def test_many_vectors_are_compared_in_16_bits_as_exactly(monkeypatch: pytest.MonkeyPatch, store: VectorStore) -> None:
    rows = vectors(700, dimension=16)
    store.put([(number, rows[number : number + 1]) for number in range(len(rows))])
    few = store.load()
    monkeypatch.setattr("rag.storage.index.vector_store.EXACT_LIMIT", 100)
    monkeypatch.setattr(exact, "BLOCK", 64)
    many = store.load()
    assert (few.matrix.itemsize, many.matrix.itemsize) == (4, 2)
    left, right = exact.nearest(few, rows[5], 10), exact.nearest(many, rows[5], 10)
    assert [paper_id for paper_id, _ in left] == [paper_id for paper_id, _ in right]
    assert [score for _, score in left] == pytest.approx([score for _, score in right], abs=1e-6)
