"""A library moved between a database and a folder as a backup holds it, which is a folder's library without Chroma.

Rows are copied table by table; vectors and token states to the bit, some hundred papers at a time.
"""

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from rag.errors import BackupError, LibraryDamagedError, RagError
from rag.storage.base import Index, Storage
from rag.storage.carrying import carrying
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.copying import copy_catalog, findable
from rag.storage.index.mending import make_anew
from rag.storage.index.token_store import TokenStore
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import FIRST_INDEX, IndexFolder, index_folder, rebuild_command
from rag.storage.manifest import FORMAT, IndexSpec, Manifest, read_manifest, write_manifest


def copy_library(storage: Storage, folder: Path, *, vectors: bool) -> int:
    """Write a library, as it is at one moment, into an empty folder; return the number of papers.

    Raises LibraryDamagedError when what would be kept is damaged, StorageError.
    """
    with closing(open_catalog(folder)) as copy, storage.catalog.database.snapshot():
        if damage := storage.catalog.database.damage():
            msg = f"{storage.place} is damaged ({damage[0]}), and no backup was made. Restore an earlier one."
            raise LibraryDamagedError(msg)
        copy_catalog(storage.catalog, copy)
        made = storage.made_with()
        if made is not None:
            write_manifest(folder, replace(made, vectors=FIRST_INDEX, format=FORMAT))
        place = index_folder(folder, FIRST_INDEX) if made is not None and vectors else None
        _let_be_found(storage, copy, place)
    with closing(open_catalog(folder)) as copy:  # which takes in the full text
        return copy.count()


def _let_be_found(storage: Storage, copy: Catalog, place: IndexFolder | None) -> None:
    """Mark the papers of a copy that can be found in the library, and keep their vectors and tokens in `place`."""
    with ExitStack() as files:
        index: Index | None = None
        for batch in findable(storage.catalog):
            if place is not None:
                if index is None:
                    place.path.mkdir()
                    kept = files.enter_context(closing(VectorStore(place.vectors, place.advice)))
                    tokens = files.enter_context(closing(TokenStore(place.tokens, place.advice)))
                    index = files.enter_context(storage.reading())
                papers = index.stored(batch)
                kept.put([(paper_id, vectors) for paper_id, vectors, _ in papers])
                tokens.put({paper_id: found for paper_id, _, found in papers if len(found.sentences)})
            with copy.database.transaction():
                copy.mark_indexed(batch)


def complete_index(folder: Path) -> None:
    """Make the Chroma of the library in a folder, where there are vectors and none: a backup of a database has none.

    Raises LibraryDamagedError, StorageError.
    """
    made = read_manifest(folder)
    place = index_folder(folder, made.vectors) if made else None
    if place is None or place.chromas() or not place.vectors.is_file():
        return
    with closing(VectorStore(place.vectors, place.advice, create=False)) as kept:
        make_anew(place, kept)


def fill_library(folder: Path, storage: Storage) -> None:
    """Copy the library in a folder into an empty storage; its papers can be found when it has their vectors.

    Those whose vectors aren't there wait to be embedded. Raises BackupError when the storage isn't empty, or when its
    papers are there and their vectors could not be put there; LibraryDamagedError, StorageError.
    """
    with closing(open_catalog(folder)) as catalog:
        copy_catalog(catalog, storage.catalog)
        try:
            storage.catalog.full_text.take_in()
            _fill_index(folder, catalog, read_manifest(folder), storage)
        except RagError as error:
            msg = f"The papers are in {storage.place}, but their vectors aren't ({str(error).rstrip('.')}). "
            raise BackupError(f"{msg}Make them with: {rebuild_command(storage.place)}") from error


def _fill_index(folder: Path, catalog: Catalog, made: Manifest | None, storage: Storage) -> None:
    if made is None or not index_folder(folder, made.vectors).path.is_dir():
        return
    spec = IndexSpec(made.embedding, made.chunker, lambda: made.dimension)
    with carrying(index_folder(folder, made.vectors)) as carry, storage.rebuilding(spec, carry=False) as new:
        for batch in findable(catalog):
            new.index.put(carry(batch))
