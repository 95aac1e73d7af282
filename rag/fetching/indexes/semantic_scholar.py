"""Semantic Scholar: its Academic Graph, as JSON.

https://api.semanticscholar.org/api-docs/graph: a search by relevance gives at most 1,000 results, 100 a page; a search
in bulk gives all, 1,000 a page, each with a token for the next; a batch takes 500 ids of any kind. With a key once a
second; without one, everybody without one shares what there is, and 429 is a frequent answer.
"""

import json

from rag.errors import FetchError
from rag.fetching.indexes.base import About, Asking, Key, Page, checked, document, number, offset, parsed, rest
from rag.fetching.wanted import Wanted, wanted_ids

ABOUT = About(
    name="semantic_scholar",
    title="Semantic Scholar",
    address="https://api.semanticscholar.org/graph/v1",
    per_second=1,
    page=100,
    searches=frozenset({"text", "years"}),
    ids=("doi", "arxiv", "pmid"),
    at_once=200,
    key=Key("semantic_scholar_key", header="x-api-key"),
    gives="papers of all fields, with abstracts where publishers allow",
)
FIELDS = "paperId,externalIds,title,abstract,year,publicationDate,authors,url"
BY_RELEVANCE = 900  # results; a search by relevance refuses to give the last of its 1,000
PREFIXES = {"doi": "DOI:", "arxiv": "ARXIV:", "pmid": "PMID:"}


def page(wanted: Wanted, client: Asking, after: str) -> Page:
    """Return the page after a cursor. Raises FetchError."""
    if wanted.ids:
        ids = wanted_ids(wanted)
        start = offset(after)
        batch = ids[start : start + ABOUT.at_once]
        body = json.dumps({"ids": [f"{PREFIXES[kind]}{one}" for kind, one in batch]}).encode()
        answer = client.get(ABOUT, "paper/batch", {"fields": FIELDS}, checked(), body=body, kind="application/json")
        items = [one for one in parsed(answer.content) if one]  # null stands for what it doesn't have
        return Page(document(items), len(items), None, rest(start, len(batch), len(ids), len(ids)))
    parameters: dict[str, str | int] = {"query": " ".join(wanted.text.split()), "fields": FIELDS}
    if wanted.year_from or wanted.year_to:
        first, last = wanted.year_from or "", wanted.year_to or ""
        parameters["year"] = f"{first}-{last}" if first != last else str(first)
    in_bulk = wanted.newest or wanted.limit > BY_RELEVANCE
    return _in_bulk(wanted, client, parameters, after) if in_bulk else _best(wanted, client, parameters, offset(after))


def by_title(title: str, client: Asking) -> bytes:
    """Return the paper whose title is nearest to one; an empty list where none is near. Raises FetchError."""
    try:
        answer = client.get(ABOUT, "paper/search/match", {"query": title, "fields": FIELDS}, checked("data"))
    except FetchError as error:
        if error.status != 404:
            raise
        return document([])
    return document(parsed(answer.content, "data"))


def _best(wanted: Wanted, client: Asking, parameters: dict[str, str | int], start: int) -> Page:
    # A word with a hyphen in it matches nothing there, as the documentation says.
    parameters["query"] = str(parameters["query"]).replace("-", " ")
    parameters |= {"offset": start, "limit": min(ABOUT.page, wanted.limit - start)}
    content = client.get(ABOUT, "paper/search", parameters, _check).content
    body = parsed(content, kind=dict)
    items, total = body.get("data") or [], number(body.get("total"))
    return Page(document(items), len(items), total, rest(start, len(items), total, wanted.limit))


def _in_bulk(wanted: Wanted, client: Asking, parameters: dict[str, str | int], token: str) -> Page:
    if wanted.newest:
        parameters["sort"] = "publicationDate:desc"
    content = client.get(ABOUT, "paper/search/bulk", parameters | ({"token": token} if token else {}), _check).content
    body = parsed(content, kind=dict)
    items = body.get("data") or []
    return Page(document(items), len(items), number(body.get("total")), str(body.get("token") or ""))


def _check(content: bytes) -> None:
    body = parsed(content, kind=dict)
    if number(body.get("total")) is None or not isinstance(body.get("data") or [], list):  # none found: no `data`
        msg = "it has no list of papers in it"
        raise ValueError(msg)
