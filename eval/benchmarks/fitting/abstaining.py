"""Fit what abstaining rests on, and tell what it does: python -m eval.benchmarks.fitting.abstaining --work FOLDER

Fitted on the sets of FITTED, in eight folds by document; the other sets only judge. Printed are the constants of a fit
on all of them, beside those in use; per pair of sets the ROC-AUC and, behind a stroke, the share of the answerable that
is refused where a tenth of the others is answered: by the signs of version 0.1.0 ("before"), out of the folds, and by
the constants in use; and what the constants in use do at their thresholds.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from eval.benchmarks.fitting.asked import Asked, every_case
from rag.answering import abstaining
from rag.answering.abstaining import Signs, is_hopeless, log_odds, signs_of
from rag.retrieval.results import Retrieved

FITTED = ("dev", "dev away", "conversations", "conversations away", "dev of SciFact", "claims of dev")
PAIRS = (  # answerable ones of the first against unanswerable ones of the second
    ("dev", "dev"),
    ("dev", "dev away"),
    ("dev", "dev of SciFact"),
    ("dev", "dev details"),
    ("conversations", "conversations"),
    ("conversations", "conversations away"),
    ("claims", "claims away"),
    ("claims", "claims untold"),
    ("claims", "claims of dev"),
)
NAMES = ("LACK", "UNMET_NAME", "GAIN", "WORST_GAIN", "COSINE", "NO_DETAIL")
ASKED_SO = ("dev", "conversations")  # their unanswerable questions were written so: they are few, and count WRITTEN
WRITTEN = 3.0
FOLDS = 8
SMOOTH = 1.0  # inverse of the regularisation, of signs of unit spread
ANSWERED_BEFORE, BY_FAR_BEFORE = 0.285, 0.05
FAR_OFF = -99.0  # log-odds of the hopeless, and of what has no words to weigh
NO_SIGNS = Signs(1.0, unmet_name=False, gain=0.0, worst_gain=0.0, cosine=0.0, no_detail=0.0)
Odds = NDArray[np.float64]


def before(retrieved: Retrieved) -> float:
    """Return the log-odds of version 0.1.0: words met, those met worst, their number, unmet names."""
    if not retrieved.matches:
        return FAR_OFF
    weights = np.sqrt([match.weight for match in retrieved.matches])
    likeness = np.array([match.likeness for match in retrieved.matches])
    worst = np.sort(likeness)[: max(1, len(likeness) // 4)].mean()
    met = float(likeness @ weights / weights.sum())
    unmet = signs_of(retrieved).unmet_name
    return float(12.9 * met + 9.9 * worst + 0.64 * math.log(len(likeness)) - unmet - 11.86)


def report(cases: Sequence[Asked]) -> str:
    """Return the constants and the tables as Markdown."""
    weighed = np.array([bool(case.retrieved.matches) and not is_hopeless(case.retrieved) for case in cases])
    signs = [signs_of(case.retrieved) if case.retrieved.matches else NO_SIGNS for case in cases]
    values, answerable = np.array(signs, dtype=float), np.array([case.answerable for case in cases])
    used = weighed & np.isin([case.collection for case in cases], FITTED)
    written = ~answerable & np.isin([case.collection for case in cases], ASKED_SO)
    counts = np.where(written, WRITTEN, 1.0)
    constants = _fitted(values[used], answerable[used], counts[used])
    odds = {
        "before": np.where(weighed, [before(case.retrieved) for case in cases], FAR_OFF),
        "folds": np.where(weighed, _out_of_folds(cases, values, counts, used), FAR_OFF),
        "in use": np.where(weighed, [log_odds(one) for one in signs], FAR_OFF),
    }
    in_use = [getattr(abstaining, name) for name in (*NAMES, "BIAS")]
    lines = ["| constant | fitted | in use |", "|---|---|---|"]
    lines += [
        f"| {name} | {one:.2f} | {other:g} |"
        for name, one, other in zip((*NAMES, "BIAS"), constants, in_use, strict=True)
    ]
    return "\n".join([*lines, "", *_apart(cases, odds), "", *_at_thresholds(cases, odds)])


def _fitted(values: Odds, answerable: NDArray[np.bool_], counts: Odds) -> list[float]:
    """Return the weights of the signs, and last the bias."""
    mean, spread = values.mean(axis=0), values.std(axis=0)
    model = LogisticRegression(C=SMOOTH, max_iter=2000).fit((values - mean) / spread, answerable, counts)
    weights = model.coef_[0] / spread
    return [*weights.tolist(), float(model.intercept_[0] - weights @ mean)]


def _out_of_folds(cases: Sequence[Asked], values: Odds, counts: Odds, used: NDArray[np.bool_]) -> Odds:
    """Return the log-odds of each case by a fit that saw no case of its document."""
    answerable = np.array([case.answerable for case in cases])
    documents = [case.document for case in cases]
    odds = np.zeros(len(cases))
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=0).split(values, answerable, documents):
        seen = train[used[train]]
        *weights, bias = _fitted(values[seen], answerable[seen], counts[seen])
        odds[test] = values[test] @ np.array(weights) + bias
    return odds


def _of(cases: Sequence[Asked], collection: str, *, answerable: bool) -> NDArray[np.bool_]:
    return np.array([case.collection == collection and case.answerable is answerable for case in cases])


def _apart(cases: Sequence[Asked], odds: dict[str, Odds]) -> list[str]:
    """Return how well each pair of sets is told apart."""
    lines = [f"| answerable | unanswerable | {' | '.join(odds)} |", f"|---|---|{'---|' * len(odds)}"]
    for first, second in PAIRS:
        yes, no = _of(cases, first, answerable=True), _of(cases, second, answerable=False)
        cells = []
        for found in odds.values():
            truth = [True] * int(yes.sum()) + [False] * int(no.sum())
            area = roc_auc_score(truth, np.concatenate([found[yes], found[no]]))
            cells.append(f"{area:.3f} / {(found[yes] < np.quantile(found[no], 0.9)).mean():.3f}")
        lines.append(f"| {yes.sum()} of {first} | {no.sum()} of {second} | {' | '.join(cells)} |")
    return lines


def _at_thresholds(cases: Sequence[Asked], odds: dict[str, Odds]) -> list[str]:
    """Return how many of each set are answered, and refused by far, before and by the constants in use."""
    answered = {"before": ANSWERED_BEFORE, "folds": abstaining.ANSWERED, "in use": abstaining.ANSWERED}
    far = {"before": BY_FAR_BEFORE, "in use": abstaining.BY_FAR}
    heads = [*(f"answered, {name}" for name in answered), *(f"refused by far, {name}" for name in far)]
    lines = [f"| set | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for collection in dict.fromkeys(case.collection for case in cases):
        for answerable in (True, False):
            own = _of(cases, collection, answerable=answerable)
            if own.any():
                cells = [int((odds[name][own] >= _logit(bound)).sum()) for name, bound in answered.items()]
                cells += [int((odds[name][own] < _logit(bound)).sum()) for name, bound in far.items()]
                name = f"{own.sum()} {'answerable' if answerable else 'unanswerable'} of {collection}"
                lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    lowest = {
        name: min(odds["in use"][_of(cases, name, answerable=True)]) for name in ("dev", "conversations", "claims")
    }
    told = ", ".join(f"{1 / (1 + math.exp(-least)):.4f} of {name}" for name, least in lowest.items())
    return [*lines, "", f"Lowest confidence in an answerable one: {told}."]


def _logit(confidence: float) -> float:
    return math.log(confidence / (1 - confidence))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps built libraries between runs")
    sys.stdout.write(report(list(every_case(parser.parse_args().work))) + "\n")
