"""Rows of conversations that are kept for users: merged by fields, told by versions, apart from everybody else's."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.catalog.users import conversations
from rag.storage.catalog.users.conversations import KeptConversations, KeptRow, RowChange, merged
from rag.storage.layout import make_folder


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """An empty catalog."""
    make_folder(tmp_path / "a.library")
    with closing(open_catalog(tmp_path / "a.library")) as opened:
        yield opened


@pytest.fixture
def ada(catalog: Catalog) -> KeptConversations:
    return KeptConversations(catalog.database, "ada")


def change(name: str, fields: dict[str, Any] | None, kind: str = "exchange", within: str = "c") -> RowChange:
    return RowChange(kind, name, within, fields)


def as_it_is(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    del kind
    return row


def all_of(kept: KeptConversations, since: int = 0) -> tuple[list[KeptRow], int]:
    """Return all rows after a version, over as many tellings as it takes."""
    found: list[KeptRow] = []
    more = True
    while more:
        rows, since, more = kept.since(since)
        found += rows
    return found, since


def test_two_that_change_one_row_both_have_their_way(ada: KeptConversations) -> None:
    ada.change([change("e", {"question": "What?", "good": None})], as_it_is)
    ada.change([change("e", {"good": True})], as_it_is)
    ada.change([change("e", {"note": "fine"})], as_it_is)
    [row], _ = all_of(ada)
    assert row.told == {"question": "What?", "good": True, "note": "fine"}


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)), max_size=5))
def test_of_each_field_the_last_word_counts(said: list[dict[str, int]]) -> None:
    row: dict[str, Any] = {}
    for fields in said:
        row = merged(row, {**fields, "active": fields})
    expected = {name: value for fields in said for name, value in fields.items()}
    assert {name: value for name, value in row.items() if name != "active"} == expected
    assert row.get("active", {}) == expected


def test_who_asks_again_is_told_only_what_is_new(ada: KeptConversations) -> None:
    for number in range(35):
        ada.change([change(f"e{number}", {"n": number})], as_it_is)
    rows, version = all_of(ada)
    assert [row.row_id for row in rows] == [f"e{number}" for number in range(35)]
    assert all_of(ada, version) == ([], version)
    ada.change([change("e3", {"n": "new"})], as_it_is)
    assert [row.row_id for row in all_of(ada, version)[0]] == ["e3"]


def test_a_version_of_another_past_is_answered_by_the_one_there_is(ada: KeptConversations) -> None:
    ada.change([change("e", {"n": 1})], as_it_is)
    assert ada.since(99) == ([], 1, False)


def test_users_have_rows_of_one_id_apart(catalog: Catalog, ada: KeptConversations) -> None:
    bob = KeptConversations(catalog.database, "bob")
    ada.change([change("e", {"who": "ada"})], as_it_is)
    his = change("f", {"who": "bob"}, within="d")
    bob.change([his, change("e", {"who": "bob"}), change("c", None, "conversation")], as_it_is)
    assert [row.told for row in all_of(ada)[0]] == [{"who": "ada"}]
    assert [row.told for row in all_of(bob)[0]] == [{"who": "bob"}]  # the other is forgotten; hers stays


def test_what_is_forgotten_for_good_leaves_nothing_and_never_comes_back(
    catalog: Catalog, ada: KeptConversations
) -> None:
    ada.change([change("c", {"title": "Zebra"}, "conversation"), change("e", {"question": "Zebra?"})], as_it_is)
    _, version = all_of(ada)
    ada.change([change("c", None, "conversation")], as_it_is)
    assert {(row.row_id, row.told) for row in all_of(ada, version)[0]} == {("c", None), ("e", None)}
    assert all_of(ada)[0] == []
    ada.change([change("e", {"question": "Zebra?"})], as_it_is)  # a browser that hasn't heard of it
    assert all_of(ada)[0] == []
    assert "Zebra" not in str(catalog.database.all("SELECT * FROM kept_rows"))


def test_what_was_deleted_long_ago_is_forgotten_once_a_new_browser_asks(
    ada: KeptConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    ada.change([change("c", {"deleted": int(now * 1000)}, "conversation"), change("e", {"n": 1})], as_it_is)
    assert len(all_of(ada)[0]) == 2
    monkeypatch.setattr("time.time", lambda: now + conversations.KEPT_FOR + 1)
    assert all_of(ada)[0] == []


def test_a_row_that_is_not_whole_is_told_and_the_others_are_kept(ada: KeptConversations) -> None:
    lacking = ada.change(
        [change("e1", {"n": 1}), change("e2", {"half": 1})], lambda _, row: row if "n" in row else None
    )
    assert lacking == ["e2"]
    assert [row.row_id for row in all_of(ada)[0]] == ["e1"]


def test_browsers_at_once_lose_nothing(catalog: Catalog) -> None:
    def work(browser: int) -> None:
        kept = KeptConversations(catalog.database, "ada")
        for number in range(20):
            kept.change([change(f"e{browser}-{number}", {"n": number}), change("c", {f"b{browser}": number})], as_it_is)

    threads = [threading.Thread(target=work, args=[browser]) for browser in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows, version = all_of(KeptConversations(catalog.database, "ada"))
    assert version == 80
    assert len(rows) == 81
    assert next(row.told for row in rows if row.row_id == "c") == {f"b{browser}": 19 for browser in range(4)}
