"""A saved web page, or a DataFrame written as one: its tables of papers, a row a paper. Others are told as such."""

import re
from collections.abc import Iterator
from itertools import chain, groupby, islice
from operator import itemgetter

from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.html_tables import Page
from rag.readers.parsing.table_rows import HEADER_ROWS, is_header, no_header, records_in
from rag.records import Record

NAME = "saved web page with a table"
BEGINS = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|table|style|div|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
LEAST_CELLS = 3  # of a row, for its table to be worth telling of


def sniff(head: str) -> bool:
    """Tell whether a file begins as a web page, or as a part of one."""
    return BEGINS.match(head) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield for each table of papers a remark on its columns, then a record or a Problem for each row."""
    page, reason, read_any = Page(source), "", False
    for _, numbered in groupby(page.rows(), key=itemgetter(0)):
        rows = (row for _, row in numbered)
        first = list(islice(rows, HEADER_ROWS))
        if any(is_header(row.cells) for row in first):
            read_any = True
            yield from records_in(chain(first, rows))
        elif not reason and len(first[0].cells) >= LEAST_CELLS and len(first) > 1:
            reason = f" (its first table: {no_header(first[0].cells)})"
    if not read_any:
        title = f" {page.title!r}" if page.title else ""
        yield Problem(1, f"a web page{title} without a table of papers; export them from it, as RIS or BibTeX{reason}")
