"""Make a library's index anew from its catalog, in a new folder that then takes the place of the old one.

Whatever happens before that, the old one stays.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from rag.errors import LibraryDamagedError
from rag.ingestion.chunking import CHUNKER
from rag.ingestion.indexing import EMBED_BATCH, embed_papers
from rag.models.embedders import load_embedder
from rag.models.embedders.base import Embedder
from rag.models.embedders.loading import tell_note
from rag.records import Paper
from rag.records.progress import Progress, Watch
from rag.settings import Settings
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.index.index import FolderIndex
from rag.storage.layout import IndexFolder, index_folder, index_names, next_index_name, require_library
from rag.storage.locking import writing
from rag.storage.manifest import Manifest, read_manifest, write_manifest
from rag.utils.batching import batched

PAGE = 500  # papers read from the catalog at once


def rebuild(folder: Path, settings: Settings, watch: Watch = lambda progress: None) -> int:
    """Make all vectors of a library anew with the embedding model of the settings; return of how many papers.

    Raises LibraryMissingError, LibraryLockedError, LibraryDamagedError when the catalog can't be read, StorageError.
    """
    require_library(folder)
    _check_format(folder)
    with closing(open_catalog(folder)) as catalog, writing(folder, catalog):
        embedder = load_embedder(settings)
        tell_note(embedder)
        manifest = Manifest(embedder.name, embedder.dimension, CHUNKER, next_index_name(folder))
        done = _fill(index_folder(folder, manifest.vectors), catalog, embedder, watch)
        write_manifest(folder, manifest)
        with catalog.transaction():
            catalog.mark_indexed(paper.paper_id for paper in _every_paper(catalog))
        for stale in index_names(folder):
            if stale != manifest.vectors:
                shutil.rmtree(folder / stale, ignore_errors=True)
    return done


def _check_format(folder: Path) -> None:
    """Raise LibraryMismatchError for a newer library; a damaged manifest can be made anew, for the catalog is there."""
    with suppress(LibraryDamagedError):
        read_manifest(folder)


def _fill(folder: IndexFolder, catalog: Catalog, embedder: Embedder, watch: Watch) -> int:
    """Put every paper into a new index, which is removed when that fails; return how many they are."""
    index = FolderIndex(folder)
    total, done = catalog.count(), 0
    try:
        with closing(index):
            for papers in batched(_every_paper(catalog), EMBED_BATCH):
                index.put(list(embed_papers(embedder, papers)))
                done += len(papers)
                watch(Progress("embed", done, total))
            index.finish()
    except BaseException:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise
    return done


def _every_paper(catalog: Catalog) -> Iterator[Paper]:
    after = 0
    while papers := catalog.all_papers(after=after, limit=PAGE):
        yield from papers
        after = papers[-1].paper_id
