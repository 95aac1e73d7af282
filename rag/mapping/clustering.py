"""Group papers into clusters that are of one kind in meaning and lie together on the map.

Ward's tree over principal components and places on the map, weighted alike. Measured on 707 papers in 12 clusters, by
how many of a paper's 10 neighbours on the map (in meaning) share its cluster: by meaning alone .75 (.61), by the map
alone .89 (.59), by both .89 (.61); k-means over both .87 (.61).
"""

import math

import numpy as np
from numpy.typing import NDArray

from rag.utils.arrays import Matrix

MOST = 12  # clusters: more colours can't be told apart
# A tree whose merges at once cost this many times less says how many clusters there are. Made-up fields that share
# nothing reach 4 to 15, papers of biology among those of machine learning 3, and there the tree goes on telling.
CLIFF = 4.0
NOTHING = 1e-9  # what it costs to merge papers that are the same


def group(parts: Matrix, places: Matrix) -> NDArray[np.int64]:
    """Return the number of each paper's cluster, from 0 on in no order; about the square root of n are made."""
    most = min(MOST, math.isqrt(len(parts)))
    if most < 2 or not parts.any():
        return np.zeros(len(parts), np.int64)
    from sklearn.cluster import AgglomerativeClustering

    both = np.hstack([_spread_one(parts), _spread_one(places)])
    tree = AgglomerativeClustering(most, compute_full_tree=True, compute_distances=True).fit(both)
    number = _how_many(tree.distances_[::-1], most)
    labels = tree.labels_ if number == most else AgglomerativeClustering(number).fit_predict(both)
    return np.asarray(labels, np.int64)


def _spread_one(rows: Matrix) -> Matrix:
    scaled: Matrix = rows / np.sqrt(rows.var(axis=0).sum())
    return scaled


def _how_many(costs: NDArray[np.float64], most: int) -> int:
    """Return into how many clusters to cut a tree whose last merge cost costs[0], the one before costs[1] and so on."""
    cliffs = (k for k in range(most, 1, -1) if costs[k - 2] >= max(CLIFF * costs[k - 1], NOTHING))
    return next(cliffs, most)
