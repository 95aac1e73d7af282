"""The library's language model as LlamaIndex's, when a reply breaks off: told in every way of asking, kept in none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage

from rag.errors import ModelError
from rag.integrations.llama_index.adapters import PaperLLM
from rag.library import Library

HALF = "Query and passage are encoded"
ASKED = [ChatMessage(role="user", content="How was it?")]


@pytest.fixture
def llm(chat_server: Any, sample_folder: Path) -> Iterator[PaperLLM]:
    with Library.open(sample_folder, chat_server.settings(timeout=30)) as library:
        yield library.as_llm()


def all_of(stream: AsyncIterator[Any] | Awaitable[Any]) -> list[Any]:
    async def read() -> list[Any]:
        came = await stream if isinstance(stream, Awaitable) else stream
        return [piece async for piece in came] if isinstance(came, AsyncIterator) else [came]

    return asyncio.run(read())


WAYS: dict[str, Callable[[PaperLLM], Any]] = {
    "complete": lambda llm: [llm.complete("How was it?")],
    "chat": lambda llm: [llm.chat(ASKED)],
    "stream_complete": lambda llm: list(llm.stream_complete("How was it?")),
    "stream_chat": lambda llm: list(llm.stream_chat(ASKED)),
    "acomplete": lambda llm: all_of(llm.acomplete("How was it?")),
    "achat": lambda llm: all_of(llm.achat(ASKED)),
    "astream_complete": lambda llm: all_of(llm.astream_complete("How was it?")),
    "astream_chat": lambda llm: all_of(llm.astream_chat(ASKED)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("then", "told"),
    [
        pytest.param({"cut": True}, "the connection broke", id="cut"),
        pytest.param(
            {"steps": (b'event: error\ndata: {"message": "out of memory"}\n\n',)}, "out of memory", id="error"
        ),
        pytest.param({"finish": "SAFETY"}, "a content filter stepped in", id="filter"),
    ],
)
def test_a_reply_that_breaks_off_is_an_error_however_it_was_asked_for(
    chat_server: Any, llm: PaperLLM, way: str, then: dict[str, Any], told: str
) -> None:
    how = dict(then)
    chat_server.says(HALF, *how.pop("steps", ()), **how)
    with pytest.raises(ModelError, match=rf"The reply of openai:tiny broke off: .*{told}.*\. Ask again\."):
        WAYS[way](llm)


@pytest.mark.parametrize("way", WAYS)
def test_a_reply_that_falls_silent_is_an_error_however_it_was_asked_for(
    chat_server: Any, sample_folder: Path, way: str
) -> None:
    chat_server.says(HALF, 30.0)
    with (
        Library.open(sample_folder, chat_server.settings(timeout=0.5)) as library,
        pytest.raises(ModelError, match=r"silent for 0\.5 s|within 0\.5 s"),
    ):
        WAYS[way](library.as_llm())


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_reply_is_the_same_in_every_way(chat_server: Any, llm: PaperLLM, way: str) -> None:
    chat_server.says(HALF, " separately.")
    assert str(WAYS[way](llm)[-1]).removeprefix("assistant: ") == f"{HALF} separately."


def test_what_came_before_a_stream_breaks_off_was_handed_on(chat_server: Any, llm: PaperLLM) -> None:
    chat_server.says(HALF, cut=True)
    with closing(llm.stream_complete("How was it?")) as pieces:
        assert next(pieces).text == HALF
        with pytest.raises(ModelError):
            next(pieces)


def test_a_way_of_ones_own_to_write_a_prompt_counts_for_every_chat(chat_server: Any, sample_folder: Path) -> None:
    chat_server.says("Fine.")
    with Library.open(sample_folder, chat_server.settings()) as library:
        llm = PaperLLM(library.as_llm()._model, library.settings, messages_to_prompt=lambda messages: "My own words")
        for way in ("chat", "stream_chat", "achat", "astream_chat"):
            WAYS[way](llm)
    assert {asked.body["messages"][0]["content"] for asked in chat_server.asked} == {"My own words"}
