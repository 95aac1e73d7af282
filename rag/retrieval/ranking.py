"""Scores of two rankings made one: pure functions, ties by paper id. Every share was measured on two collections."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

DENSE_SHARE = 0.5  # of the fused score; BM25 has the rest
INTERACTION_SHARE = 0.6  # of the final score; the fused one has the rest


def fuse(dense: Mapping[int, float], lexical: Mapping[int, float]) -> list[tuple[int, float]]:
    """Return (id, score) of all candidates, best first: a convex combination of both scores.

    Cosines are min-max normalised over the candidates, BM25 between its floor 0 and its best; what one ranking did
    not find has 0 there (Bruch et al. 2023, An Analysis of Fusion Functions for Hybrid Retrieval).
    """
    near = dict(zip(dense, min_max(np.array(list(dense.values()))), strict=True)) if dense else {}
    best = max(lexical.values(), default=1.0)
    fused = {
        paper_id: DENSE_SHARE * float(near.get(paper_id, 0.0)) + (1 - DENSE_SHARE) * lexical.get(paper_id, 0.0) / best
        for paper_id in dense.keys() | lexical.keys()
    }
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def rerank(fused: Sequence[tuple[int, float]], interaction: Mapping[int, float]) -> list[tuple[int, float]]:
    """Return the candidates by fused score and late interaction, each min-max normalised over them.

    Without any interaction score the fused order stays.
    """
    if not fused:
        return []
    ids = [paper_id for paper_id, _ in fused]
    old = min_max(np.array([score for _, score in fused]))
    if interaction:
        lowest = min(interaction.values())
        new = min_max(np.array([interaction.get(paper_id, lowest) for paper_id in ids]))
        old = INTERACTION_SHARE * new + (1 - INTERACTION_SHARE) * old
    return sorted(zip(ids, old.tolist(), strict=True), key=lambda item: (-item[1], item[0]))


def min_max(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores stretched to 0..1; equal scores all become 1."""
    spread = scores.max() - scores.min()
    stretched: NDArray[np.float64] = (scores - scores.min()) / spread if spread > 0 else np.ones_like(scores)
    return stretched
