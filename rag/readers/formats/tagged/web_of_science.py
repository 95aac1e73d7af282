"""Web of Science, the plain text that it exports: one paper from `PT` to `ER`.

    PT J
    AU Vaswani, A
       Shazeer, N
    TI Attention Is All You Need
    AB The dominant ...
    ER

Its table of the same fields, between tabs, is read by `rag.readers.formats.tables.delimited`.
"""

import re
from collections.abc import Iterator

from rag.readers.authors.author_lists import authors_of
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.tagged_lines import Tagged, read_tagged
from rag.readers.record_builder import build_record, noted_arxiv_id
from rag.records import Record

NAME = "Web of Science file"
SNIFFED = re.compile(r"\s*(?:FN .{1,200}\s+VR \d|PT [A-Z]\s*\n(?:AU|CA|BA|BE|ED|TI) \S)")
TAG = re.compile(r"([A-Z][A-Z0-9])(?: |$)")


def sniff(head: str) -> bool:
    """Tell whether a file begins as such an export, or with such a record."""
    return SNIFFED.match(head) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each `PT` with title and abstract, a Problem for any other."""
    return read_tagged(source, _tagged, _record, "PT", "ER")


def _tagged(line: str) -> tuple[str, str]:
    found = None if line.startswith(" ") else TAG.match(line)
    return (found[1], line[found.end() :]) if found else ("", line.strip())


def _record(record: Tagged) -> Record | Problem:
    return build_record(
        record.line,
        record.joined("TI"),
        record.joined("AB"),
        key=record.first("UT"),
        authors=authors_of(record.lines("AF", "AU", "BF", "BA", "CA")),
        year=record.first("PY", "EY", "DA"),
        doi=record.first("DI", "D2"),
        arxiv_id=noted_arxiv_id(record.first("AR")),
        pubmed_id=record.first("PM"),
        retracted=[record.joined("DT")],
    )
