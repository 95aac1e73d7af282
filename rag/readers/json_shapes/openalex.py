"""OpenAlex works: the abstract comes as an index of its words, `{"We": [0, 7], "prune": [1]}`, and is put together.

An arXiv id is none of its fields; it is taken from the places where the work can be read.
"""

import re
from collections.abc import Mapping
from typing import Any

from rag.readers.inputs.source import Problem
from rag.readers.json_shapes.fields import dated, listed, text, text_of, within
from rag.readers.json_shapes.retractions import retracted
from rag.readers.record_builder import build_record
from rag.records import Record

ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf)/(.+)|10\.48550/arxiv\.(.+)", re.IGNORECASE)


def fits(values: Mapping[str, Any]) -> bool:
    """Tell whether an object has this shape."""
    return "abstract_inverted_index" in values or "openalex.org/" in text(values, "id")


def record(values: Mapping[str, Any], line: int) -> Record | Problem:
    """Return what an object says, or why it is no paper."""
    authors = (
        text_of(within(one, "author", "display_name")) or text_of(within(one, "raw_author_name"))
        for one in listed(values.get("authorships"))
    )
    return build_record(
        line,
        text(values, "title", "display_name"),
        abstract_in(values.get("abstract_inverted_index")) or text(values, "abstract"),
        key=text(values, "id"),
        authors=authors,
        year=dated(values.get("publication_year"), values.get("publication_date")),
        doi=text(values, "doi") or text_of(within(values, "ids", "doi")),
        arxiv_id=_arxiv_id(values),
        pubmed_id=text_of(within(values, "ids", "pmid")),
        retracted=retracted(values),
    )


def abstract_in(index: Any) -> str:
    """Return the words of an index of places by word, in the order of their places; nothing of anything else."""
    if not isinstance(index, dict):
        return ""
    placed = [
        (place, word)
        for word, places in index.items()
        if isinstance(places, list)
        for place in places
        if isinstance(place, int)
    ]
    placed.sort()
    return " ".join([word for _, word in placed]).strip()


def _arxiv_id(values: Mapping[str, Any]) -> str:
    places = [values.get("primary_location"), *listed(values.get("locations"))[:100]]
    addresses = [text(values, "doi"), *(text_of(within(place, "landing_page_url")) for place in places)]
    return next((match[1] or match[2] for match in map(ARXIV.search, addresses) if match), "")
