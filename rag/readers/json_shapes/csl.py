"""CSL-JSON, as Zotero, Pandoc and this project write it, and Crossref's API with its lists of titles.

An arXiv id is none of its fields; it is taken from `number`, the address, or Zotero's note. A work that Crossref knows
no date of was at least created there.
"""

import re
from collections.abc import Mapping
from typing import Any

from rag.readers.inputs.source import Problem
from rag.readers.json_shapes import plain
from rag.readers.json_shapes.fields import listed, text, text_of, year_of
from rag.readers.json_shapes.names import plan
from rag.readers.json_shapes.retractions import retracted
from rag.readers.record_builder import YEAR, build_record, noted_pubmed_id
from rag.records import Record
from rag.records.identity import normal_arxiv_id

OWN_NAMES = frozenset(("DOI", "PMID", "URL", "number", "container-title", "issued", "ISSN"))
NAME_PARTS = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
DATES = ("issued", "published", "published-print", "published-online", "posted", "submitted", "created")
ARXIV = re.compile(r"(?:arxiv:\s*|arxiv\.org/(?:abs|pdf)/|10\.48550/arxiv\.)([\w./-]+)", re.IGNORECASE)


def fits(values: Mapping[str, Any]) -> bool:
    """Tell whether an object has this shape."""
    return ("author" in values and _has_names(values)) or ("type" in values and not OWN_NAMES.isdisjoint(values))


def record(values: Mapping[str, Any], line: int) -> Record | Problem:
    """Return what an object says, or why it is no paper."""
    named = plan(values)
    arxiv_id, url = _arxiv_id(values), text(values, "URL")
    return build_record(
        line,
        text(values, "title"),
        plain.abstracts(values, named),
        key=text(values, "id", "citation-key"),
        authors=map(_name, listed(values.get("author"))),
        year=_year(values) or plain.year(values, named),
        doi=text(values, "DOI", "doi"),
        arxiv_id=arxiv_id,
        pubmed_id=text(values, "PMID", "pmid") or noted_pubmed_id(text(values, "note")),
        # Whoever writes CSL-JSON derives an address when there is none; what an id says already is no news.
        url="" if url == f"https://arxiv.org/abs/{normal_arxiv_id(arxiv_id)}" else url,
        retracted=[retracted(values) if "retraction" in named else "", text(values, "note"), text(values, "status")],
    )


def _has_names(values: Mapping[str, Any]) -> bool:
    names = listed(values.get("author"))
    return any(isinstance(name, dict) and ("family" in name or "literal" in name) for name in names)


def _name(name: Any) -> str:
    if not isinstance(name, dict):
        return text_of(name)
    whole = text(name, "literal", "name")
    return whole or " ".join(filter(None, [text_of(name[part]) for part in NAME_PARTS if part in name]))


def _year(values: Mapping[str, Any]) -> str:
    """Return the first date that names a year; of several, that of the issue."""
    said = (year_of(values[name]) for name in DATES if name in values)
    return next(filter(YEAR.search, said), "")


def _arxiv_id(values: Mapping[str, Any]) -> str:
    located = text(values, "archive_location") if text(values, "archive").lower() == "arxiv" else ""
    places = (text(values, "number"), text(values, "URL"), text(values, "note"), text(values, "DOI"))
    found = (ARXIV.search(place) for place in places if "arxiv" in place.lower())
    return next((match[1] for match in found if match), located)
