"""The folder of a library: what lies where in it. The one place that knows.

papers.library/
    catalog.sqlite3    the papers: the truth
    manifest.json      what the index was made with, and which folder it is in
    write.lock         held while somebody writes
    vectors-<n>/       the index: derived, disposable
        vectors.sqlite3    chunk vectors, as they are kept
        states.sqlite3     token embeddings
        scan-<stamp>.bin   the same vectors in a file that is mapped into memory, of some ten thousand on
        chroma/            Chroma's index of the vectors; chroma-<n>/ once it was made anew
        seal.json          checksums of what the last writer left
    map.json, uploads/, runs/    the map; files added on the page; runs of evaluations
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from rag.errors import LibraryDamagedError, LibraryMissingError, StorageError

CATALOG, MANIFEST, LOCK = "catalog.sqlite3", "manifest.json", "write.lock"
CHROMA, CHROMA_FILE, TOKENS, CHECKSUMS = "chroma", "chroma.sqlite3", "states.sqlite3", "seal.json"
VECTORS = "vectors.sqlite3"
SCAN = "scan-*.bin"
PARTIAL = ".partial"  # ends the name of a Chroma that is being made
MAP, UPLOADS, RUNS = "map.json", "uploads", "runs"
INDEX = "vectors-"
FIRST_INDEX = f"{INDEX}1"
# Every name that a backup may hold: none of them leads out of the folder.
KEPT = re.compile(
    rf"{re.escape(CATALOG)}|{re.escape(MANIFEST)}"
    rf"|{INDEX}\d+/({re.escape(CHECKSUMS)}|{re.escape(TOKENS)}|{re.escape(VECTORS)}|{CHROMA}(-\d+)?/([\w-]+/)?\w+\.\w+)"
)
NEEDED = (CATALOG, MANIFEST, INDEX)  # what names begin with that a reader needs


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """The folder of one index, and the library that errors name."""

    path: Path
    library: Path

    @property
    def chroma(self) -> Path:
        """Chroma's folder: the last that was made."""
        return max(self.chromas(), key=_number, default=self.path / CHROMA)

    @property
    def next_chroma(self) -> Path:
        """A name for a Chroma that was never used here, as Chroma can't reuse a deleted one."""
        return self.path / f"{CHROMA}-{_number(self.chroma) + 1}"

    def chromas(self) -> list[Path]:
        """Return the folders of all Chromas that are whole, also of those that a crash left."""
        return [path for path in self.path.glob(f"{CHROMA}*") if re.fullmatch(rf"{CHROMA}(-\d+)?", path.name)]

    @property
    def vectors(self) -> Path:
        """The file of kept vectors."""
        return self.path / VECTORS

    def scan(self, stamp: str) -> Path:
        """Return the file of that stamp that is mapped into memory."""
        return self.path / SCAN.replace("*", stamp)

    @property
    def tokens(self) -> Path:
        """The file of token embeddings."""
        return self.path / TOKENS

    @property
    def advice(self) -> str:
        """What mends it, as a sentence."""
        return f"Make them anew with: {rebuild_command(self.library)}"


def _number(chroma: Path) -> int:
    return int(chroma.name.removeprefix(CHROMA).removeprefix("-") or 1)


def catalog_path(folder: Path) -> Path:
    """Return where the catalog of a library lies."""
    return folder / CATALOG


def index_folder(folder: Path, name: str) -> IndexFolder:
    """Return the folder of the index that a manifest names."""
    return IndexFolder(folder / name, folder)


def index_names(folder: Path) -> list[str]:
    """Return the names of all index folders that are there, the one in use and what a crash left."""
    return sorted(path.name for path in folder.glob(f"{INDEX}*"))


def next_index_name(folder: Path) -> str:
    """Return a name for an index that was never used here: Chroma can't reuse a deleted one."""
    used = [int(number) for name in index_names(folder) if (number := name.removeprefix(INDEX)).isdigit()]
    return f"{INDEX}{max(used, default=0) + 1}"


def rebuild_command(library: object) -> str:
    """Return the command that makes an index anew."""
    return f"askpapers rebuild --library {library}"


def rescue_advice(library: object) -> str:
    """Return what to do when a catalog is damaged."""
    rescue = f"askpapers rescue --library {library} --out papers.jsonl"
    return f"Restore a backup, or save what can be read with: {rescue}"


def holds_papers(folder: Path) -> bool:
    """Tell whether a library's catalog is there and not empty."""
    path = catalog_path(folder)
    return path.is_file() and path.stat().st_size > 0


def is_library(folder: Path) -> bool:
    """Tell whether a folder is a library's. Raises PermissionError when it can't be looked into."""
    return catalog_path(folder).exists()


def require_library(folder: Path) -> None:
    """Raise LibraryMissingError unless there is a catalog in a folder."""
    if not catalog_path(folder).is_file():
        raise missing_library(folder)


def missing_library(folder: Path) -> LibraryMissingError:
    """Return the error that tells that there is no library in a folder."""
    return LibraryMissingError(
        f"There is no library at {folder}. Make one with: askpapers ingest PATH --library {folder}"
    )


def missing_index(library: object) -> LibraryDamagedError:
    """Return the error that tells that a library has papers and no vectors."""
    return LibraryDamagedError(
        f"The library {library} has papers but no vectors. Make them with: {rebuild_command(library)}"
    )


def make_folder(folder: Path) -> None:
    """Make a library's folder. Raises StorageError when it can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"The library folder {folder} can't be made ({error.strerror}). Choose another one with --library."
        raise StorageError(msg) from error


def catalog_size(folder: Path) -> int:
    """Return the bytes of a library's catalog, with its log."""
    return sum(path.stat().st_size for path in folder.glob(f"{CATALOG}*"))


def index_size(folder: Path, name: str) -> int:
    """Return the bytes of an index."""
    return sum(Path(place, file).stat().st_size for place, _, files in os.walk(folder / name) for file in files)
