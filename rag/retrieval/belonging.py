"""Is a paper about what was asked for? By signs that do not hang on what else was found, so that papers can be counted.

A search ranks: its scores say which paper comes before which, and the best of nothing has a high one too. Belonging is
measured against the library instead. A logistic regression over labelled topics of real papers, by four signs: how
much better the words asked for are met than in papers drawn from all over the library, what BM25 gives for them as a
share of their weight, the cosine of the whole abstract, and how many words there are (the more, the less each is met).
"""

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from rag.retrieval.late_interaction import weighted, weighted_all
from rag.retrieval.query import Query

GAIN, LEXICAL, COSINE, LOG_WORDS = 12.5, 3.0, 5.3, 0.3
BIAS = 7.95  # of these signs' sum, from which on a paper counts: .79 of those counted are right, .77 of the right are
WORDS_HELD = 0.83  # BM25 as a share of the words' weight, from which on a paper counts where there are no token states
SAMPLE = 48  # papers that stand for the library
# Three libraries of other fields and sizes have .33 to .35 for it in the mean: that much FEW papers more are taken to
# have, for the papers of a small library are about what is asked of it.
USUAL, FEW = 0.34, 8


def background_of(query: Query, likeness: Iterable[NDArray[np.float32]]) -> float:
    """Return how well the query's words are met in papers drawn from all over the library: their weighted mean."""
    drawn = weighted_all(query, likeness)
    return (sum(drawn) + FEW * USUAL) / (len(drawn) + FEW)


def confidences(
    query: Query,
    background: float,
    likeness: Mapping[int, NDArray[np.float32]],
    dense: Mapping[int, float],
    lexical: Mapping[int, float],
) -> dict[int, float]:
    """Return how likely each candidate is to be about the query, 0..1; one that counts has .5 or more.

    `dense` are the cosines of those found by vector, `lexical` the BM25 of those found by words. A paper found by words
    alone is no nearer than the last that was found by vector.
    """
    telling = sum(query.weights.values()) or 1.0
    last = min(dense.values(), default=0.0)
    found: dict[int, float] = {}
    for paper_id in dense.keys() | lexical.keys():
        held = lexical.get(paper_id, 0.0) / telling
        if paper_id in likeness:
            gain = weighted(query, likeness[paper_id]) - background
            signs = GAIN * gain + LEXICAL * held + COSINE * dense.get(paper_id, last)
            odds = signs + LOG_WORDS * math.log(len(query.words)) - BIAS
        else:
            odds = GAIN * (held - WORDS_HELD)
        found[paper_id] = 1 / (1 + math.exp(-odds))
    return found
