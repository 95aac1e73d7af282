"""Opposites: a claim that says the other way round what a text says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.contradiction import NEGATIONS, SIDES, contradicted_words
from rag.text.words import stem

PROPERTY = settings(deadline=None, max_examples=100)
TEXT = (
    "Pruning reduces the memory of large models. It improves accuracy on small tasks but slows training. "
    "The method does not need labels, and retraining can't raise the error."
)
PLAIN = ["pruning", "memory", "of", "models", "accuracy", "labels", "the", "error", "not", "never"]
WORDS = st.sampled_from([*PLAIN, *SIDES])
SENTENCE = st.lists(WORDS, min_size=6, max_size=12).map(lambda words: f"Therefore {' '.join(words)} is shown.")


@pytest.mark.parametrize(
    ("claim", "word"),
    [
        ("Pruning increases the memory of models.", "increases"),
        ("Models need more memory, which pruning raises.", "more"),
        ("It worsens accuracy on small tasks.", "worsens"),
        ("Training is accelerated.", "accelerated"),
        ("Retraining raises the error.", "raises"),
        ("Pruning doesn't reduce the memory of models.", "reduce"),
    ],
)
def test_a_direction_that_the_text_contradicts_is_named(claim: str, word: str) -> None:
    assert word in contradicted_words(claim, [TEXT])


@pytest.mark.parametrize(
    "claim",
    [
        "Pruning reduces memory.",
        "Memory is lowered by pruning.",
        "Memory isn't increased by pruning.",
        "Accuracy on small tasks gets better.",
        "Retraining doesn't increase the error.",
        "No labels are needed.",
        "It is not only accurate on small tasks.",
        "No, pruning reduces memory.",
    ],
)
def test_the_same_direction_in_other_words_is_not_turned(claim: str) -> None:
    assert contradicted_words(claim, [TEXT]) == ()


def test_a_direction_about_something_else_is_not_turned() -> None:
    assert contradicted_words("Bees dance faster in higher hives.", [TEXT]) == ()


@pytest.mark.parametrize("negation", ["does not need", "doesn't need", "never needs", "needs no"])
def test_a_negation_that_no_near_sentence_has_is_turned(negation: str) -> None:
    assert (
        contradicted_words(
            f"The method {negation} labels.", ["The new method needs labels. Nor do honey bees dance there."]
        )
        != ()
    )


def test_a_negation_of_what_the_text_does_not_speak_of_is_not_turned() -> None:
    assert contradicted_words("Bees do not dance.", ["The method needs labels."]) == ()


def test_what_it_can_not_see_stays_unseen() -> None:
    assert contradicted_words("The method needs labels.", ["The method does not need labels."]) == ()
    assert contradicted_words("Moss is higher than grass.", ["Grass is higher than moss."]) == ()


def test_without_texts_nothing_is_turned() -> None:
    assert contradicted_words("Pruning does not increase memory.", []) == ()
    assert contradicted_words("", [TEXT]) == ()


@PROPERTY
@given(st.lists(SENTENCE, min_size=1, max_size=5), st.text(max_size=40))
def test_no_sentence_is_turned_by_a_text_that_holds_it(sentences: list[str], other: str) -> None:
    for sentence in sentences:
        assert contradicted_words(sentence, [other, " ".join(sentences)]) == ()


def test_no_word_stands_on_both_sides_of_a_pair_and_none_is_a_number() -> None:
    assert all(len(sides) >= 1 for sides in SIDES.values())
    assert not any(character.isdigit() for word in SIDES for character in word)
    assert all(word == word.lower() and stem(word) for word in {*SIDES, *NEGATIONS})
