"""A library moved between a database and a folder as a backup holds it, which is a folder's library without Chroma.

Rows are copied table by table; vectors and token states to the bit, some hundred papers at a time.
"""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from rag.errors import LibraryDamagedError
from rag.storage.base import IndexedPaper, Storage
from rag.storage.carrying import carrying
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.copying import copy_catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.index.mending import make_anew
from rag.storage.index.token_store import TokenStore
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import FIRST_INDEX, IndexFolder, index_folder
from rag.storage.manifest import FORMAT, IndexSpec, read_manifest, write_manifest
from rag.utils.batching import batched

PAGE = 500  # papers whose vectors and token states are held at once


def copy_library(storage: Storage, folder: Path, *, vectors: bool) -> int:
    """Write a library, as it is at one moment, into an empty folder; return the number of papers.

    Raises LibraryDamagedError when what would be kept is damaged, StorageError.
    """
    made = storage.made_with()
    with closing(open_catalog(folder)) as copy, storage.catalog.database.snapshot():
        if damage := storage.catalog.database.damage():
            msg = f"{storage.place} is damaged ({damage[0]}), and no backup was made. Restore an earlier one."
            raise LibraryDamagedError(msg)
        copy_catalog(storage.catalog, copy)
        findable = sorted(storage.catalog.indexed_ids())
        if made is not None:
            write_manifest(folder, replace(made, vectors=FIRST_INDEX, format=FORMAT))
        if made is not None and vectors and findable:
            _copy_index(storage, findable, index_folder(folder, FIRST_INDEX))
    with closing(open_catalog(folder)) as copy:  # which takes in the full text
        _let_be_found(copy, findable)
        return copy.count()


def _copy_index(storage: Storage, findable: list[int], folder: IndexFolder) -> None:
    folder.path.mkdir()
    with (
        closing(VectorStore(folder.vectors, folder.advice)) as kept,
        closing(TokenStore(folder.tokens, folder.advice)) as tokens,
        storage.reading() as index,
    ):
        for batch in batched(findable, PAGE):
            papers: list[IndexedPaper] = index.stored(batch)
            kept.put([(paper_id, vectors) for paper_id, vectors, _ in papers])
            tokens.put({paper_id: found for paper_id, _, found in papers if len(found.sentences)})


def _let_be_found(catalog: Catalog, paper_ids: list[int]) -> None:
    for batch in batched(paper_ids, PAGE):
        with catalog.transaction():
            catalog.mark_indexed(batch)


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

    Those whose vectors aren't there wait to be embedded. Raises BackupError when the storage isn't empty,
    LibraryDamagedError, StorageError.
    """
    with closing(open_catalog(folder)) as catalog:
        copy_catalog(catalog, storage.catalog)
        storage.catalog.full_text.take_in()
        made, findable = read_manifest(folder), sorted(catalog.indexed_ids())
    place = index_folder(folder, made.vectors) if made else None
    if made is None or place is None or not place.path.is_dir():
        return
    spec = IndexSpec(made.embedding, made.chunker, lambda: made.dimension)
    with carrying(place) as carry, storage.rebuilding(spec, carry=False) as new:
        for batch in batched(findable, PAGE):
            new.index.put(carry(batch))
