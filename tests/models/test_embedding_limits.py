"""What endpoints for embeddings take, and how they say that it was too much: each is met where it is."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import EmbeddingError, LibraryMismatchError
from rag.library import Library
from rag.models.embedders.base import Embedded
from rag.models.embedders.openai import OpenAIEmbedder
from tests.models.embedding_server import (
    KEY,
    REFUSALS_OF_LONG,
    REFUSALS_OF_MANY,
    EmbeddingServer,
    Refusal,
    hashed,
    openai_form,
    serving_embeddings,
)

MakePaper = Callable[..., dict[str, Any]]
WriteJsonl = Callable[..., Path]


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with serving_embeddings() as known:
        yield known


def texts(count: int, words: int = 3) -> list[str]:
    return [f"word{number} " * words for number in range(count)]


def embedded(server: EmbeddingServer, given_texts: list[str], **settings: Any) -> list[Embedded]:
    return list(OpenAIEmbedder("tiny", server.settings(**settings)).embed(given_texts))


def right(found: list[Embedded], given_texts: list[str]) -> bool:
    expected = [np.array(hashed(text)) for text in given_texts]
    return len(found) == len(expected) and all(
        np.allclose(one.vector, other / np.linalg.norm(other), atol=1e-6)
        for one, other in zip(found, expected, strict=True)
    )


# Too many texts


@pytest.mark.parametrize("said", REFUSALS_OF_MANY)
@pytest.mark.parametrize("most", [1, 10, 32])
def test_a_server_that_takes_fewer_texts_at_once_gets_fewer_and_it_is_remembered(
    server: EmbeddingServer, said: Refusal, most: int
) -> None:
    server.most, server.too_many = most, said
    embedder = OpenAIEmbedder("tiny", server.settings())
    given_texts = texts(150)
    assert right(list(embedder.embed(given_texts)), given_texts)
    refused = [size for size in server.sizes if size > most]
    assert refused == [size for size in (64, 32, 16, 8, 4, 2) if size > most]  # each size once
    server.asked.clear()
    assert right(list(embedder.embed(given_texts[:40])), given_texts[:40])
    assert max(server.sizes) <= most


def test_a_server_that_embeds_the_first_text_alone_is_asked_one_by_one(server: EmbeddingServer) -> None:
    server.form = lambda vectors: openai_form(vectors[:1])
    given_texts = texts(9)
    assert right(embedded(server, given_texts), given_texts)


# Too long texts


@pytest.mark.parametrize("said", REFUSALS_OF_LONG)
def test_of_a_text_that_is_too_long_the_beginning_is_embedded_and_that_is_told_once(
    server: EmbeddingServer, said: Refusal, capsys: pytest.CaptureFixture[str]
) -> None:
    server.longest, server.too_long = 2_000, said
    given_texts = texts(30)
    given_texts[7] = "begun " + "long " * 1_000
    given_texts[21] = "other " + "lengthy " * 900
    found = embedded(server, given_texts)
    for place, one in enumerate(found):
        alone = np.array(hashed(given_texts[place]))
        assert float(one.vector @ (alone / np.linalg.norm(alone))) > 0.99
    told_lines = capsys.readouterr().err.splitlines()
    assert len(told_lines) == 1
    assert told_lines[0].startswith("openai:tiny refuses texts that are too long")
    kept = [len(body["input"][0]) for body in server.asked if len(body["input"]) == 1]
    assert any(1_000 <= length <= 2_000 for length in kept)  # no more is cut off than half of what fits


def test_what_a_server_tells_of_its_window_makes_papers_that_come_next_be_cut_into_parts(
    server: EmbeddingServer,
) -> None:
    server.longest = 2_000
    embedder = OpenAIEmbedder("tiny", server.settings())
    list(embedder.embed(["long " * 1_000]))
    assert embedder.window == 512


def test_many_and_long_together_are_told_apart(server: EmbeddingServer) -> None:
    server.most, server.longest = 10, 2_000
    given_texts = texts(100)
    for place in (3, 40, 41, 77):
        given_texts[place] = "long " * 1_000
    assert len(embedded(server, given_texts)) == 100
    assert len(server.asked) < 80


def test_a_refusal_for_another_reason_is_told_in_the_server_s_words_and_no_text_cut(
    server: EmbeddingServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.refusals = [Refusal(400, {"error": {"message": f"Model tiny\nhas no embeddings, {KEY}"}})] * 20
    with pytest.raises(EmbeddingError, match=r"it refused the request \(400: 'Model tiny has no embeddings, …'\)"):
        embedded(server, texts(64))
    assert len(server.asked) == 7  # 64, 32, ..., 1
    assert capsys.readouterr().err == ""


# Busy servers, options


def test_a_busy_server_is_waited_for_as_long_as_it_says(server: EmbeddingServer) -> None:
    server.refusals = [Refusal(429, {"error": "slow down"}, {"Retry-After": "0.3"})] * 2
    started = time.monotonic()
    assert right(embedded(server, ["a b"]), ["a b"])
    assert 0.6 <= time.monotonic() - started < 5


def test_a_server_that_stays_busy_is_waited_for_no_longer_than_the_timeout(server: EmbeddingServer) -> None:
    server.refusals = [Refusal(429, {"error": "slow down"}, {"Retry-After": "3600"})]
    started = time.monotonic()
    with pytest.raises(EmbeddingError, match=r"429: 'slow down'"):
        embedded(server, ["a b"], timeout=2)
    assert time.monotonic() - started < 2


def test_an_account_without_credit_is_not_waited_for(server: EmbeddingServer) -> None:
    server.refusals = [
        Refusal(429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}})
    ]
    with pytest.raises(EmbeddingError, match="exceeded your current quota"):
        embedded(server, ["a b"])
    assert len(server.asked) == 1


def test_a_server_that_knows_no_format_of_numbers_is_asked_without(server: EmbeddingServer) -> None:
    server.refusals = [
        Refusal(422, {"detail": [{"loc": ["body", "encoding_format"], "msg": "encoding_format: extra"}]})
    ]
    assert right(embedded(server, texts(3)), texts(3))
    assert "encoding_format" not in server.asked[-1]


def test_dimensions_and_prompts_are_asked_for_and_named(server: EmbeddingServer) -> None:
    settings = server.settings(dimensions=64, query_prompt="q: ", passage_prompt="p: ")
    embedder = OpenAIEmbedder("tiny", settings)
    next(iter(embedder.embed(["x"], kind="query")))
    next(iter(embedder.embed(["x"])))
    assert [body["input"] for body in server.asked] == [["q: x"], ["p: x"]]
    assert server.asked[0]["dimensions"] == 64
    assert embedder.name == "openai:tiny (64 dimensions, query prompt 'q: ', passage prompt 'p: ')"
    assert OpenAIEmbedder("tiny", server.settings()).name == "openai:tiny"


# A library


def test_a_question_is_sent_behind_its_prompt_and_a_paper_behind_its_own(
    server: EmbeddingServer, tmp_path: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    settings = server.settings(query_prompt="query: ", passage_prompt="passage: ")
    with Library.open(tmp_path / "a.library", settings) as library:
        library.ingest([write_jsonl(paper(1))])
        assert server.asked[-1]["input"][0].startswith("passage: On the ")
        server.asked.clear()
        library.search("some method")
        assert server.asked[0]["input"] == ["query: some method"]
        assert all(text.startswith("passage: ") for body in server.asked[1:] for text in body["input"])


def test_a_search_with_many_sentences_and_an_ingest_work_over_a_small_server(
    server: EmbeddingServer, tmp_path: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    server.most, server.longest = 8, 700
    sentences = " ".join(f"Sentence {number} tells of frogs." for number in range(90))
    rows = [paper(1, abstract=sentences), *(paper(number) for number in range(2, 60))]
    with Library.open(tmp_path / "a.library", server.settings()) as library:
        assert library.ingest([write_jsonl(*rows)]).embedded == 59
        hits = library.search("Sentence 88 tells of frogs", limit=1)
        assert hits[0].paper.key == "k1"
        assert hits[0].passages[0].text == "Sentence 88 tells of frogs."
        assert sum(server.sizes[-15:]) >= 90  # each sentence, in requests that the server takes
        assert max(server.sizes[-10:]) == 8
    with pytest.raises(LibraryMismatchError, match=r"openai:tiny \(16 dimensions\)"):
        Library.open(tmp_path / "a.library", server.settings(dimensions=16))


def test_an_ingest_that_fails_midway_keeps_what_it_has_and_says_how_to_go_on(
    server: EmbeddingServer, tmp_path: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    file = write_jsonl(*map(paper, range(80)))
    original = server.answer

    def fails_later(body: dict[str, Any]) -> Refusal:
        return original(body) if len(server.asked) < 3 else Refusal(401, {"error": {"message": "expired"}})

    server.answer = fails_later  # type: ignore[method-assign]
    with Library.open(tmp_path / "a.library", server.settings()) as library:
        with pytest.raises(EmbeddingError, match=r"401.*expired.* 32 of 80 .*run the same command again") as caught:
            library.ingest([file])
        assert len(str(caught.value).splitlines()) == 1
        assert len(library) == 32
        server.answer = original  # type: ignore[method-assign]
        assert library.ingest([file]).embedded == 48


def test_an_error_with_a_status_of_success_is_told_in_the_server_s_words(server: EmbeddingServer) -> None:
    server.refusals = [Refusal(200, {"error": {"message": "no such model"}})]
    with pytest.raises(EmbeddingError, match="no such model"):
        embedded(server, ["a b"])
