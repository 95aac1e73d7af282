"""Whatever an index answers in place of what it should: records, an answer that is asked for again, or one line."""

import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.benchmarks.fetching import index_answers as answers
from eval.benchmarks.fetching.index_answers import Asked, Holding
from eval.benchmarks.fetching.index_server import Fault, IndexServer
from eval.benchmarks.fetching.made_papers import made
from rag.errors import FetchError
from rag.fetching import INDEXES, Wanted, fetched
from rag.fetching.cache import Answer
from rag.fetching.indexes.base import About
from rag.readers import read_content
from rag.records import Record, Rejection, Remark
from tests.fetching.conftest import MakeClient

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, 7, -1, 2.5, True, "", "x", "\ud800", [], {}, [None], {"a": []}, [[1]], 10**30]
)


class AskedAgainError(Exception):
    """An answer that the client would ask for again."""


class Odd:
    """A client whose index answers as a server of ours does, with something in it replaced."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def setting(self, name: str) -> str:
        return ""

    def get(
        self, about: About, path: str, parameters: Mapping[str, Any], check: Callable[[bytes], object], **how: Any
    ) -> Answer:
        said = {name: str(value) for name, value in parameters.items()} | {"term": "x", "usehistory": "y"}
        asked = Asked(0, about.name, path, said, {"Zotero-API-Version": "3"}, how.get("body") or b"")
        held = Holding(made(3), set())
        match about.name:
            case "pubmed":
                answer = answers.pubmed(asked, held, {})
            case "zotero":
                answer = answers.zotero(asked, held, online=False)
            case _:
                answer = vars(answers)[about.name](asked, held)
        if answer.status != 200:
            raise FetchError(about.title, "it refused", "Do otherwise.", answer.status)
        body = json.loads(answer.content)
        for _ in range(self._data.draw(st.integers(1, 3))):
            body = _replaced(body, self._data)
        content = json.dumps(body).encode()
        try:
            check(content)
        except ValueError as error:
            raise AskedAgainError from error
        return Answer(content, {"total-results": self._data.draw(st.sampled_from(["3", "", "x", "-1"]))})


def _replaced(value: Any, data: st.DataObject) -> Any:
    """Return a value with something odd in place of one that is somewhere in it."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 5)):
        name = data.draw(st.sampled_from(sorted(value)))
        return {**value, name: _replaced(value[name], data)}
    if isinstance(value, list) and value and data.draw(st.integers(0, 5)):
        place = data.draw(st.integers(0, len(value) - 1))
        return [*value[:place], _replaced(value[place], data), *value[place + 1 :]]
    return data.draw(ODD)


@pytest.mark.parametrize("index", sorted(set(INDEXES) - {"arxiv", "pubmed"}))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_odd_answer_never_ends_in_anything_but_records_or_a_line(index: str, data: st.DataObject) -> None:
    day = "2026-11-24" if index == "huggingface" else ""
    collection = data.draw(st.sampled_from(["", "River beasts"])) if index == "zotero" else ""
    wanted = Wanted(index, "" if day else "beasts", day=day, collection=collection)
    try:
        page = INDEXES[index].page(wanted, Odd(data), "")
    except (FetchError, AskedAgainError):
        return
    assert page.size >= 0
    for found in read_content(page.content, "here"):
        assert isinstance(found, Record | Rejection | Remark)


def test_a_network_that_wants_a_login_is_told_as_such(client: MakeClient, indexes: IndexServer) -> None:
    """It answers in the place of every server: with a page of its own, or with a status that is made for it."""
    page = b"\n<!DOCTYPE html><html><head><title>Welcome to our hotel</title></head></html>"
    for fault, tries in ((Fault(body=page), 5), (Fault(511, body=page), 1)):
        before = len(indexes.asked)
        indexes.misbehaves("openalex", *[fault] * tries)
        with pytest.raises(FetchError, match="may want a login first") as refused:
            list(fetched(Wanted("openalex", f"otters {tries}"), client()))
        assert "Error" not in str(refused.value)
        assert len(indexes.asked) - before == tries


@pytest.mark.parametrize("packing", ["gzip, gzip", "br"])
def test_what_could_unpack_to_any_size_is_not_unpacked(
    client: MakeClient, indexes: IndexServer, packing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A piece of what is packed once grows a thousandfold at most; twice, or with Brotli, a piece fills the memory."""
    monkeypatch.setattr("rag.fetching.sending.LARGEST", 1_000)
    bomb = gzip.compress(gzip.compress(bytes(100_000)))  # would be told as too large
    indexes.misbehaves("openalex", *[Fault(headers={"Content-Encoding": packing}, body=bomb)] * 5)
    with pytest.raises(FetchError, match="can't be unpacked"):
        list(fetched(Wanted("openalex", "otters"), client()))
    assert {one.headers["Accept-Encoding"] for one in indexes.asked} == {"gzip, deflate"}
