"""Papers as programs hold them: DataFrames, dicts, records, read as the lines of a file are.

    read_rows(frame, "my query")

A frame is known by what it can do, so neither pandas nor polars is needed, nor imported. The line of a record is its
row, from 1.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any

from rag.errors import SourceError
from rag.readers.inputs.source import Problem
from rag.readers.json_shapes.shapes import record_of
from rag.readers.parsing.table_columns import recognised
from rag.readers.reading import checked
from rag.readers.record_builder import build_record
from rag.records import Paper, Record, Rejection
from rag.records.papers import as_record

MISSING = frozenset(("NAType", "NaTType"))  # types of the signs of pandas for what isn't there
MOST_NAMED = 8  # columns that a made name or a message lists
DEEPEST = 20  # values in values
ABSTRACTS = frozenset(("abstract", "text", "summary", "abstract_inverted_index", "paperabstract"))

Found = tuple[str, Record | Rejection]


def rows_or_paths(given: object) -> tuple[Iterable[object] | None, list[Path]]:
    """Return the rows that are given, as frames, dicts or records, one or many; None where it is paths, and those.

    Raises SourceError for what is neither.
    """
    if isinstance(given, str | PathLike):
        return None, [Path(given)]
    if is_frame(given) or hasattr(given, "collect") or isinstance(given, Mapping | Record | Paper):
        return [given], []
    if not isinstance(given, Iterable) or isinstance(given, bytes):
        msg = f"A {type(given).__name__} holds no papers. Give paths, a DataFrame, dicts or records."
        raise SourceError(msg)
    items = iter(given)
    first = next(items, None)
    if first is None or isinstance(first, str | PathLike):
        return None, [] if first is None else [Path(one) for one in chain([first], items)]
    return chain([first], items), []


def is_frame(value: object) -> bool:
    """Tell whether a value is a table of pandas, polars, Arrow or a library like them."""
    return hasattr(value, "itertuples") or hasattr(value, "iter_rows") or hasattr(value, "to_pylist")


def read_rows(given: Iterable[object], name: str = "") -> Iterator[Found]:
    """Yield (source, record or why it is none) for each row of frames, dicts and records.

    The source is `name`, or is named by what the rows are, so that the same cell of a notebook is the same source each
    time. Raises SourceError for a frame without titles or abstracts.
    """
    name = " ".join(name.split())
    number, of_all = 0, ""
    for item in given:
        if is_frame(item):
            columns = _columns(item)
            source = name or _made_name(type(item).__name__, columns)
            record = _reading(columns)
            found: Iterable[Record | Problem] = (record(row, at) for at, row in enumerate(_rows(item, columns), 1))
        elif hasattr(item, "collect") and not isinstance(item, Mapping):
            msg = f"A {type(item).__name__} holds no rows yet. Give its rows: ingest(frame.collect())"
            raise SourceError(msg)
        else:
            rows = _transposed(item)
            of_all = of_all or _made_name("rows", rows[0] if isinstance(rows[0], Mapping) else ())
            source = name or of_all
            found = map(_record, rows, range(number + 1, number + len(rows) + 1))
            number += len(rows)
        for one in found:
            yield source, checked(one, source)


def plain(value: object, depth: int = 0) -> Any:
    """Return a value as JSON would have it: None for what is missing, lists for arrays, texts for times.

    >>> plain(float("nan")), plain(7.0), plain((1, {"a": None}))
    (None, 7, [1, {'a': None}])
    """
    if isinstance(value, float):
        return _number(value)
    if value is None or isinstance(value, str | bool | int) or type(value).__name__ in MISSING or depth > DEEPEST:
        return value if isinstance(value, str | bool | int) else None
    for method in ("tolist", "to_list", "as_py", "_asdict"):  # NumPy's, a Series', Arrow's; of a tuple with names
        if callable(turned := getattr(value, method, None)):
            return plain(turned(), depth + 1)
    if isinstance(value, Mapping):
        return {str(name): plain(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one, depth + 1) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _number(value: float) -> float | None:
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else float(value)  # of NumPy's, too


def _columns(frame: Any) -> list[str]:
    """Return the names of a frame's columns, those of its index first. Raises SourceError when none hold papers."""
    named = getattr(frame, "column_names", None) or frame.columns  # those of Arrow's tables are columns themselves
    index = getattr(getattr(frame, "index", None), "names", None) or []
    names = [str(one) for one in (*(one for one in index if one is not None), *named)]
    places, kinds = recognised(names), {one.lower() for one in names}
    told = f"The {type(frame).__name__} has the columns {_listed(names)}"
    for what, there in (("title", "title" in places), ("abstract", "abstract" in places or kinds & ABSTRACTS)):
        if not there:
            msg = f"{told}: none of them holds {what}s. Name the one that does '{what}'."
            raise SourceError(msg)
    return names


def _rows(frame: Any, columns: list[str]) -> Iterator[dict[str, Any]]:
    if hasattr(frame, "itertuples"):
        named = any(one is not None for one in frame.index.names)
        for row in frame.itertuples(index=named, name=None):
            values = [*(row[0] if isinstance(row[0], tuple) else row[:1]), *row[1:]] if named else row
            yield dict(reversed([*zip(columns, values, strict=False)]))  # of columns with one name the first counts
    elif hasattr(frame, "iter_rows"):
        yield from frame.iter_rows(named=True)
    else:
        yield from frame.to_pylist()


def _reading(columns: list[str]) -> Any:
    """Return the function that makes a record of a row: as JSON is read, or by the columns that tables have."""
    kinds, places = {one.lower() for one in columns}, recognised(columns)
    if "title" in kinds and kinds & ABSTRACTS:
        return _record
    names = {columns[place]: "id" if field == "key" else field for field, place in places.items()}
    return lambda row, line: _record({names[name]: value for name, value in row.items() if name in names}, line)


def _record(row: object, line: int) -> Record | Problem:
    if isinstance(row, Paper):
        row = as_record(row, line)
    if not isinstance(row, Record):
        return record_of(plain(row), line)
    year = str(row.year or "")
    ids = {name: getattr(row, name) or "" for name in ("key", "doi", "arxiv_id", "pubmed_id", "url")}
    made = build_record(line, row.title, row.abstract, authors=row.authors, year=year, **ids)
    if isinstance(made, Problem):
        return made
    return replace(made, retracted=" ".join((row.retracted or "").split()) or made.retracted)


def _transposed(item: object) -> list[object]:
    """Return the rows of an item: itself, or those of a dict that holds a list for each column."""
    if not isinstance(item, Mapping):
        return [item]
    titles = next((value for name, value in item.items() if str(name).lower() == "title"), None)
    if titles is None or isinstance(titles, str) or not hasattr(titles, "__len__") or len(titles) == 1:
        return [item]
    sized = ((name, value) for name, value in item.items() if hasattr(value, "__len__"))
    columns = {name: list(value) for name, value in sized if len(value) == len(titles)}
    return [{name: value[at] for name, value in columns.items()} for at in range(len(titles))] or [item]


def _made_name(kind: str, columns: Iterable[object]) -> str:
    """Return a name for rows without one: `DataFrame (title, abstract)`."""
    listed = _listed(columns).replace("/", " ")
    return f"{kind} ({listed})" if listed else kind


def _listed(columns: Iterable[object]) -> str:
    names = [" ".join(str(one).split())[:30] for one in columns]
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
