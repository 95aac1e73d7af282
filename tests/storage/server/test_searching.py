"""A library on servers finds and answers what the same papers in a folder do, also while Chroma is away."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from rag.errors import VectorsAwayError
from rag.library import Library
from rag.records import Filters, Record
from rag.samples import PATH, QUESTIONS, UNANSWERABLE
from rag.settings import Settings
from rag.storage.server.database import PostgresDatabase
from rag.storage.server.nearest import mending, proposing
from rag.testing.servers import ChromaServerProcess, PostgresServer

SCHEMA = f"searching_{uuid4().hex[:8]}"
ASKED = (*QUESTIONS, UNANSWERABLE)


@pytest.fixture(scope="module")
def own_chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServerProcess]:
    """Start a Chroma to be stopped."""
    with ChromaServerProcess(tmp_path_factory.mktemp("own") / "chroma") as server:
        yield server


@pytest.fixture(scope="module")
def shared(postgres: PostgresServer, own_chroma: ChromaServerProcess) -> Iterator[Library]:
    """Open a library on servers with the sample papers."""
    settings = Settings(llm="extractive", chroma=own_chroma.url)
    with Library.open(postgres.new_library(SCHEMA), settings) as library:
        library.ingest([PATH])
        yield library


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Open a folder with the same."""
    with Library.open(tmp_path_factory.mktemp("embedded") / "library", Settings(llm="extractive")) as library:
        library.ingest([PATH])
        yield library


@pytest.mark.parametrize("question", ASKED)
def test_a_search_finds_the_same_papers_with_the_same_scores(shared: Library, embedded: Library, question: str) -> None:
    """To the digit, for the vectors and the full text are the same."""
    one, other = ([(hit.paper.title, hit.score, hit.passages) for hit in library.search(question)]
                  for library in (shared, embedded))  # fmt: skip
    assert one == other


@pytest.mark.parametrize("question", ASKED)
def test_an_answer_says_the_same(shared: Library, embedded: Library, question: str) -> None:
    """Also where it refuses."""
    assert shared.ask(question).text == embedded.ask(question).text


def test_a_search_asks_postgres_five_times_and_once_more_for_words_that_nobody_asked_for_yet(
    shared: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there, what Chroma lacks, vectors, token states, papers; each is a way to a server."""
    asked: list[object] = []
    read = PostgresDatabase.read

    def counting(database: PostgresDatabase, ask: Any) -> object:
        asked.append(ask)
        return read(database, ask)

    shared.search(QUESTIONS[0])
    monkeypatch.setattr(PostgresDatabase, "read", counting)
    shared.search(QUESTIONS[0])
    assert len(asked) == 5
    shared.search(f"{QUESTIONS[0]} Xylophones of Antarctica")
    assert len(asked) == 5 + 6


def test_a_search_sees_what_another_process_has_just_written(shared: Library, postgres: PostgresServer) -> None:
    """Nothing that is kept of a library outlives a change of it."""
    question = "Do xylophones ring underwater?"
    assert all("xylophones" not in hit.paper.title for hit in shared.search(question))
    paper = Record("Underwater xylophones", "Xylophones ring underwater as they do in air. So we found.", 1)
    with Library.open(postgres.address(SCHEMA), shared.settings) as other:
        other.ingest([paper], name="xylophones")
        [hit, *_] = shared.search(question)
        assert hit.paper.title == paper.title
        other.remove([hit.paper.paper_id])
        assert all(found.paper.title != paper.title for found in shared.search(question))


def test_a_filter_finds_the_same(shared: Library, embedded: Library) -> None:
    """In SQL of either."""
    early = Filters(year_to=2016)
    one, other = (
        {hit.paper.title: hit.score for hit in library.search(QUESTIONS[0], filters=early)}
        for library in (shared, embedded)
    )
    assert list(one) == list(other)
    assert one == pytest.approx(other, abs=1e-6)  # sums of as many numbers in another order


def test_a_large_library_answers_by_words_with_a_note_while_chroma_is_away(
    shared: Library, postgres: PostgresServer, own_chroma: ChromaServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The papers that hold the question's words are compared by vectors and states as ever."""
    before = [shared.ask(question) for question in ASKED]
    found = [shared.search(question) for question in ASKED]
    with psycopg.connect(postgres.address(SCHEMA), autocommit=True) as connection:
        connection.execute("UPDATE indexes SET suspect = false, sent = now() - interval '1 hour'")
    own_chroma.stop()
    monkeypatch.setattr(proposing, "EXACT_LIMIT", 0)
    monkeypatch.setattr(mending, "PAUSE", 600)
    large = Library.open(postgres.address(SCHEMA), shared.settings)
    try:
        for question, answer in zip(ASKED, before, strict=True):
            again = large.ask(question)
            assert again.answered == answer.answered
            away = f"Chroma at {own_chroma.url} can't be asked ([Errno 111] Connection refused). Check that it runs; "
            assert again.notes == (f"{away}papers are found by words meanwhile.", *answer.notes)
        for question, hits in zip(ASKED, found, strict=True):
            assert large.search(question)[0].paper == hits[0].paper
        with pytest.raises(VectorsAwayError):
            large.search("xylophone")
    finally:
        large.close()
        monkeypatch.undo()
        own_chroma.start()
    assert shared.ask(QUESTIONS[0]).notes == before[0].notes


def test_a_small_library_searches_the_same_while_chroma_is_away(
    shared: Library, own_chroma: ChromaServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All its vectors are compared."""
    monkeypatch.setattr(mending, "PAUSE", 600)
    before = [shared.search(question) for question in ASKED]
    own_chroma.stop()
    try:
        assert [shared.search(question) for question in ASKED] == before
    finally:
        own_chroma.start()
