"""Chroma made anew from kept vectors at a hundred thousand papers, by itself and by `rebuild`, and what a paper takes.

    python -m eval.benchmarks kept-vectors      (ASKPAPERS_KEPT_PAPERS=5000 for less)

The vectors are of no model: sums of random directions, in groups, so that neighbours are as near as those of papers
are. The library is searched while its Chroma is gone, which it doesn't need; the next writer makes it (below 50,000
papers the search does). Then `rebuild` does, with an embedder that refuses to embed.
"""

import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from rag.ingestion.chunking import CHUNKER
from rag.maintenance.rebuild import rebuild
from rag.models.embedders.base import Embedded
from rag.models.embedders.minilm import NAME
from rag.records import Record
from rag.settings import Settings
from rag.storage.embedded import EmbeddedStorage
from rag.storage.index import exact, two_bits
from rag.storage.index.token_embeddings import Form, TokenEmbeddings
from rag.storage.index.token_store import NO_SCALES, TokenStore
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import CHROMA, FIRST_INDEX, index_folder
from rag.storage.manifest import IndexSpec, Manifest, write_manifest
from rag.utils.arrays import Matrix, unit
from rag.utils.batching import batched

PAPERS, SIZE, GROUPS, TOKENS, QUESTIONS = 100_000, 384, 2_000, 90, 200


def measure(work: Path) -> str:
    """Return a Markdown table of seconds and bytes."""
    papers = int(os.environ.get("ASKPAPERS_KEPT_PAPERS", PAPERS))
    folder = work / f"kept-{papers}.library"
    vectors = _vectors(papers)
    _fill(folder, vectors)
    questions = unit(vectors[:: max(papers // QUESTIONS, 1)][:QUESTIONS] + 0.02 * _random(1, QUESTIONS))
    lines = ["| step | seconds | of the processor |", "|---|---|---|"]
    first = _timed(lines, f"{QUESTIONS} searches while Chroma is gone", lambda: _nearest(folder, questions))
    _timed(lines, "Chroma made anew by the next writer", lambda: _written(folder))
    again = _timed(lines, "the same searches", lambda: _nearest(folder, questions))
    _timed(lines, "askpapers rebuild", lambda: _rebuilt(folder, papers))
    after = _nearest(folder, questions)
    compared = [exact.nearest(_all(vectors), question, 10) for question in questions]
    kept = (folder / "vectors-2" / "vectors.sqlite3").stat().st_size / papers
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    steps = (("without Chroma", first), ("with it", again), ("rebuilt", after))
    recalls = [f"{step} {_recall(found, compared):.4f}" for step, found in steps]
    difference = _difference(after, compared)
    return "\n".join(
        [
            *lines,
            "",
            f"{papers:,} papers, {kept:,.0f} bytes of kept vectors a paper; the process took up to {memory:,.0f} MB.",
            f"Recall@10 against all compared, {len(questions)} questions: {', '.join(recalls)}.",
            f"Cosines differ from those of 32 bits by at most {difference:.1e}.",
        ]
    )


def _random(seed: int, rows: int) -> Matrix:
    return np.random.default_rng(seed).standard_normal((rows, SIZE)).astype(np.float32)


def _vectors(papers: int) -> Matrix:
    group = np.random.default_rng(2).integers(0, GROUPS, papers)
    return unit(_random(3, GROUPS)[group] + _random(4, papers))


def _all(vectors: Matrix) -> exact.ChunkVectors:
    return exact.ChunkVectors(np.arange(1, len(vectors) + 1), np.arange(len(vectors)), vectors)


def _fill(folder: Path, vectors: Matrix) -> None:
    """Make a library as an ingest leaves it, but for Chroma, which is gone."""
    spec = IndexSpec(NAME, CHUNKER, lambda: SIZE)
    with closing(EmbeddedStorage.open(folder, spec)) as storage:
        if storage.catalog.count():
            return
        index = index_folder(folder, FIRST_INDEX)
        index.path.mkdir(exist_ok=True)
        one = np.zeros((TOKENS, two_bits.SIZE), np.uint8)
        tokens = TokenEmbeddings(one, NO_SCALES, np.zeros(TOKENS, np.uint16), Form.PRINCIPAL)
        with closing(VectorStore(index.vectors, "")) as kept, closing(TokenStore(index.tokens, "")) as states:
            for batch in batched(range(len(vectors)), 1_000):
                with storage.catalog.transaction():
                    ids = [storage.catalog.insert(Record(f"Paper {n}", f"We study {n} things.", n + 1)) for n in batch]
                    states.put(dict.fromkeys(ids, tokens))
                    kept.put([(paper_id, vectors[n : n + 1]) for paper_id, n in zip(ids, batch, strict=True)])
                    storage.catalog.mark_indexed(ids)
        write_manifest(folder, Manifest.of(spec, FIRST_INDEX))
    assert not (index.path / CHROMA).exists()


def _nearest(folder: Path, questions: Matrix) -> list[list[tuple[int, float]]]:
    spec = IndexSpec(NAME, CHUNKER, lambda: SIZE)
    with closing(EmbeddedStorage.open(folder, spec)) as storage, storage.reading() as index:
        return [index.nearest(question, 10) for question in questions]


def _written(folder: Path) -> None:
    with closing(EmbeddedStorage.open(folder, IndexSpec(NAME, CHUNKER, lambda: SIZE))) as storage, storage.writing():
        pass


class _NoEmbedder:
    name, dimension, window = NAME, SIZE, 256

    def embed(self, texts: Sequence[str], **_: Any) -> Iterator[Embedded]:
        raise AssertionError(texts)


def _rebuilt(folder: Path, papers: int) -> None:
    with patch("rag.maintenance.rebuild.load_embedder", lambda settings: _NoEmbedder()):
        assert rebuild(folder, Settings()) == papers


def _timed(lines: list[str], step: str, done: Callable[[], Any]) -> Any:
    begun, used = time.monotonic(), time.process_time()
    value = done()
    lines.append(f"| {step} | {time.monotonic() - begun:,.1f} | {time.process_time() - used:,.1f} |")
    return value


def _recall(found: list[list[tuple[int, float]]], expected: list[list[tuple[int, float]]]) -> float:
    pairs = zip(found, expected, strict=True)
    return float(np.mean([len({i for i, _ in one} & {i for i, _ in other}) / 10 for one, other in pairs]))


def _difference(found: list[list[tuple[int, float]]], expected: list[list[tuple[int, float]]]) -> float:
    pairs = zip(found, expected, strict=True)
    return max(abs(score - dict(other).get(i, score)) for one, other in pairs for i, score in one)
