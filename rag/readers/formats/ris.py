"""RIS, as EndNote, Zotero, Mendeley, Scopus and journals write it: one paper from `TY` to `ER`.

    TY  - JOUR
    TI  - Attention Is All You Need
    AU  - Vaswani, Ashish
    AB  - The dominant sequence ...
    ER  -

Taken apart here, not by rispy: that takes addresses apart at semicolons, makes one paper of two when an `ER` is
missing, and drops the last one when its `ER` is.
"""

import re
from collections.abc import Iterator

from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.tagged_lines import Tagged, records
from rag.readers.record_builder import build_record, noted_arxiv_id, noted_pubmed_id
from rag.readers.retractions import tagged_so
from rag.records import Record
from rag.text.author_names import displayed

NAME = "RIS file"
SNIFFED = re.compile(r"^[ \ufeff]{0,3}TY {0,3}- {0,2}[A-Z]{2,12}\s*$", re.MULTILINE)
# Two spaces stand before the dash; where there are others, only what every such file has is a tag.
TAG = re.compile(
    r" {0,3}(?:([A-Z][A-Z0-9])  -|(TY|ER|TI|T1|AB|N2|AU|A1|PY|Y1|DA|DO|UR|ID|AN|DB|KW|JO|JF|T2|SN) {0,3}-)(?: |$)"
)
PUBMED = re.compile("pubmed|medline|nlm", re.IGNORECASE)
NOTES = ("N1", "M1", "M2", "JO", "JF", "T2")  # where programs put an arXiv id
SAYING = ("M3", "N1", "M1", "C1")  # kinds and notes, which may tell of a retraction


def sniff(head: str) -> bool:
    """Tell whether a file begins with such a record."""
    return SNIFFED.search(head) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each `TY` with title and abstract, a Problem for any other."""
    for found in records(source.lines(windows=True), _tagged, "TY", "ER"):
        yield found if isinstance(found, Problem) else _record(found)
    yield from source.remarks


def _tagged(line: str) -> tuple[str, str]:
    if line[2:6] == "  - " and line[0].isupper():  # as nearly every line
        return line[:2], line[6:]
    found = TAG.match(line) if "-" in line[:12] else None
    return (found[1] or found[2], line[found.end() :]) if found else ("", line)


def _record(record: Tagged) -> Record | Problem:
    number, database = record.first("AN"), record.first("DB", "DP")
    notes = " ".join([note for tag in NOTES if tag in record.pieces for note in record.all(tag)])
    return build_record(
        record.line,
        record.joined("TI", "T1", "CT"),
        record.joined("AB", "N2"),
        key=record.first("ID"),
        authors=(displayed(name.strip(" ,")) for name in record.all("AU", "A1")),
        year=record.first("PY", "Y1", "DA"),
        doi=record.first("DO"),
        arxiv_id=number if database.strip().lower() == "arxiv" else noted_arxiv_id(notes),
        pubmed_id=number if PUBMED.search(database) else noted_pubmed_id(notes),
        url=record.first("UR"),
        retracted=[*(text for tag in SAYING for text in record.all(tag)), *tagged_so(record.all("KW"))],
    )
