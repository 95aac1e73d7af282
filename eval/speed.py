"""Ingest and search beside their bare costs, in one run: ratios, for the seconds vary with the machine."""

import sqlite3
import statistics
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from eval.gold import load_questions, shared_folder
from rag.chunking import chunk
from rag.embedding import Embedder
from rag.embedding.onnx import OnnxEmbedder
from rag.iteration import batched
from rag.library import Library
from rag.settings import Settings
from rag.words import content_words

BATCHES = (1, 2, 4, 8)


def measure(work: Path) -> str:
    """Return a Markdown table: ingest over bare embedding, search over embedding + dot products + one FTS5 query."""
    with TemporaryDirectory(dir=work) as folder, Library.open(Path(folder) / "speed.library", Settings()) as library:
        embedder = library.embedder()
        for _ in embedder.embed(["warm up " * 100] * 3):
            pass
        started = perf_counter()
        library.ingest([shared_folder() / "papers"])
        ingest = perf_counter() - started
        papers = library._catalog.all_papers(limit=10_000)
        texts = [part.text for p in papers for part in chunk(p.title, p.abstract, embedder.length, embedder.window)]
        bare = {size: _bare_seconds(embedder, texts, size) for size in BATCHES}
        questions = [row.question for row in load_questions(shared_folder() / "gold" / "dev.jsonl")]
        with library._reading() as index:
            loaded = index.vectors._load()
        database = sqlite3.connect(library.folder / "catalog.sqlite3")

        def floor(question: str) -> None:
            scores = loaded.matrix @ next(iter(embedder.embed([question]))).vector
            scores.argsort()
            query = " OR ".join(f'"{word.text}"' for word in content_words(question)) or '"nothing"'
            database.execute(
                "SELECT rowid, rank FROM papers_text WHERE papers_text MATCH ? ORDER BY rank LIMIT 100", (query,)
            ).fetchall()

        searched, floored = _interleaved(questions, library.search, floor)
        asked, _ = _interleaved(questions, library.ask, floor)
        database.close()
    best = min(bare.values())
    return "\n".join(
        [
            f"Bare embedding of the {len(texts)} texts, s by batch size: "
            + ", ".join(f"{size}: {seconds:.1f}" for size, seconds in bare.items()),
            "",
            "| what | measured | bare | ratio |",
            "|---|---|---|---|",
            f"| ingest of {len(papers)} papers, s | {ingest:.1f} | {best:.1f} | {ingest / best:.2f} |",
            f"| warm search, median ms | {searched:.1f} | {floored:.1f} | {searched / floored:.2f} |",
            f"| warm ask, median ms | {asked:.1f} | {floored:.1f} | {asked / floored:.2f} |",
        ]
    )


def _bare_seconds(embedder: Embedder, texts: list[str], batch_size: int) -> float:
    """Return the seconds that the model alone takes: tokenize, pad, run, pool; nothing kept."""
    assert isinstance(embedder, OnnxEmbedder)
    started = perf_counter()
    for batch in batched(texts, batch_size):
        encodings = [embedder._tokenizer.encode(text).ids for text in batch]
        longest = max(map(len, encodings))
        ids = np.zeros((len(batch), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, found in enumerate(encodings):
            ids[row, : len(found)] = found
            mask[row, : len(found)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = embedder._session.run(None, {name: given[name] for name in embedder._inputs})[0]
        (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    return perf_counter() - started


def _interleaved(
    questions: list[str], one: Callable[[str], object], other: Callable[[str], object]
) -> tuple[float, float]:
    """Return the median milliseconds of two functions, called in turn after a warm-up."""
    times: tuple[list[float], list[float]] = ([], [])
    for question in questions[:5] + questions:
        for call, kept in zip((one, other), times, strict=True):
            started = perf_counter()
            call(question)
            kept.append((perf_counter() - started) * 1000)
    return statistics.median(times[0][5:]), statistics.median(times[1][5:])
