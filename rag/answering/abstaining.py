"""Do the papers found say anything about the question? Decided before anything is written.

Signs from retrieval, weighed by a logistic regression over the questions of the development set and the same
questions with their papers taken away (eval/RESULTS.md): how well the words of the question are met in the best
paper, how well the worst met quarter of them is, how many they are (the more, the worse the worst), and whether the
question names something that the paper doesn't.
"""

import math
from typing import NamedTuple

from rag.records import Outcome, Paper
from rag.records.answers import NEAREST_PAPERS, REFUSALS
from rag.retrieval.results import Retrieved
from rag.text.words import names, stems, words

MET, WORST_MET, LOG_WORDS, UNMET_NAME, BIAS = 12.9, 9.9, 0.64, -1.0, -11.86
ANSWERED = 0.285  # confidence from which on an answer is given
RELEVANT = 0.08  # confidence below which not even the papers are about it
WORDS_MET = 0.5  # share of the question's telling words to hold, where a model tells no token states


NEAREST = 3  # papers named when the abstracts don't say


class Signs(NamedTuple):
    """The question's words in the best paper: mean likeness, that of the worst quarter, number, any unmet name."""

    met: float
    worst_met: float
    words: int
    unmet_name: bool


def outcome_of(retrieved: Retrieved) -> Outcome:
    """Return whether to answer from the papers found."""
    confidence = confidence_in(retrieved)
    if confidence >= ANSWERED:
        return Outcome.ANSWERED
    return Outcome.NOT_IN_ABSTRACTS if confidence >= RELEVANT else Outcome.NO_RELEVANT_PAPERS


def confidence_in(retrieved: Retrieved) -> float:
    """Return how likely it is that the papers found answer the question, 0..1."""
    if not retrieved.hits:
        return 0.0
    if not retrieved.matches:
        return min(max(_words_met(retrieved) - WORDS_MET + ANSWERED, 0.0), 1.0)
    signs = signs_of(retrieved)
    odds = (
        MET * signs.met
        + WORST_MET * signs.worst_met
        + LOG_WORDS * math.log(signs.words)
        + UNMET_NAME * signs.unmet_name
        + BIAS
    )
    return 1 / (1 + math.exp(-odds))


def signs_of(retrieved: Retrieved) -> Signs:
    """Return the signs; the retrieval must have word matches."""
    weights = [math.sqrt(match.weight) for match in retrieved.matches]
    met = sum(w * match.likeness for w, match in zip(weights, retrieved.matches, strict=True)) / sum(weights)
    worst = sorted(match.likeness for match in retrieved.matches)[: max(1, len(retrieved.matches) // 4)]
    paper = retrieved.hits[0].paper
    text = f"{paper.title} {paper.abstract}"
    known, letters = {word.stem for word in words(text)}, text.lower()
    unmet = [w for w in names(retrieved.query) if w.stem not in known and w.text.lower() not in letters]
    return Signs(met, sum(worst) / len(worst), len(retrieved.matches), bool(unmet))


def _words_met(retrieved: Retrieved) -> float:
    """Return the weight of the query's stems that the best paper holds, as a share of all."""
    paper = retrieved.hits[0].paper
    known = set(stems(f"{paper.title} {paper.abstract}"))
    total = sum(retrieved.weights.values())
    return sum(weight for stem, weight in retrieved.weights.items() if stem in known) / total if total else 0.0


def nearest_papers(retrieved: Retrieved) -> tuple[Paper, ...]:
    """Return the papers to name when there is no answer."""
    return tuple(hit.paper for hit in retrieved.hits[:NEAREST])


def refusal(outcome: Outcome, nearest: tuple[Paper, ...]) -> str:
    """Return what to say when there is no answer: that there is none, and which papers came nearest."""
    if outcome is Outcome.NO_RELEVANT_PAPERS:
        return REFUSALS[outcome]
    titles = "; ".join(f"{paper.title} ({paper.byline})" if paper.byline else paper.title for paper in nearest)
    return f"{REFUSALS[Outcome.NOT_IN_ABSTRACTS]} {NEAREST_PAPERS} {titles}."
