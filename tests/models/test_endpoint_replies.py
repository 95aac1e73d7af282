"""Replies of an endpoint that are no embeddings, and how many requests it gets."""

import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import EmbeddingError, LibraryMismatchError, ModelError
from rag.library import Library
from rag.models.embedders.openai import OpenAIEmbedder
from rag.models.llms import load_model
from rag.settings import Settings
from tests.http_server import QuietHandler, listening

MakePaper = Callable[..., dict[str, Any]]
WriteJsonl = Callable[..., Path]


class Server:
    def __init__(self) -> None:
        self.change: Callable[[dict[str, Any]], Any] = lambda reply: reply
        self.sizes: list[int] = []


@pytest.fixture
def server() -> Iterator[tuple[Server, Settings]]:
    known = Server()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            texts = self.body()["input"]
            known.sizes.append(len(texts))
            data = []
            for number, text in enumerate(texts):
                vector = np.zeros(64)
                for word in re.findall(r"\w+", text.lower()):
                    vector[zlib.crc32(word.encode()) % 64] += 1
                data.append({"object": "embedding", "index": number, "embedding": vector.tolist()})
            content = known.change({"object": "list", "model": "tiny", "data": data})
            body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            kind = "text/html" if isinstance(content, str) else "application/json"
            self.send(200, body, {"Content-Type": kind})

    with listening(Handler) as address:
        yield known, Settings(embedding="openai:tiny", openai_base_url=f"{address}/v1", openai_api_key="sk-secret")


def each(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], Any]:
    def changed(reply: dict[str, Any]) -> dict[str, Any]:
        for item in reply["data"]:
            change(item)
        return reply

    return changed


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda reply: "<html>Welcome</html>", id="html page"),
        pytest.param(lambda reply: {"message": "hello"}, id="no data"),
        pytest.param(lambda reply: [], id="a list"),
        pytest.param(each(lambda item: item.update(embedding=None)), id="null vector"),
        pytest.param(each(lambda item: item.update(embedding=["a"])), id="text for numbers"),
        pytest.param(each(lambda item: item.update(embedding=[])), id="empty vector"),
    ],
)
def test_a_reply_without_usable_vectors_is_an_embedding_error(
    server: tuple[Server, Settings],
    tmp_path: Path,
    write_jsonl: WriteJsonl,
    paper: MakePaper,
    change: Callable[[dict[str, Any]], Any],
) -> None:
    known, settings = server
    with Library.open(tmp_path / "e.library", settings) as library:
        library.ingest([write_jsonl(*map(paper, range(5)))])
        known.change = change
        with pytest.raises(EmbeddingError):
            library.search("aaad method")
        with pytest.raises(EmbeddingError):
            library.ingest([write_jsonl(paper(7), paper(8), name="b.jsonl")])


def test_an_ingest_over_an_endpoint_sends_papers_in_batches(
    server: tuple[Server, Settings], tmp_path: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    known, settings = server
    with Library.open(tmp_path / "e.library", settings) as library:
        library.ingest([write_jsonl(*map(paper, range(40)))])
    assert len(known.sizes) <= 4, f"{len(known.sizes)} requests for 40 papers"


def test_vectors_of_another_dimension_are_refused_with_the_command_that_mends_it(
    server: tuple[Server, Settings], tmp_path: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    known, settings = server
    with Library.open(tmp_path / "e.library", settings) as library:
        library.ingest([write_jsonl(*map(paper, range(5)))])
        known.change = each(lambda item: item.update(embedding=[0.5] * 32))
        for attempt in (
            lambda: library.search("some method"),
            lambda: library.ingest([write_jsonl(paper(7), name="b.jsonl")]),
        ):
            with pytest.raises(LibraryMismatchError, match="askpapers rebuild"):
                attempt()


def test_without_key_and_address_nothing_is_sent_anywhere(tmp_path: Path) -> None:
    missing = pytest.raises(EmbeddingError, match="OPENAI_API_KEY is not set")
    with Library.open(tmp_path / "new.library", Settings(embedding="openai:tiny")) as library, missing:
        library.search("anything")
    with pytest.raises(EmbeddingError, match="OPENAI_BASE_URL"):
        OpenAIEmbedder("tiny", Settings())
    with pytest.raises(ModelError, match="OPENAI_API_KEY is not set"):
        load_model(Settings(llm="openai:tiny"))
    assert load_model(Settings()) is None
