"""RefWorks' tagged format, which CNKI writes too: one paper from `RT` to the next.

RT Journal Article
A1 Vaswani,Ashish
T1 Attention Is All You Need
AB The dominant sequence ...
"""

import re
from collections.abc import Iterator
from functools import partial

from rag.readers.authors.author_lists import authors_of
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.noted_ids import noted_arxiv_id, noted_doi, noted_pubmed_id
from rag.readers.parsing.tagged_lines import Tagged, read_tagged, tag_and_text
from rag.readers.record_builder import build_record
from rag.records import Record

NAME = "RefWorks file"
# A line of an abstract may begin with two capitals and a blank: only what RefWorks lists is a tag.
TAGS = (
    "RT SR ID A1 A2 A3 A4 A5 A6 AU T1 T2 T3 TI JF JO JA YR FD VO IS SP OP K1 AB NO ED PB PP SN AV AD AN LA CL SF OT "
    "LK DO CN DB DS IP RD ST UL SL LL CR WT WV WP OL PMID U1 U2 U3 U4 U5 U6 U7 U8 U9 ER"
).split()
TAG = re.compile(rf"[ \t]{{0,3}}({'|'.join(TAGS)})(?:[ \t]|$)")
SNIFFED = re.compile(
    r"^\ufeff?[ \t]{0,3}RT[ \t]+[A-Za-z(][^\n]{0,60}\n"
    r"(?:[^\n]{0,300}\n){0,3}?[ \t]{0,3}(?:A1|T1|SR|ID|AN|YR|AU|TI|JF)[ \t]",
    re.MULTILINE,
)
PUBMED = re.compile("pubmed|medline", re.IGNORECASE)


def sniff(head: str) -> bool:
    """Tell whether a file begins with such a record."""
    return SNIFFED.search(head) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each `RT` with title and abstract, a Problem for any other."""
    return read_tagged(source, partial(tag_and_text, TAG), _record, "RT", "ER")


def _record(record: Tagged) -> Record | Problem:
    notes = record.each("NO", "UL", "LK", "OT")
    number = record.first("PMID") or (record.first("AN") if PUBMED.search(record.joined("DS", "DB")) else "")
    return build_record(
        record.line,
        record.joined("T1", "TI"),
        record.all("AB"),
        key=record.first("ID"),
        authors=authors_of(record.all("A1", "AU")),
        year=record.first("YR", "FD"),
        doi=record.first("DO") or noted_doi(*notes),
        arxiv_id=noted_arxiv_id(*notes, record.joined("JF", "JO")),
        pubmed_id=number or noted_pubmed_id(*notes),
        url=record.first("UL", "LK"),
        retracted=record.all("NO"),
    )
