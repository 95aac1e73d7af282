"""Make a library's index anew from its catalog, in a new folder that then takes the place of the old one.

Whatever happens before that, the old one stays. Its vectors and token states are taken over where they are sound, of
the same model and chunker, and in the form that is written now; the other papers are embedded.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing, nullcontext, suppress
from pathlib import Path

from rag.errors import LibraryDamagedError
from rag.ingestion.chunking import CHUNKER
from rag.ingestion.indexing import EMBED_BATCH, embed_papers
from rag.maintenance.carrying import Carry, carrying, nothing
from rag.models.embedders import load_embedder
from rag.models.embedders.base import Embedder
from rag.models.embedders.loading import tell_note
from rag.records import Paper
from rag.records.progress import Progress, Watch
from rag.settings import Settings
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.index.index import FolderIndex
from rag.storage.index.token_embeddings import forms_of
from rag.storage.layout import IndexFolder, index_folder, index_names, next_index_name, require_library
from rag.storage.locking import writing
from rag.storage.manifest import Manifest, read_manifest, write_manifest
from rag.utils.batching import batched

PAGE = 500  # papers read from the catalog, and taken over, at once


def rebuild(folder: Path, settings: Settings, watch: Watch = lambda progress: None, *, embed_all: bool = False) -> int:
    """Make the index of a library anew with the embedding model of the settings; return of how many papers.

    Papers whose vectors and token states are kept, sound and as they would be made now are not embedded again, unless
    `embed_all`. Raises
    LibraryMissingError, LibraryLockedError, LibraryDamagedError when the catalog can't be read, StorageError.
    """
    require_library(folder)
    before = _readable_manifest(folder)
    with closing(open_catalog(folder)) as catalog, writing(folder, catalog):
        embedder = load_embedder(settings)
        tell_note(embedder)
        same = before is not None and (before.embedding, before.chunker) == (embedder.name, CHUNKER)
        dimension = before.dimension if before is not None and same else embedder.dimension
        manifest = Manifest(embedder.name, dimension, CHUNKER, next_index_name(folder))
        old = before if same and not embed_all else None
        form = forms_of(embedder.name)[0]
        with carrying(index_folder(folder, old.vectors), form) if old else nullcontext(nothing) as carry:
            done = _fill(index_folder(folder, manifest.vectors), catalog, carry, embedder, watch)
        write_manifest(folder, manifest)
        with catalog.transaction():
            catalog.mark_indexed(paper.paper_id for paper in _every_paper(catalog))
        for stale in index_names(folder):
            if stale != manifest.vectors:
                shutil.rmtree(folder / stale, ignore_errors=True)
    return done


def _readable_manifest(folder: Path) -> Manifest | None:
    """Return the manifest, None when it is absent or damaged: it can be made anew, for the catalog is there.

    Raises LibraryMismatchError for a newer library.
    """
    with suppress(LibraryDamagedError):
        return read_manifest(folder)
    return None


def _fill(folder: IndexFolder, catalog: Catalog, carry: Carry, embedder: Embedder, watch: Watch) -> int:
    """Put every paper into a new index, which is removed when that fails; return how many they are."""
    index = FolderIndex(folder)
    total, done, findable = catalog.count(), 0, catalog.indexed_ids()  # the vectors of others are of what was before
    try:
        with closing(index):
            for papers in batched(_every_paper(catalog), PAGE):
                carried = carry([paper.paper_id for paper in papers if paper.paper_id in findable])
                if carried:
                    index.put(carried)
                there = {paper_id for paper_id, *_ in carried}
                done += len(there)
                watch(Progress("embed", done, total))
                for batch in batched((paper for paper in papers if paper.paper_id not in there), EMBED_BATCH):
                    index.put(list(embed_papers(embedder, batch)))
                    done += len(batch)
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
