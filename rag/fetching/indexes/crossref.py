"""Crossref: what publishers say of everything that they gave a DOI, as JSON; an abstract for a good third of it.

https://www.crossref.org/documentation/retrieve-metadata/rest-api/: `rows` up to 1,000, `offset` up to 10,000 (its
cursors are forgotten after five minutes, so that no fetch could go on from one), filters with commas between them, of
which those of one name are alternatives. https://doi.org/10.64000/wadve-3tj60: lists once a second since December 2025,
three times with a mail address; every answer says how often (`x-rate-limit-limit`), and that is kept to.
"""

from urllib.parse import quote

from rag.errors import FetchError
from rag.fetching.indexes.base import About, Asking, Page, checked, document, number, offset, parsed, rest
from rag.fetching.wanted import Wanted, wanted_ids

ABOUT = About(
    name="crossref",
    title="Crossref",
    address="https://api.crossref.org",
    per_second=1,
    page=100,
    searches=frozenset({"text", "author", "years"}),
    ids=("doi",),
    most=10_000,
    contact="mailto",
    quickest=3,
    gives="everything with a DOI of a publisher's, a good third of it with an abstract, and marks of retraction",
)


def page(wanted: Wanted, client: Asking, after: str) -> Page:
    """Return the page after so many works. Raises FetchError."""
    start = offset(after)
    if wanted.ids:
        return _by_ids(wanted, client, start)
    years = [
        f"from-pub-date:{wanted.year_from}" if wanted.year_from else "",
        f"until-pub-date:{wanted.year_to}" if wanted.year_to else "",
    ]
    said = {
        "query": " ".join(wanted.text.split()),
        "query.author": wanted.author,
        "filter": ",".join(filter(None, years)),
        "sort": "published" if wanted.newest else "",
        "order": "desc" if wanted.newest else "",
    }
    parameters: dict[str, str | int] = {name: value for name, value in said.items() if value}
    parameters |= {"rows": min(ABOUT.page, wanted.limit - start), "offset": start}
    answer = client.get(ABOUT, "works", parameters, checked("message", "items"))
    items = parsed(answer.content, "message", "items")
    total = number(parsed(answer.content, "message", kind=dict).get("total-results"))
    return Page(document(items), len(items), total, rest(start, len(items), total, wanted.limit))


def _by_ids(wanted: Wanted, client: Asking, start: int) -> Page:
    ids = [one for _, one in wanted_ids(wanted)]
    batch = ids[start : start + ABOUT.at_once]
    listed = [one for one in batch if "," not in one]  # a comma would end the filter
    items = [_single(client, one) for one in batch if "," in one]
    if listed:
        parameters: dict[str, str | int] = {"filter": ",".join(f"doi:{one}" for one in listed), "rows": len(listed)}
        answer = client.get(ABOUT, "works", parameters, checked("message", "items"))
        items += parsed(answer.content, "message", "items")
    items = [one for one in items if one is not None]
    return Page(document(items), len(items), None, rest(start, len(batch), len(ids), len(ids)))


def _single(client: Asking, doi: str) -> object:
    """Return the work of a DOI, None where Crossref has none."""
    try:
        answer = client.get(ABOUT, f"works/{quote(doi, safe='')}", {}, checked("message", kind=dict))
    except FetchError as error:
        if error.status != 404:
            raise
        return None
    return parsed(answer.content, "message", kind=dict)
