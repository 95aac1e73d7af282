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
        "Which papers evaluate on ImageNet?",
        "Are there papers on passage retrieval?",
        "Any work on question answering?",
    ],
)
def test_a_new_question_stands_alone_however_short_it_is(samples: Library, history: list[Turn], question: str) -> None:
    assert samples.ask(question, history=history).rewritten is None


@pytest.mark.parametrize("first", [FIRST, "What is late interaction?", "How does LoRA fine-tune a large model?"])
@pytest.mark.parametrize(
    "question",
    [
        "When do yellow tulips bloom in cold Dutch gardens?",
        "How long should pasta be cooked?",
        "Which cheese melts best on toast?",
        "Which vaccine is best against measles in adults?",
        "Do antibiotics help against a sore throat?",
        "What is the capital of France?",
        "Which mountain is the highest in Africa?",
        "Who won the chess championship in 1972?",
    ],
)
def test_a_question_that_no_paper_answers_stands_alone_and_is_refused(
    samples: Library, first: str, question: str
) -> None:
    answer = samples.ask(question, history=[Turn(first, samples.ask(first))])
    assert answer.rewritten is None
    assert not answer.answered


@pytest.mark.parametrize("first", ["What is late interaction?", "How does LoRA fine-tune a large model?"])
@pytest.mark.parametrize(
    "question",
    ["How large is it?", "How fast is it?", "Does it need training?", "What are the limitations?", "How does it work?"],
)
def test_a_question_of_common_words_hangs_on_the_last_one(samples: Library, first: str, question: str) -> None:
    assert samples.ask(question, history=[Turn(first, samples.ask(first))]).rewritten == f"{first} {question}"


@pytest.mark.parametrize(
    "remark", ["Thanks!", "Thank you very much.", "ok", "Good evening", "That was helpful, cheers"]
)
def test_a_remark_hangs_on_nothing(samples: Library, history: list[Turn], remark: str) -> None:
    answer = samples.ask(remark, history=history)
    assert answer.rewritten is None
    assert not answer.answered


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


@pytest.mark.parametrize("question", ["Wer hat das Rad erfunden und warum?", "¿Cómo evita el dropout el sobreajuste?"])
def test_what_a_question_finds_in_a_language_that_the_model_does_not_read_ties_it_to_nothing(
    samples: Library, history: list[Turn], question: str
) -> None:
    assert samples.ask(question, history=history).rewritten is None


@pytest.mark.parametrize("question", ["Which papers does it build on?", "Which of these papers came first?"])
def test_a_question_for_papers_that_points_back_hangs_on_the_last_one(
    samples: Library, history: list[Turn], question: str
) -> None:
    assert samples.ask(question, history=history).rewritten == f"{FIRST} {question}"
