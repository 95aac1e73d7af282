"""What a format's fields say, as a record: texts cleaned, ids in their normal form, or why it can be none."""

import re
from collections.abc import Iterable, Sequence

from rag.readers.cleaning.abstracts import abstract_of, title_of
from rag.readers.cleaning.text import clean
from rag.readers.inputs.source import Problem
from rag.readers.retractions import retraction_in
from rag.records import Record
from rag.records.identity import normal_arxiv_id, normal_doi, normal_pubmed_id
from rag.text.placeholders import is_withdrawal

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

    `title` and `abstract` are one text or the texts that the source has for it, in its order; which of them are an
    abstract is decided here (rag.readers.cleaning.abstracts). `retracted` are its texts that may tell of a retraction,
    whatever else they say: kinds of publication, notes. A Problem for want of an abstract holds what is known of the
    paper.
    """
    title = title_of(title)
    abstract, instead = abstract_of(abstract, title)
    if not title:
        return Problem(line, "no title")
    title, said = retraction_in(title, abstract or instead, retracted)
    if said and not abstract and is_withdrawal(instead):
        abstract = instead  # what carries the mark to the paper's other record, whose abstract then counts
    found = YEAR.search(year) if year else None
    record = Record(
        title,
        abstract,
        line,
        clean(key) or None if key else None,
        tuple(name for author in authors if (name := clean(author))),
        int(found[0]) if found else None,
        normal_doi(clean(doi)) if doi else None,
        normal_arxiv_id(arxiv_id) if arxiv_id else None,
        clean(url) or None if url else None,
        normal_pubmed_id(pubmed_id) if pubmed_id else None,
        said and clean(said),
    )
    if abstract:
        return record
    only = f", only {instead[:SHOWN]!r}" if instead else ""
    return Problem(line, f"the title {title[:SHOWN]!r} has no abstract{only}", record)


def noted_arxiv_id(text: str) -> str:
    """Return the arXiv id that a note names (`arXiv:1706.03762 [cs]`), else an empty text."""
    found = ARXIV.search(text) if text else None
    return found[1] if found else ""


def noted_pubmed_id(text: str) -> str:
    """Return the PubMed id that a note names (`PMID: 123`), else an empty text."""
    found = PMID.search(text) if text else None
    return found[1] if found else ""
