"""Any object with a title and an abstract, as people write them by hand or from a table.

    {"id": "k1", "title": "...", "abstract": "...", "authors": ["A. Author"], "year": 2020, "doi": "10.1/x"}

`title` and `abstract` (or `text`, or `summary`) are needed; `id` or `_id`, `doi`, `arxiv_id`, `pubmed_id` or `pmid`,
`authors` (a list, or one string with ` and ` or `;` between names), `year` (or a date) and `url` are taken when there,
in capitals or not. Other fields are ignored.
"""

import re
from collections.abc import Mapping
from typing import Any

from rag.readers.inputs.source import Problem
from rag.readers.json_shapes.fields import dated, text, text_of
from rag.readers.record_builder import build_record
from rag.records import Record

DATES = ("year", "published", "publishedat", "publication_date", "date")


def fits(values: Mapping[str, Any]) -> bool:
    """Tell that any object may have this shape."""
    return isinstance(values, Mapping)


def record(values: Mapping[str, Any], line: int) -> Record | Problem:
    """Return what an object says, or why it is no paper."""
    values = {name.lower(): value for name, value in reversed(list(values.items()))}
    return build_record(
        line,
        text(values, "title"),
        text(values, "abstract", "text", "summary"),
        key=text(values, "id", "_id"),
        authors=_authors(values.get("authors", values.get("author"))),
        year=dated(*(values.get(name) for name in DATES)),
        doi=text(values, "doi"),
        arxiv_id=text(values, "arxiv_id"),
        pubmed_id=text(values, "pubmed_id", "pmid"),
        url=text(values, "url"),
        retracted=text(values, "retracted"),
    )


def _authors(value: Any) -> list[str]:
    names = re.split(r"\s+and\s+|;", value) if isinstance(value, str) else value if isinstance(value, list) else []
    texts = (name.get("name") if isinstance(name, dict) else name for name in names)
    return [text_of(one) for one in texts if isinstance(one, str)]
