"""What a browser kept of an answer, read again: nothing that it sends is taken on trust."""

from collections.abc import Mapping
from typing import Any

from rag.errors import QuestionError
from rag.records import Answer


def read_answer(value: Mapping[str, Any]) -> Answer | None:
    """Return an answer whose citations are slices of what they cite; None for anything else."""
    try:
        answer = Answer.from_dict(value)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    citations = (citation for claim in answer.claims for citation in claim.citations)
    whole = all(one.paper.abstract[one.start : one.end] == one.quote for one in citations)
    return answer if whole else None


def read_answers(values: list[dict[str, Any]]) -> list[Answer]:
    """Return answers as `read_answer` does. Raises QuestionError for one that can't be read."""
    answers = [read_answer(value) for value in values]
    if None in answers:
        msg = "An answer of this conversation can't be read any more. Ask its question again."
        raise QuestionError(msg)
    return [answer for answer in answers if answer is not None]
