"""An object of JSON to a record, whoever wrote it: the first shape that fits, also in what is wrapped around it."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from rag.readers.inputs.source import Problem
from rag.readers.json_shapes import arxiv, csl, openalex, plain, semantic_scholar
from rag.records import Record

WRAPPERS = ("citedPaper", "citingPaper", "paper", "row", "_source")  # a paper with a word about it around it
LISTS = frozenset(  # of papers, as APIs and people call them
    {"results", "data", "items", "papers", "works", "records", "articles", "entries", "publications"}
    | {"docs", "documents", "hits", "rows"}
)
HOLDERS = frozenset({"message", "response", "hits", "data", "result"})  # objects that hold such a list
DEEPEST = 4  # holders in holders


class Shape(Protocol):
    """What a shape's module offers."""

    def fits(self, values: Mapping[str, Any]) -> bool:
        """Tell whether an object has this shape."""

    def record(self, values: Mapping[str, Any], line: int) -> Record | Problem:
        """Return what an object says, or why it is no paper."""


SHAPES: tuple[Shape, ...] = (arxiv, semantic_scholar, openalex, csl, plain)  # who is asked first


def records_of(values: Any, line: int, depth: int = 1) -> Iterator[Record | Problem]:
    """Yield what `record_of` makes of a value, or of each paper in it when it is an object that holds a list."""
    fields = values.items() if isinstance(values, dict) and "title" not in values else ()
    held = False
    for name, value in fields:
        if name in LISTS and isinstance(value, list):
            held = True
            yield from (record_of(one, line) for one in value)
        elif name in HOLDERS and isinstance(value, dict) and depth < DEEPEST:
            held = True
            yield from records_of(value, line, depth + 1)
    if not held:
        yield record_of(values, line)


def record_of(values: Any, line: int) -> Record | Problem:
    """Return the record of a value that begins on a line, or the Problem why there is none."""
    if not isinstance(values, dict):
        return Problem(line, f"a JSON {type(values).__name__}, not an object with title and abstract")
    inner = next((values[name] for name in WRAPPERS if isinstance(values.get(name), dict)), None)
    if inner is not None and "title" not in values:
        values = inner
    return next(shape for shape in SHAPES if shape.fits(values)).record(values, line)
