"""Semantic Scholar: the answers of its API, and its data sets with their names in lower case.

Many of its papers have no abstract; each of them becomes a Problem that says so. Its data sets keep abstracts apart
from titles: such an abstract can't be read alone, and says what to join it with.
"""

from collections.abc import Mapping
from typing import Any

from rag.readers.inputs.source import Problem
from rag.readers.json_shapes.fields import dated, listed, text, text_of, within
from rag.readers.record_builder import build_record
from rag.records import Record

OWN_NAMES = frozenset(("paperId", "externalIds", "corpusid", "externalids", "paperAbstract"))
JOIN = "join its 'papers' with its 'abstracts' by corpusid, title and abstract in one object a line"


def fits(values: Mapping[str, Any]) -> bool:
    """Tell whether an object has this shape."""
    return not OWN_NAMES.isdisjoint(values)


def record(values: Mapping[str, Any], line: int) -> Record | Problem:
    """Return what an object says, or why it is no paper."""
    ids = values.get("externalIds") or values.get("externalids")
    if "title" not in values and "corpusid" in values:
        number = text(values, "corpusid")
        return Problem(line, f"no title: part of Semantic Scholar's data (corpusid {number}); {JOIN}")
    return build_record(
        line,
        text(values, "title"),
        text(values, "abstract", "paperAbstract"),
        key=text(values, "paperId", "corpusid", "id"),
        authors=(text_of(within(author, "name")) for author in listed(values.get("authors"))),
        year=dated(values.get("year"), values.get("publicationDate"), values.get("publicationdate")),
        doi=text_of(within(ids, "DOI")) or text(values, "doi"),
        arxiv_id=text_of(within(ids, "ArXiv")),
        pubmed_id=text_of(within(ids, "PubMed")) or text(values, "pmid"),
        url=text(values, "url", "s2Url"),
    )
