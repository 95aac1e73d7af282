"""A table that lies on its side, as Embase exports one: a row a field, one paper below the other.

    "TITLE","River otters return"
    "AUTHOR NAMES","Doe J.","Roe R."

What else stands in a row is more of its field. A paper ends where a title comes again.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from rag.readers.inputs.source import Line, Problem, Source
from rag.readers.parsing.column_names import fields_of
from rag.readers.parsing.delimited_rows import NEVER_CLOSED, cells_of, rest_of_row
from rag.readers.parsing.table_columns import columns_of, record_of_row
from rag.readers.parsing.table_rows import Row
from rag.records import Record

NAME = "table with a field a row"
DELIMITERS = ",\t;"
SNIFFED_LINES = 40
LEAST_FIELDS = 2  # a title and another
DATED = re.compile(r"Date of Publication:.{0,20}?(\d{4})")


def sniff(head: str) -> bool:
    """Tell whether the first lines of a file name a title and other fields, each before its value."""
    return _delimiter(head) is not None


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record or a Problem for each paper, and a Problem for each row that can't be read."""
    values, begun = dict[str, Any](), 0
    for row in _rows(source.lines(windows=True), _delimiter(source.text) or ","):
        if isinstance(row, Problem):
            yield row
            continue
        name, *cells = (cell.strip() for cell in row.cells)
        if values and "title" in fields_of([name]) and "title" in fields_of(values):
            yield _record(values, begun)
            values = {}
        begun = begun if values else row.number
        known = fields_of([name])
        if known or name.casefold() == "source":
            values.setdefault(name, cells if "authors" in known else " ".join(cells))
    if values:
        yield _record(values, begun)


def _record(values: dict[str, Any], line: int) -> Record | Problem:
    """Return the record of a paper's fields; the year of one that names none is that of its source."""
    source = next((value for name, value in values.items() if name.casefold() == "source"), "")
    if "year" not in fields_of(values):
        values["year"] = found[1] if (found := DATED.search(source)) else source
    return record_of_row(values, line, columns_of(values))


def _delimiter(head: str) -> str | None:
    """Return what stands between the cells of such a table that begins with this text; None when it is none."""
    lines = [line for line in head.split("\n", SNIFFED_LINES)[:SNIFFED_LINES] if line.strip()]
    for delimiter in DELIMITERS:
        rows = [cells for line in lines if len(cells := cells_of(line.rstrip("\r"), delimiter)) > 1]
        names = fields_of(cells[0] for cells in rows if cells[1].strip() and not fields_of(cells[1:2]))
        if "title" in names and len(names) >= LEAST_FIELDS and fields_of(cells[0] for cells in rows[:1]):
            return delimiter
    return None


def _rows(lines: Iterable[Line | Problem], delimiter: str) -> Iterator[Row | Problem]:
    """Yield each row in which something stands, however many lines it takes."""
    numbered = iter(lines)
    for line in numbered:
        if isinstance(line, Problem):
            yield line
        elif line.text.strip():
            more, closed = rest_of_row(line.text, lambda: next(numbered, None))
            text = "\n".join([line.text, *(one.text for one in more if isinstance(one, Line))])
            cells = cells_of(text, delimiter) if closed else []
            yield Row(line.number, cells) if cells else Problem(line.number, NEVER_CLOSED)
