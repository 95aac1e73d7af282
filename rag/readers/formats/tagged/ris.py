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

from rag.readers.authors.author_lists import authors_of
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.noted_ids import noted_arxiv_id, noted_doi, noted_pubmed_id
from rag.readers.parsing.tagged_lines import Tagged, read_tagged
from rag.readers.record_builder import build_record
from rag.readers.retractions import tagged_so
from rag.records import Record

NAME = "RIS file"
TYPE = re.compile(r"[ \t\ufeff]{0,3}(TY|ty)([ \t]{0,3})-[ \t]{0,3}(?:[A-Za-z][A-Za-z &/(),-]{0,60})?\s*$")
SNIFFED = re.compile(
    r"^[ \t\ufeff]{0,3}(?:TY|ty)[ \t]{0,3}-[ \t]{0,3}[A-Za-z][A-Za-z &/(),-]{1,60}[ \t\r]*$", re.MULTILINE
)
# Two spaces stand before the dash; where there are others, only what every such file has is a tag.
TAG = re.compile(
    r" {0,3}(?:([A-Z][A-Z0-9])  -|(TY|ER|TI|T1|AB|N2|AU|A1|PY|Y1|DA|DO|UR|ID|AN|DB|KW|JO|JF|T2|SN) {0,3}-)(?: |$)"
)
ANY_TAG = re.compile(r"[ \t]{0,3}([A-Z][A-Z0-9])[ \t]{0,3}-(?:[ \t]|$)")
SMALL_TAG = re.compile(r"[ \t]{0,3}([A-Za-z][A-Za-z0-9])[ \t]{0,3}-(?:[ \t]|$)")
CLOSE_TYPE = re.compile(r"[ \t\ufeff]{0,3}TY  -[A-Z]")  # in a file that leaves out the space behind the dash
CLOSE_TAG = re.compile(r"([A-Z][A-Z0-9])  -")
PUBMED = re.compile(r"\s*(?:pubmed|medline|nlm|(?:ovid )?medline\b[^;]*|[cm]medm|mnh|mdc)\s*", re.IGNORECASE)
EMBASE = re.compile("embase", re.IGNORECASE)
NUMBER = re.compile(r"\s*(\d{5,9})\s*")
NOTES = ("N1", "M1", "M2", "JO", "JF", "T2", "UR")  # where programs put an arXiv id
SAYING = ("M3", "N1", "M1", "C1")  # kinds and notes, which may tell of a retraction
NUMBERED = ("L3", "M3", "DI", "N1", "M1", "L1", "L2", "LK", "UR")  # where they put a DOI


def sniff(head: str) -> bool:
    """Tell whether a file begins with such a record."""
    return SNIFFED.search(head) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each `TY` with title and abstract, a Problem for any other."""
    return read_tagged(source, _Tags(), _record, "TY", "ER")


class _Tags:
    """Takes lines apart into tag and text, as the last `TY` was written: its case, and what stood before its dash."""

    def __init__(self) -> None:
        self._tag = TAG

    def __call__(self, line: str) -> tuple[str, str]:
        if line[2:6] == "  - " and line[0].isupper() and line[:2] != "TY":  # as nearly every line
            return line[:2], line[6:]
        if "-" not in line[:12]:
            return "", line
        if typed := TYPE.match(line):
            if CLOSE_TYPE.match(line):
                self._tag = CLOSE_TAG
                return "TY", line
            self._tag = SMALL_TAG if typed[1] == "ty" else TAG if typed[2] == "  " else ANY_TAG
            return "TY", line
        found = self._tag.match(line)
        return (
            ((found[1] or found[2]) if self._tag is TAG else found[1].upper(), line[found.end() :])
            if found
            else ("", line)
        )


def _record(record: Tagged) -> Record | Problem:
    database = record.first("DB", "DP")
    number = record.first("AN")
    notes = record.each(*NOTES)
    return build_record(
        record.line,
        [record.joined("TI", "T1", "CT"), record.first("TT")],
        record.each("AB", "N2"),
        key=record.first("ID"),
        authors=authors_of(record.all("AU", "A1")),
        year=" ".join(record.each("PY", "Y1", "DA")),
        doi=record.first("DO") or noted_doi(*record.each(*NUMBERED)),
        arxiv_id=number if database.strip().lower() == "arxiv" else noted_arxiv_id(*notes),
        pubmed_id=number if PUBMED.fullmatch(database) else _pubmed_id(record, database) or noted_pubmed_id(*notes),
        url=record.first("UR"),
        retracted=[*record.each(*SAYING), *tagged_so(record.all("KW"))],
    )


def _pubmed_id(record: Tagged, database: str) -> str:
    """Return the PubMed id that Embase gives in a field of its own; elsewhere C7 is the number of an article."""
    tags = ("C5", "C7") if EMBASE.search(database) or record.first("U2").startswith("L") else ("C5",)
    return next((found[1] for tag in tags if (found := NUMBER.fullmatch(record.first(tag)))), "")
