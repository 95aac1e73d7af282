"""The map of the papers as a figure for Plotly: every paper a point, clusters coloured and named by their terms."""

from statistics import median
from typing import Any

from rag.library import Library

# Told apart by people with any colour vision, on light and on dark (after Okabe and Ito, and Tol).
COLOURS = (
    "#3d7dca", "#d98c1f", "#2f9e77", "#c2548f", "#8a6fd1", "#b5a021",
    "#4bb3c4", "#cc5a3d", "#7a8b99", "#6f9a2f", "#a0627a", "#5b6ee1",
)  # fmt: skip
LONGEST = 90  # characters of a title on hover


def figure(library: Library) -> dict[str, Any]:
    """Return a library's map: its clusters, each with its points. Raises EmptyLibraryError, LibraryDamagedError."""
    found = library.map()
    titles = {paper.paper_id: paper.title for paper in library.selected()}
    clusters = []
    for number, cluster in enumerate(found.clusters):
        points = [point for point in found.points if point.cluster == number]
        clusters.append(
            {
                "name": cluster.name,
                "terms": list(cluster.terms),
                "label": cluster.terms[0] if cluster.terms else cluster.name,
                "colour": COLOURS[number % len(COLOURS)],
                "at": [median(point.x for point in points), median(point.y for point in points)],
                "x": [point.x for point in points],
                "y": [point.y for point in points],
                "ids": [point.paper_id for point in points],
                "titles": [_short(titles.get(point.paper_id, "")) for point in points],
            }
        )
    return {"clusters": clusters, "papers": len(found.points)}


def _short(title: str) -> str:
    # Plotly reads a little HTML in hover texts: what could be markup is shown as it is written.
    cut = title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"
    return cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
