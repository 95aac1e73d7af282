"""CSV and TSV, also with semicolons: the first row names the columns, each other row is a paper.

    Key,Title,Author,Abstract Note,Publication Year
    K1,"Attention Is All You Need","Vaswani, Ashish; Shazeer, Noam","The dominant ...",2017

A row ends where its quotes are closed. One that never closes them, or has other columns than the first row, costs only
itself: reading goes on with the next line.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

from rag.readers.author_lists import authors_in
from rag.readers.inputs.source import Line, Problem, Source
from rag.readers.parsing.table_columns import is_of_papers, recognised
from rag.readers.record_builder import build_record, noted_arxiv_id, noted_pubmed_id
from rag.records import Record

NAME = "table (CSV or TSV)"
DELIMITERS = ",\t;|"
SEPARATOR = re.compile(r"sep=(.)")  # what Excel writes above the header
MOST_LINES = 200  # of a row
LONGEST_ROW = 1_000_000  # characters


class Form(NamedTuple):
    """How a table is written: its delimiter, the names in its first row, and where each field stands."""

    delimiter: str
    header: list[str]
    places: dict[str, int]


def sniff(head: str) -> bool:
    """Tell whether a file begins with a row that names a title and other fields of a paper."""
    return _form(head.lstrip("\r\n").split("\n", 2)) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a remark on how the columns are read, then a record or a Problem for each row."""
    lines = source.lines(windows=True)
    begun = [line for _, line in zip(range(2), (line for line in lines if _text(line).strip()), strict=False)]
    form = _form([_text(line) for line in begun])
    if form is None:
        yield Problem(1, "the first row names no columns")
        return
    yield _remark(form)
    if "abstract" not in form.places:
        yield Problem(1, f"no column holds abstracts: {', '.join(form.header)[:200]}")
        return
    rows = begun[1:] if not SEPARATOR.match(_text(begun[0])) else []
    for number, row in _rows(chain(rows, lines), form):
        yield Problem(number, row) if isinstance(row, str) else _record(number, row, form.places)
    yield from source.remarks


def _text(line: Line | Problem) -> str:
    return line.text if isinstance(line, Line) else ""


def _form(lines: list[str]) -> Form | None:
    """Return how a table with these first lines is written, if it is one."""
    separator = SEPARATOR.match(lines[0]) if lines else None
    header = lines[1] if separator and len(lines) > 1 else lines[0] if lines else ""
    forms = []
    for delimiter in separator[1] if separator else DELIMITERS:
        names = _cells(header.rstrip("\r\n"), delimiter)
        if is_of_papers(places := recognised(names)):
            forms.append(Form(delimiter, names, places))
    return max(forms, key=lambda form: len(form.places), default=None)


def _remark(form: Form) -> str:
    return ", ".join(f"{field} from {form.header[place]!r}" for field, place in form.places.items() if field != "notes")


def _rows(lines: Iterator[Line | Problem], form: Form) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each row with the number of its first line: its cells, or why it has none."""
    again: deque[Line | Problem] = deque()  # lines that turned out to belong to no row before
    opening = re.compile(rf'(?:^|{re.escape(form.delimiter)})\s?"')

    def following() -> Line | Problem | None:
        return again.popleft() if again else next(lines, None)

    while line := following():
        if isinstance(line, Problem):
            yield line.number, line.reason
        elif '"' in line.text:
            more, closed = _rest_of_row(line.text, following) if opening.search(line.text) else ([], True)
            row, rest = _quoted_row(line.text, more, form, closed=closed)
            again.extendleft(reversed(rest))
            yield line.number, row
        elif line.text and not line.text.isspace():
            yield line.number, _fitting(line.text.split(form.delimiter), len(form.header))


def _rest_of_row(begun: str, following: Callable[[], Line | Problem | None]) -> tuple[list[Line | Problem], bool]:
    """Return the lines that a row goes on with, and whether its quotes are closed with the last of them."""
    more: list[Line | Problem] = []
    odd, size = begun.count('"') % 2, len(begun)
    while odd and size < LONGEST_ROW and len(more) < MOST_LINES and (line := following()):
        more.append(line)
        if isinstance(line, Problem):
            break
        odd ^= line.text.count('"') % 2
        size += len(line.text)
    return more, not odd


def _quoted_row(
    begun: str, more: list[Line | Problem], form: Form, *, closed: bool
) -> tuple[list[str] | str, list[Line | Problem]]:
    """Return the row that a line with quotes begins, and the lines after it that are none of it."""
    width = len(form.header)
    # Over many lines only quotes that are right hold a row together: others swallow rows.
    cells = _cells("\n".join([begun, *map(_text, more)]), form.delimiter, strict=bool(more)) if closed else []
    # Between tabs a quote may be just that: then every line is a row by itself.
    plain = form.delimiter == "\t" and all(text.count("\t") == width - 1 for text in (begun, *map(_text, more)))
    if plain and (more or not cells):
        return begun.split("\t"), more
    if not closed or (more and len(cells) != width):
        return "a quote that is never closed", more
    return _fitting(cells, width), []


def _cells(row: str, delimiter: str, *, strict: bool = False) -> list[str]:
    """Return the cells of a row; none when its quotes make no sense."""
    try:
        return next(csv.reader([row], delimiter=delimiter, strict=strict), [])
    except csv.Error:
        return []


def _fitting(cells: list[str], width: int) -> list[str] | str:
    """Return as many cells as the header has: empty ones at the end may be left out, or be too many."""
    if len(cells) == width:
        return cells
    if not cells or any(cells[width:]):
        return f"{len(cells)} columns, the first row has {width}"
    return [*cells, *[""] * width][:width]


def _record(number: int, cells: list[str], places: dict[str, int]) -> Record | Problem:
    fields = {field: cells[place] for field, place in places.items()}
    notes = fields.get("notes", "")
    return build_record(
        number,
        fields["title"],
        fields["abstract"],
        key=fields.get("key", ""),
        authors=authors_in(fields.get("authors", "")),
        year=fields.get("year", ""),
        doi=fields.get("doi", ""),
        arxiv_id=fields.get("arxiv_id") or noted_arxiv_id(notes),
        pubmed_id=fields.get("pubmed_id") or noted_pubmed_id(notes),
        url=fields.get("url", ""),
    )
