"""Is a paper about what was asked for? By signs that do not hang on what else was found, so that papers can be counted.

A search ranks: its scores say which paper comes before which, and the best of nothing has a high one too. Belonging is
measured against the library instead. A logistic regression over labelled topics of real papers
(eval/benchmarks/fitting/belonging.py), by four signs: how much better the words asked for are met than in papers drawn
from all over the library, what BM25 gives for them as a share of their weight, the cosine of the whole abstract, and
how many words there are (the more, the less each is met).
"""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.retrieval.late_interaction import weighted, weighted_all
from rag.retrieval.query import Query

GAIN, LEXICAL, COSINE, LOG_WORDS = 12.5, 3.0, 5.3, 0.3
# Of these signs' sum, from which on a paper counts: the least by which .80 of those counted are right over the topics
# of both libraries it was fitted to: .85 of them in one of 707 papers, .73 in one of 5,183 (eval/RESULTS.md). Fitted to
# either alone it is 8.3 and 9.45. The weights, fitted anew to either or to both, count no better in the other.
BIAS = 8.7
WORDS_HELD = 0.83  # BM25 as a share of the words' weight, from which on a paper counts where there are no token states
SAMPLE = 48  # papers that stand for the library
# Three libraries of other fields and sizes have .33 to .35 for it in the mean: that much FEW papers more are taken to
# have, for the papers of a small library are about what is asked of it.
USUAL, FEW = 0.34, 8


class Signs(NamedTuple):
    """How a paper meets a query.

    `gain`: how much better the query's words are met than in papers drawn from all over the library, None where there
    are no token states. `held`: BM25 as a share of the words' weight. `cosine`: of the whole abstract. `log_words`: of
    how many words there are, the logarithm.
    """

    gain: float | None
    held: float
    cosine: float
    log_words: float


def background_of(query: Query, likeness: Iterable[NDArray[np.float32]]) -> float:
    """Return how well the query's words are met in papers drawn from all over the library: their weighted mean."""
    drawn = weighted_all(query, likeness)
    return (sum(drawn) + FEW * USUAL) / (len(drawn) + FEW)


def signs_of(
    query: Query,
    background: float,
    likeness: Mapping[int, NDArray[np.float32]],
    dense: Mapping[int, float],
    lexical: Mapping[int, float],
) -> dict[int, Signs]:
    """Return the signs of each candidate.

    `dense` are the cosines of those found by vector, `lexical` the BM25 of those found by words. A paper found by words
    alone is no nearer than the last that was found by vector.
    """
    telling = sum(query.weights.values()) or 1.0
    last = min(dense.values(), default=0.0)
    log_words = math.log(max(len(query.words), 1))
    found: dict[int, Signs] = {}
    for paper_id in dense.keys() | lexical.keys():
        gain = weighted(query, likeness[paper_id]) - background if paper_id in likeness else None
        found[paper_id] = Signs(gain, lexical.get(paper_id, 0.0) / telling, dense.get(paper_id, last), log_words)
    return found


def confidence_by(signs: Signs) -> float:
    """Return how likely a paper with these signs is to be about the query, 0..1; one that counts has .5 or more."""
    if signs.gain is None:
        odds = GAIN * (signs.held - WORDS_HELD)
    else:
        met = GAIN * signs.gain + LEXICAL * signs.held + COSINE * signs.cosine
        odds = met + LOG_WORDS * signs.log_words - BIAS
    return 1 / (1 + math.exp(-odds))
