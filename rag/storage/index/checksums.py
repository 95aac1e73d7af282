"""What the index looked like when its last writer was done: checksums in a file beside it.

Chroma compares nothing, and one flipped bit in a file of its HNSW index can take down whoever opens it. So these files
are compared before Chroma opens them, and the vectors as soon as they are read. Its SQLite file is left out, for
opening it changes it. A writer drops the checksums before the first change and writes new ones when it is done;
without them nothing is compared.
"""

import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.storage.layout import CHECKSUMS
from rag.utils.files import replacing

KEPT = "index_metadata.pickle"  # stands beside the files of an HNSW index that is kept; without it they are not read
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Checksums:
    """The checksum of each file of the HNSW index by its place, and that of all vectors if they fit into memory."""

    files: dict[str, int]
    vectors: int | None


def read_checksums(folder: Path) -> Checksums | None:
    """Return the checksums of an index folder, None when they were dropped or never made."""
    try:
        values = json.loads((folder / CHECKSUMS).read_text("utf-8"))
        return Checksums({str(name): int(found) for name, found in values["files"].items()}, values["vectors"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def write_checksums(folder: Path, vectors: int | None) -> None:
    """Keep the checksums of an index folder as it is now; it stays without when there is no room for the file."""
    with suppress(OSError), replacing(folder / CHECKSUMS) as partial:
        files = {path.relative_to(folder).as_posix(): checksum(path) for path in _hnsw_files(folder)}
        partial.write_text(json.dumps(asdict(Checksums(files, vectors))), "utf-8")


def drop_checksums(folder: Path) -> None:
    """Tell that the index changes from now on. Raises OSError when the folder can't be written."""
    (folder / CHECKSUMS).unlink(missing_ok=True)


def changed_file(folder: Path, kept: Checksums) -> str | None:
    """Return the first file that is gone or isn't what it was; None when all are."""
    for name, expected in sorted(kept.files.items()):
        try:
            if checksum(folder / name) != expected:
                return name
        except OSError:
            return name
    return None


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
