"""What each index answers to a request: its ways of paging, its ways of asking by ids, its refusals."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

from eval.benchmarks.fetching import index_forms as forms
from eval.benchmarks.fetching.made_papers import Made
from rag.text.titles import title_key


@dataclass(frozen=True)
class Asked:
    """A request that came: when, to which index, and what it said; parameters of a form in the body are there too."""

    at: float
    index: str
    path: str
    said: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Holding:
    """What an index holds: papers, the numbers of those it has no abstract of, and how many it says that there are."""

    papers: list[Made]
    bare: set[int]
    total: int | None = None

    def written(self, form: Callable[..., Any], papers: list[Made]) -> list[Any]:
        """Return papers as the index writes them."""
        return [form(paper, bare=paper.number in self.bare) for paper in papers]

    @property
    def how_many(self) -> int:
        """How many it says that there are."""
        return len(self.papers) if self.total is None else self.total


class Answered(NamedTuple):
    """A reply: status, content, and headers."""

    status: int
    content: bytes
    headers: Mapping[str, str] = {}


def as_json(value: Any, headers: Mapping[str, str] | None = None, status: int = 200) -> Answered:
    """Return a reply of JSON."""
    return Answered(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def arxiv(asked: Asked, held: Holding) -> Answered:
    """Answer as arXiv's API does."""
    start, most = int(asked.said["start"]), int(asked.said["max_results"])
    papers, total = held.papers, held.how_many
    if ids := asked.said.get("id_list"):
        papers = [paper for paper in papers if paper.arxiv_id in ids.split(",")]
        total = len(papers)
    elif not asked.said.get("search_query") or most > 2000:
        error = "<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>incorrect query</summary>"
        return Answered(400, forms.atom_feed([f"{error}</entry>"], 1, 0))
    return Answered(200, forms.atom_feed(held.written(forms.atom_entry, papers[start : start + most]), total, start))


def openalex(asked: Asked, held: Holding) -> Answered:
    """Answer as OpenAlex does: cursors that only it can read."""
    size, mark = int(asked.said["per_page"]), asked.said["cursor"]
    if size > 100:
        return as_json(
            {"error": "Pagination error.", "message": "per-page parameter must be between 1 and 100"}, status=403
        )
    papers, total = held.papers, held.how_many
    if found := re.fullmatch(r"(doi|pmid):(.*)", asked.said.get("filter", "")):
        values = found[2].split("|")
        papers = [one for one in papers if (one.doi if found[1] == "doi" else one.pubmed_id) in values
                  or f"10.48550/arxiv.{one.arxiv_id}" in values]  # fmt: skip
        total = len(papers)
    elif found := re.fullmatch(r"title\.search:(.*)", asked.said.get("filter", "")):
        papers = [one for one in papers if title_key(found[1]) in title_key(one.title)]
        total = len(papers)
    start = 0 if mark == "*" else int(base64.b64decode(mark))
    some = papers[start : start + size]
    following = base64.b64encode(str(start + size).encode()).decode() if some else None
    meta = {"count": total, "db_response_time_ms": 9, "page": None, "per_page": size, "next_cursor": following}
    return as_json({"meta": meta, "results": held.written(forms.openalex_work, some), "group_by": []})


