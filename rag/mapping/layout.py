"""Lay papers out on a plane so that neighbours in meaning are neighbours on the map.

t-SNE over the principal components of the vectors. Measured on 707 and 5,183 papers by trustworthiness (k = 10):
PCA .70 and .76, UMAP .88 (and 15 s to import), t-SNE as scikit-learn sets it .89 and .977, as set here .916 and .981.
Pure functions over arrays.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.utils.arrays import Matrix
from rag.utils.threads import one_blas_thread

PARTS = 50  # principal components: less noise than all dimensions, and fewer to compare
FEW = 25  # papers, up to which the first two components keep neighbours better than t-SNE does
DRAWN = 5_000  # papers that t-SNE lays out; the rest goes to its nearest among them
PERPLEXITY = 30
# scikit-learn pulls 12 times, which tears apart what the principal components had put side by side.
EXAGGERATION = 2
STEPS = 500  # 1,000 gain nothing but take twice as long
NEAREST, REACH = 5, 0.05  # who says where the rest goes: its nearest five, as far as they lie close together
SAME = 1e-6  # vectors that differ by less are one


class Layout(NamedTuple):
    """Places (n, 2) in -1..1; which rows were `drawn` first, m of them, and their principal components (m, any).

    `home` (n,) is the nearest drawn paper of each, counted within `drawn`; a drawn paper's is itself or its copy.
    """

    places: Matrix
    drawn: NDArray[np.int64]
    parts: Matrix
    home: NDArray[np.int64]


def lay_out(vectors: Matrix) -> Layout:
    """Return where papers, one or more, belong by their vectors of length 1; the same input gives the same places."""
    # Copies share a place: t-SNE can fling one of them far away.
    kinds: dict[bytes, int] = {}
    copies = np.array([kinds.setdefault(vector.tobytes(), len(kinds)) for vector in vectors], np.int64)
    firsts = np.unique(copies, return_index=True)[1]
    count = len(firsts)
    drawn = np.linspace(0, count - 1, min(count, DRAWN)).round().astype(np.int64)
    parts = _principal_parts(vectors[firsts], drawn)
    places, home = np.empty((count, 2), np.float32), np.empty(count, np.int64)
    places[drawn], home[drawn] = _arrange(parts[drawn]), np.arange(len(drawn))
    rest = np.setdiff1d(np.arange(count), drawn)
    if len(rest):
        places[rest], home[rest] = _settle(parts[rest], parts[drawn], places[drawn])
    return Layout(places[copies], firsts[drawn], parts[drawn], home[copies])


def _principal_parts(vectors: Matrix, drawn: NDArray[np.int64]) -> Matrix:
    """Return the principal components of all, as those drawn have them; zeros when all of these are the same."""
    if np.ptp(vectors[drawn], axis=0).max(initial=0.0) < SAME:
        return np.zeros((len(vectors), 2), np.float32)
    from sklearn.decomposition import PCA

    # The last bits depend on the number of threads, and t-SNE makes another map of them.
    with one_blas_thread():
        analysis = PCA(min(PARTS, len(drawn), vectors.shape[1]), random_state=0).fit(vectors[drawn])
        parts: Matrix = analysis.transform(vectors)
    return np.pad(parts, ((0, 0), (0, max(0, 2 - parts.shape[1]))))


def _arrange(parts: Matrix) -> Matrix:
    if len(parts) < FEW or not parts.any():
        return _scaled(parts[:, :2])
    from sklearn.manifold import TSNE

    with _one_thread():
        made = TSNE(
            perplexity=min(PERPLEXITY, len(parts) / 2),
            early_exaggeration=EXAGGERATION,
            max_iter=STEPS,
            init="pca",
            random_state=0,
        ).fit_transform(parts)
    return _scaled(made)


def _scaled(places: Matrix) -> Matrix:
    """Return places moved and scaled into -1..1, the same in both directions."""
    centred = places - (places.max(axis=0) + places.min(axis=0)) / 2
    scaled: Matrix = centred / max(np.abs(centred).max(), SAME)
    return scaled


def _settle(parts: Matrix, drawn: Matrix, places: Matrix) -> tuple[Matrix, NDArray[np.int64]]:
    """Return the place of every paper by its nearest drawn ones, and the nearest of these.

    It is the mean of those that lie beside the nearest of all. The mean of all would lie in the void between clusters
    (trustworthiness .86 in place of .97).
    """
    from sklearn.neighbors import NearestNeighbors

    with _one_thread():
        distances, nearest = NearestNeighbors(n_neighbors=NEAREST, algorithm="brute").fit(drawn).kneighbors(parts)
    found = places[nearest]
    beside = np.linalg.norm(found - found[:, :1], axis=2) <= REACH
    weights = beside / np.maximum(distances, SAME) ** 2
    settled = (found * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
    return settled, nearest[:, 0]


def _one_thread() -> Any:
    """Return a context in which this thread, and no other, runs OpenMP code alone.

    OpenMP's threads wait by spinning: beside one busy process two of them took three times as long as one alone.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1, user_api="openmp")
