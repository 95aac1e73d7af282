"""What a browser kept of an answer, read again: nothing that it sends is taken on trust."""

from collections.abc import Mapping
from typing import Any

from rag.errors import QuestionError
from rag.records import Answer
from ui.page.sharing.trusted_answer import trusted_answer


def read_answer(value: Mapping[str, Any]) -> Answer | None:
    """Return an answer that `trusted_answer` lets pass; None for anything else."""
    try:
        return trusted_answer(value)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None


def read_answers(values: list[dict[str, Any]]) -> list[Answer]:
    """Return answers as `read_answer` does. Raises QuestionError for one that can't be read."""
    answers = [read_answer(value) for value in values]
    if None in answers:
        msg = "An answer of this conversation can't be read any more. Ask its question again."
        raise QuestionError(msg)
    return [answer for answer in answers if answer is not None]
