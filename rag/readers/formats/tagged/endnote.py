"""EndNote's export, `.enw`, which is that of `refer`, BibIX and CNKI: one paper from `%0` to the next.

    %0 Journal Article
    %A Vaswani, Ashish
    %T Attention Is All You Need
    %X The dominant sequence ...

Where there is no `%0`, an empty line stands before each. NASA ADS writes its own tags so: `%R` is the bibcode, `%B` the
abstract, which EndNote calls `%X`.
"""

import re
from collections.abc import Iterator
from functools import partial

from rag.readers.authors.author_lists import authors_of
from rag.readers.inputs.source import Line, Problem, Source
from rag.readers.parsing.noted_ids import noted_arxiv_id, noted_doi, noted_pubmed_id
from rag.readers.parsing.tagged_lines import Tagged, read_tagged, tag_and_text
from rag.readers.record_builder import build_record
from rag.readers.retractions import tagged_so
from rag.records import Record

NAME = "EndNote file"
TYPED = re.compile(r"^\ufeff?[ \t]{0,3}%0[ \t]+\S", re.MULTILINE)
UNTYPED = re.compile(r"\s*%[A-Z0-9@] \S[^\n]*\n(?:[^%\n][^\n]*\n){0,20}%[A-Z0-9@] ")
TAG = re.compile(r"[ \t]{0,3}%([!-~])(?:[ \t]|$)")
PUBMED = re.compile("pubmed|medline", re.IGNORECASE)
START = "0"
BIBCODE = re.compile(r"(?:1[5-9]|20)\d\d[\w.&]{14}[A-Z.]")


def sniff(head: str) -> bool:
    """Tell whether a file begins with such a record."""
    return TYPED.search(head) is not None or UNTYPED.match(head) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each `%0` with title and abstract, a Problem for any other."""
    prepared = iter if TYPED.search(source.text) else _typed
    return read_tagged(source, partial(tag_and_text, TAG), _record, START, prepared=prepared)


def _typed(lines: Iterator[Line | Problem]) -> Iterator[Line | Problem]:
    """Yield the lines with a `%0` before each tag that an empty line stands before."""
    empty = True
    for line in lines:
        if isinstance(line, Line):
            if empty and TAG.match(line.text):
                yield Line(line.number, "%0")
            empty = not line.text.strip()
        yield line


def _record(record: Tagged) -> Record | Problem:
    number = record.first("M")
    of_ads = BIBCODE.fullmatch(record.first("R").strip()) is not None
    notes = record.each(*("UZOM3Y" if of_ads else "UZOM3"))
    return build_record(
        record.line,
        [record.joined("T"), record.first("Q")],
        record.all("B" if of_ads else "X"),
        key=record.first("R" if of_ads else "F"),
        authors=authors_of(record.all("A")),
        year=record.first("D", "8"),
        doi=(not of_ads and record.first("R")) or noted_doi(*notes),
        arxiv_id=noted_arxiv_id(*notes, record.first("J")),
        pubmed_id=number if PUBMED.search(record.joined("~", "W")) else noted_pubmed_id(*notes),
        url=record.first("U"),
        retracted=[*record.each("Z", "9"), *tagged_so(record.all("K"))],
    )
