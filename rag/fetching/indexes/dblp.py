"""DBLP: computer science, complete in titles, authors, years and DOIs, without abstracts, as JSON.

https://dblp.org/faq/13501473: `h` up to 1,000 hits from `f` on. https://dblp.org/faq/1474706: one or two seconds
between requests, and Retry-After where they were too many. Other indexes are asked for the abstracts.
"""

import re
from typing import Any

from rag.fetching.indexes.base import About, Asking, Page, document, number, offset, parsed, rest
from rag.fetching.wanted import Wanted
from rag.text.name_parts import without_homonym_number

ABOUT = About(
    name="dblp",
    title="DBLP",
    address="https://dblp.org",
    per_second=0.5,
    page=100,
    searches=frozenset({"text", "author"}),
    most=10_000,
    gives="computer science: titles, authors, years and DOIs, whose abstracts are looked for elsewhere",
)
ARXIV = re.compile(r"(?:abs/|arxiv\.org/abs/)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.IGNORECASE)


def page(wanted: Wanted, client: Asking, after: str) -> Page:
    """Return the page after so many hits. Raises FetchError."""
    start = offset(after)
    # The words of an author's name, joined, are looked for in one name.
    author = f"author:{'_'.join(wanted.author.split())}" if wanted.author else ""
    asked: dict[str, str | int] = {
        "q": " ".join(filter(None, (*wanted.text.split(), author))),
        "format": "json",
        "h": min(ABOUT.page, wanted.limit - start),
        "f": start,
        "c": 0,
    }
    content = client.get(ABOUT, "search/publ/api", asked, _check).content
    hits = parsed(content, "result", "hits", kind=dict)
    items = [_paper(hit["info"]) for hit in _list(hits.get("hit")) if isinstance(hit, dict) and _has_info(hit)]
    total = number(hits.get("@total"))
    return Page(document(items), len(items), total, rest(start, len(items), total, wanted.limit))


def _has_info(hit: dict[str, Any]) -> bool:
    return isinstance(hit.get("info"), dict)


def _paper(info: dict[str, Any]) -> dict[str, Any]:
    """Return what a hit tells, in the words that people use."""
    names = info["authors"].get("author") if isinstance(info.get("authors"), dict) else []
    authors = [str(one.get("text", "")) if isinstance(one, dict) else str(one) for one in _list(names)]
    places = [str(one) for one in (info.get("volume", ""), *_list(info.get("ee")))]
    arxiv_id = next((found[1] for found in map(ARXIV.search, places) if found), "")
    return {
        "id": info.get("key", ""),
        "title": str(info.get("title", "")).removesuffix("."),
        "authors": [without_homonym_number(name) for name in authors],
        "year": info.get("year", ""),
        "doi": info.get("doi", ""),
        "arxiv_id": arxiv_id,
        "url": info.get("url", ""),
    }


def _list(value: object) -> list[Any]:
    """Return a list as it is; what stands for one element, as a list of it."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _check(content: bytes) -> None:
    if number(parsed(content, "result", "hits", kind=dict).get("@total")) is None:
        msg = "it doesn't say how many there are"
        raise ValueError(msg)
