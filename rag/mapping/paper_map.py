"""The map as a record: points, clusters, and both as compact JSON, for the page and for the file that keeps it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self


class Point(NamedTuple):
    """A paper's place on the map, -1..1 both ways, and its cluster: `paper_map.clusters[point.cluster]`."""

    paper_id: int
    x: float
    y: float
    cluster: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Papers of one kind: a name no other cluster has, the terms it is made of (none in a pinch), how many they are."""

    name: str
    terms: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class PaperMap:
    """Every paper as a point, by id, and the clusters, largest first. Names are words of papers: escape them."""

    points: tuple[Point, ...] = ()
    clusters: tuple[Cluster, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the map as plain JSON-ready values; a point is the list of its fields."""
        return {
            "points": [list(point) for point in self.points],
            "clusters": [{"name": c.name, "terms": list(c.terms), "size": c.size} for c in self.clusters],
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """Return the map that `to_dict` gave. Raises KeyError, TypeError or ValueError for anything else."""
        clusters = tuple(Cluster(one["name"], tuple(one["terms"]), one["size"]) for one in value["clusters"])
        points = tuple(Point(*row) for row in value["points"])
        sizes = Counter(point.cluster for point in points)
        if not all(map(_is_point, points)) or not all(map(_is_cluster, clusters)):
            msg = "these are no points and clusters of a map"
            raise ValueError(msg)
        if sizes != {number: cluster.size for number, cluster in enumerate(clusters)}:
            msg = "the clusters don't fit the points"
            raise ValueError(msg)
        return cls(points, clusters)


def _is_point(point: Point) -> bool:
    numbers = type(point.paper_id) is int and type(point.cluster) is int
    return numbers and all(isinstance(place, float) and -1 <= place <= 1 for place in (point.x, point.y))


def _is_cluster(cluster: Cluster) -> bool:
    return type(cluster.size) is int and all(isinstance(text, str) for text in (cluster.name, *cluster.terms))
