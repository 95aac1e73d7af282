"""When are two records the same paper? Pure functions; the catalog does the looking up.

A DOI or an arXiv id (without version) decides. Without one, the same title decides, unless something speaks against
it: a false merge hides a paper, a missed one only shows it twice.
"""

import re
import unicodedata

from rag.datatypes import Paper, Record
from rag.words import stems

LIKENESS = 0.4  # share of the shorter abstract's words that the other must hold
YEARS_APART = 2  # a preprint and its publication


def normal_doi(doi: str | None) -> str | None:
    """Return a DOI in lower case without its address: `https://doi.org/10.1/X` gives `10.1/x`."""
    match = re.search(r"10\.\d{3,9}/\S*[^\W_]\S*", doi or "")
    return match[0].lower().rstrip(".,;") if match else None


def normal_arxiv_id(arxiv_id: str | None) -> str | None:
    """Return an arXiv id without address and version: `arXiv:1706.03762v5` gives `1706.03762`."""
    match = re.search(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", arxiv_id or "")
    return match[1] if match else None


def normal_pubmed_id(pubmed_id: str | None) -> str | None:
    """Return a PubMed id without address and leading zeros: `PMID: 012345` gives `12345`."""
    match = re.fullmatch(
        r"\s*(?:pmid:?\s*|(?:https?://)?(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/)?0*([1-9]\d{0,8})/?\s*",
        pubmed_id or "", re.IGNORECASE | re.ASCII,
    )  # fmt: skip
    return match[1] if match else None


def title_key(title: str) -> str:
    """Return the letters and digits of a title, folded: case, accents, punctuation and spaces don't count."""
    folded = unicodedata.normalize("NFKD", title).casefold()
    return "".join(character for character in folded if character.isalnum())


def same_record(paper: Paper, record: Record) -> bool:
    """Tell whether a record with the same id in the same source as a paper is that paper, perhaps edited."""
    return title_key(paper.title) == title_key(record.title) or _alike(paper.abstract, record.abstract)


def same_paper(paper: Paper, record: Record) -> bool:
    """Tell whether a record with the same title as a paper is that paper."""
    if paper.doi and record.doi and paper.doi != record.doi and not _preprint(paper.doi, record.doi):
        return False
    if paper.arxiv_id and record.arxiv_id and paper.arxiv_id != record.arxiv_id:
        return False
    if paper.year and record.year and abs(paper.year - record.year) > YEARS_APART:
        return False
    if paper.authors and record.authors and not _share_an_author(paper.authors, record.authors):
        return False
    return _alike(paper.abstract, record.abstract)


def _preprint(*dois: str) -> bool:
    return any(doi.startswith(("10.48550/", "10.1101/")) for doi in dois)


def _share_an_author(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Tell whether two lists of authors have a name in common; initials are no names."""

    def names(authors: tuple[str, ...]) -> set[str]:
        parts = (part for author in authors for part in re.split(r"[\s,]+", author) if not part.endswith("."))
        return {title_key(part) for part in parts if len(title_key(part)) > 1}

    one, other = names(left), names(right)
    return not one or not other or bool(one & other)


def _alike(left: str, right: str) -> bool:
    one, other = set(stems(left)), set(stems(right))
    shorter = min(len(one), len(other))
    return not shorter or len(one & other) / shorter >= LIKENESS
