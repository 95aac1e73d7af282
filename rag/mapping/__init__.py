"""A map of a library: every paper a point, near the papers that it is like, in clusters named by their terms."""

from rag.mapping.cache import MapCache
from rag.mapping.mapping import make_map
from rag.mapping.paper_map import Cluster, PaperMap, Point

__all__ = ["Cluster", "MapCache", "PaperMap", "Point", "make_map"]
