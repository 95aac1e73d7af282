"""Embeddings from an OpenAI-compatible endpoint: a real HTTP server with made-up vectors."""

import json
import threading
import traceback
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import EmbeddingError, LibraryMismatchError
from rag.library import Library
from rag.maintenance.doctor import check
from rag.maintenance.rebuild import rebuild
from rag.models.embedders.openai import BATCH, OpenAIEmbedder
from rag.settings import Settings
from rag.text.words import stems
from tests.http_server import QuietHandler, listening

MakePaper = Callable[..., dict[str, Any]]
WriteJsonl = Callable[..., Path]

KEY = "sk-secret-1234567890"


@dataclass
class Endpoint:
    """What the server answers, and what it was asked."""

    status: int = 200
    missing: int = 0  # vectors that a reply lacks
    hang: bool = False
    url: str = ""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # authorization, body
    gone: threading.Event = field(default_factory=threading.Event)

    def reply(self, texts: list[str]) -> dict[str, Any]:
        if self.status != 200:
            return {"error": {"message": f"no service\nfor {KEY}"}}
        data = [{"object": "embedding", "index": n, "embedding": hashed(text)} for n, text in enumerate(texts)]
        # An endpoint may answer in any order: the index counts.
        return {"object": "list", "model": "tiny", "data": data[::-1][self.missing :]}


def hashed(text: str) -> list[float]:
    """Return a bag of words in 64 numbers."""
    vector = np.zeros(64)
    for stem in stems(text):
        vector[zlib.crc32(stem.encode()) % 64] += 1
    return [float(value) for value in vector]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    known = Endpoint()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.body()
            known.asked.append((self.headers["Authorization"], body))
            if known.hang:
                known.gone.wait(30)
                return
            content = json.dumps(known.reply(body["input"])).encode()
            status = known.status if self.path == "/v1/embeddings" else 404
            self.send(status, content, {"Content-Type": "application/json"})

    with listening(Handler) as address:
        known.url = f"{address}/v1"
        yield known
        known.gone.set()


def settings(endpoint: Endpoint, **changes: Any) -> Settings:
    return Settings(
        llm="extractive", embedding="openai:tiny", openai_base_url=endpoint.url, openai_api_key=KEY, **changes
    )


@pytest.fixture
def folder(endpoint: Endpoint, tmp_path: Path, write_jsonl: WriteJsonl, paper: MakePaper) -> Path:
    """A library of six papers, made over the endpoint."""
    with Library.open(tmp_path / "papers.library", settings(endpoint)) as library:
        assert library.ingest([write_jsonl(*map(paper, range(6)))]).embedded == 6
    endpoint.asked.clear()
    return tmp_path / "papers.library"


def test_papers_are_stored_found_and_cited_over_an_endpoint(endpoint: Endpoint, folder: Path, paper: MakePaper) -> None:
    with Library.open(folder, settings(endpoint)) as library:
        hits = library.search(paper(4)["title"], limit=3)
        assert hits[0].paper.key == "k4"
        assert len(hits) == 3
        answer = library.ask("What does the aaae method reach?")
        assert answer.answered
        for citation in answer.citations:
            assert citation.paper.key == "k4"
            assert citation.paper.abstract[citation.start : citation.end] == citation.quote
        assert all(finding.sound for finding in check(folder, settings(endpoint)))


def test_the_key_and_the_model_are_sent(endpoint: Endpoint, folder: Path) -> None:
    with Library.open(folder, settings(endpoint)) as library:
        library.search("some method")
    assert {authorization for authorization, _ in endpoint.asked} == {f"Bearer {KEY}"}
    assert {body["model"] for _, body in endpoint.asked} == {"tiny"}


def test_texts_are_sent_in_batches_and_come_back_in_order(endpoint: Endpoint) -> None:
    texts = [f"word{number}" for number in range(2 * BATCH + 5)]
    found = list(OpenAIEmbedder("tiny", settings(endpoint)).embed(texts))
    assert [len(body["input"]) for _, body in endpoint.asked] == [BATCH, BATCH, 5]
    for text, embedded in zip(texts, found, strict=True):
        assert embedded.vector == pytest.approx(np.array(hashed(text)))
        assert not len(embedded.tokens)


def test_a_long_abstract_is_found_by_its_end(
    endpoint: Endpoint, folder: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    filler = " ".join(f"Sentence {number} speaks of ordinary weather and of rain." for number in range(800))
    long = write_jsonl(paper(9, abstract=f"{filler} The zirconium probe reached 87 percent."), name="long.jsonl")
    with Library.open(folder, settings(endpoint)) as library:
        library.ingest([long])
        [hit] = library.search("zirconium probe", limit=1)
        assert hit.passages[0].text == "The zirconium probe reached 87 percent."
        assert sum(len(body["input"]) for _, body in endpoint.asked) > 20  # a vector for each part of it


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(({"status": 401}, "401"), id="wrong key"),
        pytest.param(({"status": 500}, "500"), id="server error"),
        pytest.param(({"missing": 1}, "vectors came for"), id="too few vectors"),
        pytest.param(({"hang": True}, "did not answer within 0.2 s"), id="no answer"),
        pytest.param(({"url": "http://127.0.0.1:9/v1"}, "can't be reached"), id="nobody there"),
    ],
)
def test_an_endpoint_that_fails_is_told_in_one_line_and_nothing_stored_is_lost(
    endpoint: Endpoint, folder: Path, write_jsonl: WriteJsonl, paper: MakePaper, failure: tuple[dict[str, Any], str]
) -> None:
    (changes, told), working = failure, settings(endpoint, timeout=5)
    more = write_jsonl(*map(paper, range(6, 9)), name="more.jsonl")
    for name, value in changes.items():
        setattr(endpoint, name, value)
    with Library.open(folder, settings(endpoint, timeout=0.2)) as library:
        attempts: list[Callable[[], object]] = [
            lambda: library.search("some method"),
            lambda: library.ask("What does it reach?"),
            lambda: library.ingest([more]),
        ]
        for attempt in attempts:
            with pytest.raises(EmbeddingError, match="openai:tiny") as caught:
                attempt()
            message = str(caught.value)
            assert told in message
            assert len(message.splitlines()) == 1
            assert KEY not in message
            assert KEY not in "".join(traceback.format_exception(caught.value))
            assert KEY not in repr(library.settings)
        assert len(library) == 6
    endpoint.status, endpoint.missing, endpoint.hang = 200, 0, False
    with Library.open(folder, working) as library:
        assert library.search(paper(4)["title"], limit=1)[0].paper.key == "k4"
        assert library.ingest([more]).embedded == 3
        assert library.search(paper(8)["title"], limit=1)[0].paper.key == "k8"


def test_a_failure_says_what_to_check(endpoint: Endpoint) -> None:
    endpoint.status = 401
    with pytest.raises(EmbeddingError, match=r"it refused the key .*Check OPENAI_API_KEY and OPENAI_BASE_URL"):
        _ = OpenAIEmbedder("tiny", settings(endpoint)).dimension


def test_the_bundled_model_is_refused_until_the_vectors_are_made_anew(
    endpoint: Endpoint, folder: Path, paper: MakePaper
) -> None:
    with pytest.raises(LibraryMismatchError, match=f"openai:tiny.*askpapers rebuild --library {folder}"):
        Library.open(folder, Settings())
    assert rebuild(folder, Settings()) == 6
    with Library.open(folder, Settings()) as library:
        assert library.search(paper(4)["title"], limit=1)[0].paper.key == "k4"
    with pytest.raises(LibraryMismatchError):
        Library.open(folder, settings(endpoint))
