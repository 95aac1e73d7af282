"""A table whose columns aren't those of papers: what they are called, and how to call them to have it read."""

from collections.abc import Iterator

from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.column_names import LONGEST_NAME
from rag.readers.parsing.delimited_rows import cells_of
from rag.readers.parsing.table_rows import no_header

NAME = "table (CSV or TSV) of something else"
DELIMITERS = "\t;|,"
SNIFFED_LINES = 5
LEAST_COLUMNS = 2
LEAST_OF_COMMAS = 3  # for prose has commas, too, unless the first line is one of names


def sniff(head: str) -> bool:
    """Tell whether the first lines of a file have the same number of cells."""
    return bool(_header(head))


def read(source: Source) -> Iterator[Problem]:
    """Yield the one Problem that none of the columns is a title, or an abstract."""
    yield Problem(1, no_header(_header(source.text)))


def _header(head: str) -> list[str]:
    """Return the names in the first row of what may be a table; none when it is none."""
    lines = [line.rstrip("\r") for line in head.split("\n", SNIFFED_LINES)[:SNIFFED_LINES] if line.strip()]
    for delimiter in DELIMITERS:
        rows = [cells_of(line, delimiter) for line in lines]
        least = LEAST_OF_COMMAS if delimiter == "," and not _are_names(rows[:1]) else LEAST_COLUMNS
        if len(rows) > 1 and len(rows[0]) >= least and len(rows[0]) == len(rows[1]):
            return [cell.encode("utf-8", "replace").decode() for cell in rows[0]]
    return []


def _are_names(rows: list[list[str]]) -> bool:
    """Tell whether the cells of a first row may be the names of columns: short, and no sentence's end among them."""
    return all(
        cell.strip() and len(cell) <= LONGEST_NAME // 2 and cell[-1:] not in ".!?:" for row in rows for cell in row
    )
