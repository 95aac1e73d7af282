"""What a format's fields say, as a record: texts cleaned, ids in their normal form, or why it can be none."""

import re
from collections.abc import Iterable, Sequence

from rag.readers.cleaning.text import clean
from rag.readers.inputs.source import Problem
from rag.readers.retractions import retraction_in
from rag.records import Record
from rag.records.identity import normal_arxiv_id, normal_doi, normal_pubmed_id

YEAR = re.compile(r"(?<!\d)(?:1[5-9]\d\d|20\d\d)(?!\d)")
ARXIV = re.compile(r"(?i:arxiv:\s?)(\d{4}\.\d{4,5}|[a-z-]{1,20}(?:\.[A-Z]{2})?/\d{7})")
PMID = re.compile(r"\bPMID:?\s?(\d{1,9})\b", re.IGNORECASE)


def build_record(  # noqa: PLR0913  (one argument a field)
    line: int,
    title: str,
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

    `abstract` is one text or the texts that the source has for it, in its order. `retracted` are its texts that
    may tell of a retraction, whatever else they say: kinds of publication, notes. A Problem for want of an abstract
    holds what is known of the paper.
    """
    title, abstract = clean(title), clean(abstract if isinstance(abstract, str) else " ".join(abstract))
    if not title:
        return Problem(line, "no title")
    title, said = retraction_in(title, abstract, retracted)
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
    return record if abstract else Problem(line, f"the title {title[:60]!r} has no abstract", record)


def noted_arxiv_id(text: str) -> str:
    """Return the arXiv id that a note names (`arXiv:1706.03762 [cs]`), else an empty text."""
    found = ARXIV.search(text) if text else None
    return found[1] if found else ""


def noted_pubmed_id(text: str) -> str:
    """Return the PubMed id that a note names (`PMID: 123`), else an empty text."""
    found = PMID.search(text) if text else None
    return found[1] if found else ""
