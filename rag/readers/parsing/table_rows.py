"""Rows to records, wherever the rows come from: lines of text, sheets, columns of a file, a web page.

The header is looked for in the first rows, for some programs write a line before it. What parts the names in a column
of authors is learnt from the rows that follow.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from rag.readers.inputs.source import Problem
from rag.readers.parsing.column_names import LONGEST_NAME
from rag.readers.parsing.table_columns import columns_of, missing_columns, record_of_row, shown
from rag.records import Record

HEADER_ROWS = 30  # in which the header is looked for
RULE = re.compile(r":?-{3,}:?|:?=+:?")  # a cell of the line that Markdown draws under a header
LEARNT_ROWS = 100  # that what parts authors is learnt from


class Row(NamedTuple):
    """A row of values of any type, with its number or that of the line on which it begins, 1-based."""

    number: int
    cells: Sequence[Any]


def records_in(rows: Iterator[Row | Problem]) -> Iterator[Record | Problem | str]:
    """Yield a remark on how the columns are read, then a record or a Problem for each row.

    One Problem, on the columns, is all that comes of rows without a header of a table of papers.
    """
    first = list(islice(rows, HEADER_ROWS))
    for place, row in enumerate(first):
        if isinstance(row, Row) and is_header(row.cells):
            yield from (row for row in first[:place] if isinstance(row, Problem))
            yield from records_under(row, chain(first[place + 1 :], rows))
            return
    header = next((row for row in first if isinstance(row, Row) and any(map(shown, row.cells))), None)
    if header is None:
        yield next((row for row in first if isinstance(row, Problem)), Problem(1, "holds no rows"))
    else:
        yield Problem(header.number, no_header(header.cells))


def records_under(header: Row, rows: Iterator[Row | Problem]) -> Iterator[Record | Problem | str]:
    """Yield a remark on how the columns of a header are read, then a record or a Problem for each row."""
    names = _distinct(map(shown, header.cells))
    learnt = list(islice(rows, LEARNT_ROWS))
    columns = columns_of(names, (dict(zip(names, row.cells, strict=False)) for row in learnt if isinstance(row, Row)))
    yield columns.told
    if not columns.hold_abstracts:
        yield Problem(header.number, missing_columns(names))
        return
    used = set(columns.used)
    places = [(name, place) for place, name in enumerate(names) if name in used]
    last = max(place for _, place in places)
    for row in chain(learnt, rows):
        if isinstance(row, Problem):
            yield row
            continue
        cells = row.cells if len(row.cells) > last else [*row.cells, *[None] * (last + 1)]
        found = record_of_row({name: cells[place] for name, place in places}, row.number, columns)
        if not isinstance(found, Problem) or not _is_rule(cells[place] for _, place in places):
            yield found


def _is_rule(cells: Iterable[Any]) -> bool:
    """Tell whether a row only parts others: nothing stands in it, or a line.

    pandas writes an empty one under the header, for the name of its index.
    """
    return all(RULE.fullmatch(text) for text in map(shown, cells) if text)


def is_header(cells: Sequence[Any]) -> bool:
    """Tell whether a row holds the names of the columns of a table of papers, and no texts."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    return max(map(len, texts), default=0) <= LONGEST_NAME and columns_of(texts).are_of_papers


def no_header(cells: Sequence[Any]) -> str:
    """Return what to say of a table of which this is the first row, and none of the first a header."""
    texts = list(map(shown, cells))
    if max(map(len, texts)) > LONGEST_NAME:
        return "a table whose first row names no columns; put one on top that calls them 'Title', 'Abstract' ..."
    return missing_columns(texts)


def _distinct(names: Iterable[str]) -> list[str]:
    """Return names of which none is there twice: of those that are the same, the first keeps its name."""
    found: dict[str, None] = {}
    for place, name in enumerate(names):
        found[name if name not in found else f"{name}\0{place}"] = None
    return list(found)
