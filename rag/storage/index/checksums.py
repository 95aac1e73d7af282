"""What the index looked like when its last writer was done: checksums in a file beside it.

Chroma compares nothing, and one flipped bit in a file of its HNSW index can take down whoever opens it. So these files
are compared before Chroma opens them, and the vectors as soon as they are read. Its SQLite file is left out, for
opening it changes it. A writer breaks the seal before the first change and makes a new one when it is done; without a
seal nothing is compared.
"""

import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.utils.files import replacing

FILE = "seal.json"
KEPT = "index_metadata.pickle"  # stands beside the files of an HNSW index that is kept; without it they are not read
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Seal:
    """The checksum of each file of the HNSW index by its place, and that of all vectors if they fit into memory."""

    files: dict[str, int]
    vectors: int | None


def read_seal(folder: Path) -> Seal | None:
    """Return the seal of an index folder, None when it is broken or was never made."""
    try:
        values = json.loads((folder / FILE).read_text("utf-8"))
        return Seal({str(name): int(checksum) for name, checksum in values["files"].items()}, values["vectors"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def make_seal(folder: Path, vectors: int | None) -> None:
    """Seal an index folder as it is now; it stays unsealed when there is no room for the file."""
    with suppress(OSError), replacing(folder / FILE) as partial:
        files = {path.relative_to(folder).as_posix(): checksum(path) for path in _hnsw_files(folder)}
        partial.write_text(json.dumps(asdict(Seal(files, vectors))), "utf-8")


def break_seal(folder: Path) -> None:
    """Tell that the index changes from now on. Raises OSError when the folder can't be written."""
    (folder / FILE).unlink(missing_ok=True)


def changed_file(folder: Path, seal: Seal) -> str | None:
    """Return the first sealed file that is gone or isn't what it was; None when all are."""
    for name, expected in sorted(seal.files.items()):
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
