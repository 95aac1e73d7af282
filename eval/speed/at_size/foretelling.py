"""How long a made-up library will take and how much disk, told before it is made; and what refuses it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.speed.at_size.process import run_step
from rag.errors import StorageError
from rag.storage.layout import catalog_size, index_size
from rag.storage.manifest import read_manifest

TRIED = 500  # papers that are brought in to tell from
GROWTH = 1.5  # how much longer a paper takes in a large library than in one of TRIED: the index's graph is deeper
CHROMA_BYTES = 2_000  # a paper, which an index of TRIED hasn't written yet
SPARE = 1.2  # times what is foretold must be free: logs, and what is replaced while it is made anew
ASKING_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Foretold:
    """Seconds and bytes that a library of made-up papers will take, and the bytes that are free where it is made."""

    seconds: float
    size: int
    free: int

    def told(self, papers: int, folder: Path) -> str:
        """Return it as a line."""
        return (
            f"{papers:,} made-up papers take about {span(self.seconds)} and {_bytes(self.size)} of disk in {folder}, "
            f"where {_bytes(self.free)} are free."
        )


def foretell(papers: int, folder: Path) -> Foretold:
    """Return what a library of so many papers takes, told from a small one made beside it.

    Raises StorageError when the disk won't hold it.
    """
    place = next(one for one in folder.resolve().parents if one.is_dir())
    tried = min(papers, TRIED)
    try:
        with TemporaryDirectory(dir=place, prefix="askpapers-trial-") as small:
            library = Path(small) / "trial.library"
            made = run_step("make", library, tried)
            bytes_a_paper = library_size(library) / tried
    except OSError as error:
        msg = f"Nothing can be written to {place} ({error.strerror}). Name another folder with --keep."
        raise StorageError(msg) from error
    size = int(papers * (bytes_a_paper + CHROMA_BYTES))
    seconds = papers / made["rate"] * GROWTH + ASKING_SECONDS
    found = Foretold(seconds, size, shutil.disk_usage(place).free)
    if size * SPARE > found.free:
        msg = f"{found.told(papers, folder)} Make room, ask for fewer, or name another folder with --keep."
        raise StorageError(msg)
    return found


def library_size(folder: Path) -> int:
    """Return the bytes of a library on disk."""
    manifest = read_manifest(folder)
    return catalog_size(folder) + (index_size(folder, manifest.vectors) if manifest else 0)


def span(seconds: float) -> str:
    """Return a time in words.

    >>> span(80), span(3_000), span(9_000)
    ('2 minutes', '50 minutes', '2.5 hours')
    """
    return f"{max(round(seconds / 60 + 0.3), 1)} minutes" if seconds < 5_400 else f"{seconds / 3_600:.1f} hours"


def _bytes(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e8 else f"{size / 1e6:,.0f} MB"
