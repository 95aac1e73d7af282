"""Numbers that questions ask for, and numbers that texts hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.amounts import amount_asked, holds_number


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("How many attention heads are pruned?", ["attention", "heads"]),
        ("how much training data does it need", ["training", "data"]),
        ("On how many of the tasks does it win?", ["tasks"]),
        ("How long does one epoch take?", []),
        ("Which top-1 accuracy is reached, and with how many parameters?", ["parameters", "top", "1", "accuracy"]),
        ("At what learning rate was it trained?", ["learning", "rate"]),
        ("What are the error bars?", None),
        ("Which optimizer was used?", None),
        ("Why is accuracy not enough?", None),
        ("", None),
    ],
)
def test_a_number_is_asked_for_by_how_or_by_an_amount(question: str, counted: list[str] | None) -> None:
    amount = amount_asked(question)
    assert (None if amount is None else [word.text for word in amount.words]) == counted


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("reaches 76.3\\% on it", True),
        ("in $10^{-5}$ steps", True),
        ("a 10-fold gain", True),
        ("twelve patients", True),
        ("GPT-4 and ResNet50", False),
        ("3D scenes of CIFAR-10", False),
        ("", False),
    ],
)
def test_digits_of_a_name_are_no_number(text: str, holds: bool) -> None:  # noqa: FBT001
    assert holds_number(text) is holds


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    assert holds_number(text) in {True, False}
    amount = amount_asked(text)
    assert amount is None or all(text[word.start : word.end] == word.text for word in amount.words)
