"""JSON Lines: one paper a line, as an object of any shape that `rag.readers.json_shapes` knows."""

import json
import re
from collections.abc import Iterator
from typing import Any

from rag.readers.inputs.source import Problem, Source
from rag.readers.json_shapes.holding import records_of
from rag.records import Record

NAME = "JSON Lines"
SNIFFED_LINES = 20
OBJECT = re.compile(r'\{[ \t]*["}]')


def sniff(head: str) -> bool:
    """Tell whether a file begins with objects, one a line; one object alone may be a document as well."""
    lines = [line for line in head.split("\n", SNIFFED_LINES)[:SNIFFED_LINES] if line.strip()]
    objects = [line for line in lines if OBJECT.match(line)]
    return len(objects) > 1 or (len(lines) > 1 and any(isinstance(_loads(line), dict) for line in objects))


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record or a Problem for each line that isn't blank."""
    for line in source.lines():
        if isinstance(line, Problem):
            yield line
        elif line.text.strip():
            values = _loads(line.text)
            if isinstance(values, Exception):
                yield Problem(line.number, f"not JSON ({str(values).splitlines()[0]})")
            else:
                yield from records_of(values, line.number)


def _loads(text: str) -> Any:
    """Return the value of a line, or the error that reading it gave. A comma behind it is that of a list."""
    try:
        return json.loads(text.rstrip(", \t") if text.endswith(",") else text)
    except (ValueError, RecursionError) as error:
        return error
