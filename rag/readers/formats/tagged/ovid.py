"""Ovid's text: one paper from `<1>` to the next, the name of a field on a line, what it holds indented below.

<1>
Unique Identifier
  34000001
Title
  Attention is all you need.
Abstract
  The dominant sequence ...
"""

import re
from collections.abc import Iterator

from rag.readers.authors.author_lists import authors_in
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.noted_ids import noted_doi
from rag.readers.parsing.tagged_lines import Tagged, read_tagged
from rag.readers.record_builder import build_record
from rag.records import Record

NAME = "Ovid file"
START = re.compile(r"[ \t]*<\d{1,7}>\s*$")
SNIFFED = re.compile(r"^\ufeff?[ \t]*<\d{1,7}>\s*\n(?:[ \t]*\n)?[A-Z][\w /()'-]{1,60}[ \t\r]*\n[ \t]+\S", re.MULTILINE)
LABEL = re.compile(r"[A-Z][\w /()'&,-]{1,60}\s*$")
MEDLINE = re.compile(r"medline|pubmed", re.IGNORECASE)
OLDEST_FOREIGN = 60_000_000  # PubMed ids are smaller; the numbers that MEDLINE had before them are not
END = re.compile(r"[\s.;]+$")


def sniff(head: str) -> bool:
    """Tell whether a file begins with such a record, perhaps after a search."""
    return SNIFFED.search(head) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each with title and abstract, a Problem for any other."""
    return read_tagged(source, _tagged, _record, "<")


def _tagged(line: str) -> tuple[str, str]:
    if START.match(line):
        return "<", ""
    if line[:1].isupper() and LABEL.match(line):
        return line.strip().lower(), ""
    return "", line.strip()


def _record(record: Tagged) -> Record | Problem:
    authors = record.joined("authors full name", "author full name", "full names") or record.joined("authors", "author")
    return build_record(
        record.line,
        record.joined("title", "article title", "chapter title"),
        [text for text in record.all("abstract", "abstracts") if text.strip()],
        key=record.first("unique identifier", "accession number").strip(),
        authors=authors_in(_between_semicolons(END.sub("", authors.strip()))),
        year=record.first(
            "year of publication", "publication year", "date of publication", "publication date", "source"
        ),
        doi=noted_doi(*map(str.strip, record.all("digital object identifier", "doi", "link to the ovid full text"))),
        pubmed_id=_pubmed_id(record),
        retracted=record.all("publication type"),
    )


def _between_semicolons(authors: str) -> str:
    """Return names that end with a full stop each (`Doe J. Roe RA`) with semicolons between them."""
    return authors if ";" in authors or "," in authors else re.sub(r"(?<=[A-Z])\.\s+(?=[A-Z])", "; ", authors)


def _pubmed_id(record: Tagged) -> str:
    """Return the identifier where it is one of MEDLINE, which no other database than it is named for."""
    number, database = record.first("unique identifier").strip(), record.joined("database", "database name")
    is_small = number.isdecimal() and len(number) <= 8 and int(number) < OLDEST_FOREIGN
    return number if is_small and (not database.strip() or MEDLINE.search(database)) else ""
