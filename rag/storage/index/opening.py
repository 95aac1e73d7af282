"""Chroma opened so that it can be used: looked at first, made anew from the kept vectors where it is damaged.

A writer mends it in any case. A reader does while the library can be locked; where it can't (the folder is read-only,
somebody else is writing) all kept vectors are compared instead: as exact, but slower.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from rag.errors import LibraryDamagedError, LibraryLockedError, RagError, StorageError
from rag.storage.index.chroma import ChromaVectors, embedded_vectors
from rag.storage.index.mending import level, make_anew, seen_damage
from rag.storage.index.probe import probe
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import IndexFolder
from rag.utils.telling import tell_user

Lock = Callable[[], AbstractContextManager[None]]


def open_chroma(
    folder: IndexFolder, kept: VectorStore, *, suspect: bool = False, lock: Lock | None = None
) -> ChromaVectors | None:
    """Return a Chroma that holds what is kept, made anew if need be; None for a reader who may not do that.

    `suspect`: a writer died, so another process opens it first. `lock`: what locks the library for a reader; None for
    its writer. Raises LibraryDamagedError when a kept vector is damaged, StorageError.
    """
    damage = look(folder, suspect=suspect)
    if damage is None:
        try:
            return _as_kept(folder, kept, lock)
        except LibraryDamagedError as error:
            damage = str(error)
    return _as_kept(folder, kept, lock) if mend(folder, kept, damage, lock) else None


def look(folder: IndexFolder, *, suspect: bool) -> str | None:
    """Return what is wrong with a Chroma, as far as it shows before this process opens it."""
    damage = seen_damage(folder)
    if damage is None and suspect:
        try:
            probe(folder, everything=False)
        except LibraryDamagedError as error:
            return str(error)
        return seen_damage(folder)  # opening it once can be what makes a file grow
    return damage


def mend(folder: IndexFolder, kept: VectorStore, damage: str, lock: Lock | None) -> bool:
    """Make Chroma anew, and say so in a line; tell whether that could be done. Raises StorageError for a writer."""
    try:
        with lock() if lock else nullcontext():
            told = damage.removesuffix(folder.advice).rstrip(". ")
            if count := kept.count():  # with none there is nothing that was lost
                tell_user(f"{told}. Chroma is made anew from the {count:,} kept vectors, without embedding.")
            make_anew(folder, kept)
    except (LibraryLockedError, StorageError):
        if lock is None:
            raise
        return False
    return True


def _as_kept(folder: IndexFolder, kept: VectorStore, lock: Lock | None) -> ChromaVectors | None:
    """Open Chroma, and put into it what it lacks; None when it lacks some for a reader who may not."""
    chroma = embedded_vectors(folder.chroma, folder.advice, create=False)
    try:
        if chroma.count() != kept.count():
            with lock() if lock else nullcontext():
                level(chroma, kept)
    except LibraryLockedError:
        return chroma  # somebody is storing papers, which count when all of it is done
    except RagError as error:
        chroma.close()
        if lock and isinstance(error, StorageError):
            return None
        raise
    return chroma
