"""The public ids of a paper, wherever an object of JSON keeps them: own fields, lists by kind, addresses, notes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rag.readers.json_shapes.fields import text, text_of
from rag.readers.json_shapes.names import Plan, normal, said
from rag.readers.parsing.noted_ids import noted_pubmed_id
from rag.readers.record_builder import noted_arxiv_id

ARXIV = re.compile(r"(?:arxiv:\s*|arxiv\.org/(?:abs|pdf|html)/|10\.48550/arxiv\.)([\w./-]+)", re.IGNORECASE)
BARE_ARXIV = re.compile(r"\d\d(?:0[1-9]|1[0-2])\.\d{4,5}(?:v\d+)?")
DOI = re.compile(r"\bdoi[:\s.org/]{1,9}(10\.\d{3,9}/\S+)", re.IGNORECASE)
BARE_DOI = re.compile(r"(10\.\d{3,9}/\S+)")
KINDS = {
    "doi": "doi", "dois": "doi", "pmid": "pubmed", "pubmed": "pubmed", "pubmedid": "pubmed", "medline": "pubmed",
    "arxiv": "arxiv", "arxivid": "arxiv", "arxiveprint": "arxiv",
}  # fmt: skip
KIND_NAMES = (
    "type",
    "idtype",
    "idType",
    "identifierType",
    "relatedIdentifierType",
    "scheme",
    "propertyID",
    "kind",
    "source",
)
VALUE_NAMES = ("value", "id", "identifier", "relatedIdentifier", "_content", "$")


class Ids(NamedTuple):
    """Public ids as the source writes them; empty where it says none."""

    doi: str = ""
    arxiv_id: str = ""
    pubmed_id: str = ""


def ids_of(values: Mapping[str, Any], named: Plan) -> Ids:
    """Return the ids that an object says, its own fields before lists, addresses and notes."""
    kinds = (
        dict(reversed([found for name in named["ids"] for found in _by_kind(values[name])])) if "ids" in named else {}
    )
    notes, key, url = (said(values, named[field]) if field in named else "" for field in ("notes", "key", "url"))
    told = {field: said(values, named[field]) if field in named else "" for field in Ids._fields}
    doi = told["doi"] or kinds.get("doi", "") or _doi(key, url)
    noted = DOI.search(notes) if not doi and "10." in notes else None
    return Ids(
        noted[1] if noted else doi,
        told["arxiv_id"] or kinds.get("arxiv", "") or _arxiv_id(values, (key, url, doi), notes),
        told["pubmed_id"] or kinds.get("pubmed", "") or noted_pubmed_id(notes, url, key),
    )


def _doi(key: str, url: str) -> str:
    """Return the DOI that is the record's own id or its address."""
    for place in (key, url):
        if "10." in place and (found := DOI.search(place) or BARE_DOI.match(place)):
            return found[1]
    return ""


def _arxiv_id(values: Mapping[str, Any], places: tuple[str, str, str], notes: str) -> str:
    """Return the arXiv id that the record's own id, its address, its DOI or a note says."""
    for place in places:
        if "rxiv" in place.lower() and (found := ARXIV.search(place)):
            return found[1]
    key = places[0]
    if "." in key[4:5] and (bare := BARE_ARXIV.fullmatch(key)):
        return bare[0]
    noted = text(values, "archiveID", "archive_id")
    return noted_arxiv_id(f"{noted} {notes}") if noted or notes else ""


def _by_kind(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (kind, id) of `{"doi": ...}`, `[{"type": "doi", "id": ...}]` and `["doi:10.1/x"]`."""
    if isinstance(value, dict) and not any(name in value for name in KIND_NAMES):
        found: Iterator[tuple[str, str]] = ((KINDS.get(normal(kind), ""), text_of(one)) for kind, one in value.items())
    else:
        found = map(_told, value[:100] if isinstance(value, list) else [value])
    yield from ((kind, one) for kind, one in found if kind and one)


def _told(one: Any) -> tuple[str, str]:
    if isinstance(one, dict):
        if isinstance(inner := one.get("id"), dict):  # of OpenAIRE
            return _told(inner)
        return KINDS.get(normal(text(one, *KIND_NAMES)), ""), text(one, *VALUE_NAMES)
    address = text_of(one)
    if arxiv := ARXIV.match(address):
        return "arxiv", arxiv[1]
    doi = DOI.search(address) or BARE_DOI.match(address)
    return ("doi", doi[1]) if doi else ("pubmed", noted_pubmed_id(address))
