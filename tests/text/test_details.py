"""Details that questions ask for, and numbers that texts hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.questions.details import detail_asked, holds_number


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("How many attention heads are pruned?", ["attention", "heads"]),
        ("how much training data does it need", ["training", "data"]),
        ("On how many of the tasks does it win?", ["tasks"]),
        ("How long does one epoch take?", []),
        ("Which top-1 accuracy is reached, and with how many parameters?", ["parameters", "top", "1", "accuracy"]),
        ("At what learning rate was it trained?", ["learning", "rate"]),
    ],
)
def test_a_number_is_asked_for_by_how_or_by_an_amount(question: str, counted: list[str]) -> None:
    detail = detail_asked(question)
    assert detail
    assert detail.number
    assert [word.text for word in detail.words] == counted


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("On which GPUs was it trained?", ["GPUs"]),
        ("what benchmark suite and which licence?", ["benchmark", "suite", "licence"]),
    ],
)
def test_other_details_are_asked_for_by_what_they_are(question: str, named: list[str]) -> None:
    detail = detail_asked(question)
    assert detail
    assert not detail.number
    assert [word.text for word in detail.words] == named


@pytest.mark.parametrize(
    "question", ["What are the error bars?", "Which idea is behind it?", "Why is accuracy not enough?", "The GPU?", ""]
)
def test_most_questions_ask_for_no_detail(question: str) -> None:
    assert detail_asked(question) is None


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
    detail = detail_asked(text)
    assert detail is None or all(text[word.start : word.end] == word.text for word in detail.words)
