"""Make a map: vectors -> places (rag.mapping.layout) -> clusters (.clustering), named by their papers (.labels).

A pure computation: the same papers and vectors give the same map, whatever their order. It holds no lock and runs on
one core, so it can be made in a thread of its own while others answer questions: 2 s for 700 papers, 20 s for 5,000
and no more for 20,000, for t-SNE lays out no more than 5,000. Once, for up to half a second, other threads wait.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import shorten

import numpy as np
from numpy.typing import NDArray

from rag.mapping.clustering import group
from rag.mapping.labels import name_clusters
from rag.mapping.layout import lay_out
from rag.mapping.paper_map import Cluster, PaperMap, Point
from rag.records import Paper
from rag.utils.arrays import Matrix, unit

DIGITS = 4  # of a coordinate: finer than any screen
BETWEEN = " · "
TITLE = 60  # characters of a title that stands for a cluster without terms


def make_map(papers: Sequence[Paper], vectors: Matrix) -> PaperMap:
    """Return the map of papers whose vectors are the rows of a matrix (n, d), in the order of the papers.

    A row that is no direction (zeros, not a number) is a paper that is like no other.
    """
    if not papers:
        return PaperMap()
    pairs = sorted(zip(papers, vectors, strict=True), key=lambda pair: pair[0].paper_id)
    papers = [paper for paper, _ in pairs]
    rows = unit(np.nan_to_num(np.stack([row for _, row in pairs]).astype(np.float32), posinf=0.0, neginf=0.0))
    layout = lay_out(rows)
    groups = group(layout.parts, layout.places[layout.drawn])
    labels = _largest_first(groups[layout.home])
    points = tuple(
        Point(paper.paper_id, round(x, DIGITS) + 0.0, round(y, DIGITS) + 0.0, label)  # + 0.0: no -0.0
        for paper, (x, y), label in zip(papers, layout.places.tolist(), labels.tolist(), strict=True)
    )
    return PaperMap(points, tuple(_clusters(papers, rows, labels, layout.drawn)))


def _largest_first(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the groups numbered from 0 on, the largest first, of equal ones that of the first paper."""
    sizes = Counter(groups.tolist())  # in order of appearance
    ranks = {number: rank for rank, (number, _) in enumerate(sizes.most_common())}
    return np.array([ranks[number] for number in groups.tolist()], np.int64)


def _clusters(
    papers: Sequence[Paper], rows: Matrix, labels: NDArray[np.int64], drawn: NDArray[np.int64]
) -> Iterator[Cluster]:
    """Yield the clusters by number, named by the papers drawn."""
    members = [drawn[labels[drawn] == number] for number in range(labels.max() + 1)]
    found = name_clusters([[papers[row] for row in member] for member in members])
    names = set[str]()
    for number, (member, terms) in enumerate(zip(members, found, strict=True)):
        central = papers[member[np.argmax(rows[member] @ rows[member].sum(axis=0))]]
        name = BETWEEN.join(terms) or shorten(central.title, TITLE, placeholder=" ...") or "no title"
        names.add(name := name if name not in names else f"{name} ({number + 1})")
        yield Cluster(name, terms, int((labels == number).sum()))
