"""Means with their uncertainty, and whether two runs differ: over the bootstrap and the randomisation test of SciPy.

Deterministic: the same numbers get the same interval. A mean of nothing doesn't exist, so an empty set raises.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.errors import QuestionError

RESAMPLES = 2_000
PERMUTATIONS = 5_000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over `n` rows with its 95 % bootstrap interval; percentiles of the rows beside it."""

    value: float
    low: float
    high: float
    n: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher B is than A over the `n` questions that both have: its interval, and p that there is none."""

    value: float
    low: float
    high: float
    n: int
    p: float


def mean_of(values: Sequence[float]) -> Mean:
    """Return the mean of at least one value (Efron's percentile bootstrap). Raises QuestionError for none.

    >>> mean_of([0.0, 1.0]).value, mean_of([1.0, 1.0]).low
    (0.5, 1.0)
    """
    if not len(values):
        msg = "There is nothing to take a mean of: the set has no row that was scored."
        raise QuestionError(msg)
    numbers = np.asarray(values, float)
    low, high = _interval(numbers)
    p50, p95 = np.percentile(numbers, [50, 95])
    return Mean(float(numbers.mean()), low, high, len(numbers), float(p50), float(p95))


def difference_of(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Return how much higher the second of paired values are: interval, and p by randomly swapping pairs (Fisher).

    Raises QuestionError when there is no pair.
    """
    if not len(first) or len(first) != len(second):
        msg = "The two runs share no scored question."
        raise QuestionError(msg)
    gaps = np.asarray(second, float) - np.asarray(first, float)
    low, high = _interval(gaps)
    return Difference(float(gaps.mean()), low, high, len(gaps), _chance(gaps))


def _interval(numbers: np.ndarray) -> tuple[float, float]:
    from scipy.stats import bootstrap

    if len(numbers) < 2 or np.ptp(numbers) == 0:
        return float(numbers.min()), float(numbers.max())
    found = bootstrap(
        (numbers,), np.mean, n_resamples=RESAMPLES, confidence_level=CONFIDENCE, method="percentile", rng=0
    ).confidence_interval
    return float(found.low), float(found.high)


def _chance(gaps: np.ndarray) -> float:
    from scipy.stats import permutation_test

    if not np.any(gaps):
        return 1.0
    found = permutation_test(
        (gaps, np.zeros_like(gaps)), _gap, permutation_type="samples", n_resamples=PERMUTATIONS, vectorized=True, rng=0
    )
    return float(found.pvalue)


def _gap(first: np.ndarray, second: np.ndarray, axis: int) -> np.ndarray:
    gap: np.ndarray = np.mean(first - second, axis=axis)
    return gap
