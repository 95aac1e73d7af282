"""Measures as plain arithmetic over what was said."""

import re
from collections.abc import Collection, Iterable

from eval.datasets.questions import Nugget


def nugget_recall(text: str, nuggets: Collection[Nugget]) -> float:
    """Return the share of the facts that a text gives; case, white space, `$`, braces and backslashes don't count.

    >>> nugget_recall("It costs $O(n^{2})$.", [Nugget("quadratic", ("o(n^2)", "quadratic"))])
    1.0
    """
    return 1 - len(nuggets_missing(text, nuggets)) / len(nuggets)


def nuggets_missing(text: str, nuggets: Collection[Nugget]) -> tuple[str, ...]:
    """Return the facts that a text doesn't give, as the question set words them."""
    folded = _folded(text)
    return tuple(one.text for one in nuggets if not any(_folded(form) in folded for form in one.any_of))


def _folded(text: str) -> str:
    return re.sub(r"[\s${}\\]", "", text.casefold())


def mean(values: Iterable[float]) -> float:
    """Return the mean of at least one value.

    >>> mean([0.0, 1.0])
    0.5
    """
    numbers = list(values)
    return sum(numbers) / len(numbers)
