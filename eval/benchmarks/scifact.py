"""SciFact: the library's search beside BM25, MiniLM and their plain fusion, all computed in the same run."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np

from eval.benchmarks.shared import opened_storage, shared_folder
from eval.datasets.beir import load_corpus, load_judgements, load_queries
from eval.metrics.nuggets import mean
from eval.metrics.ranking import ranked
from rag.library import Library
from rag.settings import Settings
from rag.text.words import content_words


def measure(work: Path) -> str:
    """Return a Markdown table of nDCG@10 on SciFact's queries."""
    folder = shared_folder() / "bench" / "scifact"
    queries, judgements = load_queries(folder), load_judgements(folder)
    corpus = load_corpus(folder)
    source = work / "scifact.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in corpus), "utf-8")
    with Library.open(work / "scifact.library", Settings()) as library:
        library.ingest([source])
        embedder = library.embedder()
        with closing(opened_storage(library.folder)) as storage, storage.reading() as index:
            loaded = index.loaded()  # the very vectors that the library searches
        keys = {paper.paper_id: str(paper.key) for paper in library.selected()}
        ours, dense, lexical, plain = {}, {}, {}, {}
        database = _full_text(corpus)
        names = [keys[int(paper_id)] for paper_id in loaded.papers]
        for query_id in judgements:
            text = queries[query_id]
            ours[query_id] = [str(hit.paper.key) for hit in library.search(text, limit=10)]
            cosines = np.maximum.reduceat(loaded.matrix @ next(iter(embedder.embed([text]))).vector, loaded.starts)
            by_vector = dict(zip(names, cosines.tolist(), strict=True))
            by_words = _bm25(database, text)
            dense[query_id], lexical[query_id] = _best(by_vector), _best(by_words)
            plain[query_id] = _best(_fused(names, by_vector, by_words))
    lines = [f"| system | nDCG@10, {len(judgements)} queries |", "|---|---|"]
    for name, found in (
        ("BM25 (SQLite FTS5, porter)", lexical),
        ("MiniLM int8, whole abstract", dense),
        ("convex fusion of the two, .5", plain),
        ("library.search", ours),
    ):
        lines.append(f"| {name} | {mean(ranked(found[q], judgements[q])['ndcg@10'] for q in judgements):.4f} |")
    return "\n".join(lines)


def _full_text(corpus: list[dict[str, str]]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5 (key UNINDEXED, title, text, tokenize = 'porter unicode61')")
    database.executemany("INSERT INTO t VALUES (?, ?, ?)", [(row["id"], row["title"], row["text"]) for row in corpus])
    return database


def _bm25(database: sqlite3.Connection, text: str) -> dict[str, float]:
    query = " OR ".join(f'"{word.text}"' for word in content_words(text))
    rows = database.execute("SELECT key, -rank FROM t WHERE t MATCH ? ORDER BY rank LIMIT 1000", (query,))
    return dict(rows.fetchall()) if query else {}


def _fused(names: list[str], by_vector: dict[str, float], by_words: dict[str, float]) -> dict[str, float]:
    vectors = _min_max([by_vector[name] for name in names])
    words = _min_max([by_words.get(name, 0.0) for name in names])
    return {name: 0.5 * one + 0.5 * other for name, one, other in zip(names, vectors, words, strict=True)}


def _best(scores: dict[str, float]) -> list[str]:
    return sorted(scores, key=lambda name: (-scores[name], name))[:10]


def _min_max(values: list[float]) -> list[float]:
    array = np.array(values)
    return list((array - array.min()) / max(array.max() - array.min(), 1e-12))
