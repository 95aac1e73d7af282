"""Server-sent events, however they are cut, ended and written."""

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.endpoints.sse import LONGEST, Event, EventReader


def events(*blocks: bytes) -> list[Event]:
    reader = EventReader()
    return [event for block in blocks for event in reader.feed(block)] + list(reader.end())


def said(content: str) -> str:
    return json.dumps({"content": content}, ensure_ascii=False)


@given(st.lists(st.text()), st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 400)), st.booleans())
def test_however_a_stream_is_cut_its_events_are_the_same(
    contents: list[str],
    end: str,
    cuts: Sequence[int],
    marked: bool,  # noqa: FBT001
) -> None:
    lines = [f"data: {said(content)}{end}{end}" for content in contents]
    stream = ("\ufeff" if marked else "").encode() + "".join(lines).encode("utf-8", "surrogatepass")
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    blocks = [stream[start:stop] for start, stop in pairwise(edges)]
    assert events(*blocks) == [Event("", said(content)) for content in contents]


@pytest.mark.parametrize(
    "stream",
    [
        b"retry: 3000\n\ndata: {}\n\n",
        b"id: 1\n\n: ping\n\ndata: {}\n\n",
        b"data:\n\ndata: \n\ndata\n\ndata:{}\n\n",
        b": a comment\n\n:\n\ndata: {}\n\n",
        b"data: {}",
        b"data: {}\n",
        b"\n\n\r\n\r\ndata: {}\r\n\r\n",
        b"\xef\xbb\xbfdata: {}\n\n",
        b"unknown: field\nid:\ndata: {}\n\n",
        b"data: {\ndata: }\n\n",
    ],
)
def test_what_is_no_data_is_passed_over(stream: bytes) -> None:
    assert [json.loads(event.data) for event in events(stream) if event.data.lstrip().startswith("{")] == [{}]


def test_lines_without_an_empty_one_between_them_are_events_of_their_own() -> None:
    assert events(b"data: {}\ndata: [1]\ndata: [DONE]\n") == [Event("", "{}"), Event("", "[1]"), Event("", "[DONE]")]


def test_an_event_is_there_with_its_line_and_waits_for_no_other() -> None:
    assert list(EventReader().feed(b"data: {}\n")) == [Event("", "{}")]


def test_an_event_keeps_its_name_and_hands_it_to_no_other() -> None:
    stream = b'event: error\ndata: {"message": "no"}\n\ndata: {}\n\nevent: ping\n\ndata: {}\n\n'
    assert [event.name for event in events(stream)] == ["error", "", ""]


def test_letters_that_only_unicode_takes_for_the_end_of_a_line_stay() -> None:
    content = "a\u2028b\u2029c\x85d\x0be\x0cf"
    assert events(f"data: {said(content)}\n\n".encode()) == [Event("", said(content))]


@pytest.mark.parametrize("indent", [None, 2])
def test_one_piece_of_json_in_place_of_a_stream_is_one_event(indent: int | None) -> None:
    whole = json.dumps({"choices": [{"message": {"content": "a\n\ndata: b"}}], "usage": {}}, indent=indent)
    assert [json.loads(event.data) for event in events(whole.encode())] == [json.loads(whole)]


def test_lines_of_json_are_events() -> None:
    assert events(b'{"a": 1}\n{"b": 2}\n') == [Event("", '{"a": 1}'), Event("", '{"b": 2}')]


@pytest.mark.parametrize("text", ["<html>\ndata: x\n</html>", "404 page not found", "Ollama is running\n"])
def test_what_is_no_stream_at_all_is_given_whole(text: str) -> None:
    assert [event.data for event in events(text.encode())] == [text.rstrip("\n")]


def test_bytes_that_are_no_text_break_nothing() -> None:
    [event] = events(b'data: {"a": "\xff\xfe"}\n\n')
    assert set(json.loads(event.data)["a"]) == {"\ufffd"}


def test_a_stream_without_an_end_is_given_up() -> None:
    with pytest.raises(ValueError, match="without end"):
        events(*[b"<p>" * (LONGEST // 100) + b"\n"] * 100)
