"""What each sentence of a model is: a claim, a frame, a denial, the question said again or a greeting."""

import pytest

from rag.citations.model_text.claim_detection import Kind, echoes, kinds_of
from rag.citations.model_text.clauses import Sentence
from rag.citations.model_text.courtesies import without_opening

PRUNING = (
    "We prune the weights of a network after ninety steps of training. Pruning early costs no accuracy. "
    "The sources of the data do not report their licence, and the abstracts of its parts do not either."
)
QUESTION = "Can the weights of a network be pruned early in training, and what does it cost?"
ECHO = "The weights of a network can be pruned early in training."
CLAIM = "Pruning early costs no accuracy."
DENIAL = "The sources don't say how much memory that takes."


def kinds(*sentences: tuple[str, str] | str, numbers: tuple[int, ...] = (), question: str = QUESTION) -> list[Kind]:
    """Return the kinds of sentences, each a text or a lead and a text."""
    told = [(" ", one) if isinstance(one, str) else one for one in sentences]
    return kinds_of([Sentence(text, numbers, lead) for lead, text in told], question, [PRUNING])


def test_what_cites_or_is_carried_by_a_source_is_a_claim() -> None:
    assert kinds(CLAIM) == [Kind.CLAIM]
    assert kinds("It is nice to know that.", numbers=(1,)) == [Kind.CLAIM]


@pytest.mark.parametrize("sentence", ["That needs 40 hours.", "So do ResNet and BERT."])
def test_a_number_or_a_name_that_was_not_asked_about_needs_a_citation(sentence: str) -> None:
    assert kinds(sentence) == [Kind.CLAIM]


@pytest.mark.parametrize(
    "sentence",
    ["In short, both of them agree.", "There are two ways to look at it.", "Here is what they found in detail."],
)
def test_what_says_nothing_that_needs_a_citation_is_a_frame(sentence: str) -> None:
    assert kinds(sentence) == [Kind.FRAME]


def test_a_name_or_number_of_the_question_needs_no_citation() -> None:
    assert kinds("BERT and its 12 layers come first here.", question="What do the 12 layers of BERT do?") == [
        Kind.FRAME
    ]


def test_a_frame_of_the_text_is_one_whatever_it_says() -> None:
    sentence = Sentence("Results of ResNet in 2015:", (), "", frame=True)
    assert kinds_of([sentence], QUESTION, [PRUNING]) == [Kind.FRAME]


def test_a_denial_is_one_wherever_it_stands_and_though_it_cites() -> None:
    assert kinds(DENIAL, CLAIM, DENIAL) == [Kind.DENIAL, Kind.CLAIM, Kind.DENIAL]
    assert kinds(DENIAL, numbers=(1,)) == [Kind.DENIAL]


def test_what_a_source_itself_denies_is_a_claim() -> None:
    text = "The abstracts of its parts do not report their licence."
    assert kinds_of([Sentence(text, (1,), "")], QUESTION, [text]) == [Kind.CLAIM]
    assert kinds_of([Sentence(text, (1,), "")], QUESTION, []) == [Kind.DENIAL]


def test_after_the_mark_the_rest_of_the_line_is_denied_and_what_follows_is_not() -> None:
    told = kinds("NOT SAID: what it costs.", "Nor who pays for it all.", ("\n", CLAIM), ("\n\n", CLAIM))
    assert told == [Kind.DENIAL, Kind.DENIAL, Kind.CLAIM, Kind.CLAIM]


@pytest.mark.parametrize("mark", ["NOT SAID:", "**NOT SAID:**", "NOT SAID in the abstracts:"])
def test_a_list_after_the_mark_is_denied_and_the_next_paragraph_is_not(mark: str) -> None:
    told = kinds(mark, ("\n- ", "the price of 40 GPUs"), ("\n- ", "the licence"), ("\n\n", CLAIM))
    assert told == [Kind.DENIAL] * 3 + [Kind.CLAIM]


def test_the_question_said_again_is_an_echo_unless_it_cites_or_a_source_says_so() -> None:
    question = "Does the quokka method need labels?"
    assert kinds("The quokka method needs labels.", question=question) == [Kind.ECHO]
    assert kinds("The quokka method needs labels.", question=question, numbers=(1,)) == [Kind.CLAIM]
    assert kinds(CLAIM, question="Does pruning early cost accuracy?") == [Kind.CLAIM]


def test_yes_and_no_are_answers() -> None:
    question = "Does the quokka method need labels?"
    assert kinds("Yes, the quokka method needs labels.", question=question) == [Kind.FRAME]


@pytest.mark.parametrize(
    "sentence",
    ["Weights are pruned after 90 steps.", "It takes ninety steps of patient waiting.", "Pruned networks get sparser."],
)
def test_a_new_number_or_a_new_word_in_three_is_no_echo(sentence: str) -> None:
    assert not echoes(sentence, QUESTION)
    assert echoes(ECHO, QUESTION)


@pytest.mark.parametrize(
    "sentence",
    [
        "Great question!",
        "I hope this helps you with your work!",
        "Let me know if you need anything else.",
        "Would you like me to go on?",
        "Thanks for asking!",
    ],
)
def test_a_greeting_says_nothing_to_the_matter(sentence: str) -> None:
    assert kinds(sentence) == [Kind.GREETING]
    assert kinds(sentence, numbers=(1,)) == [Kind.CLAIM]


@pytest.mark.parametrize(
    ("text", "left", "greetings"),
    [
        ("Sure! Adam adapts.", "Adam adapts.", 1),
        ("Great question! Adam adapts.", "Adam adapts.", 1),
        ("Hello there! Thanks for the question. Adam adapts.", "Adam adapts.", 1),
        ("Good results come late.", "Good results come late.", 0),
        ("Great, but slow.", "Great, but slow.", 0),
        ("Sure!", "Sure!", 0),
        ("", "", 0),
    ],
)
def test_the_greeting_that_opens_a_text_goes_and_nothing_else(text: str, left: str, greetings: int) -> None:
    assert without_opening(text) == (left, greetings)
