"""Where the papers are in a value of JSON: lists by any name, objects by key, tables by column, by row and by index.

What is told here of values in memory, rag.readers.json_shapes.documents does for a document of any length.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rag.readers.inputs.source import Problem
from rag.readers.json_shapes.fields import in_languages, text_of
from rag.readers.json_shapes.names import plan, said, say
from rag.readers.json_shapes.shapes import (
    is_akin,
    is_left_out,
    is_paper,
    is_shelf,
    is_wrapper,
    record_of,
    unwrapped,
)
from rag.records import Record

LISTS = frozenset(  # of papers, as APIs and people call them
    {"results", "data", "items", "papers", "works", "records", "articles", "entries", "publications"}
    | {"docs", "documents", "hits", "hit", "rows", "collection", "notes", "result", "entry", "edges", "nodes"}
)
NO_LISTS = frozenset({"references", "citations", "related", "cited", "citing"})  # of papers within a paper
DEEPEST = 5  # holders in holders
LIST = "no list of papers"  # what a document lacks that is none itself


def records_of(value: Any, line: int, names: Sequence[str] = ()) -> Iterator[Record | Problem]:
    """Yield what is made of a value that begins on a line: of the paper that it is, or of each that it holds.

    `names` are those of the columns where the value is a row of a table.
    """
    if names and isinstance(value, list):
        value = dict(zip(names, value, strict=False))
    named = plan(value) if isinstance(value, dict) else {}
    if "kind" in named and is_left_out(value):
        return
    alone = "abstract" in named and "shelf" not in named and bool(said(value, named.get("title", ())))
    held = None if alone else papers_within(value)
    if held is None:
        yield record_of(value, line)
    else:
        yield from (record_of(one, line) for one in held if not is_left_out(one))


def papers_within(value: Any, depth: int = 1) -> list[Any] | None:
    """Return the papers that a value holds, None where none are known in it, or where it is one itself."""
    if isinstance(value, list):
        return value if any(map(is_akin, value[:3])) else None
    if not isinstance(value, dict) or depth > DEEPEST or (say(unwrapped(value), "title") and not is_shelf(value)):
        return None
    found: list[Any] | None = None
    columns = value.get("columns")
    for name, inner in value.items():
        more: Any = None
        if isinstance(inner, list) and is_of_papers(name, inner[:1], value):
            more = list(rows(inner, columns))
        elif isinstance(inner, dict):
            more = [inner] if is_paper(inner) and not is_wrapper(name) else papers_within(inner, depth + 1)
        found = found if more is None else [*(found or []), *more]
    return found


def is_of_papers(name: str, first: Sequence[Any], around: Mapping[str, Any]) -> bool:
    """Tell whether a list of this name, which begins so, holds the papers of the object around it."""
    if say(around, "title"):
        return is_shelf(around) and any(isinstance(one, dict) and is_paper(unwrapped(one)) for one in first)
    if name in NO_LISTS:
        return any(isinstance(one, dict) and is_paper(unwrapped(one)) for one in first)
    return name in LISTS or any(is_akin(one) or is_header(one) for one in first)


def names_among(columns: Any) -> list[str]:
    """Return the names of columns, empty where a value isn't such."""
    named = isinstance(columns, list) and bool(columns) and all(isinstance(one, str) for one in columns)
    return list(columns) if named else []


def rows(values: list[Any], columns: Any) -> Iterator[Any]:
    """Yield each value of a list; rows of a table, whose columns are named beside or in the first row, as objects."""
    names = names_among(columns)
    for number, one in enumerate(values):
        if number == 0 and not names and is_header(one):
            names = names_among(one)
        else:
            yield dict(zip(names, one, strict=False)) if names and isinstance(one, list) else one


def is_header(value: Any) -> bool:
    """Tell whether a value is the row that names a table's columns."""
    names = names_among(value)
    return bool(names) and {"title", "abstract"} <= plan(dict.fromkeys(names)).keys()


def is_by_column(values: Mapping[str, Any]) -> bool:
    """Tell whether an object is a table by column: `{"title": {"0": ...}, "abstract": {"0": ...}}`, or with lists."""
    columns = [values[names[0]] for field, names in plan(values).items() if field in {"title", "abstract"}]
    if len(columns) < 2 or not all(columns) or any(map(in_languages, columns)):
        return False
    if all(isinstance(column, dict) for column in columns):
        return (
            columns[0].keys() == columns[1].keys()
            and any(map(text_of, columns[0].values()))
            and not say(values, "title")
        )
    lists = all(isinstance(column, list) for column in columns)
    return lists and len(columns[0]) == len(columns[1]) > 1 and any(map(text_of, columns[0]))


def by_column(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each row of a table by column."""
    by_row = {name: column for name, column in values.items() if isinstance(column, dict | list)}
    title = by_row[plan(values)["title"][0]]
    for place in title if isinstance(title, dict) else range(len(title)):
        yield {name: _cell(column, place) for name, column in by_row.items()}


def _cell(column: Any, place: Any) -> Any:
    if isinstance(column, dict):
        return column.get(place)
    return column[place] if isinstance(place, int) and place < len(column) else None
