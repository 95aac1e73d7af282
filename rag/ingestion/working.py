"""Embedding what waits for vectors, beside others who do the same, until nothing does or for ever."""

import time
from collections.abc import Callable

from rag.errors import EmbeddingError, LibraryLockedError, StorageError
from rag.ingestion.indexing import index_pending
from rag.models.embedders.base import Embedder
from rag.records.progress import Watch
from rag.storage.base import Storage

PAUSE = 2.0  # seconds between looks for new papers, each a fraction of a millisecond for the server
LONGEST = 60.0  # seconds between looks for what was left behind, and at most before what failed is tried again
PASSING = (StorageError, LibraryLockedError, EmbeddingError)  # a server away, somebody else writing, an endpoint busy


def work(
    storage: Storage,
    embedder: Callable[[], Embedder],
    *,
    once: bool,
    watch: Watch = lambda progress: None,
    tell: Callable[[str], None] = lambda text: None,
) -> int:
    """Embed what waits for vectors and nobody else embeds; return how many papers they were.

    `once`: until nothing is left for it; else for ever, ended by an exception such as KeyboardInterrupt, which gives
    back what was claimed. What fails for a while is told, each trouble once, and tried again, unless `once`; a model
    that can't be loaded isn't. Raises what `index_pending` and `Storage.writing` raise.
    """
    done, told, pause, mending = 0, "", PAUSE, 0.0
    model: list[Embedder] = []

    def loaded() -> Embedder:
        model.append(embedder())
        return model[-1]

    while True:
        try:
            if storage.catalog.count(indexed=False):
                with storage.writing() as index:
                    done += index_pending(storage.catalog, index, loaded, watch)
            elif time.monotonic() >= mending:
                storage.mend()
                mending = time.monotonic() + LONGEST
            told, pause = "", PAUSE
        except PASSING as error:
            if once or (isinstance(error, EmbeddingError) and not model):
                raise
            if str(error) != told:
                tell(f"{error} Trying again.")
            told, pause = str(error), min(pause * 2, LONGEST)
        if once:
            return done
        time.sleep(pause)
