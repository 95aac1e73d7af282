"""A folder's index made anew, in a new folder that takes the place of the old one when it is whole.

Whatever happens before that, the old one stays.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path

from rag.errors import LibraryDamagedError
from rag.storage.base import NewIndex
from rag.storage.carrying import carrying, nothing
from rag.storage.catalog.catalog import Catalog
from rag.storage.folder.locking import writing
from rag.storage.index.index import FolderIndex
from rag.storage.index.token_embeddings import forms_of
from rag.storage.layout import index_folder, index_names, next_index_name
from rag.storage.manifest import IndexSpec, Manifest, read_manifest, write_manifest


@contextmanager
def remaking(folder: Path, catalog: Catalog, spec: IndexSpec, *, carry: bool) -> Iterator[NewIndex]:
    """Be the one writer of the library in a folder; see `rag.storage.base.Storage.rebuilding`."""
    before = _readable_manifest(folder)
    with writing(folder, catalog):
        model = spec.model()
        same = before is not None and (before.embedding, before.chunker) == (model, spec.chunker)
        dimension = before.dimension if before is not None and same else spec.dimension()
        manifest = Manifest(model, dimension, spec.chunker, next_index_name(folder))
        old = index_folder(folder, before.vectors) if before is not None and same and carry else None
        with (
            carrying(old, forms_of(model)[0]) if old else nullcontext(nothing) as lent,
            _new(folder, manifest) as index,
        ):
            yield NewIndex(index, lent)
            index.finish()
            there = index.ids()
        _switch(folder, manifest, catalog, there)


def _readable_manifest(folder: Path) -> Manifest | None:
    """Return the manifest, None when it is absent or damaged: it can be made anew, for the catalog is there.

    Raises LibraryMismatchError for a newer library.
    """
    with suppress(LibraryDamagedError):
        return read_manifest(folder)
    return None


@contextmanager
def _new(folder: Path, manifest: Manifest) -> Iterator[FolderIndex]:
    """Lend a new index, which is removed after an error."""
    place = index_folder(folder, manifest.vectors)
    try:
        with closing(FolderIndex(place)) as index:
            yield index
    except BaseException:
        shutil.rmtree(place.path, ignore_errors=True)
        raise


def _switch(folder: Path, manifest: Manifest, catalog: Catalog, there: set[int]) -> None:
    """Let the new index be the one in use: the papers that are in it can be found, no others."""
    with catalog.transaction():
        missing = [(paper_id,) for paper_id in sorted(catalog.indexed_ids() - there)]
        catalog.database.run_many("UPDATE papers SET indexed = 0 WHERE paper_id = ?", missing)
    write_manifest(folder, manifest)
    with catalog.transaction():
        catalog.mark_indexed(sorted(there))
    for stale in index_names(folder):
        if stale != manifest.vectors:
            shutil.rmtree(folder / stale, ignore_errors=True)
