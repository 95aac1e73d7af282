"""A table whose columns aren't those of papers: what they are called, and how to call them to have it read."""

from rag.readers.parsing.column_names import LONGEST_NAME
from rag.readers.parsing.delimited_rows import cells_of
from rag.readers.parsing.table_rows import no_header

DELIMITERS = "\t;|,"
SNIFFED_LINES = 5
LEAST_COLUMNS = 2
LEAST_OF_COMMAS = 3  # for prose has commas, too, unless the first line is one of names


def columns_seen(head: str) -> str | None:
    """Return what to say of a file whose first lines have the same number of cells; None when they don't."""
    header = _header(head)
    return no_header(header) if header else None


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
