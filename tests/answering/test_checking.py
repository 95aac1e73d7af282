"""Answers checked by meaning, through the whole path: a real server that writes, and checks, what a test tells it to.

What a perfect checker says is known here, because the test says it: every mark must follow.
"""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.answering.pipeline import Question, make_pipeline
from rag.errors import ModelError
from rag.library import Library
from rag.models.cancellation import Cancellation
from rag.models.checkers.base import Checked, ClaimToCheck, Place, Verdict
from rag.models.llms.prompts import load_prompt
from rag.records import Answer, Outcome
from rag.text.sentences import sentence_spans

QUESTION = "What is late interaction in ColBERT?"
VERBATIM = "Query and passage are encoded separately by BERT."
REWORDED = "Scoring adds up, for each word asked, its nearest counterpart among the words of a text."
TWISTED = "Query and passage are encoded jointly by BERT, and the score is computed by late interaction."
SAID = f"{VERBATIM[:-1]} [1]. {REWORDED[:-1]} [1]. {TWISTED[:-1]} [1]."
CHECKING = "Claim 1"  # what stands in the prompt of a check alone

OpenLibrary = Callable[..., Library]


@pytest.fixture
def open_library(chat_server: Any, sample_folder: Path) -> Iterator[OpenLibrary]:
    """Open the library of the sample papers with the server's language model, which checks too."""
    opened: list[Library] = []

    def open_one(**changes: Any) -> Library:
        opened.append(Library.open(sample_folder, chat_server.settings(**{"check": "llm"} | changes)))
        return opened[-1]

    yield open_one
    for library in opened:
        library.close()


def says(chat_server: Any, answer: str, *verdicts: str) -> None:
    """Have the server write an answer, and reply so to the checks that follow."""
    chat_server.says(answer, to="Question: ")
    for verdict in verdicts:
        chat_server.says(verdict, to=CHECKING)


def checks(chat_server: Any) -> list[str]:
    """Return the prompts of the checks that were asked for."""
    users = [asked.body["messages"][-1]["content"] for asked in chat_server.asked]
    return [user for user in users if CHECKING in user]


def verdicts(answer: Answer) -> list[str | None]:
    return [claim.verdict for claim in answer.claims]


