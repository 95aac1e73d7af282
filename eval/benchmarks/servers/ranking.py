"""The same papers in a folder and on servers: how often a search finds the same ten, and how far scores are apart."""

import json
from collections.abc import Sequence
from pathlib import Path

from eval.benchmarks.servers.running import Servers, both
from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_corpus, load_judgements, load_queries
from eval.datasets.questions import load_questions
from rag.library import Library
from rag.records import Hit

TOP = 10


def measure(work: Path) -> str:
    """Return a Markdown table: questions, the share with the same top ten, and the largest difference of scores."""
    scifact = shared_folder() / "bench" / "scifact"
    corpus = work / "scifact.jsonl"
    corpus.write_text("".join(json.dumps(row) + "\n" for row in load_corpus(scifact)), "utf-8")
    queries, judged = load_queries(scifact), load_judgements(scifact)
    questions = [row.question for row in load_questions(shared_folder() / "gold" / "dev.jsonl")]
    lines = [
        f"| questions | asked | the same top {TOP} in the same order | the same {TOP} | largest difference of scores |",
        "|---|---|---|---|---|",
    ]
    with both() as servers:
        for name, asked, papers in (
            ("dev", questions, shared_folder() / "papers"),
            ("scifact", [queries[one] for one in judged], corpus),
        ):
            lines.append(_line(name, asked, papers, work, servers))
    return "\n".join(lines)


def _line(name: str, asked: Sequence[str], papers: Path, work: Path, servers: Servers) -> str:
    folder = work / f"{name}.library"
    with Library.open(folder, servers.settings()) as embedded:
        embedded.ingest([papers])
        by_folder = [embedded.search(question, limit=TOP) for question in asked]
    with Library.open(servers.filled(name, folder), servers.settings()) as shared:
        by_servers = [shared.search(question, limit=TOP) for question in asked]
    pairs = list(zip(map(_scores, by_folder), map(_scores, by_servers), strict=True))
    ordered = sum(list(one) == list(other) for one, other in pairs) / len(pairs)
    same = sum(one.keys() == other.keys() for one, other in pairs) / len(pairs)
    apart = max(abs(one[key] - other[key]) for one, other in pairs for key in one.keys() & other.keys())
    return f"| {name} | {len(pairs)} | {ordered:.4f} | {same:.4f} | {apart:.1e} |"


def _scores(hits: Sequence[Hit]) -> dict[int, float]:
    return {hit.paper.paper_id: hit.score for hit in hits}
