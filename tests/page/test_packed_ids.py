"""Ids of many papers on their way to the server: few letters, the same papers."""

import json
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.page.browser import TULIPS, OpenTab
from ui.page.calls.asking import Bounds
from ui.page.calls.packed import unpacked

STORED = """
    const done = arguments[0];
    indexedDB.open("askpapers").onsuccess = ({ target: { result: base } }) => {
      const all = base.transaction("exchanges").objectStore("exchanges").getAll();
      all.onsuccess = () => (base.close(), done(all.result));
    };"""
WATCHED = """
    window.carried = [];
    const plain = window.fetch;
    window.fetch = async (where, how) => {
      const reply = await plain(where, how);
      if (String(how?.body).includes('"ask"')) window.carried.push(how.body, await reply.clone().text());
      return reply;
    };"""


def packed(ids: Iterable[int]) -> str:
    """Return ids as the browser packs them."""
    written, last = bytearray(), 0
    for one in sorted(set(ids)):
        gap, last = one - last, one
        while gap > 127:
            written.append(128 | gap % 128)
            gap //= 128
        written.append(gap)
    return b64encode(written).decode()


@given(st.sets(st.integers(1, 2**40)))
def test_whatever_is_packed_is_read_as_it_was(ids: set[int]) -> None:
    assert unpacked(packed(ids)) == sorted(ids)


def test_twenty_thousand_of_a_hundred_thousand_papers_take_less_than_thirty_kilobytes() -> None:
    ids = range(3, 100_003, 5)
    assert len(packed(ids)) < 30_000
    assert Bounds.model_validate({"papers": packed(ids)}).papers == tuple(ids)


@pytest.mark.parametrize("text", ["%", "AQE", "ü", b64encode(b"\xff" * 12).decode(), "AQEB" * 100_000])
def test_a_text_that_packs_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Bounds.model_validate({"papers": text})


@given(st.text())
def test_any_text_gives_ids_or_is_refused(text: str) -> None:
    try:
        found = unpacked(text)
    except ValueError:
        return
    assert found == sorted(found)


def test_many_chosen_papers_are_sent_packed_and_asked_alone(
    open_tab: OpenTab, serve_page: Any, own_samples: Path
) -> None:
    tab = open_tab(serve_page(own_samples))
    chosen = [*range(1, 16), *range(1_000, 4_000, 7), 3_000_000]
    bounds = json.dumps({"papers": chosen, "label": "those of a search"})
    tab.run("sessionStorage.setItem('askpapers.bounds', arguments[0])", bounds)
    tab.load()
    tab.run(WATCHED)
    tab.ask(TULIPS)
    asked, answered = tab.run("return window.carried")
    assert unpacked(json.loads(asked)["data"][1]["bounds"]["papers"]) == chosen
    assert len(asked) < 1_500
    assert str(chosen[-3:])[1:-1] not in answered  # the browser has them
    [kept] = tab.driver.execute_async_script(STORED)
    assert kept["bounds"]["papers"] == chosen
    assert kept["answer"]["searched"]["papers"] == 15
    assert kept["answer"]["searched"]["filters"]["papers"] == chosen
