"""What should one vector cover? Ways to cut abstracts, each fused with BM25, on the development questions.

Every way gives a paper the cosine of its best vector. "Pooled sentence states" takes the mean of each sentence's token
states from the one pass over the whole abstract, so that nothing is embedded twice.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from time import perf_counter

import numpy as np

from eval.benchmarks.shared import opened_storage, shared_folder
from eval.datasets.questions import load_questions
from eval.metrics.nuggets import mean
from eval.metrics.ranking import ranked
from rag.conversation.follow_ups import standalone
from rag.library import Library
from rag.models.embedders.base import Embedder
from rag.records import Paper
from rag.retrieval.ranking import fuse
from rag.retrieval.retriever import CANDIDATES
from rag.settings import Settings
from rag.text.sentences import sentence_spans
from rag.text.words import content_words
from rag.utils.arrays import Vector

Way = Callable[[Embedder, Paper], list[Vector]]

SHOWN = ("success@1", "recall@5", "recall@10", "mrr@10")


def measure(work: Path) -> str:
    """Return a Markdown table: recall of each way alone and fused with BM25, and what it costs."""
    rows = [row for row in load_questions(shared_folder() / "gold" / "dev.jsonl") if row.answerable]
    texts = {row.id: standalone(row.question, row.history) for row in rows}
    with Library.open(work / "dev.library", Settings()) as library:
        library.ingest([shared_folder() / "papers"])
        embedder, papers = library.embedder(), list(library.selected())
        titles = {paper.paper_id: paper.title for paper in papers}
        asked = {name: next(iter(embedder.embed([text]))).vector for name, text in texts.items()}
        lexical = _lexical(library.folder, texts)
        cosines: dict[str, dict[str, dict[int, float]]] = {}
        seconds = {}
        for way, cut in WAYS.items():
            started = perf_counter()
            vectors = {paper.paper_id: np.stack(cut(embedder, paper)) for paper in papers}
            seconds[way] = perf_counter() - started
            cosines[way] = {
                name: {i: float((found @ asked[name]).max()) for i, found in vectors.items()} for name in texts
            }
        whole, pooled = cosines["whole abstract, title in front"], cosines["pooled sentence states"]
        cosines["whole abstract and pooled sentence states"] = {
            name: {i: (2 * score + pooled[name][i]) / 3 for i, score in found.items()} for name, found in whole.items()
        }
        final = {row.id: [hit.paper.title for hit in library.search(texts[row.id], limit=10)] for row in rows}

    def line(name: str, found: dict[str, list[str]], cost: str) -> str:
        scores = [ranked(found[row.id], dict.fromkeys(row.gold_titles, 1)) for row in rows]
        shown = [f"{mean(one[measure] for one in scores):.3f}" for measure in SHOWN]
        return f"| {name} | {' | '.join(shown)} | {cost} |"

    lines = [f"| one vector covers | {' | '.join(SHOWN)} | s to embed |", "|---|---|---|---|---|---|"]
    for way, by_question in cosines.items():
        cost = f"{seconds[way]:.0f}" if way in seconds else "none more"
        dense = {name: _best(found) for name, found in by_question.items()}
        lines.append(line(way, {name: [titles[i] for i in list(found)[:10]] for name, found in dense.items()}, cost))
        mixed = {name: [titles[i] for i, _ in fuse(found, lexical[name])[:10]] for name, found in dense.items()}
        lines.append(line(f"{way}, fused with BM25", mixed, cost))
    lines.append(line("library.search: whole abstract, BM25, late interaction", final, "none more"))
    return "\n".join(lines)


def _lexical(folder: Path, texts: Mapping[str, str]) -> dict[str, dict[int, float]]:
    """Return the BM25 of the best papers for each text."""
    with closing(opened_storage(folder)) as storage:
        match = storage.catalog.full_text.match
        return {
            name: dict(match([word.text for word in content_words(text)], CANDIDATES)) for name, text in texts.items()
        }


def _best(scores: dict[int, float]) -> dict[int, float]:
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:CANDIDATES])


def _embedded(embedder: Embedder, texts: Iterable[str]) -> list[Vector]:
    return [found.vector for found in embedder.embed(list(texts))]


def _whole(embedder: Embedder, paper: Paper) -> list[Vector]:
    return _embedded(embedder, [f"{paper.title}. {paper.abstract}"])


def _half(embedder: Embedder, paper: Paper) -> list[Vector]:
    words = f"{paper.title}. {paper.abstract}".split()
    return _embedded(embedder, [" ".join(words[:90]), " ".join([paper.title, *words[90:]])])


def _sentences(embedder: Embedder, paper: Paper) -> list[Vector]:
    return _embedded(embedder, (paper.abstract[start:end] for start, end in sentence_spans(paper.abstract)))


def _titled_sentences(embedder: Embedder, paper: Paper) -> list[Vector]:
    spans = sentence_spans(paper.abstract)
    return _embedded(embedder, (f"{paper.title}. {paper.abstract[start:end]}" for start, end in spans))


def _windows(embedder: Embedder, paper: Paper) -> list[Vector]:
    spans = sentence_spans(paper.abstract)
    return _embedded(
        embedder,
        (
            f"{paper.title}. {paper.abstract[spans[max(n - 1, 0)].start : spans[min(n + 1, len(spans) - 1)].end]}"
            for n in range(len(spans))
        ),
    )


def _pooled(embedder: Embedder, paper: Paper) -> list[Vector]:
    text = f"{paper.title}. {paper.abstract}"
    found = next(iter(embedder.embed([text])))
    before = len(text) - len(paper.abstract)
    means = []
    for start, end in sentence_spans(paper.abstract):
        inside = (found.offsets[:, 0] >= start + before) & (found.offsets[:, 1] <= end + before)
        if inside.any():
            middle = found.tokens[inside].mean(axis=0)
            means.append(middle / np.linalg.norm(middle))
    return means or [found.vector]


WAYS: dict[str, Way] = {
    "whole abstract, title in front": _whole,
    "first 90 words and the rest, title in front": _half,
    "single sentences": _sentences,
    "single sentences, title in front": _titled_sentences,
    "windows of three sentences, title in front": _windows,
    "pooled sentence states": _pooled,
}