def test_all_claims_are_checked_in_one_call_against_whole_abstracts(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    says(chat_server, SAID, "1: supported 1.2\n2: supported 1.3\n3: not 1.2")
    answer = open_library().ask(QUESTION)
    assert verdicts(answer) == ["supported", "supported", "not"]
    assert {claim.checker for claim in answer.claims} == {"openai:tiny"}
    [prompt] = checks(chat_server)
    paper = answer.citations[0].paper
    for start, end in sentence_spans(paper.abstract):
        assert prompt.count(paper.abstract[start:end]) == 1
    assert f"Claim 2 (cites 1): {REWORDED}" in prompt
    assert answer.prompts == (load_prompt("answer").prompt_id, load_prompt("check").prompt_id)


@pytest.mark.parametrize("word", ["supported", "partly", "not"])
def test_with_a_perfect_checker_every_mark_is_its_verdict_whatever_the_words(
    chat_server: Any, open_library: OpenLibrary, word: str
) -> None:
    others = {"supported": "not", "partly": "supported", "not": "supported"}[word]
    says(chat_server, SAID, f"1: {others}\n2: {word}\n3: {word}")
    answer = open_library().ask(QUESTION)
    marks = {"supported": "supported", "partly": "partly", "not": "not found"}
    first, second, third = (claim.standing for claim in answer.claims)
    assert first == ("quoted" if others == "supported" else marks[others])  # it is verbatim
    assert [second, third] == [marks[word], marks[word]]
    words = open_library(check="off").ask(QUESTION)
    assert [claim.standing for claim in words.claims] != [claim.standing for claim in answer.claims]


def test_the_words_alone_would_have_marked_them_otherwise(chat_server: Any, open_library: OpenLibrary) -> None:
    says(chat_server, SAID)
    answer = open_library(check="off").ask(QUESTION)
    assert verdicts(answer) == [None, None, None]
    assert [claim.holds for claim in answer.claims] == [True, False, True]
    assert checks(chat_server) == []


def test_a_verdict_and_its_checker_survive_a_round_trip(chat_server: Any, open_library: OpenLibrary) -> None:
    says(chat_server, SAID, "1: supported\n2: partly\n3: not")
    answer = open_library().ask(QUESTION)
    assert Answer.from_dict(answer.to_dict()) == answer
    assert [(one["verdict"], one["checker"]) for one in answer.to_dict()["claims"]] == [
        ("supported", "openai:tiny"),
        ("partly", "openai:tiny"),
        ("not", "openai:tiny"),
    ]
    before = answer.to_dict()
    for claim in before["claims"]:
        del claim["checker"]  # as answers of 0.1.0 are kept
    assert [claim.checker for claim in Answer.from_dict(before).claims] == [None] * 3


def test_an_answer_is_dropped_or_kept_by_the_verdict(chat_server: Any, open_library: OpenLibrary) -> None:
    says(chat_server, SAID, "1: not\n2: supported\n3: not")
    answer = open_library(unsupported="drop").ask(QUESTION)
    assert answer.text == f"{REWORDED[:-1]} [1]."
    assert answer.repairs["dropped"] == 2


def test_an_answer_that_is_rejected_altogether_is_one_and_marked(chat_server: Any, open_library: OpenLibrary) -> None:
    says(chat_server, SAID, "1: not\n2: not\n3: not")
    answer = open_library().ask(QUESTION)
    assert answer.outcome is Outcome.ANSWERED
    assert not any(claim.holds for claim in answer.claims)


# The sentences that a verdict rests on


def slices(answer: Answer, claim: int) -> list[str]:
    for citation in answer.claims[claim].citations:
        assert citation.paper.abstract[citation.start : citation.end] == citation.quote
    return [citation.quote for citation in answer.claims[claim].citations]


def sentences(answer: Answer) -> list[str]:
    abstract = answer.citations[0].paper.abstract
    return [abstract[start:end] for start, end in sentence_spans(abstract)]


def test_a_claim_quotes_the_sentences_that_its_verdict_rests_on(chat_server: Any, open_library: OpenLibrary) -> None:
    says(chat_server, SAID, "1: supported 1.1\n2: supported 1.1, 1.3\n3: not 1.1-1.2")
    answer = open_library().ask(QUESTION)
    one, two, three, *_ = sentences(answer)
    assert slices(answer, 0) == [one]
    assert slices(answer, 1) == [one, three]
    [together] = slices(answer, 2)
    assert together.startswith(one)
    assert together.endswith(two)
    assert answer.text.count("[1]") == 3


def test_a_claim_quotes_three_sentences_of_a_paper_at_most(chat_server: Any, open_library: OpenLibrary) -> None:
    says(chat_server, f"{VERBATIM[:-1]} [1].", "1: supported 1.4, 1.1, 1.2, 1.3")
    answer = open_library().ask(QUESTION)
    every = sentences(answer)
    assert len(every) >= 4
    assert slices(answer, 0)[-1] == every[3]
    assert every[2] not in " ".join(slices(answer, 0))


@pytest.mark.parametrize("named", ["", "1.99", "9.1", "1.0", "(it says so)"])
def test_without_sentences_that_were_shown_a_claim_keeps_its_quotes(
    chat_server: Any, open_library: OpenLibrary, named: str
) -> None:
    says(chat_server, SAID, f"1: supported {named}\n2: supported {named}\n3: not {named}")
    answer = open_library().ask(QUESTION)
    words = open_library(check="off").ask(QUESTION)
    assert verdicts(answer) == ["supported", "supported", "not"]
    assert [slices(answer, claim) for claim in range(3)] == [slices(words, claim) for claim in range(3)]


# What it takes, and what goes wrong


def test_tokens_calls_and_cost_of_the_check_are_told(chat_server: Any, open_library: OpenLibrary) -> None:
    says(chat_server, SAID, "1: supported\n2: supported\n3: not")
    answer = open_library(price_in=1.0).ask(QUESTION)
    assert answer.usage == {
        "input_tokens": 1_400,
        "output_tokens": 60,
        "calls": 2,
        "check_input_tokens": 700,
        "check_output_tokens": 30,
    }
    assert answer.cost == pytest.approx(0.0014)
    assert "check" in answer.timings


@pytest.mark.parametrize("reply", ["Well, that depends.", "{]", "4: supported", "<think>1: supported"])
def test_a_reply_that_cannot_be_read_leaves_the_claims_as_they_were(
    chat_server: Any, open_library: OpenLibrary, reply: str
) -> None:
    says(chat_server, SAID, reply)
    answer = open_library().ask(QUESTION)
    assert verdicts(answer) == [None, None, None]
    assert {claim.checker for claim in answer.claims} == {None}
    assert answer.answered


def test_a_check_that_fails_leaves_the_claims_without_verdict_and_says_why(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says(SAID, to="Question: ")
    chat_server.fails(401, "no such key")
    answer = open_library().ask(QUESTION)
    assert verdicts(answer) == [None, None, None]
    [note] = answer.notes
    assert note.startswith("The check of the sentences was not finished: The language model at")
    assert answer.usage["calls"] == 1


def test_stop_ends_a_check(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(SAID, to="Question: ")
    chat_server.says(30.0, "1: supported", to=CHECKING)
    stop = Cancellation()
    events = open_library()._pipeline().stream(Question(QUESTION, stop=stop))

    def when_checking() -> None:
        while not checks(chat_server):
            chat_server.left.wait(0.02)
        stop.set()

    watcher = threading.Thread(target=when_checking)
    watcher.start()
    assert not any(isinstance(event, Answer) for event in events)
    watcher.join()
    assert chat_server.left.wait(10)


def test_claims_without_a_citation_and_quotes_are_not_checked(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says("1: not", to=CHECKING)
    quotes = open_library(llm="extractive").ask(QUESTION)
    assert quotes.answered
    assert {claim.verdict for claim in quotes.claims} == {None}
    assert chat_server.asked == []


# Who checks


def test_a_question_may_ask_for_the_check_that_is_off_and_forgo_the_one_that_is_on(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    says(chat_server, SAID, "1: supported\n2: supported\n3: not")
    library = open_library(check="off")
    assert verdicts(library.ask(QUESTION, check=True)) == ["supported", "supported", "not"]
    assert verdicts(library.ask(QUESTION)) == [None, None, None]
    assert verdicts(asyncio.run(library.aask(QUESTION, check=True))) == ["supported", "supported", "not"]
    assert verdicts(open_library().ask(QUESTION, check=False)) == [None, None, None]


def test_a_model_of_its_own_checks_at_another_address_without_the_key_of_the_answers(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    says(chat_server, SAID, "1: supported\n2: supported\n3: not")
    library = open_library(check="openai:small", check_base_url=chat_server.url)
    answer = library.ask(QUESTION)
    assert {claim.checker for claim in answer.claims} == {"openai:small"}
    assert [asked.body["model"] for asked in chat_server.asked] == ["tiny", "small"]
    assert chat_server.asked[0].authorization == f"Bearer {chat_server.key}"
    assert chat_server.key not in chat_server.asked[1].authorization
    library.ask(QUESTION)
    assert library._writers.checker() is library._writers.checker()  # one for all questions


class Perfect:
    """A checker handed in from outside: it says what its list says, and names a sentence."""

    name = "perfect"

    def __init__(self, *words: Any) -> None:
        self.words = words
        self.seen: list[ClaimToCheck] = []

    def check(self, claims: Sequence[ClaimToCheck], stop: Cancellation) -> Checked:
        if not self.words:
            msg = "It is out of order. Mend it."
            raise ModelError(msg)
        self.seen += claims
        return Checked(tuple(Verdict(word, (Place(0, 0),)) for word in self.words))

    def close(self) -> None:
        pass


def test_any_checker_can_be_handed_in_and_sees_the_papers_that_each_claim_cites(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    says(chat_server, SAID)
    library = open_library()
    checker = Perfect("partly", "supported", "not")
    pipeline = make_pipeline(library._retriever(), library._writers.model(), library.settings, checker)
    answer = pipeline.answer(Question(QUESTION))
    assert verdicts(answer) == ["partly", "supported", "not"]
    assert {claim.checker for claim in answer.claims} == {"perfect"}
    assert [claim.text for claim in checker.seen] == [VERBATIM, REWORDED, TWISTED]
    paper = answer.citations[0].paper
    assert {source.title for claim in checker.seen for source in claim.sources} == {paper.title}
    assert re.sub(r"\s", "", "".join(checker.seen[0].sources[0].sentences)) == re.sub(r"\s", "", paper.abstract)
    broken = make_pipeline(library._retriever(), library._writers.model(), library.settings, Perfect())
    assert broken.answer(Question(QUESTION)).notes == (
        "The check of the sentences was not finished: It is out of order. Mend it.",
    )
