"""A library's map, made once a version: kept in memory, and in the library's folder.

The file is derived and disposable, so that no trouble with it is an error. It counts as absent when it can't be read,
is of another format, or belongs to another version.
"""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rag.mapping.paper_map import PaperMap
from rag.storage.layout import MAP
from rag.utils.files import replacing

FORMAT = 1  # to be raised whenever the same papers would give another map


class MapCache:
    """The map of the library in a folder. Safe to share between threads; who comes while it is made waits for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._kept: tuple[int, PaperMap] | None = None  # with the version that it is of

    def get(self, version: int, make: Callable[[], PaperMap]) -> PaperMap:
        """Return the map of a version, made by `make` when it isn't kept. Raises what `make` raises."""
        with self._lock:
            if self._kept is None or self._kept[0] != version:
                found = read_map(self._folder, version)
                if found is None:
                    found = make()
                    write_map(self._folder, version, found)
                self._kept = version, found
            return self._kept[1]


def read_map(folder: Path, version: int) -> PaperMap | None:
    """Return the map kept in a library's folder for this version of it, None when there is none."""
    try:
        value = json.loads((folder / MAP).read_bytes())
        if (value["format"], value["generation"]) != (FORMAT, version):
            return None
        return PaperMap.from_dict(value["map"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def write_map(folder: Path, version: int, paper_map: PaperMap) -> None:
    """Keep a map in a library's folder, where it can be written; a reader sees the old file or the new one, whole."""
    value = {"format": FORMAT, "generation": version, "map": paper_map.to_dict()}
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / MAP, contested=True) as partial:
            partial.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), "utf-8")
