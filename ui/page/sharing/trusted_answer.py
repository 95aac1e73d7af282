"""An answer from outside made one that can be shown: every value of its type, every quote a slice of its abstract."""

import dataclasses
import json
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter

from rag.records import Answer


def trusted_answer(value: Mapping[str, Any]) -> Answer:
    """Return the answer that `Answer.to_dict` gave, whoever brings it.

    Raises ValueError, KeyError, TypeError or AttributeError when a value is of another type, a quote isn't what its
    abstract says at that place, or a claim isn't a part of the text. What follows from the rest, such as a standing,
    is not read.
    """
    answer = Answer.from_dict(value)
    answer = _answers().validate_json(json.dumps(dataclasses.asdict(answer)), strict=True)
    cited = [citation for claim in answer.claims for citation in claim.citations]
    for citation in (*cited, *answer.citations):
        _check(citation.number > 0, "a citation has no number")
        _check_slice(citation.paper.abstract, citation.start, citation.end, citation.quote)
    for paper, closest in answer.nearest_with_closest:
        if paper is not None and closest is not None:
            _check_slice(paper.abstract, closest.start, closest.end, closest.text)
    spans = [(claim.start, claim.end) for claim in answer.claims]
    _check(all(0 <= start <= end <= len(answer.text) for start, end in spans), "a claim is outside of the text")
    _check(all(first[1] <= second[0] for first, second in pairwise(spans)), "claims overlap")
    _check({one.number for one in cited} <= {one.number for one in answer.citations}, "a citation is not listed")
    return answer


@cache
def _answers() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)


def _check_slice(abstract: str, start: int, end: int, quote: str) -> None:
    _check(0 <= start <= end and abstract[start:end] == quote, "a quote is no slice of its abstract")


def _check(holds: bool, msg: str) -> None:  # noqa: FBT001  (what is checked reads best first)
    if not holds:
        raise ValueError(msg)
