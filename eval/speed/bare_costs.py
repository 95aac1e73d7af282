"""Ingest, search, answers and cold starts beside their bare costs, in one run: ratios, for seconds vary."""

import os
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from eval.datasets.drafting import known_items
from rag.ingestion.chunking import chunk
from rag.library import Library
from rag.models.embedders.base import Embedder
from rag.models.embedders.minilm import load_tokenizer, model_path
from rag.models.embedders.onnx import open_session
from rag.samples import PATH
from rag.settings import Settings
from rag.text.words import content_words
from rag.utils.arrays import Matrix
from rag.utils.batching import batched
from rag.utils.threads import side_by_side

BATCHES = (1, 2, 4, 8)
ASKED = 100  # questions where there is no set
COLD = 3  # runs of each command in a process of its own


def measure(work: Path, source: Path | None = None, questions: Sequence[str] = ()) -> str:
    """Return a Markdown table of what is measured beside its bare cost, and the limit for their ratio.

    `source` are files or folders of papers, without it the sample papers; `questions` are asked of them, without any
    one a paper made of its title. Ingest is compared with bare embedding, search and ask with embedding, dot products
    and one FTS5 query.
    """
    with TemporaryDirectory(dir=work) as folder:
        library_at = Path(folder) / "speed.library"
        with Library.open(library_at, Settings(llm="extractive")) as library:
            embedder = library.embedder()
            for _ in embedder.embed(["warm up " * 100] * 3):
                pass
            started = perf_counter()
            library.ingest([source or PATH])
            ingest = perf_counter() - started
            papers = list(library.selected())
            texts = [part.text for p in papers for part in chunk(p.title, p.abstract, embedder.length, embedder.window)]
            bare = {str(size): _bare_seconds(texts, size) for size in BATCHES}
            bare["1, side by side"] = _bare_side_by_side(texts)
            asked = list(questions) or [str(row["question"]) for row in known_items(papers, ASKED)]
            vectors = np.stack([found.vector for found in embedder.embed(texts)])
            warm = _warm(library, asked, vectors)
        cold = _cold(library_at, asked[0])
    best = min(bare.values())
    lines = [
        f"{len(papers)} papers, {len(asked)} questions. Bare embedding of the {len(texts)} texts, s by batch size: "
        + ", ".join(f"{size}: {seconds:.1f}" for size, seconds in bare.items()),
        "",
        "| what | measured | bare | ratio | limit |",
        "|---|---|---|---|---|",
        _line(f"ingest of {len(papers)} papers, s", ingest, best, 1.25),
        *(_line(f"warm {name}, median ms", ours, floor, limit) for name, ours, floor, limit in warm),
        *(f"| cold `{name}`, s | {seconds:.2f} | | | |" for name, seconds in cold.items()),
    ]
    return "\n".join(lines)


def _line(what: str, measured: float, bare: float, limit: float | None = None) -> str:
    digits = 2 if measured < 10 else 1
    shown = "" if limit is None else f"{limit:g}"
    return f"| {what} | {measured:.{digits}f} | {bare:.{digits}f} | {measured / bare:.2f} | {shown} |"


def _warm(library: Library, questions: list[str], vectors: Matrix) -> list[tuple[str, float, float, float | None]]:
    """Return (name, median milliseconds, bare milliseconds, limit) of search and ask."""
    embedder: Embedder = library.embedder()
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE papers_text USING fts5 (title, abstract, tokenize = 'porter unicode61')")
    papers = ((paper.title, paper.abstract) for paper in library.selected())
    database.executemany("INSERT INTO papers_text VALUES (?, ?)", papers)

    def floor(question: str) -> None:
        scores = vectors @ next(iter(embedder.embed([question]))).vector
        scores.argsort()
        query = " OR ".join(f'"{word.text}"' for word in content_words(question)) or '"nothing"'
        database.execute(
            "SELECT rowid, rank FROM papers_text WHERE papers_text MATCH ? ORDER BY rank LIMIT 100", (query,)
        ).fetchall()

    searched = _interleaved(questions, library.search, floor)
    asked = _interleaved(questions, library.ask, floor)
    database.close()
    return [("search", *searched, 2.0), ("ask", *asked, None)]


def _cold(library: Path, question: str) -> dict[str, float]:
    """Return the median seconds of commands in a process of their own."""
    commands = {
        "askpapers --help": ["-m", "ui.cli", "--help"],
        "askpapers search": ["-m", "ui.cli", "search", question, "--library", str(library)],
        "askpapers ask": ["-m", "ui.cli", "ask", question, "--library", str(library), "--llm", "extractive"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(COLD):
        for name, arguments in commands.items():
            started = perf_counter()
            subprocess.run([sys.executable, *arguments], capture_output=True, check=False)  # noqa: S603
            times[name].append(perf_counter() - started)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def _bare_side_by_side(texts: list[str]) -> float:
    """Return the seconds of the bundled model alone, a text on each core."""
    session, tokenizer = open_session(model_path(), threads=1), load_tokenizer()
    started = perf_counter()
    for _ in side_by_side(lambda text: _run_bare(session, tokenizer, [text]), texts, os.cpu_count() or 1):
        pass
    return perf_counter() - started


def _bare_seconds(texts: list[str], batch_size: int) -> float:
    """Return the seconds of the bundled model alone, so many texts at once on all cores."""
    session, tokenizer = open_session(model_path(), threads=0), load_tokenizer()
    started = perf_counter()
    for batch in batched(texts, batch_size):
        _run_bare(session, tokenizer, batch)
    return perf_counter() - started


def _run_bare(session: Any, tokenizer: Any, batch: list[str]) -> None:
    """Tokenize, pad, run, pool; nothing is kept."""
    encodings = [tokenizer.encode(text).ids for text in batch]
    longest = max(map(len, encodings))
    ids = np.zeros((len(batch), longest), np.int64)
    mask = np.zeros_like(ids)
    for row, found in enumerate(encodings):
        ids[row, : len(found)] = found
        mask[row, : len(found)] = 1
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    states = session.run(None, {one.name: given[one.name] for one in session.get_inputs()})[0]
    (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)


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
