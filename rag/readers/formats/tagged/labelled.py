"""Fields behind their names, as ProQuest, EBSCO and people write them: one paper from its first name to the next such.

Title: Attention Is All You Need
Author: Vaswani, Ashish; Shazeer, Noam
Publication year: 2017
Abstract: The dominant sequence ...
"""

import re
from collections.abc import Iterator

from rag.readers.authors.author_lists import authors_in
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.noted_ids import noted_arxiv_id, noted_doi, noted_pubmed_id
from rag.readers.parsing.tagged_lines import Tagged, read_tagged
from rag.readers.record_builder import build_record
from rag.records import Record

NAME = "fields behind their names"
NAMED = r"^[ \t]{0,3}(?:\*\*)?%s(?:\*\*)?:(?:\*\*)?[ \t]*(?:\S|$)"
TITLED = re.compile(NAMED % "(?:Article |Document )?(?i:title)", re.MULTILINE)
ABSTRACTED = re.compile(NAMED % "(?i:abstract|summary)", re.MULTILINE)
TAG = re.compile(r"[ \t]{0,3}(?:\*\*)?([A-Z][\w /()-]{1,40})(?:\*\*)?:(?:\*\*)?(?:[ \t]+|$)")
RULE = re.compile(r"[ \t]*(?:[_=*-][ \t]*){3,}$")  # between two papers
# What a structured abstract has at the beginnings of its lines.
HEADINGS = frozenset(
    "aim aims background conclusion conclusions context design discussion evaluation findings importance "
    "interpretation introduction limitations materials measurements method methods methodology objective objectives "
    "outcomes participants patients purpose results setting settings significance".split()
)
TITLES = ("title", "article title", "document title")
AUTHORS = ("authors", "author", "author(s)", "creator", "by")
DATES = ("year", "publication year", "publication date", "date", "published", "year of publication")
LINKS = ("url", "link", "links", "document url", "persistent link to this record", "source")
DOI_NAMES = ("doi", "digital object identifier (doi)", "document object identifier", "digital object identifier")


def sniff(head: str) -> bool:
    """Tell whether a file holds a title and an abstract behind their names."""
    titled = TITLED.search(head)
    return titled is not None and ABSTRACTED.search(head) is not None and _is_first(head, titled)


def _is_first(head: str, titled: re.Match[str]) -> bool:
    """Tell whether nothing but such fields stands before the first title."""
    lines = [line for line in head[: titled.start()].splitlines() if line.strip() and not RULE.match(line)]
    return len(lines) < 10 and all(map(TAG.match, lines))


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each with title and abstract, a Problem for any other."""
    begun = next(filter(None, map(TAG.match, source.text.splitlines())), None)
    return read_tagged(source, _tagged, _record, begun[1].strip().lower() if begun else "title")


def _tagged(line: str) -> tuple[str, str]:
    found = TAG.match(line) if ":" in line else None
    if found is None or HEADINGS.intersection(found[1].lower().split()):
        return "", "" if RULE.match(line) else line
    return found[1].strip().lower(), line[found.end() :]


def _record(record: Tagged) -> Record | Problem:
    links = record.each(*LINKS)
    return build_record(
        record.line,
        record.joined(*TITLES),
        record.all("abstract") or record.all("summary"),
        key=record.first("id", "accession number", "key"),
        authors=[name for text in record.all(*AUTHORS) for name in authors_in(text.strip(" .;"))],
        year=record.first(*DATES),
        doi=record.first(*DOI_NAMES) or noted_doi(*links),
        arxiv_id=record.first("arxiv", "arxiv id") or noted_arxiv_id(*links),
        pubmed_id=record.first("pmid", "pubmed id") or noted_pubmed_id(*links),
        url=next((text for text in links if text.strip().startswith("http")), ""),
    )
