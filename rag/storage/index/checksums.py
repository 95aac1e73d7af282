"""What the index looked like when its last writer was done: checksums in a file beside it.

Chroma compares nothing, and one flipped bit in a file of its HNSW index can take down whoever opens it. So these files
are compared before Chroma opens them, and the vectors as soon as they are read. Its SQLite file is left out, for
opening it changes it. A writer drops the checksums before the first change and writes new ones when it is done;
without them nothing is compared.

Small files are read whole. Of a large one that has the size and the time of its last change that were noted, some pages
are: reading all of it would take seconds at a million papers, at every opening.
"""

import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rag.storage.layout import CHECKSUMS
from rag.utils.files import replacing

KEPT = "index_metadata.pickle"  # stands beside the files of an HNSW index that is kept; without it they are not read
PIECE = 1 << 20
SMALL = 16 << 20  # bytes of a file that is always read whole: a hundredth of a second
PAGE, PAGES = 4_096, 64  # that are read of a large one, spread over it, the first and the last among them


class Checksum(NamedTuple):
    """The CRC-32 of a file and of some pages of it, its size, and when it was changed; the first alone of before."""

    whole: int
    pages: int = 0
    size: int = -1
    changed: int = -1


@dataclass(frozen=True, slots=True)
class Checksums:
    """The checksum of each file of the HNSW index by its place, and that of all vectors if they fit into memory."""

    files: dict[str, Checksum]
    vectors: int | None


def read_checksums(folder: Path) -> Checksums | None:
    """Return the checksums of an index folder, None when they were dropped or never made."""
    try:
        values = json.loads((folder / CHECKSUMS).read_text("utf-8"))
        files = {str(name): found if isinstance(found, list) else [found] for name, found in values["files"].items()}
        return Checksums({name: Checksum(*map(int, found)) for name, found in files.items()}, values["vectors"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def write_checksums(folder: Path, vectors: int | None, before: Checksums | None = None) -> None:
    """Keep the checksums of an index folder as it is now; it stays without when there is no room for the file.

    `before`: those that were dropped, of which the files are taken over that didn't change.
    """
    known = before.files if before else {}
    with suppress(OSError), replacing(folder / CHECKSUMS) as partial:
        found = {}
        for path in _hnsw_files(folder):
            name, size, changed = path.relative_to(folder).as_posix(), path.stat().st_size, path.stat().st_mtime_ns
            old = known.get(name)
            same = old is not None and (old.size, old.changed) == (size, changed)
            found[name] = old if same else Checksum(checksum(path), _of_pages(path), size, changed)
        partial.write_text(json.dumps({"files": found, "vectors": vectors}), "utf-8")


def drop_checksums(folder: Path) -> None:
    """Tell that the index changes from now on. Raises OSError when the folder can't be written."""
    (folder / CHECKSUMS).unlink(missing_ok=True)


def changed_file(folder: Path, kept: Checksums, *, whole: bool = False) -> str | None:
    """Return the first file that is gone or isn't what it was; None when all are. `whole`: all are read to the end."""
    for name, expected in sorted(kept.files.items()):
        try:
            if not _is_same(folder / name, expected, whole=whole):
                return name
        except OSError:
            return name
    return None


def _is_same(path: Path, expected: Checksum, *, whole: bool) -> bool:
    found = path.stat()
    if not whole and found.st_size > SMALL and (found.st_size, found.st_mtime_ns) == expected[2:]:
        return _of_pages(path) == expected.pages
    return checksum(path) == expected.whole


def _of_pages(path: Path) -> int:
    """Return the CRC-32 of some pages of a file. Raises OSError."""
    found, last = 0, max(path.stat().st_size - PAGE, 0)
    with path.open("rb") as file:
        for number in range(PAGES):
            file.seek(last * number // (PAGES - 1))
            found = zlib.crc32(file.read(PAGE), found)
    return found


def checksum(path: Path) -> int:
    """Return the CRC-32 of a file. Raises OSError."""
    found = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            found = zlib.crc32(piece, found)
    return found


def _hnsw_files(folder: Path) -> Iterator[Path]:
    for kept in sorted(folder.rglob(KEPT)):
        yield from sorted(path for path in kept.parent.iterdir() if path.is_file())
