"""Which sentences of a model claim anything: denials and echoes of the question don't."""

import pytest

from rag.citations.claim_detection import detect_claims, echoes
from rag.citations.markers import Sentence
from rag.records import Paper

PRUNING = Paper(
    1,
    "Early pruning",
    "We prune the weights of a network after ninety steps of training. Pruning early costs no accuracy. "
    "The sources of the data do not report their licence.",
)
QUESTION = "Can the weights of a network be pruned early in training, and what does it cost?"
ECHO = "Yes, weights of a network can be pruned early in training."
CLAIM = "Pruning early costs no accuracy."
DENIAL = "The sources don't say how much memory that takes."


def said(*texts: str, leads: tuple[str, ...] = ()) -> tuple[Sentence, ...]:
    found = detect_claims(
        [Sentence(t, (1,), lead) for t, lead in zip(texts, leads or ("",) * 9, strict=False)], QUESTION, []
    )
    return found.claiming


def test_a_claim_is_kept_as_it_is() -> None:
    sentence = Sentence(CLAIM, (1,), " ")
    found = detect_claims([Sentence(CLAIM, (1,), ""), sentence], QUESTION, [PRUNING])
    assert found.claiming == (Sentence(CLAIM, (1,), ""), sentence)
    assert (found.abstains, found.denials, found.echoes) == (False, 0, 0)


def test_a_text_that_begins_with_a_denial_abstains() -> None:
    found = detect_claims([Sentence(DENIAL, (), ""), Sentence(CLAIM, (1,), " ")], QUESTION, [PRUNING])
    assert found.abstains


def test_a_denial_further_on_is_left_out_and_counted() -> None:
    found = detect_claims([Sentence(CLAIM, (1,), ""), Sentence(DENIAL, (), " ")], QUESTION, [PRUNING])
    assert [sentence.text for sentence in found.claiming] == [CLAIM]
    assert (found.abstains, found.denials) == (False, 1)


def test_what_a_source_itself_says_is_no_denial() -> None:
    text = "The sources of the data do not report their licence."
    found = detect_claims([Sentence(text, (1,), "")], QUESTION, [PRUNING])
    assert (len(found.claiming), found.denials, found.abstains) == (1, 0, False)
    assert detect_claims([Sentence(text, (1,), "")], QUESTION, []).abstains


def test_the_question_said_again_is_left_out_and_counted() -> None:
    question = "Does the quokka method need labels?"
    found = detect_claims([Sentence("Yes, the quokka method needs labels.", (), "")], question, [PRUNING])
    assert (found.claiming, found.echoes) == ((), 1)


def test_the_question_said_again_is_a_claim_when_a_source_says_so() -> None:
    question = "Does pruning early cost accuracy?"
    assert detect_claims([Sentence("Pruning early costs no accuracy.", (1,), "")], question, [PRUNING]).echoes == 0


@pytest.mark.parametrize(
    "sentence",
    ["Weights are pruned after 90 steps.", "It takes ninety steps of patient waiting.", "Pruned networks get sparser."],
)
def test_a_new_number_or_a_new_word_in_three_is_no_echo(sentence: str) -> None:
    assert not echoes(sentence, QUESTION)
    assert echoes(ECHO, QUESTION)


def test_a_paragraph_whose_first_sentence_is_left_out_still_begins_anew() -> None:
    texts = (CLAIM, DENIAL, "Ninety steps of training go before.")
    assert [sentence.lead for sentence in said(*texts, leads=("", "\n\n", " "))] == ["", "\n\n"]
    assert [sentence.lead for sentence in said(ECHO, CLAIM, leads=("", "\n- "))] == ["- "]
