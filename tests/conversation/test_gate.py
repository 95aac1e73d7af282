"""Whether a question hangs on the one before: by what both find; failed turns are nothing to go on with."""

from dataclasses import replace

import pytest

from rag import Answer, Library, Outcome, Turn

FIRST = "How does ColBERT compare a question with passages?"


@pytest.fixture
def history(samples: Library) -> list[Turn]:
    return [Turn(FIRST, samples.ask(FIRST))]


@pytest.mark.parametrize(
    "question",
    [
        "What is LoRA?",
        "What is dropout?",
        "random forests",
        "How does Adam work?",
        "What BLEU score did the Transformer reach on English to German?",
    ],
)
def test_a_new_question_stands_alone_however_short_it_is(samples: Library, history: list[Turn], question: str) -> None:
    assert samples.ask(question, history=history).rewritten is None


@pytest.mark.parametrize("question", ["Why?", "How large is its index?", "and does it need more storage?"])
def test_a_question_that_hangs_on_the_last_one_is_searched_after_it(
    samples: Library, history: list[Turn], question: str
) -> None:
    answer = samples.ask(question, history=history)
    assert answer.rewritten == f"{FIRST} {question}"
    assert answer.searched.scores[0][0] == history[0].answer.searched.scores[0][0]  # type: ignore[union-attr]


def test_a_chain_of_follow_ups_goes_on_from_all_of_it(samples: Library, history: list[Turn]) -> None:
    second = samples.ask("Why?", history=history)
    third = samples.ask("How large is its index?", history=[*history, Turn("Why?", second)])
    assert third.rewritten == f"{FIRST} Why? How large is its index?"


def refused(answer: Answer) -> Answer:
    return replace(answer, outcome=Outcome.NOT_IN_ABSTRACTS, claims=(), citations=())


def test_turns_that_failed_are_passed_over(samples: Library, history: list[Turn]) -> None:
    failed = [Turn("Thanks!", refused(samples.ask(FIRST))), Turn("Who wrote random forests?", ""), Turn("stop", " ")]
    assert samples.ask("Why?", history=[*history, *failed]).rewritten == f"{FIRST} Why?"
    assert samples.ask("Why does it?", history=failed).rewritten is None


def test_a_turn_with_a_text_alone_is_gone_on_from(samples: Library) -> None:
    turns = [Turn(FIRST, "By late interaction.")]
    assert samples.ask("Why?", history=turns).rewritten == f"{FIRST} Why?"
    assert samples.ask("What is dropout?", history=turns).rewritten is None
