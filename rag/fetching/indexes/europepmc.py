"""Europe PMC: PubMed's papers and more of the life sciences, preprints too, as JSON with abstracts (`core`).

https://europepmc.org/RestfulWebService: at most 1,000 a page, and a cursor (`cursorMark`, from `*` on) that stays the
same at the end. No rate is named; `email` says who asks.
"""

from rag.fetching.indexes.base import About, Asking, Page, checked, document, number, offset, parsed, quoted, rest
from rag.fetching.wanted import Wanted, wanted_ids

ABOUT = About(
    name="europepmc",
    title="Europe PMC",
    address="https://www.ebi.ac.uk/europepmc/webservices/rest",
    per_second=5,
    page=200,
    searches=frozenset({"text", "author", "years"}),
    ids=("doi", "pmid"),
    contact="email",
    gives="papers and preprints of the life sciences, with most of their abstracts",
)


def page(wanted: Wanted, client: Asking, after: str) -> Page:
    """Return the page after a cursor. Raises FetchError."""
    if wanted.ids:
        ids = wanted_ids(wanted)
        start = offset(after)
        batch = ids[start : start + ABOUT.at_once]
        said = (f"DOI:{quoted(one)}" if kind == "doi" else f"(EXT_ID:{one} AND SRC:MED)" for kind, one in batch)
        found = _page(client, {"query": " OR ".join(said), "pageSize": ABOUT.page})
        return found._replace(total=None, cursor=rest(start, len(batch), len(ids), len(ids)))
    parameters: dict[str, str | int] = {"query": query(wanted), "pageSize": min(ABOUT.page, wanted.limit)}
    if wanted.newest:
        parameters["sort"] = "P_PDATE_D desc"
    return _page(client, parameters, after or "*")


def query(wanted: Wanted) -> str:
    """Return a search in Europe PMC's words."""
    parts = [f"({' '.join(wanted.text.split())})" if wanted.text else ""]
    parts.append(f"AUTH:{quoted(wanted.author)}" if wanted.author else "")
    if wanted.year_from or wanted.year_to:
        parts.append(f"PUB_YEAR:[{wanted.year_from or 1500} TO {wanted.year_to or 2100}]")
    return " AND ".join(filter(None, parts))


def by_title(title: str, client: Asking) -> bytes:
    """Return the few papers whose titles have the words of one. Raises FetchError."""
    return _page(client, {"query": f"TITLE:{quoted(title)}", "pageSize": 5}).content


def _page(client: Asking, parameters: dict[str, str | int], mark: str = "*") -> Page:
    same = {"resultType": "core", "format": "json", "cursorMark": mark}
    answer = client.get(ABOUT, "search", parameters | same, checked("resultList", "result"))
    body = parsed(answer.content, kind=dict)
    items = parsed(answer.content, "resultList", "result")
    following = str(body.get("nextCursorMark") or "")
    return Page(document(items), len(items), number(body.get("hitCount")), "" if following == mark else following)
