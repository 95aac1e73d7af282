"""PubMed: NCBI's E-utilities. A search is kept there (`usehistory`) and fetched from it page by page, as XML.

https://www.ncbi.nlm.nih.gov/books/NBK25497/: three requests a second, ten with a key; `tool` and `email` say who asks.
https://www.ncbi.nlm.nih.gov/books/NBK25499/: of PubMed a search gives its first 10,000 results. What is kept there is
forgotten after some hours: then the search is made again.
"""

import re
from typing import NamedTuple
from urllib.parse import urlencode

from rag.errors import FetchError
from rag.fetching.indexes.base import About, Asking, Key, Page, number, offset, parsed, quoted, rest
from rag.fetching.wanted import Wanted, wanted_ids

ABOUT = About(
    name="pubmed",
    title="PubMed",
    address="https://eutils.ncbi.nlm.nih.gov/entrez/eutils",
    per_second=3,
    page=200,
    searches=frozenset({"text", "author", "years"}),
    ids=("pmid", "doi"),
    most=10_000,
    contact="email",
    key=Key("pubmed_key", parameter="api_key"),
    quickest=10,
    gives="papers of medicine and the life sciences, with abstracts where publishers allow, and marks of retraction",
)
ARTICLE = re.compile(rb"<Pubmed(?:Book)?Article[\s>]")
END = re.compile(rb"</PubmedArticleSet>\s*\Z|<PubmedArticleSet\s*/>\s*\Z")
EMPTY = b"<PubmedArticleSet></PubmedArticleSet>"
PASSING = re.compile(r"backend|unavailable|timeout|timed out|exception|try again", re.IGNORECASE)
FORM = "application/x-www-form-urlencoded"
SAME = {"db": "pubmed", "tool": "askpapers"}


class Kept(NamedTuple):
    """A search that is kept at NCBI: how many it found, under which names; `start` is where to go on."""

    start: int
    total: int
    key: str
    place: str

    @property
    def cursor(self) -> str:
        """The cursor that tells all of it."""
        return " ".join(map(str, self))


def page(wanted: Wanted, client: Asking, after: str) -> Page:
    """Return the page after a cursor. Raises FetchError."""
    if wanted.ids:
        return _by_ids(wanted, client, offset(after))
    kept = _kept(after) or _search(client, query(wanted), wanted)
    try:
        return _fetch(client, kept, wanted)
    except FetchError as error:
        if error.status not in {200, 400}:
            raise
    # NCBI has forgotten the search since; the new one goes on where that one was.
    return _fetch(client, _search(client, query(wanted), wanted, anew=True)._replace(start=kept.start), wanted)


def query(wanted: Wanted) -> str:
    """Return a search in PubMed's words."""
    parts = [f"({' '.join(wanted.text.split())})" if wanted.text else ""]
    parts.append(f"{quoted(wanted.author)}[au]" if wanted.author else "")
    return " AND ".join(filter(None, parts))


def by_title(title: str, client: Asking) -> bytes:
    """Return the few articles whose titles have the words of one. Raises FetchError."""
    words = re.sub(r"[^\w\s-]", " ", title).split()
    wanted = Wanted(ABOUT.name, limit=5)
    kept = _search(client, f"{' '.join(words)}[ti]", wanted)
    return _fetch(client, kept, wanted).content if kept.total else EMPTY


def _by_ids(wanted: Wanted, client: Asking, start: int) -> Page:
    ids = wanted_ids(wanted)
    batch = ids[start : start + ABOUT.at_once]
    cursor = rest(start, len(batch), len(ids), len(ids))
    if any(kind == "doi" for kind, _ in batch):
        term = " OR ".join(f"{quoted(one)}[aid]" if kind == "doi" else f"{one}[uid]" for kind, one in batch)
        kept = _search(client, term, wanted)
        return _fetch(client, kept, Wanted(ABOUT.name, limit=kept.total))._replace(total=None, cursor=cursor)
    content = _articles(client, {"id": ",".join(one for _, one in batch)})
    return Page(content, _size(content), None, cursor)


def _search(client: Asking, term: str, wanted: Wanted, *, anew: bool = False) -> Kept:
    """Have a search made and kept; raises FetchError, also where PubMed says that it can't be read."""
    parameters: dict[str, str | int] = {**SAME, "term": term, "usehistory": "y", "retmode": "json", "retmax": 0}
    if wanted.newest:
        parameters["sort"] = "pub_date"
    if wanted.year_from or wanted.year_to:
        years: dict[str, str | int] = {
            "mindate": wanted.year_from or 1700,
            "maxdate": wanted.year_to or 2100,
            "datetype": "pdat",
        }
        parameters |= years
    answer = client.get(ABOUT, "esearch.fcgi", {}, _check_search, body=_form(parameters), kind=FORM, anew=anew)
    result = parsed(answer.content, "esearchresult", kind=dict)
    if said := result.get("ERROR"):
        raise FetchError(ABOUT.title, f"it refused the search: {str(said)[:200]!r}", "Write it otherwise.", 400)
    total = min(number(result.get("count")) or 0, ABOUT.most)
    return Kept(0, total, str(result.get("querykey", "")), str(result.get("webenv", "")))


def _fetch(client: Asking, kept: Kept, wanted: Wanted) -> Page:
    """Return a page of a search that is kept."""
    most = min(ABOUT.page, wanted.limit - kept.start)
    if not kept.total:
        return Page(EMPTY, 0, 0, "")
    asked: dict[str, str | int] = {"query_key": kept.key, "WebEnv": kept.place, "retstart": kept.start, "retmax": most}
    content = _articles(client, asked)
    size = _size(content)
    # An article that was withdrawn leaves a gap in its page: what counts is what was asked for.
    more = rest(kept.start, most if size else 0, kept.total, wanted.limit)
    return Page(content, size, kept.total, kept._replace(start=int(more)).cursor if more else "")


def _articles(client: Asking, asked: dict[str, str | int]) -> bytes:
    form = _form({**SAME, **asked, "retmode": "xml"})
    return client.get(ABOUT, "efetch.fcgi", {}, _check_articles, body=form, kind=FORM).content


def _form(parameters: dict[str, str | int]) -> bytes:
    """Return parameters as the body of a request: long lists of ids don't fit into an address."""
    return urlencode(parameters).encode()


def _size(content: bytes) -> int:
    return len(ARTICLE.findall(content))


def _check_search(content: bytes) -> None:
    result = parsed(content, "esearchresult", kind=dict)
    if PASSING.search(said := str(result.get("ERROR", ""))):
        raise ValueError(said[:200])
    if "ERROR" not in result and number(result.get("count")) is None:
        msg = "it doesn't say how many there are"
        raise ValueError(msg)


def _check_articles(content: bytes) -> None:
    if not END.search(content):
        msg = "it is no whole set of articles"
        raise ValueError(msg)


def _kept(cursor: str) -> Kept | None:
    parts = cursor.split(" ", 3)
    return Kept(int(parts[0]), int(parts[1]), parts[2], parts[3]) if len(parts) == 4 else None
