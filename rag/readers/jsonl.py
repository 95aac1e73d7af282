"""JSON Lines: one paper an object.

    {"id": "k1", "title": "...", "abstract": "...", "authors": ["A. Author"], "year": 2020, "doi": "10.1/x"}

`title` and `abstract` (or `text`) are needed; `id` or `_id`, `doi`, `arxiv_id`, `pubmed_id` or `pmid`, `authors` (a
list, or one string with ` and ` or `;` between names), `year` and `url` are taken when there. Other fields are ignored.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rag.datatypes import Record
from rag.identity import normal_arxiv_id, normal_doi, normal_pubmed_id
from rag.readers.cleaning import clean
from rag.readers.source import Line, Problem, Source

NAME = "JSON Lines"
SNIFFED_LINES = 20


def sniff(head: str) -> bool:
    """Tell whether a file begins with objects, one a line."""
    lines = [line.strip() for line in head.split("\n", SNIFFED_LINES)[:SNIFFED_LINES]]
    first = next((line for line in lines if line), "")
    if first.startswith("{") and first.endswith("}"):
        return True
    return any(isinstance(_loads(line), dict) for line in lines)


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record or a Problem for each line that isn't blank."""
    for line in source.lines():
        if isinstance(line, Problem):
            yield line
        elif line.text.strip():
            yield _record(line)


def _loads(text: str) -> Any:
    """Return the value of a line, or the error that reading it gave."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return error


def _record(line: Line) -> Record | Problem:
    values = _loads(line.text)
    if isinstance(values, Exception):
        return Problem(line.number, f"not JSON ({str(values).splitlines()[0]})")
    if not isinstance(values, dict):
        return Problem(line.number, f"a JSON {type(values).__name__}, not an object with title and abstract")
    title, abstract = _text(values, "title"), _text(values, "abstract", "text")
    if not title:
        return Problem(line.number, "no title")
    if not abstract:
        return Problem(line.number, f"the title {title[:60]!r} has no abstract (field abstract or text)")
    return Record(
        title=title,
        abstract=abstract,
        line=line.number,
        key=_text(values, "id", "_id") or None,
        authors=_authors(values.get("authors")),
        year=_year(values.get("year")),
        doi=normal_doi(_text(values, "doi")),
        arxiv_id=normal_arxiv_id(_text(values, "arxiv_id")),
        url=_text(values, "url") or None,
        pubmed_id=normal_pubmed_id(_text(values, "pubmed_id", "pmid")),
    )


def _text(values: Mapping[str, Any], *names: str) -> str:
    """Return the first of these fields that holds text or a number, cleaned."""
    for name in names:
        value = values.get(name)
        if isinstance(value, float) and not math.isfinite(value):
            continue  # Python writes NaN for what is missing
        if isinstance(value, str | int | float) and not isinstance(value, bool) and (text := clean(str(value))):
            return text
    return ""


def _authors(value: Any) -> tuple[str, ...]:
    names = re.split(r"\s+and\s+|;", value) if isinstance(value, str) else value if isinstance(value, list) else []
    texts = (name.get("name") if isinstance(name, dict) else name for name in names)
    return tuple(name for text in texts if isinstance(text, str) and (name := clean(text)))


def _year(value: Any) -> int | None:
    match = re.match(r"\s*(1[5-9]\d\d|20\d\d)\b", str(value))
    return int(match[1]) if match else None
