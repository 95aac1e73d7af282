"""BM25 over postings, number by number as SQLite's FTS5 computes it: pure functions over arrays.

Title and abstract count as one text. A word that is in half of the papers or more keeps a little: FLOOR.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.storage.postings.packing import BLOCK, Postings
from rag.storage.postings.reading import Term

K1, B, FLOOR = 1.2, 0.75, 1e-6

Mask = NDArray[np.bool_]  # by paper id: may it be found? Ids beyond its end may not


class Lengths(NamedTuple):
    """How many papers there are, and what the length of each adds to how often it holds a word, by block and place."""

    papers: int
    added: Mapping[int, NDArray[np.float64]]


def lengths_of(term: Term) -> Lengths:
    """Return the lengths that the postings of LENGTHS hold, each one more than the paper has words."""
    words = sum(int((postings.counts.astype(np.int64) - 1).sum()) for postings in term.blocks.values())
    mean = words / term.frequency if term.frequency else 1.0
    return Lengths(term.frequency, {block: _added(postings, mean or 1.0) for block, postings in term.blocks.items()})


def _added(postings: Postings, mean: float) -> NDArray[np.float64]:
    # Up to the last paper of the block alone: a library of a few hundred needs no block of them.
    added = np.ones(int(postings.papers[-1]) + 1)
    added[postings.papers] = K1 * (1 - B + B * (postings.counts.astype(np.float64) - 1) / mean)
    return added


def telling(frequency: int, papers: int) -> float:
    """Return how telling a word is that occurs in `frequency` of the papers."""
    weight = math.log((papers - frequency + 0.5) / (frequency + 0.5))
    return weight if weight > 0 else FLOOR


def best(terms: Sequence[Term], lengths: Lengths, limit: int, allowed: Mask | None) -> list[tuple[int, float]]:
    """Return (paper id, BM25) of the `limit` best papers that hold any of the terms, best first, ties by id."""
    weights = [telling(term.frequency, lengths.papers) for term in terms]
    papers, scores = np.empty(0, np.int64), np.empty(0)
    for block in sorted(lengths.added):
        found = _scored(block, terms, weights, lengths.added[block])
        if allowed is not None:
            passing = allowed[block * BLOCK : block * BLOCK + len(found)]
            found[len(passing) :] = 0
            found[: len(passing)][~passing] = 0
        # Blocks go up by id: a later paper that is as good as the last of those that are best loses.
        least = scores[-1] if len(scores) == limit else 0.0
        better = np.flatnonzero(found > least)
        if len(better) > limit:
            bound = np.partition(found[better], -limit)[-limit]
            better = better[found[better] >= bound]
        papers = np.concatenate([papers, better + block * BLOCK])
        scores = np.concatenate([scores, found[better]])
        order = np.lexsort((papers, -scores))[:limit]
        papers, scores = papers[order], scores[order]
    return list(zip(papers.tolist(), scores.tolist(), strict=True))


def _scored(
    block: int, terms: Sequence[Term], weights: Sequence[float], added: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the scores of a block's papers by place; 0 for those that hold none of the terms."""
    scores = np.zeros(len(added))
    for term, weight in zip(terms, weights, strict=True):
        postings = term.blocks.get(block)
        if postings is not None and len(postings.papers):
            often = postings.counts.astype(np.float64)
            scores[postings.papers] += weight * ((often * (K1 + 1)) / (often + added[postings.papers]))
    return scores
