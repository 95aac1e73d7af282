"""Remarks: courtesies ask nothing, whatever asks something is none, with or without a courtesy before it."""

import pytest

from rag.conversation.follow_ups import is_follow_up
from rag.conversation.remarks import is_remark


@pytest.mark.parametrize(
    "text", ["thanks", "Thx!", "Hello there", "OK, got it", "Great, bye", "Yes please", "good night, see you tomorrow"]
)
def test_a_courtesy_is_a_remark_and_no_follow_up(text: str) -> None:
    assert is_remark(text)
    assert not is_follow_up(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?!",
        "Why",
        "the same for all of them",
        "great, and how",
        "Thanks, and the limitations",
        "is it any good",
        "Really good?",
        "tell me more",
        "please explain",
        "Good features for tracking",
    ],
)
def test_what_asks_something_is_none(text: str) -> None:
    assert not is_remark(text)
