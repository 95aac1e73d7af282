"""EndNote XML, as EndNote, Zotero, JabRef, Mendeley and search pages write it: texts in pieces, each with its style."""

import re
from collections.abc import Iterator

from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.xml_stream import Element, elements, text_at, texts_at
from rag.readers.record_builder import build_record, noted_arxiv_id, noted_pubmed_id
from rag.records import Record
from rag.text.author_names import displayed

NAME = "EndNote XML"
ROOT = re.compile(r"<(?:xml|records)[\s>].{0,2000}?<record[\s>]", re.DOTALL)
PUBMED = re.compile("pubmed|medline|nlm", re.IGNORECASE)
PUBMED_PAGE = re.compile(r"ncbi\.nlm\.nih\.gov/(?:pubmed/)?(\d{1,9})\b")
ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf)/([\w./-]+)", re.IGNORECASE)
AUTHORS = (
    "contributors/authors/author",
    "contributors/secondary-authors/author",
    "contributors/tertiary-authors/author",
)
DATES = ("dates/year", "dates/pub-dates/date", "dates/copyright-dates/date")
NOTES = (
    *("notes", "research-notes", "custom1", "custom2", "custom7", "pages", "accession-num", "titles/secondary-title"),
    *("periodical/full-title", "electronic-resource-num"),
)


def sniff(head: str) -> bool:
    """Tell whether a file begins as such an export."""
    begun = head.lstrip().startswith("<") and ROOT.search(head[:20_000]) is not None
    return begun and any(f"<{name}" in head for name in ("ref-type", "contributors", "titles", "source-app"))


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record for each one that has an abstract, a Problem for every other."""
    for found in elements(source, "record"):
        yield found if isinstance(found, Problem) else _record(found.line, found.element)


def _record(line: int, record: Element) -> Record | Problem:
    urls = [url for url in texts_at(record, "urls//url") if url.startswith(("http://", "https://"))]
    notes = " ".join(text for path in NOTES for text in texts_at(record, path))
    return build_record(
        line,
        text_at(record, "titles/title", "titles/translated-title", "titles/short-title"),
        texts_at(record, "abstract") or texts_at(record, "translated-abstract"),
        key=text_at(record, "label", "rec-number"),
        authors=_authors(record),
        year=text_at(record, *DATES),
        doi=text_at(record, "electronic-resource-num"),
        arxiv_id=noted_arxiv_id(notes) or next((found[1] for found in map(ARXIV.search, urls) if found), ""),
        pubmed_id=_pubmed_id(record, notes, urls),
        url=next(iter(urls), ""),
    )


def _authors(record: Element) -> list[str]:
    """Return the authors, of a collection its editors; EndNote ends the name of a body with a comma."""
    found = (texts_at(record, path) for path in AUTHORS)
    return [displayed(name.strip(" ,;")) for name in next(filter(None, found), [])]


def _pubmed_id(record: Element, notes: str, urls: list[str]) -> str:
    number, database = (
        text_at(record, "accession-num"),
        text_at(record, "remote-database-name", "remote-database-provider"),
    )
    page = next((found[1] for found in map(PUBMED_PAGE.search, urls) if found), "")
    return (number if PUBMED.search(database) else "") or noted_pubmed_id(notes) or page
