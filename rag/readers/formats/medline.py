"""MEDLINE, the `.nbib` files of PubMed: one paper from `PMID` to the next.

PMID- 31452104
TI  - Attention is all
      you need.
AB  - BACKGROUND: The dominant ...
FAU - Vaswani, Ashish
"""

import re
from collections.abc import Iterator

from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.tagged_lines import Tagged, records
from rag.readers.record_builder import build_record, noted_arxiv_id
from rag.records import Record
from rag.text.author_names import displayed, with_initials

NAME = "MEDLINE file"
SNIFFED = re.compile(r"^\ufeff?PMID ?- ?\d+\s*$", re.MULTILINE)
TAG = re.compile(r"([A-Z]{2,4}) {0,2}- ?")
DOI = re.compile(r"(?<!\S)(\S{1,400}) \[doi\]")


def sniff(head: str) -> bool:
    """Tell whether a file begins with such a record."""
    return SNIFFED.search(head) is not None


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record for each `PMID` with title and abstract, a Problem for any other."""
    for found in records(source.lines(), _tagged, "PMID"):
        yield found if isinstance(found, Problem) else _record(found)


def _tagged(line: str) -> tuple[str, str]:
    found = None if line.startswith("  ") else TAG.match(line)
    return (found[1], line[found.end() :]) if found else ("", line.lstrip(" "))


def _record(record: Tagged) -> Record | Problem:
    ids = "; ".join([*record.all("LID"), *record.all("AID")])
    doi = DOI.search(ids)
    return build_record(
        record.line,
        record.joined("TI", "BTI", "TT"),
        record.joined("AB", "OAB"),
        key=record.first("PMID"),
        authors=_authors(record),
        year=record.first("DP", "DEP", "EDAT"),
        doi=doi[1] if doi else "",
        arxiv_id=noted_arxiv_id(ids),
        pubmed_id=record.first("PMID"),
        retracted=[*record.all("PT"), *(f"Retraction in: {where}" for where in record.all("RIN", "PRIN"))],
    )


def _authors(record: Tagged) -> list[str]:
    """Return the authors with full names where there are any, else with initials; else who signed for them."""
    full = [displayed(name) for name in record.all("FAU")]
    return full or [with_initials(name) for name in record.all("AU")] or record.all("CN", "FED")
