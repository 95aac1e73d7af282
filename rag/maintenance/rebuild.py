"""Make a library's index anew from its catalog: a new one, which takes the place of the old when it is whole.

Vectors and token states of the old one are taken over where they are sound, of the same model and chunker, and in the
form that is written now; the other papers are embedded.
"""

from collections.abc import Iterator
from contextlib import closing

from rag.ingestion.chunking import CHUNKER
from rag.ingestion.indexing import EMBED_BATCH, embed_papers
from rag.models.embedders import load_embedder
from rag.models.embedders.base import Embedder
from rag.models.embedders.loading import tell_note
from rag.records import Paper
from rag.records.progress import Progress, Watch
from rag.settings import Settings
from rag.storage.base import NewIndex
from rag.storage.catalog.catalog import Catalog
from rag.storage.choosing import AnyPlace, open_storage
from rag.storage.manifest import IndexSpec
from rag.utils.batching import batched
from rag.utils.once import Once

PAGE = 500  # papers read from the catalog, and taken over, at once


def rebuild(
    place: AnyPlace, settings: Settings, watch: Watch = lambda progress: None, *, embed_all: bool = False
) -> int:
    """Make the index of a library anew with the embedding model of the settings; return of how many papers.

    Papers whose vectors and token states are kept, sound and as they would be made now are not embedded again, unless
    `embed_all`. Raises
    LibraryMissingError, LibraryLockedError, LibraryDamagedError when the catalog can't be read, StorageError.
    """
    loaded = Once(lambda: _loaded(settings))
    spec = IndexSpec(lambda stored: loaded().name, CHUNKER, lambda: loaded().dimension)
    with (
        closing(open_storage(place, None, settings, create=False)) as storage,
        storage.rebuilding(spec, carry=not embed_all) as made,
    ):
        if storage.catalog.full_text.damage():
            with storage.catalog.transaction():
                storage.catalog.full_text.renew()
        return _fill(made, storage.catalog, loaded(), watch)


def _loaded(settings: Settings) -> Embedder:
    embedder = load_embedder(settings)
    tell_note(embedder)
    return embedder


def _fill(made: NewIndex, catalog: Catalog, embedder: Embedder, watch: Watch) -> int:
    """Put every paper into a new index; return how many they are."""
    total, done, findable = catalog.count(), 0, catalog.indexed_ids()  # the vectors of others are of what was before
    for papers in batched(_every_paper(catalog), PAGE):
        carried = made.carry([paper.paper_id for paper in papers if paper.paper_id in findable])
        if carried:
            made.index.put(carried)
        there = {paper_id for paper_id, *_ in carried}
        done += len(there)
        watch(Progress("embed", done, total))
        for batch in batched((paper for paper in papers if paper.paper_id not in there), EMBED_BATCH):
            made.index.put(list(embed_papers(embedder, batch)))
            done += len(batch)
            watch(Progress("embed", done, total))
    return done


def _every_paper(catalog: Catalog) -> Iterator[Paper]:
    after = 0
    while papers := catalog.all_papers(after=after, limit=PAGE):
        yield from papers
        after = papers[-1].paper_id
