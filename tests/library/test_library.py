"""The contracts of the Python API, on the sample papers."""

import asyncio
import json
import threading

import pytest

import rag
from rag import Answer, Filters, Library, Turn
from rag.errors import EmptyLibraryError, LibraryMissingError, QuestionError, RagError
from rag.settings import Settings

QUESTION = "How does LoRA fine-tune a large model without changing its weights?"


def test_the_package_exports_at_most_sixteen_names() -> None:
    assert len(rag.__all__) <= 16
    assert {"Library", "Turn", "Answer", "Paper", "Settings", "RagError"} <= set(rag.__all__)


def test_a_search_gives_papers_best_first_with_their_best_passages(samples: Library) -> None:
    hits = samples.search("random forests of decision trees", limit=5)
    assert hits[0].paper.key == "breiman2001random"
    assert len(hits) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert [p.score for p in hit.passages] == sorted((p.score for p in hit.passages), reverse=True)
        assert all(hit.paper.abstract[p.start : p.end] == p.text for p in hit.passages)


def test_an_answer_quotes_verbatim_and_cites_every_claim(samples: Library) -> None:
    answer = samples.ask(QUESTION)
    assert answer.outcome == "answered"
    assert 2 <= len(answer.claims) <= 6
    for claim in answer.claims:
        assert claim.citations
        assert claim.support == 1.0
        assert f"{claim.text} [{claim.citations[0].number}]" in answer.text
        for citation in claim.citations:
            assert citation.paper.abstract[citation.start : citation.end] == citation.quote == claim.text


def test_citations_list_each_paper_once_numbered_from_one(samples: Library) -> None:
    answer = samples.ask("How do random forests and gradient boosting differ?")
    assert [citation.number for citation in answer.citations] == [1, 2, 3]
    assert len({citation.paper.paper_id for citation in answer.citations}) == 3


def test_what_the_abstracts_do_not_say_is_said_with_the_nearest_papers(samples: Library) -> None:
    answer = samples.ask("What share of the weights can be pruned in a winning lottery ticket?")
    assert answer.outcome == "not_in_abstracts"
    assert not answer.claims
    assert not answer.citations
    assert len(answer.nearest) == 3
    assert answer.nearest[0].title in answer.text


def test_a_question_about_nothing_here_finds_no_relevant_papers(samples: Library) -> None:
    assert samples.ask("When do tulips bloom?").outcome == "no_relevant_papers"


def test_a_follow_up_is_understood_and_the_search_shows_it(samples: Library) -> None:
    first = samples.ask("What is late interaction in ColBERT?")
    second = samples.ask("How large is its index?", history=[Turn(first.question, first)])
    assert second.citations[0].paper.key == "khattab2020colbert"
    assert second.searched.query.startswith("What is late interaction in ColBERT?")


def test_a_paper_keeps_its_number_through_a_conversation(samples: Library) -> None:
    first = samples.ask("How do random forests and gradient boosting differ?")
    number = {citation.paper.key: citation.number for citation in first.citations}
    second = samples.ask(
        "Does adding trees to random forests lead to overfitting?", history=[Turn(first.question, first)]
    )
    assert {c.paper.key: c.number for c in second.citations}["breiman2001random"] == number["breiman2001random"]


def test_a_new_topic_is_searched_for_alone(samples: Library) -> None:
    answer = samples.ask(QUESTION, history=[Turn("What does the lasso do to regression coefficients?", "It shrinks.")])
    assert answer.searched.query == QUESTION


def test_the_same_question_gives_the_same_answer(samples: Library) -> None:
    assert samples.ask(QUESTION) == samples.ask(QUESTION)


def test_filters_hold_and_the_answer_says_what_was_searched(samples: Library) -> None:
    filters = Filters(year_from=1990, year_to=2001)
    assert all(1990 <= (hit.paper.year or 0) <= 2001 for hit in samples.search("neural networks", filters=filters))
    answer = samples.ask("How do random forests work?", filters=filters)
    assert answer.searched.filters == filters
    assert 0 < answer.searched.papers < 40


def test_filters_that_no_paper_passes_are_told(samples: Library) -> None:
    with pytest.raises(EmptyLibraryError, match="No paper passes the filters"):
        samples.search("anything", filters=Filters(year_from=2090))


@pytest.mark.parametrize("question", ["", " ", "?", "a", "\x00\x01", "x" * 20_000])
def test_a_question_that_can_not_be_searched_is_refused_in_one_line(samples: Library, question: str) -> None:
    for call in (samples.ask, samples.search):
        with pytest.raises(QuestionError) as caught:
            call(question)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "question", ['"; DROP TABLE papers; --', "AND OR NOT NEAR(", "what is * ?", "日本語 の 質問", "x" * 3_999]
)
def test_odd_questions_get_an_answer(samples: Library, question: str) -> None:
    assert isinstance(samples.ask(question), Answer)


def test_an_empty_library_says_how_to_fill_it(tmp_path: object) -> None:
    with Library.open(f"{tmp_path}/empty.library", Settings()) as library:
        for call in (library.ask, library.search):
            with pytest.raises(EmptyLibraryError, match="askpapers ingest"):
                call("What is late interaction?")


def test_a_missing_library_is_made_unless_asked_not_to(tmp_path: object) -> None:
    with pytest.raises(LibraryMissingError, match="askpapers ingest"):
        Library.open(f"{tmp_path}/none.library", Settings(), create=False)


def test_a_stream_gives_the_text_and_then_the_answer(samples: Library) -> None:
    *pieces, answer = samples.stream(QUESTION)
    assert isinstance(answer, Answer)
    assert "".join(str(piece) for piece in pieces) == answer.text


def test_the_async_twins_do_the_same(samples: Library) -> None:
    async def all_three() -> tuple[object, object, list[object]]:
        streamed: list[object] = [event async for event in samples.astream(QUESTION)]
        return await samples.aask(QUESTION), await samples.asearch("lasso"), streamed

    answer, hits, streamed = asyncio.run(all_three())
    assert answer == samples.ask(QUESTION) == streamed[-1]
    assert hits == samples.search("lasso")


def test_threads_may_share_a_library(samples: Library) -> None:
    questions = [QUESTION, "What is late interaction?", "What does the lasso do?"] * 4
    expected = {question: samples.ask(question) for question in questions}
    wrong: list[str] = []

    def ask(question: str) -> None:
        try:
            if samples.ask(question) != expected[question]:
                wrong.append(question)
        except RagError as error:
            wrong.append(str(error))

    threads = [threading.Thread(target=ask, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_whole_answer_goes_through_json(samples: Library) -> None:
    answer = samples.ask(QUESTION)
    values = json.loads(json.dumps(answer.to_dict()))
    assert values["outcome"] == "answered"
    papers = {paper["paper_id"]: paper for paper in values["papers"]}
    for claim in values["claims"]:
        for citation in claim["citations"]:
            abstract = papers[citation["paper_id"]]["abstract"]
            assert abstract[citation["start"] : citation["end"]] == citation["quote"]
