"""The token states on disk: stored whole or not at all, and the same when read again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import LibraryDamagedError, StorageError
from rag.storage.index.token_embeddings import DIMENSION, Form, TokenEmbeddings, compress, expand
from rag.storage.index.token_store import LONGEST_RUN, TokenStore, of_runs, to_runs
from rag.testing.made_up import is_same as same

ADVICE = "Make them anew with: askpapers rebuild"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TokenStore]:
    opened = TokenStore(tmp_path / "states.sqlite3", ADVICE)
    yield opened
    opened.close()


def made_up(tokens: int, seed: int = 1) -> TokenEmbeddings:
    rows = np.random.default_rng(seed).standard_normal((tokens, 384)).astype(np.float32)
    return compress(rows, np.arange(tokens, dtype=np.uint16) // 10)


@pytest.mark.parametrize("tokens", [1, 37, 500])
def test_states_come_back_as_they_were_stored(store: TokenStore, tokens: int) -> None:
    states = made_up(tokens)
    store.put({7: states})
    [(paper_id, back)] = store.get([7]).items()
    assert paper_id == 7
    assert same(back, states)
    assert back.values.shape == (tokens, DIMENSION)
    assert np.linalg.norm(expand(back), axis=1) == pytest.approx(np.ones(tokens), abs=0.02)


def principal(tokens: int, seed: int = 1) -> TokenEmbeddings:
    rows = np.random.default_rng(seed).standard_normal((tokens, 384)).astype(np.float32)
    return compress(rows, np.arange(tokens, dtype=np.uint16) // 10, Form.PRINCIPAL)


@pytest.mark.parametrize("tokens", [1, 37, 500])
def test_states_in_the_principal_form_come_back_as_they_were_stored(store: TokenStore, tokens: int) -> None:
    store.put({7: principal(tokens), 8: made_up(tokens)})
    back = store.get([7, 8])
    assert same(back[7], principal(tokens))
    assert same(back[8], made_up(tokens))
    assert store.in_form(Form.PRINCIPAL) == {7}
    assert store.in_form(Form.SIGNED) == {8}
    assert not store.begins_signed()
    [(size,)] = store._rows.run(
        'SELECT length("values") + length(scales) + length(sentences) FROM states WHERE paper_id = 7'
    )
    assert size <= 48 * tokens + 4 * (tokens // 10 + 1) + 20


def test_rows_of_before_there_were_forms_are_read_and_can_be_replaced(tmp_path: Path) -> None:
    path, before = tmp_path / "states.sqlite3", made_up(12)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            'CREATE TABLE states (paper_id INTEGER PRIMARY KEY, "values" BLOB NOT NULL, scales BLOB NOT NULL, '
            "sentences BLOB NOT NULL)"
        )
        parts = [part.tobytes() for part in before[:3]]
        connection.executemany("INSERT INTO states VALUES (?, ?, ?, ?)", [(1, *parts), (2, *parts)])
    with closing(TokenStore(path, ADVICE, create=False)) as store:
        assert store.begins_signed()
        store.put({2: principal(12)})
        assert same(store.get([1])[1], before)
        assert same(store.get([2])[2], principal(12))
        assert store.begins_signed()
        assert store.damage() == []


def test_a_form_that_nobody_knows_is_damage(store: TokenStore) -> None:
    store.put({1: principal(3)})
    store._rows.put([(2, b"1234", "axes 8x1", b"")])
    with pytest.raises(LibraryDamagedError, match=r"'axes 8x1'.*askpapers rebuild"):
        store.get([1, 2])


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, 65535), st.sampled_from([1, 2, 30, LONGEST_RUN, LONGEST_RUN + 1])), max_size=5)
)
def test_sentences_come_back_from_their_runs(given_runs: list[tuple[int, int]]) -> None:
    sentences = np.repeat(*np.array(given_runs, np.uint32).reshape(-1, 2).T).astype(np.uint16)
    assert of_runs(to_runs(sentences)).tolist() == sentences.tolist()


def test_papers_without_states_are_left_out(store: TokenStore) -> None:
    store.put({1: made_up(3), 2: made_up(4)})
    assert set(store.get([2, 3])) == {2}
    assert store.get([]) == {}
    assert store.ids() == {1, 2}


def test_storing_a_paper_again_replaces_its_states(store: TokenStore) -> None:
    store.put({1: made_up(3), 2: made_up(5)})
    store.put({1: made_up(8, seed=2)})
    assert same(store.get([1])[1], made_up(8, seed=2))
    assert same(store.get([2])[2], made_up(5))


def test_deleted_states_are_gone_and_the_others_stay(store: TokenStore) -> None:
    store.put({number: made_up(number) for number in (1, 2, 3)})
    store.delete([1, 3, 99])
    assert store.ids() == {2}


def test_a_write_that_does_not_fit_leaves_what_was_there(store: TokenStore) -> None:
    store.put({1: made_up(3)})
    store._rows.run("PRAGMA max_page_count = 10")
    with pytest.raises(StorageError, match=r"full.*make room"):
        store.put({1: made_up(4), 2: made_up(900)})
    assert same(store.get([1])[1], made_up(3))
    assert store.ids() == {1}
    store._rows.run("PRAGMA max_page_count = 100000")
    store.put({2: made_up(900)})
    assert store.ids() == {1, 2}


def test_another_reader_sees_what_is_stored_and_so_does_a_later_one(store: TokenStore) -> None:
    reader = TokenStore(store.path, ADVICE)
    store.put({1: made_up(6)})
    assert same(reader.get([1])[1], made_up(6))
    reader.close()
    store.close()
    later = TokenStore(store.path, ADVICE)
    assert same(later.get([1])[1], made_up(6))
    assert later.damage() == []
    later.close()


def test_a_file_that_is_no_database_is_damage_of_one_line(tmp_path: Path) -> None:
    path = tmp_path / "states.sqlite3"
    path.write_bytes(b"no database " * 1_000)
    with pytest.raises(LibraryDamagedError, match="askpapers rebuild") as caught:
        TokenStore(path, ADVICE)
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_lost_its_end_is_told(store: TokenStore) -> None:
    store.put({number: made_up(200, seed=number) for number in range(1, 9)})
    store.close()
    content = store.path.read_bytes()
    store.path.write_bytes(content[: len(content) // 2])
    with pytest.raises(LibraryDamagedError, match="askpapers rebuild"):
        TokenStore(store.path, ADVICE)
