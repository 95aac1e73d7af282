"""Fit the counting of papers anew and tell what it does: python -m eval.benchmarks.fitting.belonging --work FOLDER

Fitted on labelled topics of two libraries, the real papers and SciFact's abstracts (eval.benchmarks.questions.finding).
Every fit ends with the least bias by which PRECISION of those counted are right, of the topics that it was fitted on.
Printed are the constants of a fit on both kinds, of the bias alone and of all of them, beside those in use; and for
each kind precision, recall and what is counted of topics that no paper is about: by the constants in use, and by those
fitted on the other kind and on the same in folds by topic.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.benchmarks.questions.finding import KINDS, Topic, digest, made_library, precision, recall
from eval.benchmarks.shared import opened_storage
from eval.metrics.nuggets import mean
from rag.retrieval import belonging
from rag.retrieval.finding import Finder

NAMES = ("GAIN", "LEXICAL", "COSINE", "LOG_WORDS", "BIAS")
PRECISION = 0.8
FOLDS = 8
BIASES = np.arange(4.0, 14.0, 0.05)
Numbers = NDArray[np.float64]


class Case(NamedTuple):
    """A topic as it was asked for once: its kind, its place among the topics of its kind, each candidate's signs."""

    kind: str
    place: int
    topic: Topic
    papers: tuple[str, ...]
    signs: Numbers

    def counted(self, constants: Numbers) -> frozenset[str]:
        """Return the candidates that count by constants in the order of NAMES."""
        counts = self.signs @ constants[:-1] >= constants[-1]
        return frozenset(paper for paper, one in zip(self.papers, counts.tolist(), strict=True) if one)


Fit = Callable[[Sequence[Case]], Numbers]


def every_case(work: Path) -> Iterator[Case]:
    """Yield every topic of both kinds in each of its wordings; libraries are kept in `work`."""
    for kind in KINDS:
        with made_library(kind, work) as library, closing(opened_storage(library.folder)) as storage:
            names = {paper.paper_id: digest(paper.title) for paper in library.selected()}
            finder = Finder(storage, library.embedder())
            for place, topic in enumerate(kind.topics()):
                for query in topic.asked:
                    found = finder.signs(query)
                    papers = tuple(names[paper_id] for paper_id in found)
                    yield Case(kind.name, place, topic, papers, np.array(list(found.values()), dtype=float))


def report(cases: Sequence[Case]) -> str:
    """Return the constants and what they do, as Markdown."""
    fitted = zip(NAMES, bias_fitted(cases).tolist(), fitted_anew(cases).tolist(), in_use().tolist(), strict=True)
    lines = ["| constant | bias fitted | all fitted | in use |", "|---|---|---|---|"]
    lines += [f"| {name} | {bias:.2f} | {anew:.2f} | {used:g} |" for name, bias, anew, used in fitted]
    lines += ["", "| kind | constants | precision | recall | counted though there is none |", "|---|---|---|---|---|"]
    for kind in dict.fromkeys(case.kind for case in cases):
        own = [case for case in cases if case.kind == kind]
        others = [case for case in cases if case.kind != kind]
        lines.append(_row(kind, "in use", [(case, in_use()) for case in own]))
        for name, fit in (("bias", bias_fitted), ("all", fitted_anew)):
            elsewhere = fit(others)
            lines.append(_row(kind, f"{name}, of the other kind", [(case, elsewhere) for case in own]))
            lines.append(_row(kind, f"{name}, out of folds", list(_out_of_folds(own, fit))))
    return "\n".join(lines)


def in_use() -> Numbers:
    """Return the constants in use."""
    return np.array([getattr(belonging, name) for name in NAMES])


def bias_fitted(cases: Sequence[Case]) -> Numbers:
    """Return the constants in use, with the bias that fits some cases."""
    return _with_bias(cases, in_use()[:-1])


def fitted_anew(cases: Sequence[Case]) -> Numbers:
    """Return the constants that fit some cases."""
    labelled = [(case, ~np.isin(case.papers, list(case.topic.fine))) for case in cases]
    signs = np.concatenate([case.signs[clear] for case, clear in labelled])
    right = np.concatenate([np.isin(case.papers, list(case.topic.papers))[clear] for case, clear in labelled])
    spread = signs.std(axis=0)
    model = LogisticRegression(max_iter=2000).fit((signs - signs.mean(axis=0)) / spread, right)
    return _with_bias(cases, model.coef_[0] / spread)


def _with_bias(cases: Sequence[Case], weights: Numbers) -> Numbers:
    """Return the weights, and last the least bias of BIASES that reaches PRECISION."""
    told = [case for case in cases if case.topic.papers]
    ways = (np.array([*weights, bias]) for bias in BIASES)
    return next(one for one in ways if mean(precision(case.topic, case.counted(one)) for case in told) >= PRECISION)


def _out_of_folds(cases: Sequence[Case], fit: Fit) -> Iterator[tuple[Case, Numbers]]:
    """Yield each case with the constants of a fit that saw nothing of its topic."""
    for fold in range(FOLDS):
        constants = fit([case for case in cases if case.place % FOLDS != fold])
        yield from ((case, constants) for case in cases if case.place % FOLDS == fold)


def _row(kind: str, constants: str, judged: Sequence[tuple[Case, Numbers]]) -> str:
    found = [(case.topic, case.counted(by)) for case, by in judged]
    right = mean(precision(*one) for one in found if one[0].papers)
    met = mean(recall(*one) for one in found if one[0].papers)
    uncalled = mean(len(papers) for topic, papers in found if not topic.papers)
    return f"| {kind} | {constants} | {right:.3f} | {met:.3f} | {uncalled:.2f} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps built libraries between runs")
    sys.stdout.write(report(list(every_case(parser.parse_args().work))) + "\n")
