"""Fit the gate of follow-ups anew and tell what it does: python -m eval.benchmarks.fitting.gate --work FOLDER

Fitted on every kind of eval.benchmarks.fitting.turns that doesn't only judge, in ten folds by document. Printed are the
constants of a fit on all of them beside those in use, and the share of each kind that is judged right: by the constants
in use and out of the folds, at some thresholds (DOUBT).
"""

import argparse
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.benchmarks.fitting.turns import Pair, tied
from rag.conversation import gate
from rag.conversation.follow_ups import points_back
from rag.conversation.gate import log_odds
from rag.conversation.remarks import is_remark
from rag.retrieval.ties import Ties
from rag.text.questions.listing import among_papers

NAMES = ("WORDS", "COSINE_GAP", "RANK", "ALONE", "LIKENESS", "UNMET", "BACK")
NO_PAPER = ("claims", "unanswerable", "everyday")
# What kinds count together, however many pairs they have: those that hang on what came before, questions of other
# papers, questions of none.
SHARES = (1.0, 0.6, 0.6)
FOLDS = 10
THRESHOLDS = (0.5, 0.0, -0.3)
Odds = NDArray[np.float64]
Chosen = NDArray[np.bool_]


def report(cases: Sequence[tuple[Pair, Ties]]) -> str:
    """Return the constants and the shares as Markdown."""
    pairs = [pair for pair, _ in cases]
    signs = np.array([_signs(pair, ties) for pair, ties in cases])
    fitted_on = np.array([not pair.judges for pair in pairs])
    constants = _fitted(pairs, signs, fitted_on)
    in_use = [getattr(gate, name) for name in (*NAMES, "BIAS")]
    lines = ["| constant | fitted | in use |", "|---|---|---|"]
    lines += [
        f"| {name} | {one:.2f} | {other:g} |"
        for name, one, other in zip((*NAMES, "BIAS"), constants, in_use, strict=True)
    ]
    odds = {
        "in use": np.array([log_odds(ties, back=points_back(pair.question)) for pair, ties in cases]),
        "folds": _out_of_folds(pairs, signs, fitted_on),
    }
    return "\n".join([*lines, "", *_right(cases, odds)])


def _signs(pair: Pair, ties: Ties) -> list[float]:
    back = float(points_back(pair.question))
    return [ties.words, ties.cosine_gap, 1 / (1 + ties.rank), ties.alone, ties.likeness, ties.unmet, back]


def _fitted(pairs: Sequence[Pair], signs: Odds, chosen: Chosen) -> list[float]:
    """Return the weights of the signs, and last the bias, of a fit on the chosen pairs."""
    hanging = np.array([pair.hangs for pair in pairs])
    foreign = np.array([pair.kind.startswith(NO_PAPER) for pair in pairs])
    weights = np.zeros(len(pairs))
    for kind, share in zip((hanging, ~hanging & ~foreign, foreign), SHARES, strict=True):
        weights[kind] = share * chosen.sum() / max((kind & chosen).sum(), 1)
    mean, spread = signs[chosen].mean(axis=0), signs[chosen].std(axis=0)
    model = LogisticRegression(max_iter=5000)
    model.fit((signs[chosen] - mean) / spread, hanging[chosen], sample_weight=weights[chosen])
    found = model.coef_[0] / spread
    return [*found.tolist(), float(model.intercept_[0] - mean @ found)]


def _out_of_folds(pairs: Sequence[Pair], signs: Odds, fitted_on: Chosen) -> Odds:
    """Return the log-odds of each pair by a fit that saw none of its document; of those that judge by one on all."""
    folds = np.array([zlib.crc32(pair.document.encode()) % FOLDS for pair in pairs])
    odds = np.zeros(len(pairs))
    for fold in (*range(FOLDS), None):
        own = ~fitted_on if fold is None else fitted_on & (folds == fold)
        *weights, bias = _fitted(pairs, signs, fitted_on & ~own)
        odds[own] = signs[own] @ np.array(weights) + bias
    return odds


def _right(cases: Sequence[tuple[Pair, Ties]], odds: dict[str, Odds]) -> list[str]:
    """Return a line for each kind: the share that is joined, or stands alone, as it should."""
    back = np.array([points_back(pair.question) for pair, _ in cases])
    names = np.array([ties.names for _, ties in cases])
    asks = [pair.question for pair, _ in cases]
    never = np.array([is_remark(one) or (among_papers(one) and not points_back(one)) for one in asks])
    hanging = np.array([pair.hangs for pair, _ in cases])
    ways = [(name, found, doubt) for name, found in odds.items() for doubt in THRESHOLDS]
    heads = " | ".join(f"{name}, {doubt:g}" for name, _, doubt in ways)
    lines = [f"| kind | pairs | {heads} |", f"|---|---|{'---|' * len(ways)}"]
    kinds = np.array([pair.kind for pair, _ in cases])
    right = [((found > doubt) & (back | ~names) & ~never) == hanging for _, found, doubt in ways]
    for kind in dict.fromkeys(kinds.tolist()):
        shares = " | ".join(f"{one[kinds == kind].mean():.3f}" for one in right)
        lines.append(f"| {kind} | {(kinds == kind).sum()} | {shares} |")
    return lines


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps built libraries between runs")
    sys.stdout.write(report(tied(parser.parse_args().work)) + "\n")
