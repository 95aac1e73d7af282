"""The support score on labelled claims: does it tell supported claims from the rest?"""

import gzip
import json
from pathlib import Path

from eval.gold import shared_folder
from rag.verification import support


def measure(work: Path) -> str:
    """Return a Markdown table of ROC-AUC on bench/scifact-claims."""
    with gzip.open(shared_folder() / "bench" / "scifact-claims" / "claims.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    scores = {"SUPPORT": list[float](), "CONTRADICT": list[float](), "NEI": list[float]()}
    for row in rows:
        scores[row["verdict"]].append(support(row["claim"], [" ".join([row["title"], *row["context"]])]).score)
    others = scores["CONTRADICT"] + scores["NEI"]
    return "\n".join(
        [
            "| supported against | pairs | ROC-AUC |",
            "|---|---|---|",
            f"| the rest | {len(rows)} | {roc_auc(scores['SUPPORT'], others):.3f} |",
            f"| unrelated | | {roc_auc(scores['SUPPORT'], scores['NEI']):.3f} |",
            f"| contradicted (no negation can be seen) | | {roc_auc(scores['SUPPORT'], scores['CONTRADICT']):.3f} |",
        ]
    )


def roc_auc(positive: list[float], negative: list[float]) -> float:
    """Return the chance that a positive scores above a negative, ties counting half.

    >>> roc_auc([0.9, 0.5], [0.5, 0.1])
    0.875
    """
    wins = sum((one > other) + 0.5 * (one == other) for one in positive for other in negative)
    return wins / (len(positive) * len(negative))
