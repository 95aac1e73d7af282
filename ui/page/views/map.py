"""The map of the papers as a figure for Plotly: every paper a point, clusters coloured and named by their terms."""

from statistics import median
from typing import Any

from rag.errors import RagError
from rag.library import Library

# Told apart by people with any colour vision, on light and on dark (after Okabe and Ito, and Tol).
COLOURS = (
    "#3d7dca", "#d98c1f", "#2f9e77", "#c2548f", "#8a6fd1", "#b5a021",
    "#4bb3c4", "#cc5a3d", "#7a8b99", "#6f9a2f", "#a0627a", "#5b6ee1",
)  # fmt: skip
LONGEST = 90  # characters of a title on hover


def figure(library: Library) -> dict[str, Any]:
    """Return the traces and annotations of a library's map; with `error` when there is none."""
    try:
        found = library.map()
    except RagError as error:
        return {"error": str(error)}
    titles = {paper.paper_id: paper.title for paper in library.selected()}
    traces = []
    for number, cluster in enumerate(found.clusters):
        points = [point for point in found.points if point.cluster == number]
        traces.append(
            {
                "name": _short(f"{cluster.name} ({cluster.size})"),
                "x": [point.x for point in points],
                "y": [point.y for point in points],
                "ids": [point.paper_id for point in points],
                "titles": [_short(titles.get(point.paper_id, "")) for point in points],
                "colour": COLOURS[number % len(COLOURS)],
                "label": _short(cluster.terms[0] if cluster.terms else cluster.name),
                "at": [median(point.x for point in points), median(point.y for point in points)],
            }
        )
    return {"traces": traces, "papers": len(found.points)}


def _short(title: str) -> str:
    # Plotly reads a little HTML in hover texts: what could be markup is shown as it is written.
    cut = title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"
    return cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
