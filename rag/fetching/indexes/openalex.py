"""OpenAlex: works of all fields, as JSON.

https://developers.openalex.org/guides/page-through-results: at most 100 a page, cursors from `*` on.
https://developers.openalex.org/api-reference/authentication: up to 100 requests a second, priced by the day; without a
key (free) a day's allowance is a few searches. Filters take several values with `|` between them.
"""

from rag.fetching.indexes.base import About, Asking, Key, Page, document, number, offset, parsed, rest
from rag.fetching.wanted import Wanted, wanted_ids

ABOUT = About(
    name="openalex",
    title="OpenAlex",
    address="https://api.openalex.org",
    per_second=5,  # far fewer than it allows: the day's allowance is what counts
    page=100,
    searches=frozenset({"text", "author", "years"}),
    ids=("doi", "pmid", "arxiv"),
    contact="mailto",
    key=Key("openalex_key", parameter="api_key"),
    gives="works of all fields, with most of their abstracts, ids, and marks of retraction",
)
FIELDS = (
    "id,doi,title,display_name,publication_year,publication_date,ids,authorships,abstract_inverted_index,"
    "primary_location,locations,is_retracted,type"
)


def page(wanted: Wanted, client: Asking, after: str) -> Page:
    """Return the page after a cursor. Raises FetchError."""
    if wanted.ids:
        return _by_ids(wanted, client, offset(after))
    filters = [
        f"from_publication_date:{wanted.year_from}-01-01" if wanted.year_from else "",
        f"to_publication_date:{wanted.year_to}-12-31" if wanted.year_to else "",
        f"raw_author_name.search:{plain(wanted.author)}" if wanted.author else "",
    ]
    return _page(
        client,
        {
            "search": " ".join(wanted.text.split()),
            "filter": ",".join(filter(None, filters)),
            "sort": "publication_date:desc" if wanted.newest else "",
            "per_page": min(ABOUT.page, wanted.limit),
            "cursor": after or "*",
        },
    )


def by_title(title: str, client: Asking) -> bytes:
    """Return the few works whose titles have the words of one. Raises FetchError."""
    return _page(client, {"filter": f"title.search:{plain(title)}", "per_page": 5, "cursor": "*"}).content


def plain(value: str) -> str:
    """Return a value of a filter without what would end it."""
    return " ".join(value.translate(str.maketrans(",|:!&()\"'\\", " " * 10)).split())


def _by_ids(wanted: Wanted, client: Asking, start: int) -> Page:
    """Return the works of one kind of ids at a time: a filter takes several values of one field."""
    ids = sorted(_as_filters(wanted))
    if not ids:
        return Page(document([]), 0, None, "")
    name = ids[start][0]
    batch = [value for one, value in ids[start : start + ABOUT.at_once] if one == name]
    found = _page(client, {"filter": f"{name}:{'|'.join(batch)}", "per_page": ABOUT.page, "cursor": "*"})
    return found._replace(total=None, cursor=rest(start, len(batch), len(ids), len(ids)))


def _as_filters(wanted: Wanted) -> list[tuple[str, str]]:
    """Return the ids as (field, value); arXiv's papers are there under the DOIs that DataCite gave them.

    A DOI with a comma or a bar in it can't stand in a filter.
    """
    ids = [("doi", f"10.48550/arxiv.{one}") if kind == "arxiv" else (kind, one) for kind, one in wanted_ids(wanted)]
    return [(name, value) for name, value in ids if not {",", "|"} & set(value)]


def _check(content: bytes) -> None:
    parsed(content, "results")
    parsed(content, "meta", kind=dict)


def _page(client: Asking, parameters: dict[str, str | int]) -> Page:
    said = {name: value for name, value in parameters.items() if value != ""}
    answer = client.get(ABOUT, "works", said | {"select": FIELDS}, _check)
    items = parsed(answer.content, "results")
    meta = parsed(answer.content, "meta", kind=dict)
    return Page(document(items), len(items), number(meta.get("count")), str(meta.get("next_cursor") or ""))
