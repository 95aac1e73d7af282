"""How well a scorer of support tells carried claims from others, on claims that people labelled.

A labelled set is JSON Lines, may be gzipped: `claim`, `context` (a text or a list of sentences), `title` if any, and
`label` (1 supported, 0 not) or `verdict` (SUPPORT, CONTRADICT, NEI).
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from eval.datasets.labelled_claims import Labelled, load_labelled
from eval.metrics.answers import offline
from rag.citations.support import PARTLY, SUPPORTED

BINS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01))


def check_judge(path: Path, judge: Callable[[str, Sequence[str]], float] = offline) -> str:
    """Return a Markdown report of a scorer on a labelled set."""
    rows = load_labelled(path)
    scores = [judge(row.claim, [row.context]) for row in rows]
    by_kind: dict[str, list[float]] = {}
    for row, score in zip(rows, scores, strict=True):
        by_kind.setdefault(row.kind, []).append(score)
    good = by_kind.pop("supported")
    bad = [score for values in by_kind.values() for score in values]
    tables = (
        [f"{len(rows)} claims, {len(good)} of them supported."],
        _areas(good, {"the rest": bad, **by_kind}),
        _thresholds(good, bad),
        _by_kind({"supported": good, **by_kind}),
        _calibration(rows, scores),
    )
    return "\n\n".join("\n".join(table) for table in tables) + "\n"


def _areas(good: Sequence[float], against: Mapping[str, Sequence[float]]) -> list[str]:
    rows = [f"| {kind} | {len(bad)} | {roc_auc(good, bad):.3f} |" for kind, bad in sorted(against.items())]
    return ["| supported against | claims | ROC-AUC |", "|---|---|---|", *rows]


def _thresholds(good: Sequence[float], bad: Sequence[float]) -> list[str]:
    rows = [f"| {limit:g} | {balanced_accuracy(good, bad, limit):.3f} |" for limit in (PARTLY, SUPPORTED)]
    return ["| support from | balanced accuracy |", "|---|---|", *rows]


def _by_kind(scores: Mapping[str, Sequence[float]]) -> list[str]:
    rows = []
    for kind, values in scores.items():
        shares = " | ".join(
            f"{sum(value >= limit for value in values) / len(values):.3f}" for limit in (PARTLY, SUPPORTED)
        )
        rows.append(f"| {kind} | {len(values)} | {sum(values) / len(values):.3f} | {shares} |")
    return [f"| kind | n | mean | at least {PARTLY:g} | at least {SUPPORTED:g} |", "|---|---|---|---|---|", *rows]


def _calibration(rows: Sequence[Labelled], scores: Sequence[float]) -> list[str]:
    table = ["| score | claims | supported |", "|---|---|---|"]
    for low, high in BINS:
        inside = [row.supported for row, score in zip(rows, scores, strict=True) if low <= score < high]
        share = f"{sum(inside) / len(inside):.3f}" if inside else ""
        table.append(f"| {low:.1f} to {min(high, 1.0):.1f} | {len(inside)} | {share} |")
    return table


def roc_auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the chance that a positive scores above a negative, ties counting half (Mann and Whitney).

    >>> roc_auc([0.9, 0.5], [0.5, 0.1])
    0.875
    """
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(positive, negative).statistic) / (len(positive) * len(negative))


def balanced_accuracy(positive: Sequence[float], negative: Sequence[float], threshold: float) -> float:
    """Return the mean of the shares rightly told on both sides of a threshold.

    >>> balanced_accuracy([0.9, 0.5], [0.5, 0.1], 0.6)
    0.75
    """
    right = sum(score >= threshold for score in positive) / len(positive)
    left = sum(score < threshold for score in negative) / len(negative)
    return (right + left) / 2
