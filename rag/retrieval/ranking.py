"""Scores of two rankings made one: pure functions, ties by paper id. Every share was measured on two collections."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

DENSE_SHARE = 0.5  # of the fused score; BM25 has the rest
INTERACTION_SHARE = 0.6  # of the final score; the fused one has the rest
RERANKER_SHARE = 0.6  # of the final score where there is a reranker; the one without it has the rest
SURE = 1e-3  # a probability nearer to 0 or 1 than this tells no more


def fuse(dense: Mapping[int, float], lexical: Mapping[int, float]) -> list[tuple[int, float]]:
    """Return (id, score) of all candidates, best first: a convex combination of both scores.

    Cosines are min-max normalised over the candidates, BM25 between its floor 0 and its best; what one ranking did
    not find has 0 there (Bruch et al. 2023, An Analysis of Fusion Functions for Hybrid Retrieval).
    """
    # Numbers of Python: those of NumPy one by one take three times as long.
    near = dict(zip(dense, min_max(np.array(list(dense.values()))).tolist(), strict=True)) if dense else {}
    best = max(lexical.values(), default=1.0)
    fused = {
        paper_id: DENSE_SHARE * near.get(paper_id, 0.0) + (1 - DENSE_SHARE) * lexical.get(paper_id, 0.0) / best
        for paper_id in dense.keys() | lexical.keys()
    }
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def rerank(fused: Sequence[tuple[int, float]], interaction: Mapping[int, float]) -> list[tuple[int, float]]:
    """Return the candidates by fused score and late interaction, each min-max normalised over them.

    Without any interaction score the fused order stays.
    """
    return _blended(fused, interaction, INTERACTION_SHARE)


def rescore(
    ranking: Sequence[tuple[int, float]], scores: Mapping[int, float], share: float = RERANKER_SHARE
) -> list[tuple[int, float]]:
    """Return a ranking by its own scores and a reranker's, each min-max normalised; unscored papers count as the worst.

    A reranker's scores may be on any scale. Where all lie in 0..1 they are taken for probabilities, and their log-odds
    for the scores: a model ranks alike whether its server hands on what it put out or a sigmoid of that.
    """
    values = np.array(list(scores.values()), dtype=np.float64)
    if len(values) and values.min() >= 0 and values.max() <= 1:
        values = np.clip(values, SURE, 1 - SURE)
        values = np.log(values / (1 - values))
    return _blended(ranking, dict(zip(scores, values.tolist(), strict=True)), share)


def _blended(
    ranking: Sequence[tuple[int, float]], scores: Mapping[int, float], share: float
) -> list[tuple[int, float]]:
    """Return (id, score), best first: new scores have `share`, old ones the rest; without new ones the order stays."""
    if not ranking:
        return []
    ids = [paper_id for paper_id, _ in ranking]
    old = min_max(np.array([score for _, score in ranking]))
    if scores:
        lowest = min(scores.values())
        new = min_max(np.array([scores.get(paper_id, lowest) for paper_id in ids]))
        old = share * new + (1 - share) * old
    return sorted(zip(ids, old.tolist(), strict=True), key=lambda item: (-item[1], item[0]))


def min_max(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores stretched to 0..1; equal scores all become 1."""
    lowest, highest = scores.min(), scores.max()
    if not lowest < highest:
        return np.ones_like(scores)
    with np.errstate(over="ignore"):
        spread = highest - lowest
    if not np.isfinite(spread):  # as far apart as numbers can be
        return min_max(scores / 4)
    stretched: NDArray[np.float64] = (scores - lowest) / spread
    return stretched
