"""OpenReview's notes, of both of its APIs: what is in `content`, each field as it is or as `{"value": ...}`.

The year is that of the venue ("ICLR 2024 poster"), else that of the note's dates, which are milliseconds.
"""

from collections.abc import Mapping
from typing import Any

from rag.readers.inputs.source import Problem
from rag.readers.json_shapes.fields import text, text_of, texts_of, year_of
from rag.readers.json_shapes.people import names_of
from rag.readers.record_builder import YEAR, build_record
from rag.records import Record

DATES = ("pdate", "odate", "cdate", "tcdate")


def fits(values: Mapping[str, Any]) -> bool:
    """Tell whether an object has this shape, taken out of its `content`."""
    return "forum" in values and any(name in values for name in (*DATES, "invitation", "invitations", "signatures"))


def record(values: Mapping[str, Any], line: int) -> Record | Problem:
    """Return what a note says, or why it is no paper."""
    authors = values.get("authors")
    return build_record(
        line,
        text(values, "title"),
        texts_of(values.get("abstract")),
        key=text(values, "id", "forum"),
        authors=names_of(authors.get("value") if isinstance(authors, dict) else authors),
        year=_year(values),
    )


def _year(values: Mapping[str, Any]) -> str:
    said = (text(values, "venue"), *(year_of(text_of(values.get(name)) and values.get(name)) for name in DATES))
    return next((one for one in said if YEAR.search(one)), "")
