"""The scan of an index: read as it is now, and its file made anew from the kept vectors when too much changed since.

Whoever is killed in this leaves a file that nobody names, or none: it is made again. Where it can't be made all kept
vectors are read into memory instead: as exact, but slower to begin.
"""

from contextlib import nullcontext

from rag.errors import LibraryLockedError, StorageError
from rag.storage.index.opening import Lock
from rag.storage.index.scanning.mapped_file import Base, make_base, open_base, remove_bases
from rag.storage.index.scanning.scan import Scan
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import IndexFolder

FRESH = 10_000  # papers that are read row by row from the kept vectors; of more a file is made
SHARE = (
    16  # the file is made anew when more than a sixteenth of its papers changed: at a million 0.6 s of each opening,
)
WHILE_WRITING = 4  # and a quarter in the midst of writing, so that an ingest of a million makes it some twenty times
TRIES = 5


def read_scan(folder: IndexFolder, kept: VectorStore) -> Scan:
    """Return all vectors that are kept now. Raises LibraryDamagedError."""
    for _ in range(TRIES):
        stamp = kept.scanned()
        base = open_base(folder.scan(stamp), stamp) if stamp else None
        if base is None:
            if kept.scanned() == stamp:  # else it was replaced meanwhile
                break
            continue
        changed = kept.changed()
        if kept.scanned() == stamp:  # else these are the changes of another file
            return Scan.of(base, changed, kept.get(changed))
    return Scan.of_all(kept.load())


def keep_fresh(folder: IndexFolder, kept: VectorStore, lock: Lock | None = None, *, share: int = SHARE) -> bool:
    """Make the file anew if it is due, and tell whether it was made.

    `share`: due when more than one of so many papers changed. `lock`: what locks the library for a reader, who does
    nothing when that can't be had; None for its writer. Raises LibraryDamagedError when a kept vector is damaged.
    """
    if not _is_due(_opened(folder, kept), kept, share):
        return False
    try:
        with lock() if lock else nullcontext():
            stamp = make_base(folder, kept.pages(), kept.papers(), kept.count())
            if stamp is None:
                return False
            kept.mark_scanned(stamp)
            remove_bases(folder, but=stamp)
    except (LibraryLockedError, StorageError):
        return False
    return True


def _opened(folder: IndexFolder, kept: VectorStore) -> Base | None:
    stamp = kept.scanned()
    return open_base(folder.scan(stamp), stamp) if stamp else None


def _is_due(base: Base | None, kept: VectorStore, share: int) -> bool:
    if base is None:
        return kept.papers() > FRESH
    changes = kept.changes()
    return changes > FRESH and changes * share > len(base.papers)
