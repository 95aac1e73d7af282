"""MEDLINE, as PubMed saves it (`.nbib`), and its like of ERIC and Ovid: one paper from its first tag to the next such.

PMID- 31452104
TI  - Attention is all
      you need.
AB  - BACKGROUND: The dominant ...
FAU - Vaswani, Ashish

Records of PubMed begin with `PMID`, of ERIC with `OWN`, of Ovid with `UI` or `VN`: what begins the first one
begins all.
"""

import re
from collections.abc import Iterator

from rag.readers.authors.author_lists import authors_of
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.noted_ids import noted_arxiv_id, noted_doi
from rag.readers.parsing.tagged_lines import Tagged, read_tagged
from rag.readers.record_builder import build_record
from rag.records import Record
from rag.text.author_names import displayed

NAME = "MEDLINE file"
PUBMED = re.compile(r"^\ufeff?PMID ?- ?\d+\s*$", re.MULTILINE)
FIRST = re.compile(r"\s*(?:<?\d{1,7}[.>]?\s*\n\s*)?([A-Z]{2,4})[ \t]{0,2}- ?\S")
TITLED = re.compile(r"^TI {1,2}- ", re.MULTILINE)
OTHERS = re.compile(r"^(?:AB|AU|FAU|DP|OWN|PT|SO|UI|AN) {0,2}- ", re.MULTILINE)
TAG = re.compile(r"([A-Z]{2,4}) {0,2}- ?")
NUMBERED = re.compile(r"<\d{1,7}>|\d{1,7}\.")  # what Ovid writes between records
LONGEST_NUMBERED = len("<1234567>")
DOI = re.compile(r"(?<!\S)(\S{1,400}) \[doi\]")
OF_MEDLINE = re.compile("medline|pubmed|nlm", re.IGNORECASE)
# Whose abstract it is, which MEDLINE writes before one that isn't the journal's own.
GIVEN_BY = re.compile(r"(?:Publisher|AAMC|AIDS|KIE|PIP|NASA|plain-language-summary): ", re.IGNORECASE)
OTHERS_UNNAMED = frozenset(("and others", "others", "et al", "et al."))


def sniff(head: str) -> bool:
    """Tell whether a file begins with such a record."""
    return PUBMED.search(head) is not None or (
        FIRST.match(head) is not None and TITLED.search(head) is not None and OTHERS.search(head) is not None
    )


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each that begins as the first one, with title and abstract, a Problem for any other."""
    begun = None if PUBMED.search(source.text) else FIRST.match(source.text)
    return read_tagged(source, _tagged, _record, begun[1] if begun else "PMID")


def _tagged(line: str) -> tuple[str, str]:
    if not line.startswith("  ") and (found := TAG.match(line)):
        return found[1], line[found.end() :]
    stripped = line.strip()
    if len(stripped) <= LONGEST_NUMBERED and NUMBERED.fullmatch(stripped):
        return "", ""
    return "", line.lstrip(" ")


def _record(record: Tagged) -> Record | Problem:
    ids = "; ".join(record.each("LID", "AID"))
    doi = DOI.search(ids)
    number = record.first("PMID") or (record.first("UI") if OF_MEDLINE.search(record.joined("DB", "OWN", "VN")) else "")
    return build_record(
        record.line,
        record.joined("TI", "BTI", "TT"),
        [
            *record.all("AB"),
            *(GIVEN_BY.sub("", text, count=1) if GIVEN_BY.match(text) else text for text in record.all("OAB")),
        ],
        key=record.first("PMID", "UI", "OID", "AN"),
        authors=_authors(record),
        year=record.first("DP", "YR", "DEP", "EDAT"),
        doi=doi[1] if doi else noted_doi(*record.all("DO", "DOI")),
        arxiv_id=noted_arxiv_id(ids),
        pubmed_id=number,
        url=next((text for text in record.all("LID") if text.startswith("http")), "") or record.first("UR"),
        retracted=[*record.all("PT"), *(f"Retraction in: {where}" for where in record.all("RIN", "PRIN"))],
    )


def _authors(record: Tagged) -> list[str]:
    """Return the authors with full names where there are any, else with initials; else who signed for them."""
    full = [displayed(name) for name in record.all("FAU", "FA")]
    named = full or authors_of(record.all("AU")) or record.all("CN", "FED")
    return [name for name in named if name.strip().casefold() not in OTHERS_UNNAMED]
