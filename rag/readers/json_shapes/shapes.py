"""An object of JSON to a record, whoever wrote it: the first shape that fits, also in what is wrapped around it."""

from collections.abc import Mapping
from typing import Any, Protocol

from rag.readers.cleaning.text import clean
from rag.readers.inputs.source import Problem
from rag.readers.json_shapes import arxiv, csl, openalex, openreview, plain, semantic_scholar
from rag.readers.json_shapes.fields import text
from rag.readers.json_shapes.names import ASIDE, has, normal, plan, said, say
from rag.records import Record

MOST_WRAPPED = 3  # wrappers in wrappers
NO_ITEMS = frozenset({"note", "attachment", "annotation"})  # what Zotero keeps with papers
MOST_SHOWN = 12  # fields that a reason names
LONGEST_SHOWN = 160  # characters
SAID = ("error", "message", "detail", "errors", "reason")  # where a server says why it gives no papers


class Shape(Protocol):
    """What a shape's module offers."""

    def fits(self, values: Mapping[str, Any]) -> bool:
        """Tell whether an object has this shape."""

    def record(self, values: Mapping[str, Any], line: int) -> Record | Problem:
        """Return what an object says, or why it is no paper."""


SHAPES: tuple[Shape, ...] = (arxiv, semantic_scholar, openalex, openreview, csl, plain)  # who is asked first


def record_of(values: Any, line: int, missing: str = "no title") -> Record | Problem:
    """Return the record of a value that begins on a line, or the Problem why there is none.

    `missing` is what an object lacks in which nothing says a title.
    """
    if not isinstance(values, dict):
        kind = "null" if values is None else type(values).__name__
        return Problem(line, f"a JSON {kind}, not an object with title and abstract")
    named = plan(values)
    if "wrapper" in named:
        values = unwrapped(values)
        named = plan(values)
    shape = next(shape for shape in SHAPES if shape.fits(values))
    if shape is plain and "title" not in named:
        return Problem(line, f"an object with the fields {_shown(values)}: {missing} known in it{_said(values)}")
    return shape.record(values, line)


def unwrapped(values: dict[str, Any]) -> dict[str, Any]:
    """Return the paper that an object wraps, with what the wrapper says besides; an object that wraps none as it is."""
    for _ in range(MOST_WRAPPED):
        names = plan(values).get("wrapper", ())
        name = next((one for one in names if isinstance(values[one], dict) and _wraps(values, values[one])), None)
        if name is None:
            break
        inner = values[name]
        outer = {other: value for other, value in values.items() if other != name}
        values = outer | {other: value for other, value in inner.items() if value not in (None, "", [])}
    return values


def is_wrapper(name: str) -> bool:
    """Tell whether a paper may be wrapped in a field of this name."""
    return normal(name) in ASIDE["wrapper"]


def is_paper(values: Mapping[str, Any]) -> bool:
    """Tell whether an object has a title, and a name for its abstract."""
    named = plan(values)
    return "abstract" in named and "title" in named and bool(said(values, named["title"]))


def is_shelf(values: Mapping[str, Any]) -> bool:
    """Tell whether an object can be a collection with a title: nothing else of a paper is said of it."""
    return "shelf" in plan(values)


def is_akin(values: Any) -> bool:
    """Tell whether a value is an object of a paper, be it without an abstract or wrapped."""
    if not isinstance(values, dict):
        return False
    if is_left_out(values):
        return True
    values = unwrapped(values)
    others = (
        field
        for field in ("abstract", "authors", "year", "doi", "arxiv_id", "pubmed_id", "ids", "key")
        if has(values, field)
    )
    return bool(say(values, "title")) and (has(values, "abstract") or len(list(others)) > 1)


def is_left_out(values: Any) -> bool:
    """Tell whether a value stands among papers and is none: Zotero's note, OpenReview's review."""
    if not isinstance(values, dict) or not has(values, "kind"):
        return False
    data = values.get("data")
    kind = values.get("itemType") or (data.get("itemType") if isinstance(data, dict) else None)
    return (isinstance(kind, str) and kind in NO_ITEMS) or ("forum" in values and bool(values.get("replyto")))


def _wraps(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> bool:
    """Tell whether the inner object is rather the paper than the one around it."""
    if not has(inner, "title") and not is_inverted(inner):
        return False
    return is_paper(inner) or not (has(outer, "title") and say(outer, "title"))


def is_inverted(values: Mapping[str, Any]) -> bool:
    """Tell whether an object has an abstract as an index of its words, as OpenAlex gives it."""
    return "abstract_inverted_index" in values


def _shown(values: Mapping[str, Any]) -> str:
    names = clean(", ".join(list(values)[:MOST_SHOWN]))
    more = len(values) > MOST_SHOWN or len(names) > LONGEST_SHOWN
    return f"{names[:LONGEST_SHOWN]} …" if more else names


def _said(values: Mapping[str, Any]) -> str:
    """Return what a server says instead of papers."""
    said = clean(text(values, *SAID))
    return f" (it says: {said[:LONGEST_SHOWN]})" if said else ""
