"""RIS, for Zotero, EndNote and Mendeley, written by rispy.

A line break would end a field, so every text is on one line. The type is `GEN`: the record has no venue. The arXiv or
PubMed id stands where reference managers look for the number of a paper in a database, a second one in a note. Only the
address that the record gives is its `UR`, so that it is read back; one made of the arXiv id is a link to the text.
"""

from collections.abc import Sequence
from typing import Any

from rag.export.keys import citation_keys
from rag.export.text import address_of, names_of, plain
from rag.records import Paper
from rag.text.author_names import Name


def to_ris(papers: Sequence[Paper]) -> str:
    """Return papers as a RIS file; each is there once."""
    import rispy

    class Writer(rispy.RisWriter):  # type: ignore[misc]  # rispy ships no types
        """Writes no number before each record: it is no part of the format."""

        def set_header(self, count: int) -> str:  # noqa: ARG002  (the signature is rispy's)
            """Return no header."""
            return ""

    keys = citation_keys(papers)
    written: str = rispy.dumps([_record(paper, keys[paper.paper_id]) for paper in papers], implementation=Writer)
    return written


def _record(paper: Paper, key: str) -> dict[str, Any]:
    arxiv_id, pubmed_id = plain(paper.arxiv_id or ""), plain(paper.pubmed_id or "")
    url, address = plain(paper.url or ""), address_of(paper)
    fields = {
        "type_of_reference": "GEN",
        "id": key,
        "authors": [_author(name) for name in names_of(paper)],
        "title": plain(paper.title),
        "year": str(paper.year or ""),
        "doi": plain(paper.doi or ""),
        "name_of_database": "arXiv" if arxiv_id else "PubMed" if pubmed_id else "",
        "accession_number": arxiv_id or pubmed_id,
        "notes": [
            *([f"PMID: {pubmed_id}"] if arxiv_id and pubmed_id else []),
            *filter(None, [plain(paper.retraction)]),
        ],
        "urls": [url] if url else [],
        "file_attachments2": "" if url else address,
        "abstract": plain(paper.abstract),
    }
    return {name: value for name, value in fields.items() if value}


def _author(name: Name) -> str:
    return ", ".join(part for part in (name.family, name.given, name.suffix) if part)
