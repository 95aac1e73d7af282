"""A question that asks for a list gets one: each paper once, with the sentence that says so, and how many more."""

import re
from pathlib import Path

import pytest

from rag import Answer, Library, Outcome, Turn
from rag.answering.extractive import LISTED
from tests.chat_server import ChatServer

LIST = "Which papers deal with language models?"


@pytest.fixture
def answer(samples: Library) -> Answer:
    return samples.ask(LIST)


def test_each_paper_is_quoted_once_and_cited(answer: Answer, samples: Library) -> None:
    assert answer.outcome is Outcome.ANSWERED
    cited = [claim.citations[0].paper.title for claim in answer.claims]
    assert len(cited) == len(set(cited)) == min(LISTED, samples.find(LIST).matching)
    assert all(claim.text in claim.citations[0].paper.abstract for claim in answer.claims)


def test_the_answer_says_how_many_match_and_how_many_it_leaves_out(answer: Answer, samples: Library) -> None:
    assert answer.matching == samples.find(LIST).matching
    left = answer.matching - len(answer.claims)
    said = re.findall(r"And (\d+) more match", answer.text)
    assert said == ([str(left)] if left else [])


def test_more_than_fit_are_told_and_the_pieces_make_the_text(samples: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.answering.extractive.LISTED", 2)
    *pieces, answer = samples.stream(LIST)
    assert isinstance(answer, Answer)
    assert "".join(map(str, pieces)) == answer.text
    assert answer.matching
    assert answer.text.endswith(f"And {answer.matching - 2} more match.")
    assert len(answer.claims) == 2


def test_a_list_that_nothing_belongs_in_is_refused(samples: Library) -> None:
    answer = samples.ask("List all papers on bird migration")
    assert answer.outcome is Outcome.NO_RELEVANT_PAPERS
    assert answer.matching == 0


def test_any_other_question_counts_nothing(samples: Library) -> None:
    assert samples.ask("What is late interaction?").matching is None


def test_an_answer_of_before_is_read_without_a_count(answer: Answer) -> None:
    kept = answer.to_dict()
    assert Answer.from_dict(kept) == answer
    del kept["matching"]
    assert Answer.from_dict(kept).matching is None


def test_a_list_is_asked_for_by_itself_whatever_came_before(samples: Library) -> None:
    history = [Turn("What is dropout?", samples.ask("What is dropout?"))]
    assert samples.ask(LIST, history=history).rewritten is None


def test_a_language_model_sees_every_paper_that_matches_and_the_rest_are_told(
    sample_folder: Path, chat_server: ChatServer
) -> None:
    chat_server.says("Some of them follow scaling laws [1].")
    with Library.open(sample_folder, chat_server.settings()) as library:
        matching = library.find(LIST).matching
        *pieces, answer = library.stream(LIST)
    prompt = str(chat_server.asked[-1].body["messages"])
    assert isinstance(answer, Answer)
    assert prompt.count("</source>") == matching
    assert answer.text.endswith(f"And {matching - 1} more match.")
    assert str(pieces[-1]).endswith("more match.")
