"""The token states on disk: stored whole or not at all, and the same when read again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.errors import LibraryDamagedError, StorageError
from rag.storage.index.token_embeddings import DIMENSION, TokenEmbeddings, compress, expand
from rag.storage.index.token_store import TokenStore

ADVICE = "Make them anew with: askpapers rebuild"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TokenStore]:
    opened = TokenStore(tmp_path / "states.sqlite3", ADVICE)
    yield opened
    opened.close()


def made_up(tokens: int, seed: int = 1) -> TokenEmbeddings:
    rows = np.random.default_rng(seed).standard_normal((tokens, 384)).astype(np.float32)
    return compress(rows, np.arange(tokens, dtype=np.uint16) // 10)


def same(left: TokenEmbeddings, right: TokenEmbeddings) -> bool:
    return [part.tobytes() for part in left] == [part.tobytes() for part in right]


@pytest.mark.parametrize("tokens", [1, 37, 500])
def test_states_come_back_as_they_were_stored(store: TokenStore, tokens: int) -> None:
    states = made_up(tokens)
    store.put({7: states})
    [(paper_id, back)] = store.get([7]).items()
    assert paper_id == 7
    assert same(back, states)
    assert back.values.shape == (tokens, DIMENSION)
    assert np.linalg.norm(expand(back), axis=1) == pytest.approx(np.ones(tokens), abs=0.02)


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
