"""arXiv: its API, which answers with an Atom feed.

https://info.arxiv.org/help/api/user-manual.html: slices of at most 2,000 results, 30,000 in all; smaller ones are
answered more surely. https://info.arxiv.org/help/api/tou.html: one request every three seconds over one connection.
Now and then a slice comes back empty though more are there, or with no content at all: asked again, it comes.
"""

import re

from rag.errors import FetchError
from rag.fetching.indexes.base import About, Asking, Page, offset, quoted, rest
from rag.fetching.wanted import Wanted, wanted_ids
from rag.text.titles import LITTLE

ABOUT = About(
    name="arxiv",
    title="arXiv",
    address="https://export.arxiv.org/api",
    per_second=1 / 3,
    page=200,
    searches=frozenset({"text", "author", "years"}),
    ids=("arxiv",),
    at_once=100,
    most=30_000,
    gives="preprints of physics, mathematics, computer science and more, all with their abstracts",
)
TOTAL = re.compile(rb"<(?:\w+:)?totalResults\b[^>]*>\s*(\d+)")
ENTRY = re.compile(rb"<(?:\w+:)?entry[\s>]")
END = re.compile(rb"</(?:\w+:)?feed>\s*\Z")
REFUSED = re.compile(rb"/api/errors.*?<(?:\w+:)?summary\b[^>]*>(.*?)</", re.DOTALL)
OWN_WORDS = re.compile(r"\b(?:ti|au|abs|co|jr|cat|rn|id|all):(?=\S)|\b(?:AND|OR|ANDNOT)\b")
WORDS = re.compile(r'"[^"]+"|[^\s":;,()\[\]{}!?\\/]+')  # what has a meaning of its own in a search is none of a word


def page(wanted: Wanted, client: Asking, after: str) -> Page:
    """Return the page after so many results. Raises FetchError, also for a query that arXiv can't read."""
    start = offset(after)
    if wanted.ids:
        ids = [one for _, one in wanted_ids(wanted)]
        batch = ids[start : start + ABOUT.at_once]
        content = _feed(client, {"id_list": ",".join(batch), "start": 0, "max_results": len(batch)})
        return Page(content, _size(content), None, rest(start, len(batch), len(ids), len(ids)))
    order = "submittedDate" if wanted.newest else "relevance"
    content = _feed(
        client,
        {
            "search_query": query(wanted),
            "start": start,
            "max_results": min(ABOUT.page, wanted.limit - start),
            "sortBy": order,
            "sortOrder": "descending",
        },
    )
    found = TOTAL.search(content)
    total = int(found[1]) if found else None
    return Page(content, _size(content), total, rest(start, _size(content), total, wanted.limit))


def query(wanted: Wanted) -> str:
    """Return a search in arXiv's words. Words without a field must all stand somewhere in the paper's record."""
    text = " ".join(wanted.text.split())
    if text and not OWN_WORDS.search(text):
        words = WORDS.findall(text)
        telling = [word for word in words if word.lower() not in LITTLE] or words
        text = " AND ".join(f"all:{word}" for word in telling)
    parts = [f"({text})" if text else "", f"au:{quoted(wanted.author)}" if wanted.author else ""]
    if wanted.year_from or wanted.year_to:
        parts.append(f"submittedDate:[{wanted.year_from or 1991}01010000 TO {wanted.year_to or 2100}12312359]")
    return " AND ".join(filter(None, parts))


def _feed(client: Asking, parameters: dict[str, str | int]) -> bytes:
    content = client.get(ABOUT, "query", parameters, _check).content
    if refused := REFUSED.search(content):
        words = " ".join(refused[1].decode("utf-8", "replace").split())
        raise FetchError(ABOUT.title, f"it refused what was asked: {words[:200]!r}", "Write the search otherwise.", 400)
    return content


def _size(content: bytes) -> int:
    return len(ENTRY.findall(content))


def _check(content: bytes) -> None:
    if not END.search(content):
        msg = "it is no whole Atom feed"
        raise ValueError(msg)
