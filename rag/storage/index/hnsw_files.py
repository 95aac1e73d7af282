"""What the files of Chroma's HNSW index tell about themselves, without Chroma: whether a flush was cut short.

A flush writes over five files in place, one after the other: header.bin (how many elements, of how many bytes),
data_level0.bin, length.bin, link_lists.bin (for each element a length and so many bytes) and index_metadata.pickle,
with which it counts. Before that there is none, and Chroma makes its index of what its SQLite file holds.
"""

import struct
from pathlib import Path

HEADER, LEVEL, LENGTHS, LINKS, LAST = (
    "header.bin",
    "data_level0.bin",
    "length.bin",
    "link_lists.bin",
    "index_metadata.pickle",
)
PARTS = (HEADER, LEVEL, LENGTHS, LINKS, LAST)
PROPORTION = 10  # links take a hundredth of the level below them; a damaged file grows to a thousandfold and more
FORM = struct.Struct("<iQQQQ")  # version, an offset, room for how many elements, how many there are, bytes of each
VERSION, HEAD = 1, 100  # of a header that is known here
COUNTED = struct.Struct("<I")


def grown(folder: Path) -> str | None:
    """Return what is wrong with the sizes of an index's files at any time: links out of proportion, a file gone."""
    level, links = folder / LEVEL, folder / LINKS
    if (folder / LAST).is_file():
        for name in PARTS:
            if not (folder / name).is_file():
                return f"{folder / name} is gone"
    if level.is_file() and links.is_file() and links.stat().st_size > PROPORTION * level.stat().st_size:
        return f"{links} is out of proportion to {LEVEL}"
    return None


def torn(folder: Path) -> str | None:
    """Return which file of an index that lacks none tells that a flush was cut short; None when none does."""
    last = folder / LAST
    if not last.is_file():
        return None
    for name in PARTS:
        if (folder / name).stat().st_mtime_ns > last.stat().st_mtime_ns:
            return f"{folder / name} was being written when the process ended"
    head = (folder / HEADER).read_bytes()
    if len(head) != HEAD:
        return f"{folder / HEADER} is cut"
    version, _, _, elements, size = FORM.unpack_from(head)
    if version != VERSION:  # of a later Chroma
        return None
    for name, expected in ((LEVEL, elements * size), (LENGTHS, elements * COUNTED.size)):
        if (folder / name).stat().st_size != expected:
            return f"{folder / name} has not the size that {HEADER} says"
    return None if _links(folder / LINKS) == elements else f"{folder / LINKS} has not the elements that {HEADER} says"


def _links(path: Path) -> int | None:
    """Return how many elements have links; None when the last is cut."""
    content, place, found = path.read_bytes(), 0, 0
    while place + COUNTED.size <= len(content):
        place += COUNTED.size + COUNTED.unpack_from(content, place)[0]
        found += 1
    return found if place == len(content) else None
