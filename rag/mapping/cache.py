"""A map kept in its library's folder: derived and disposable, so that no trouble with the file is an error.

One JSON file, replaced whole. It counts as absent when it can't be read, is of another format, or belongs to another
generation of the catalog.
"""

import json
from contextlib import suppress
from pathlib import Path

from rag.mapping.paper_map import PaperMap
from rag.utils.files import replacing

FILE = "map.json"
FORMAT = 1  # to be raised whenever the same papers would give another map


def read_map(folder: Path, generation: int) -> PaperMap | None:
    """Return the map kept in a library's folder for this generation of its catalog, None when there is none."""
    try:
        value = json.loads((folder / FILE).read_bytes())
        if (value["format"], value["generation"]) != (FORMAT, generation):
            return None
        return PaperMap.from_dict(value["map"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def write_map(folder: Path, generation: int, paper_map: PaperMap) -> None:
    """Keep a map in a library's folder, where it can be written; a reader sees the old file or the new one, whole."""
    value = {"format": FORMAT, "generation": generation, "map": paper_map.to_dict()}
    with suppress(OSError), replacing(folder / FILE, contested=True) as partial:
        partial.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), "utf-8")
