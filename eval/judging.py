"""How well a scorer of support tells carried claims from others, on claims that people labelled.

A labelled set is JSON Lines, may be gzipped: `claim`, `context` (a text or a list of sentences), `title` if any, and
`label` (1 supported, 0 not) or `verdict` (SUPPORT, CONTRADICT, NEI).
"""

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.scoring import offline
from rag.errors import SourceError
from rag.verification import PARTLY, SUPPORTED

BINS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01))
KINDS = {"SUPPORT": "supported", "CONTRADICT": "contradicted", "NEI": "unrelated"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A claim, the text that it is judged by, whether that supports it, and what kind of pair it is."""

    claim: str
    context: str
    supported: bool
    kind: str


def load_labelled(path: Path) -> list[Labelled]:
    """Return the claims of a labelled set. Raises SourceError that names the line."""
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        lines = content.decode("utf-8-sig").split("\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        msg = f"The labelled claims {path} can't be read ({error})."
        raise SourceError(msg) from error
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(_labelled(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                needed = "claim, context, and label or verdict"
                msg = f"{path} line {number} is no labelled claim ({error!r}). It needs {needed}."
                raise SourceError(msg) from error
    if len({one.supported for one in found}) < 2:
        msg = f"{path} needs claims that are supported and claims that are not."
        raise SourceError(msg)
    return found


def _labelled(row: Any) -> Labelled:
    context = row["context"] if isinstance(row["context"], str) else " ".join(row["context"])
    verdict = row.get("verdict")
    supported = verdict == "SUPPORT" if verdict is not None else bool(row["label"])
    kind = KINDS.get(verdict, "supported" if supported else "not supported")
    return Labelled(str(row["claim"]), " ".join(filter(None, [row.get("title", ""), context])), supported, kind)


def check_judge(path: Path, judge: Callable[[str, Sequence[str]], float] = offline) -> str:
    """Return a Markdown report of a scorer on a labelled set."""
    rows = load_labelled(path)
    scores = [judge(row.claim, [row.context]) for row in rows]
    good = [score for row, score in zip(rows, scores, strict=True) if row.supported]
    bad = [score for row, score in zip(rows, scores, strict=True) if not row.supported]
    kinds = sorted({row.kind for row in rows if not row.supported})
    lines = [
        f"{len(rows)} claims, {len(good)} of them supported.",
        "",
        "| supported against | pairs | ROC-AUC |",
        "|---|---|---|",
    ]
    lines.append(f"| the rest | {len(bad)} | {roc_auc(good, bad):.3f} |")
    for kind in kinds:
        own = [score for row, score in zip(rows, scores, strict=True) if row.kind == kind]
        lines.append(f"| {kind} | {len(own)} | {roc_auc(good, own):.3f} |")
    for name, threshold in (("supported", SUPPORTED), ("partly", PARTLY)):
        found = balanced_accuracy(good, bad, threshold)
        lines += ["", f"Balanced accuracy at the threshold of `{name}` ({threshold:g}): {found:.3f}"]
    lines += ["", "| score | claims | supported |", "|---|---|---|"]
    for low, high in BINS:
        inside = [row.supported for row, score in zip(rows, scores, strict=True) if low <= score < high]
        share = f"{sum(inside) / len(inside):.2f}" if inside else ""
        lines.append(f"| {low:.1f} to {min(high, 1.0):.1f} | {len(inside)} | {share} |")
    return "\n".join(lines) + "\n"


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