def pubmed(asked: Asked, held: Holding, kept: dict[str, list[Made]]) -> Answered:
    """Answer as the E-utilities do; `kept` are the searches that are kept here."""
    if asked.path == "esearch.fcgi":
        papers = _matching(asked.said["term"], held.papers)
        place = f"MCID_{len(kept)}"
        kept[place] = papers
        count = held.how_many if papers is held.papers else len(papers)
        found = {"count": str(count), "retmax": "0", "retstart": "0", "querykey": "1", "webenv": place, "idlist": []}
        return as_json({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": found})
    if "id" in asked.said:
        ids = asked.said["id"].split(",")
        papers = [paper for paper in held.papers if paper.pubmed_id in ids]
    elif asked.said["WebEnv"] not in kept:
        return Answered(
            400, b'<?xml version="1.0"?><eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>'
        )
    else:
        start = int(asked.said["retstart"])
        papers = held.papers and kept[asked.said["WebEnv"]][start : start + int(asked.said["retmax"])]
    return Answered(200, forms.pubmed_set(held.written(forms.pubmed_article, papers)))


def _matching(term: str, papers: list[Made]) -> list[Made]:
    """Return the papers that a search by ids or by title means; all for any other."""
    if "[aid]" in term or "[uid]" in term:
        return [one for one in papers if f'"{one.doi}"[aid]' in term or f"{one.pubmed_id}[uid]" in term]
    if term.endswith("[ti]"):
        return [one for one in papers if title_key(one.title) == title_key(term.removesuffix("[ti]"))]
    return papers


def europepmc(asked: Asked, held: Holding) -> Answered:
    """Answer as Europe PMC does: a cursor that stays the same at the end."""
    query, size, mark = asked.said["query"], int(asked.said["pageSize"]), asked.said["cursorMark"]
    papers, total = held.papers, held.how_many
    if "DOI:" in query or "EXT_ID:" in query or "TITLE:" in query:
        papers = [one for one in papers if f'DOI:"{one.doi}"' in query or f"EXT_ID:{one.pubmed_id} " in query
                  or query == f'TITLE:"{one.title}"']  # fmt: skip
        total = len(papers)
    start = 0 if mark == "*" else int(mark.removeprefix("AoI"))
    some = papers[start : start + size]
    body = {"version": "6.9", "hitCount": total, "nextCursorMark": f"AoI{start + size}" if some else mark}
    return as_json(
        {
            **body,
            "request": {"queryString": query},
            "resultList": {"result": held.written(forms.europepmc_result, some)},
        }
    )


def crossref(asked: Asked, held: Holding) -> Answered:
    """Answer as Crossref does, with the rate that it allows."""
    headers = {"x-rate-limit-limit": "1000", "x-rate-limit-interval": "1s"}
    if asked.path.startswith("works/"):
        doi = unquote(asked.path.removeprefix("works/"))
        found = next((paper for paper in held.papers if paper.doi == doi), None)
        if found is None:
            return Answered(404, b"Resource not found.", {"Content-Type": "text/plain"})
        return as_json(
            {"status": "ok", "message-type": "work", "message": held.written(forms.crossref_work, [found])[0]}
        )
    papers, total = held.papers, held.how_many
    rows, start = int(asked.said["rows"]), int(asked.said.get("offset", 0))
    if rows > 1000 or start + rows > 10_000:
        why = [{"type": "parameter-not-allowed", "message": "use cursors"}]
        return as_json({"status": "failed", "message-type": "validation-failure", "message": why}, status=400)
    if "doi:" in asked.said.get("filter", ""):
        papers = [paper for paper in papers if f"doi:{paper.doi}" in asked.said["filter"].split(",")]
        total = len(papers)
    some = held.written(forms.crossref_work, papers[start : start + rows])
    message = {"facets": {}, "total-results": total, "items": some, "items-per-page": rows}
    return as_json(
        {"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": message}, headers
    )


def semantic_scholar(asked: Asked, held: Holding) -> Answered:
    """Answer as the Academic Graph does."""
    if asked.path == "paper/batch":
        return as_json([_one(held, one) for one in json.loads(asked.body)["ids"]])
    if asked.path == "paper/search/match":
        return _nearest(held, asked.said["query"])
    if asked.path == "paper/search/bulk":
        start = int(asked.said.get("token", "T0").removeprefix("T"))
        some = held.papers[start : start + 1000]
        token = f"T{start + 1000}" if start + 1000 < len(held.papers) else None
        return as_json({"total": held.how_many, "token": token, "data": held.written(forms.scholar_paper, some)})
    start, most = int(asked.said["offset"]), int(asked.said["limit"])
    if most > 100 or start + most > 1000:
        return as_json({"error": "Requested data for this limit and/or offset is not available"}, status=400)
    if not held.papers:
        return as_json({"total": 0, "offset": 0})
    some = held.written(forms.scholar_paper, held.papers[start : start + most])
    return as_json({"total": held.how_many, "offset": start, "next": start + most, "data": some})


def _nearest(held: Holding, title: str) -> Answered:
    found = [one for one in held.papers if title_key(one.title) == title_key(title)]
    if not found:
        return as_json({"error": "Title match not found"}, status=404)
    return as_json({"data": [{**held.written(forms.scholar_paper, found)[0], "matchScore": 174.2}]})


def _one(held: Holding, written: str) -> Any:
    kind, _, value = written.partition(":")
    ids = {"DOI": "doi", "ARXIV": "arxiv_id", "PMID": "pubmed_id"}
    found = [one for one in held.papers if getattr(one, ids[kind]) == value]
    return held.written(forms.scholar_paper, found)[0] if found else None


def dblp(asked: Asked, held: Holding) -> Answered:
    """Answer as DBLP's search does; numbers are texts, and where nothing is sent there is no `hit`."""
    start, most = int(asked.said["f"]), int(asked.said["h"])
    some = held.written(forms.dblp_hit, held.papers[start : start + most])
    hits: dict[str, Any] = {
        "@total": str(held.how_many),
        "@computed": "9",
        "@sent": str(len(some)),
        "@first": str(start),
    }
    hits |= {"hit": some} if some else {}
    status = {"@code": "200", "text": "OK"}
    return as_json(
        {"result": {"query": asked.said["q"], "status": status, "completions": {"@total": "0"}, "hits": hits}}
    )


def huggingface(asked: Asked, held: Holding) -> Answered:
    """Answer as the Daily Papers do: a plain list, and 400 for a day to come."""
    if asked.said["date"] > "2026-11-26":
        return as_json({"error": "Invalid date: must not be in the future"}, status=400)
    start, most = int(asked.said["p"]) * int(asked.said["limit"]), int(asked.said["limit"])
    return as_json(held.written(forms.daily_paper, held.papers[start : start + most]))


def zotero(asked: Asked, held: Holding, *, online: bool) -> Answered:
    """Answer as Zotero's API does; at zotero.org for whoever has the key."""
    if asked.headers.get("Zotero-API-Version") != "3":
        return Answered(400, b"Version")
    if online and asked.headers.get("Zotero-API-Key") != "zotero-secret-key":
        return Answered(403, b"Forbidden")
    if asked.path == "keys/current":
        return as_json({"key": "zotero-secret-key", "userID": 475425, "username": "me", "access": {}})
    if asked.path.endswith("/collections"):
        found = [{"key": "ABCD2345", "data": {"key": "ABCD2345", "name": "River beasts", "parentCollection": False}}]
        return as_json(found, {"Total-Results": "1"})
    if not re.fullmatch(r"(?:users|groups)/\d+(?:/collections/ABCD2345)?/items/top", asked.path):
        return Answered(404, b"Not found")
    note = {"key": "NOTE2345", "data": {"key": "NOTE2345", "itemType": "note", "note": "<p>Read this.</p>"}}
    items = [*held.written(forms.zotero_item, held.papers), note]
    start, most = int(asked.said["start"]), int(asked.said["limit"])
    return as_json(items[start : start + most], {"Total-Results": str(len(items))})
