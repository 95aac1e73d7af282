"""CSL-JSON, as Zotero, Pandoc and this project write it, and Crossref's API with its lists of titles.

An arXiv id is none of its fields; it is taken from `number`, the address, or Zotero's note.
"""

import re
from collections.abc import Mapping
from typing import Any

from rag.readers.inputs.source import Problem
from rag.readers.json_shapes.fields import dated, listed, text, text_of, within
from rag.readers.record_builder import build_record, noted_pubmed_id
from rag.records import Record
from rag.records.identity import normal_arxiv_id

OWN_NAMES = ("DOI", "PMID", "URL", "number", "container-title", "issued", "ISSN")
NAME_PARTS = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
ARXIV = re.compile(r"(?:arxiv:\s*|arxiv\.org/(?:abs|pdf)/|10\.48550/arxiv\.)([\w./-]+)", re.IGNORECASE)


def fits(values: Mapping[str, Any]) -> bool:
    """Tell whether an object has this shape."""
    return _has_names(values) or ("type" in values and any(name in values for name in OWN_NAMES))


def record(values: Mapping[str, Any], line: int) -> Record | Problem:
    """Return what an object says, or why it is no paper."""
    arxiv_id, url = _arxiv_id(values), text(values, "URL")
    return build_record(
        line,
        text(values, "title"),
        text(values, "abstract"),
        key=text(values, "id"),
        authors=map(_name, listed(values.get("author"))),
        year=_year(values.get("issued")),
        doi=text(values, "DOI"),
        arxiv_id=arxiv_id,
        pubmed_id=text(values, "PMID") or noted_pubmed_id(text(values, "note")),
        # Whoever writes CSL-JSON derives an address when there is none; what an id says already is no news.
        retracted=[text(values, "note"), text(values, "status")],
        url="" if url == f"https://arxiv.org/abs/{normal_arxiv_id(arxiv_id)}" else url,
    )


def _has_names(values: Mapping[str, Any]) -> bool:
    names = listed(values.get("author"))
    return any(isinstance(name, dict) and ("family" in name or "literal" in name) for name in names)


def _name(name: Any) -> str:
    if not isinstance(name, dict):
        return text_of(name)
    whole = text(name, "literal", "name")
    return whole or " ".join(filter(None, (text_of(name.get(part)) for part in NAME_PARTS)))


def _year(issued: Any) -> str:
    parts = next(iter(listed(within(issued, "date-parts"))), None)
    return dated(*listed(parts)[:1], within(issued, "raw"), within(issued, "literal"), within(issued, "year"), issued)


def _arxiv_id(values: Mapping[str, Any]) -> str:
    located = text(values, "archive_location") if text(values, "archive").lower() == "arxiv" else ""
    places = (text(values, "number"), text(values, "URL"), text(values, "note"), text(values, "DOI"))
    return next((match[1] for match in map(ARXIV.search, places) if match), located)
