"""What a field of JSON holds, whatever type it has: text, a year, names, a field within a field.

Nothing here raises: what isn't what it should be is as if it were absent.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rag.datatypes import Record
from rag.identity import normal_arxiv_id, normal_doi, normal_pubmed_id
from rag.readers.cleaning import clean
from rag.readers.source import Problem

YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")


def text_of(value: Any) -> str:
    """Return a text or a number as clean text; of a list the first of its texts; else nothing."""
    if isinstance(value, list):
        return next(filter(None, map(text_of, value[:10])), "")
    if isinstance(value, float) and not math.isfinite(value):
        return ""  # Python writes NaN for what is missing
    return clean(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def text(values: Mapping[str, Any], *names: str) -> str:
    """Return the first of these fields that holds text or a number, cleaned."""
    return next(filter(None, (text_of(values.get(name)) for name in names)), "")


def within(value: Any, *names: str) -> Any:
    """Return the field of a field of a value; None where it isn't there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and of anything else an empty one."""
    return value if isinstance(value, list) else []


def year_of(*values: Any) -> int | None:
    """Return the first year that one of these values names: a number, a date, an address."""
    matches = (YEAR.search(str(value)[:100]) for value in values if isinstance(value, str | int | float))
    return next((int(match[0]) for match in matches if match), None)


def built(  # noqa: PLR0913  (one argument a field)
    line: int,
    title: str,
    abstract: str,
    *,
    key: str = "",
    authors: Iterable[str] = (),
    year: int | None = None,
    doi: str = "",
    arxiv_id: str = "",
    pubmed_id: str = "",
    url: str = "",
    lacking: str = "has no abstract",
) -> Record | Problem:
    """Return the record of these texts, its ids in their normal form; a Problem without title or abstract."""
    if not title:
        return Problem(line, "no title")
    if not abstract:
        return Problem(line, f"the title {title[:60]!r} {lacking}")
    return Record(
        title=title,
        abstract=abstract,
        line=line,
        key=key or None,
        authors=tuple(filter(None, authors)),
        year=year,
        doi=normal_doi(doi),
        arxiv_id=normal_arxiv_id(arxiv_id),
        url=url or None,
        pubmed_id=normal_pubmed_id(pubmed_id),
    )
