"""The public ids of a paper, wherever an object of JSON keeps them: own fields, lists by kind, addresses, notes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rag.readers.json_shapes.fields import text, text_of
from rag.readers.json_shapes.names import normal, plan, say
from rag.readers.record_builder import noted_arxiv_id, noted_pubmed_id

ARXIV = re.compile(r"(?:arxiv:\s*|arxiv\.org/(?:abs|pdf|html)/|10\.48550/arxiv\.)([\w./-]+)", re.IGNORECASE)
BARE_ARXIV = re.compile(r"\d\d(?:0[1-9]|1[0-2])\.\d{4,5}(?:v\d+)?")
DOI = re.compile(r"\bdoi[:\s.org/]{1,9}(10\.\d{3,9}/\S+)", re.IGNORECASE)
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


def ids_of(values: Mapping[str, Any]) -> Ids:
    """Return the ids that an object says, its own fields before lists, addresses and notes."""
    kinds = dict(reversed([found for name in plan(values).get("ids", ()) for found in _by_kind(values[name])]))
    key, notes = say(values, "key"), " ".join((say(values, "notes"), text(values, "archiveID", "archive_id")))
    doi = say(values, "doi") or kinds.get("doi", "")
    arxiv_id = say(values, "arxiv_id") or kinds.get("arxiv", "")
    if not arxiv_id:
        found = next(filter(None, map(ARXIV.search, (key, say(values, "url"), doi))), None)
        bare = BARE_ARXIV.fullmatch(text(values, "id", "_id"))
        arxiv_id = found[1] if found else bare[0] if bare else noted_arxiv_id(notes)
    noted = DOI.search(notes) if not doi and "10." in notes else None
    return Ids(
        noted[1] if noted else doi,
        arxiv_id,
        say(values, "pubmed_id") or kinds.get("pubmed", "") or noted_pubmed_id(notes),
    )


def _by_kind(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (kind, id) of `{"doi": ...}`, `[{"type": "doi", "id": ...}]` and `["doi:10.1/x"]`."""
    if isinstance(value, dict) and not any(name in value for name in KIND_NAMES):
        found: Iterator[tuple[str, str]] = ((KINDS.get(normal(kind), ""), text_of(one)) for kind, one in value.items())
    else:
        found = map(_told, value[:100] if isinstance(value, list) else [value])
    yield from ((kind, one) for kind, one in found if kind and one)


def _told(one: Any) -> tuple[str, str]:
    if isinstance(one, dict):
        return KINDS.get(normal(text(one, *KIND_NAMES)), ""), text(one, *VALUE_NAMES)
    address = text_of(one)
    if arxiv := ARXIV.match(address):
        return "arxiv", arxiv[1]
    doi = DOI.search(address) or re.match(r"(10\.\d{3,9}/\S+)", address)
    return ("doi", doi[1]) if doi else ("pubmed", noted_pubmed_id(address))
