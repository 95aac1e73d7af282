"""JSON Lines, as the reader of this project takes them in: everything a record holds but where it came from."""

import json
from collections.abc import Sequence

from rag.export.text import plain
from rag.records import Paper


def to_jsonl(papers: Sequence[Paper]) -> str:
    """Return papers as JSON Lines, one paper a line."""
    return "".join(f"{_line(paper)}\n" for paper in papers)


def _line(paper: Paper) -> str:
    texts = {
        "id": paper.key,
        "title": paper.title,
        "abstract": paper.abstract,
        "doi": paper.doi,
        "arxiv_id": paper.arxiv_id,
        "pubmed_id": paper.pubmed_id,
        "url": paper.url,
        "retracted": paper.retracted,
    }
    fields = {name: plain(text or "") for name, text in texts.items()}
    others = {"authors": [plain(author) for author in paper.authors if plain(author)], "year": paper.year}
    return json.dumps({name: value for name, value in (fields | others).items() if value}, ensure_ascii=False)
