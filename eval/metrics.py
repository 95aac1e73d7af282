"""Measures as plain arithmetic over what was found and said."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from eval.gold import Nugget


def recall_at(found: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Return the share of the relevant that stands in the first k; at most min(k, relevant) can.

    >>> recall_at(["a", "x", "b"], {"a", "b"}, 1), recall_at(["a", "x", "b"], {"a", "b"}, 2)
    (1.0, 0.5)
    """
    return len(set(found[:k]) & set(relevant)) / min(k, len(relevant))


def reciprocal_rank(found: Sequence[str], relevant: Collection[str]) -> float:
    """Return 1 / rank of the first relevant one, 0 when there is none.

    >>> reciprocal_rank(["x", "a"], {"a"})
    0.5
    """
    return next((1 / rank for rank, item in enumerate(found, start=1) if item in relevant), 0.0)


def ndcg_at(found: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Return the normalised discounted cumulative gain at k (Järvelin and Kekäläinen 2002), linear gain.

    >>> ndcg_at(["a"], {"a": 1}, 10), round(ndcg_at(["x", "a"], {"a": 1}, 10), 3)
    (1.0, 0.631)
    """
    gain = sum(grades.get(item, 0) / math.log2(rank + 1) for rank, item in enumerate(found[:k], start=1))
    best = sorted(grades.values(), reverse=True)[:k]
    ideal = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(best, start=1))
    return gain / ideal


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
