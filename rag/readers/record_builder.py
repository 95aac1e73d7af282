"""What a format's fields say, as a record: texts cleaned, ids in their normal form, or why it can be none."""

import re
from collections.abc import Iterable, Sequence

from rag.readers.cleaning.abstracts import abstract_of, title_of
from rag.readers.cleaning.text import clean
from rag.readers.inputs.source import Problem
from rag.readers.retractions import retraction_in
from rag.records import Record
from rag.records.identity import normal_arxiv_id, normal_doi, normal_pubmed_id
from rag.text.boilerplate.placeholders import is_withdrawal

SHOWN = 60  # characters of a text that a reason repeats
YEAR = re.compile(r"(?<!\d)(?:1[5-9]\d\d|20\d\d)(?!\d)")
ARXIV = re.compile(r"(?i:arxiv:\s?)(\d{4}\.\d{4,5}|[a-z-]{1,20}(?:\.[A-Z]{2})?/\d{7})")
PMID = re.compile(r"\bPMID:?\s?(\d{1,9})\b", re.IGNORECASE)


def build_record(  # noqa: PLR0913  (one argument a field)
    line: int,
    title: str | Sequence[str],
    abstract: str | Sequence[str],
    *,
    key: str = "",
    authors: Iterable[str] = (),
    year: str = "",
    doi: str = "",
    arxiv_id: str = "",
    pubmed_id: str = "",
    url: str = "",
    retracted: str | Iterable[str] = (),
) -> Record | Problem:
    """Return the record that starts at a line, or the Problem that title or abstract is missing.

    `title` and `abstract` are one text or all that the source has for it, in its order; which are an abstract is
    decided here. `retracted` are texts that may tell of a retraction. A Problem for want of an abstract holds the rest.
    """
    title = title_of(title)
    if not title:
        return Problem(line, "no title")
    abstract, instead = abstract_of(abstract, title)
    title, said = retraction_in(title, abstract or instead, retracted)
    if said and not abstract and is_withdrawal(instead):
        abstract = instead  # what carries the mark to the paper's other record, whose abstract then counts
    record = Record(
        title,
        abstract,
        line,
        _shown(key),
        tuple(name for author in authors if (name := clean(author))),
        _year(year),
        normal_doi(_shown(doi)),
        normal_arxiv_id(arxiv_id),
        _shown(url),
        normal_pubmed_id(pubmed_id),
        _shown(said or ""),
    )
    return record if abstract else _lacking(record, instead)


def _lacking(record: Record, instead: str) -> Problem:
    only = f", only {instead[:SHOWN]!r}" if instead else ""
    return Problem(record.line, f"the title {record.title[:SHOWN]!r} has no abstract{only}", record)


def _shown(text: str) -> str | None:
    return clean(text) or None if text else None


def _year(text: str) -> int | None:
    found = YEAR.search(text) if text else None
    return int(found[0]) if found else None


def noted_arxiv_id(text: str) -> str:
    """Return the arXiv id that a note names (`arXiv:1706.03762 [cs]`), else an empty text."""
    found = ARXIV.search(text) if text else None
    return found[1] if found else ""


def noted_pubmed_id(text: str) -> str:
    """Return the PubMed id that a note names (`PMID: 123`), else an empty text."""
    found = PMID.search(text) if text else None
    return found[1] if found else ""
