"""Papers to vectors and token embeddings, a batch at a time, and into the index: what an ingest does second.

Vectors first, then the mark in the catalog that lets a paper be found: a crash anywhere costs nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmbeddingError
from rag.ingestion.chunking import chunk
from rag.models.embedders.base import Embedder
from rag.records import Paper
from rag.records.progress import Progress, Watch
from rag.storage.base import Index, IndexedPaper
from rag.storage.catalog.catalog import Catalog
from rag.storage.index.token_embeddings import compress, forms_of
from rag.text.sentences import sentence_spans
from rag.text.words import content_words
from rag.utils.threads import one_blas_thread

EMBED_BATCH = 32  # papers whose vectors are stored together: two seconds of work on two cores
# With a model so quick that a batch takes less than that, larger ones: of 32 papers each Chroma takes twice as long as
# of 512, and each store waits for the disk once a batch.
LARGEST_BATCH = 512
QUICK, SLOW = 1.0, 3.0  # seconds


def index_pending(
    catalog: Catalog,
    index: Index,
    embedder: Callable[[], Embedder],
    watch: Watch = lambda progress: None,
) -> int:
    """Embed and store every paper that has no vectors yet, and that nobody else embeds; return how many they were.

    `embedder` is called only when something has to be embedded. What is watched counts what others embed, too. Raises
    EmbeddingError that says what was stored.
    """
    left = total = catalog.count(indexed=False)
    if not total:
        return 0
    with catalog.claiming() as claims:
        done, size = 0, EMBED_BATCH
        model: Embedder | None = None
        while claimed := claims.take(size):
            if model is None:
                model = embedder()
                watch(Progress("embed", total - left, total))
            begun = monotonic()
            versions = {one.paper.paper_id: one.version for one in claimed}
            try:
                index.put(list(embed_papers(model, [one.paper for one in claimed])), versions)
            except EmbeddingError as error:
                told = f"What is embedded stays, {done} of {total} papers; then run the same command again to go on."
                raise EmbeddingError(f"{error} {told}") from error
            done += claims.done(claimed)
            size = _next_size(size, monotonic() - begun)
            left = catalog.count(indexed=False)
            total = max(total, done + left)
            watch(Progress("embed", total - left, total))
    return done


def _next_size(size: int, seconds: float) -> int:
    """Return how many papers to take together after so many took so long.

    >>> _next_size(32, 0.2), _next_size(64, 2.0), _next_size(512, 0.9), _next_size(512, 5.0)
    (64, 64, 512, 256)
    """
    if seconds < QUICK:
        return max(size, min(size * 2, LARGEST_BATCH))
    return max(size // 2, min(size, EMBED_BATCH)) if seconds > SLOW else size


def embed_papers(embedder: Embedder, papers: Sequence[Paper]) -> Iterator[IndexedPaper]:
    """Yield the chunk vectors and token embeddings of each paper, in order, holding one paper's at a time."""
    cut = [chunk(paper.title, paper.abstract, embedder.length, embedder.window) for paper in papers]
    form = forms_of(embedder.name)[0]
    # One call for all of them, so that an endpoint gets few requests; the vectors come one by one.
    found = embedder.embed([part.text for parts in cut for part in parts])
    for paper, parts in zip(papers, cut, strict=True):
        starts = np.array([span.start for span in sentence_spans(paper.abstract)])
        vectors, tokens, sentences, words = [], [], [], []
        for part, embedded in zip(parts, found, strict=False):
            vectors.append(embedded.vector)
            places = embedded.offsets[:, 0] - part.prefix + part.start
            in_title = embedded.offsets[:, 0] < part.prefix
            number = np.where(in_title, 0, np.searchsorted(starts, places, side="right"))
            # Later chunks repeat the title for the vector's sake only.
            kept = ~in_title if part.start else np.ones_like(in_title)
            tokens.append(embedded.tokens[kept])
            sentences.append(number[kept].astype(np.uint16))
            words.append(in_words(part.text, embedded.offsets)[kept])
        with one_blas_thread():
            small = compress(np.concatenate(tokens), np.concatenate(sentences), form, np.concatenate(words))
        yield paper.paper_id, vectors, small


def in_words(text: str, offsets: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which tokens (n, 2) of a text stand in words that tell: the ones that a question may look for.

    >>> in_words("The size of it", np.array([[0, 3], [4, 6], [6, 8], [9, 11], [12, 14]], np.int32)).tolist()
    [False, True, True, False, False]
    """
    words = np.array([(0, 0), *((word.start, word.end) for word in content_words(text))])
    place = np.searchsorted(words[:, 0], offsets[:, 0], side="right") - 1
    found: NDArray[np.bool_] = offsets[:, 1] <= words[place, 1]
    return found
