"""Who writes an answer is chosen among those that are set: a real HTTP server behind each model."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.answering.writers import Writers
from rag.errors import ModelError, QuestionError
from rag.integrations.llama_index.adapters import QuestionBundle
from rag.library import Library
from rag.models.llms.base import ChatModel
from rag.records import Answer
from rag.records.answerers import QUOTING, Answerer
from rag.settings import Settings

QUESTION = "What is late interaction in ColBERT?"
SAID = "Query and passage are encoded separately by BERT, and the score is computed by late interaction [1]."

OpenLibrary = Callable[..., Library]


@pytest.fixture
def open_library(chat_server: Any, sample_folder: Path) -> Iterator[OpenLibrary]:
    """Open the library of the sample papers with two of the server's models, and whatever else is set."""
    opened: list[Library] = []

    def open_one(**changes: Any) -> Library:
        settings = chat_server.settings(**{"llms": ("openai:large",)} | changes)
        opened.append(Library.open(sample_folder, settings))
        return opened[-1]

    yield open_one
    for library in opened:
        library.close()


def last(library: Library, **how: Any) -> Answer:
    *_, answer = library.stream(QUESTION, **how)
    assert isinstance(answer, Answer)
    return answer


def test_those_that_are_set_can_be_chosen_and_quotes_always(open_library: OpenLibrary, tmp_path: Path) -> None:
    told = open_library(llms=("openai:large", f"gguf:{tmp_path}/small.gguf", "openai:tiny")).answerers()
    assert told == [
        Answerer("openai:tiny", "openai:tiny", checks=True, checker="openai:tiny"),
        Answerer("openai:large", "openai:large", checks=True, checker="openai:large"),
        Answerer("gguf:small.gguf", "gguf:small.gguf", checks=True, checker="gguf:small.gguf"),
        QUOTING,
    ]
    assert (QUOTING.label, QUOTING.checks, QUOTING.checker) == ("quotes, no language model", False, "")


def test_without_an_endpoint_there_are_quotes_alone() -> None:
    assert Writers(Settings()).answerers() == [QUOTING]
    assert Writers(Settings(llm="extractive", llms=("auto",))).answerers() == [QUOTING]


def test_the_first_model_of_an_endpoint_is_told_by_its_name_once_that_is_known(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says(SAID)
    library = open_library(llm="auto", llms=())
    assert [(one.name, one.label) for one in library.answerers()] == [
        ("auto", "openai"),
        ("extractive", QUOTING.label),
    ]
    library.ask(QUESTION)
    assert library.answerers()[0] == Answerer("auto", "openai:tiny", checks=True, checker="openai:tiny")


@pytest.mark.parametrize(
    ("check", "checker"),
    [
        ("off", "openai:large"), ("llm", "openai:large"), ("openai:judge", "openai:judge"),
        ("onnx:/models/nli", "onnx:nli"), ("hf:org/nli", "hf:org/nli"),
    ],
)  # fmt: skip
def test_who_would_check_is_told(open_library: OpenLibrary, check: str, checker: str) -> None:
    [_, large, _] = open_library(check=check).answerers()
    assert (large.checks, large.checker) == (True, checker)


def test_a_question_is_answered_by_the_one_it_chooses(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(SAID)
    library = open_library()
    told = [library.ask(QUESTION, answerer=name).answerer for name in (None, "openai:large", "extractive")]
    assert told == ["openai:tiny", "openai:large", "extractive"]
    assert [asked.body["model"] for asked in chat_server.asked] == ["tiny", "large"]
    assert last(library, answerer="openai:large").answerer == "openai:large"
    assert asyncio.run(library.aask(QUESTION, answerer="openai:large")).answerer == "openai:large"
    for one in library.answerers():
        assert library.ask(QUESTION, answerer=one.name).answerer == one.name


@pytest.mark.parametrize("streaming", [True, False])
def test_a_question_asked_through_llama_index_chooses_as_well(
    chat_server: Any, open_library: OpenLibrary, *, streaming: bool
) -> None:
    chat_server.says(SAID)
    engine = open_library().as_query_engine(streaming=streaming)
    asked = [QuestionBundle(QUESTION, answerer=name) for name in ("openai:large", "extractive", None)]
    told = [engine.answer(one).answerer for one in asked]
    assert told == ["openai:large", "extractive", "openai:tiny"]
    assert [asyncio.run(engine.aanswer(one)).answerer for one in asked] == told
    with pytest.raises(QuestionError, match="openai:tiny, openai:large, extractive"):
        asyncio.run(engine.aanswer(QuestionBundle(QUESTION, answerer="openai:huge")))


@pytest.mark.parametrize("name", ["openai:huge", "", "auto", "tiny", "gguf:/etc/passwd"])
def test_somebody_who_is_not_set_is_an_error_that_names_those_who_are(
    chat_server: Any, open_library: OpenLibrary, name: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        open_library().ask(QUESTION, answerer=name)
    told = "Choose one of: openai:tiny, openai:large, extractive."
    assert str(caught.value) == f"There is no answerer {name!r} here. {told}"
    assert chat_server.asked == []


def test_a_model_that_checks_its_own_claims_is_the_one_that_was_chosen(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says(SAID, to="Sources")
    chat_server.says(SAID)
    for check, unasked in (("llm", None), ("off", True)):
        library = open_library(check=check)
        library.ask(QUESTION, check=unasked)
        chat_server.asked.clear()
        library.ask(QUESTION, answerer="openai:large", check=unasked)
        assert [asked.body["model"] for asked in chat_server.asked] == ["large", "large"]


def test_a_checker_of_its_own_serves_all_of_them(open_library: OpenLibrary) -> None:
    writers = open_library(check="openai:judge")._writers
    assert writers.checker("openai:large") is writers.checker("openai:tiny")
    assert writers.checker("extractive") is None
    assert open_library(check="off")._writers.checker("openai:large") is None


def test_a_model_is_loaded_once_when_it_is_first_asked_and_closed_with_the_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded, closed = list[str](), list[str]()

    class Loaded:
        def __init__(self, name: str) -> None:
            self.name = name
            loaded.append(name)

        def close(self) -> None:
            closed.append(self.name)

    monkeypatch.setattr("rag.answering.writers.load_model", lambda settings: Loaded(settings.llm))
    writers = Writers(Settings(llm="openai:one", llms=("openai:two", "openai:three")))
    got = list[ChatModel | None]()
    threads = [threading.Thread(target=lambda: got.append(writers.model("openai:two"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, got))) == 1
    assert loaded == ["openai:two"]
    writers.close()
    assert closed == ["openai:two"]


def test_files_of_one_name_are_chosen_by_their_folders_too(tmp_path: Path) -> None:
    words = tuple(f"gguf:{tmp_path}/{folder}/model.gguf" for folder in ("one", "two"))
    writers = Writers(Settings(llm=words[0], llms=words[1:]))
    assert [one.name for one in writers.answerers()] == [*words, "extractive"]
    with pytest.raises(ModelError, match=r"no model file at .*/two/model.gguf. Check ASKPAPERS_LLMS=gguf:PATH"):
        writers.model(words[1])


def test_a_model_that_cannot_be_had_is_no_hindrance_to_others(open_library: OpenLibrary, tmp_path: Path) -> None:
    library = open_library(llm="extractive", llms=(f"gguf:{tmp_path}/none.gguf",))
    with pytest.raises(ModelError, match="no model file"):
        library.ask(QUESTION, answerer="gguf:none.gguf")
    assert library.ask(QUESTION).answered
