"""The Cochrane Library's export of citations as plain text: one paper from `Record #1 of 2` to the next.

Record #1 of 2
ID: CN-01000001
AU: Vaswani A
TI: Attention is all you need
AB: The dominant sequence ...
"""

import re
from collections.abc import Iterator

from rag.readers.authors.author_lists import authors_of
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.noted_ids import noted_doi, noted_pubmed_id
from rag.readers.parsing.tagged_lines import Tagged, read_tagged, tag_and_text
from rag.readers.record_builder import build_record
from rag.records import Record

NAME = "Cochrane Library file"
SNIFFED = re.compile(r"^\ufeff?[ \t]*Record #\d+ of \d+\s*\n(?:[A-Z]{2,3}: [^\n]*\n){0,9}?(?:ID|AU|TI): ", re.MULTILINE)
START = re.compile(r"[ \t]*Record #\d+ of \d+\s*$")
TAG = re.compile(r"(ID|AU|TI|SO|YR|VL|NO|PG|PM|XR|PT|KY|DOI|AB|US|CC|LA|SN|PB|AD|CO|DB|DT|RN):(?: |$)")


def sniff(head: str) -> bool:
    """Tell whether a file begins with such a record."""
    return SNIFFED.search(head) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each with title and abstract, a Problem for any other."""
    return read_tagged(source, _tagged, _record, "#")


def _tagged(line: str) -> tuple[str, str]:
    if "#" in line and START.match(line):
        return "#", ""
    return tag_and_text(TAG, line)


def _record(record: Tagged) -> Record | Problem:
    return build_record(
        record.line,
        record.joined("TI"),
        record.all("AB"),
        key=record.first("ID"),
        authors=authors_of(record.all("AU")),
        year=record.first("YR"),
        doi=record.first("DOI") or noted_doi(*record.all("US")),
        pubmed_id=noted_pubmed_id(*record.each("PM", "XR")),
        url=record.first("US"),
        retracted=record.all("PT"),
    )
