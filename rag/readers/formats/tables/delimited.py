"""CSV and TSV, also with semicolons or pipes: a row names the columns, each row after it is a paper.

    Key,Title,Author,Abstract Note,Publication Year
    K1,"Attention Is All You Need","Vaswani, Ashish; Shazeer, Noam","The dominant ...",2017

Lines before the header (Dimensions writes one, Excel `sep=;`) are passed over. In which of the encodings that Excel
uses a file is written that isn't UTF-8, its header tells, where it has other than English names.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.delimited_rows import Grammar, cells_of, rows_in
from rag.readers.parsing.table_columns import columns_of
from rag.readers.parsing.table_rows import HEADER_ROWS, Row, is_header, records_under
from rag.records import Record

NAME = "table (CSV or TSV)"
DELIMITERS = ",\t;|"
SEPARATOR = re.compile(r"\ufeff?sep=(.)\s*$")  # what Excel writes above the header
ENCODINGS = (None, "gb18030", "cp1251", "cp1250", "cp932")  # of Excel, beside UTF-8 and Windows-1252, which is None
LONGEST_HEADER = 20_000  # characters
MOST_HEADER_LINES = 5


class Form(NamedTuple):
    """How a table is written: its delimiter, the names in its header, the lines before and of that, its encoding."""

    delimiter: str
    header: list[str]
    before: int
    lines: int
    encoding: str | None

    @property
    def known(self) -> int:
        """How many of its columns are known."""
        return len(columns_of(self.header).used)


def sniff(head: str) -> bool:
    """Tell whether among the first lines of a file is one that names a title and other fields of a paper."""
    return form_of(head) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a remark on how the columns are read, then a record or a Problem for each row."""
    form = form_of(source.text)
    if form is None:
        yield Problem(1, "the first row names no columns")
        return
    lines = source.lines(encoding=form.encoding) if form.encoding else source.lines(windows=True)
    begun = islice(lines, form.before + form.lines)
    yield from (line for line in begun if isinstance(line, Problem))
    last = columns_of(form.header[-1:])
    grammar = Grammar(form.delimiter, len(form.header), ends_in_text=last.hold_abstracts)
    yield from records_under(Row(form.before + 1, form.header), rows_in(lines, grammar))
    yield from source.remarks


def form_of(head: str) -> Form | None:
    """Return how a table that begins with this text is written; None when it is none of papers."""
    lines = [line.rstrip("\r") for line in head.split("\n", HEADER_ROWS)[:HEADER_ROWS]]
    delimiters = DELIMITERS
    for number, line in enumerate(lines):
        if separator := SEPARATOR.fullmatch(line):
            delimiters = separator[1]
        elif line.strip() and len(line) <= LONGEST_HEADER:
            forms = [form for sign in delimiters if sign in line for form in _forms(lines, number, sign)]
            if forms:
                return max(forms, key=lambda form: form.known)
    return None


def _forms(lines: list[str], number: int, delimiter: str) -> Iterator[Form]:
    """Yield in which ways the line with a number, 0-based, is a header, which may go on while its quotes are open."""
    end = number + 1
    while "".join(lines[number:end]).count('"') % 2 and end < min(len(lines), number + MOST_HEADER_LINES):
        end += 1
    text = "\n".join(lines[number:end])
    for encoding in ENCODINGS if any("\udc80" <= c <= "\udcff" for c in text) else ENCODINGS[:1]:
        names = cells_of(_decoded(text, encoding), delimiter)
        if is_header(names) and (number == 0 or _goes_on(lines[end : end + 1], delimiter)):
            yield Form(delimiter, names, number, end - number, encoding)


def _goes_on(following: list[str], delimiter: str) -> bool:
    """Tell whether what follows a header that other lines stand before has cells, too."""
    return not following or not following[0].strip() or delimiter in following[0]


def _decoded(text: str, encoding: str | None) -> str:
    """Return a text whose bytes that aren't UTF-8 were kept as halves of characters, read in an encoding."""
    raw = text.encode("utf-8", "surrogateescape")
    try:
        return raw.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        return raw.decode(encoding or "cp1252", "replace")
