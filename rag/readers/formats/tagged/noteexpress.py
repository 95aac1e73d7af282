"""What Chinese databases export: NoteExpress (`{Title}: `, also of Wanfang), and CNKI's own lines (`Title-题名: `).

    {Reference Type}: Journal Article
    {Title}: 水獭返回河流
    {Author}: 张伟;王芳;
    {Abstract}: 本文 ...

A record begins with the tag with which the first one does.
"""

import re
from collections.abc import Iterator

from rag.readers.authors.author_lists import authors_of
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.noted_ids import noted_doi
from rag.readers.parsing.tagged_lines import Tagged, read_tagged
from rag.readers.record_builder import build_record
from rag.records import Record

NAME = "NoteExpress or CNKI file"
TAG = re.compile(
    r"\ufeff?[ \t]{0,3}(?:\{([A-Z][\w /()-]{1,40})\}|([A-Z][A-Za-z]{2,20})-[\u3400-\u9fffA-Z]{1,12})[:\uff1a][ \t]?"
)
SNIFFED = re.compile(rf"\s*{TAG.pattern}[^\n]*\n\s*{TAG.pattern}")


def sniff(head: str) -> bool:
    """Tell whether a file begins with such a record."""
    return SNIFFED.match(head) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each with title and abstract, a Problem for any other."""
    begun = TAG.match(source.text.lstrip())
    return read_tagged(source, _tagged, _record, (begun[1] or begun[2]) if begun else "Reference Type")


def _tagged(line: str) -> tuple[str, str]:
    found = TAG.match(line)
    return (found[1] or found[2], line[found.end() :]) if found else ("", line)


def _record(record: Tagged) -> Record | Problem:
    return build_record(
        record.line,
        [record.joined("Title"), record.first("Translated Title", "EnglishTitle")],
        [*record.all("Abstract", "Summary"), *record.all("Translated Abstract", "EnglishSummary")],
        key=record.first("Label"),
        authors=authors_of(record.all("Author")),
        year=record.first("Year", "PubTime", "Date"),
        doi=record.first("DOI") or noted_doi(record.first("URL", "Link")),
        url=record.first("URL", "Link"),
    )
