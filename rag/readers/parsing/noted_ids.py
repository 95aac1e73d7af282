"""Ids that stand where programs put them when they have no field of their own: notes, links, numbers of the user."""

import re

DOI = re.compile(
    r"(?i:\bdoi(?:\.org/|:)?\s{0,3}|^\s*)(10\.\d{3,9}/[^\s\"<>]{1,400}(?:<[^\s\"]{1,100}>[^\s\"]{1,100})?)"
)
ARXIV = re.compile(r"(?i:arxiv\.org/(?:abs|pdf|html)/|\barxiv:\s?)(\d{4}\.\d{4,5}|[a-z-]{1,20}(?:\.[A-Z]{2})?/\d{7})")
PUBMED = re.compile(
    r"(?i:\bPMID(?:\s?[:=]\s?|\s)(?:NLM)?|pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/|\bPUBMED[:\s]\s?)(\d{1,9})\b"
)
OF_ANOTHER = re.compile(
    r"\b(?:comment|errat|correct|corrigend|retract|update|republish|reprint|original article|reply|see\b)",
    re.IGNORECASE,
)
BEFORE = 80  # characters before an id that may say that it is another paper's


def noted_doi(*texts: str) -> str:
    """Return the first DOI that a text is, or names by `doi:` or an address of doi.org; else an empty text.

    >>> noted_doi("Cited by 3; doi: 10.1000/x", "10.1000/y"), noted_doi("it is 10.1000/z")
    ('10.1000/x', '')
    """
    return _first(DOI, texts, "10.").rstrip(".,;)")


def noted_arxiv_id(*texts: str) -> str:
    """Return the first arXiv id that a text names by `arXiv:` or an address; else an empty text."""
    return _first(ARXIV, texts, "arxiv")


def noted_pubmed_id(*texts: str) -> str:
    """Return the first PubMed id that a text names by `PMID` or an address; else an empty text."""
    return _first(PUBMED, texts, "pmid", "pubmed")


def _first(pattern: re.Pattern[str], texts: tuple[str, ...], *signs: str) -> str:
    """Return the first id that a pattern finds; most texts hold none of the signs, one of which it needs."""
    for text in texts:
        if text and any(map(text.lower().__contains__, signs)):
            for match in pattern.finditer(text):
                if not _is_of_another(match):
                    return match[1]
    return ""


def _is_of_another(match: re.Match[str]) -> bool:
    return OF_ANOTHER.search(match.string, max(0, match.start() - BEFORE), match.start()) is not None
