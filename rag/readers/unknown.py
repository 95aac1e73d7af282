"""What a file is that no reader knows, as far as its beginning tells: what was seen, and what to do next.

Each kind is a function from the beginning of a file to a sentence, or None. A format that knows its own near misses (a
table without a title, JSON of another shape) offers such a function itself, and has a line in TOLD.
"""

import re
from collections.abc import Callable

from rag.readers.formats.tables.unknown import columns_seen
from rag.readers.formats.xml.unread import seen_in

EXPORT = "export the references from it as RIS, BibTeX or CSV with abstracts"
JSON = re.compile(r'\s*[\[{]\s*[\[{"\]}]')
LATEX = re.compile(r"^[ \t]*\\(?:documentclass|documentstyle|begin\{document\}|input\{|usepackage)", re.MULTILINE)
BIBITEM = re.compile(r"^[ \t]*\\(?:bibitem|begin\{thebibliography\}|entry\{)", re.MULTILINE)
MARC = re.compile(r"\d{5}[acdnp][a-z ]{2}")
MAIL = re.compile(r"(?:From|Received|Return-Path|Subject|MIME-Version|Delivered-To|Message-ID): \S", re.IGNORECASE)
CODE = re.compile(r"^(?:import \w+|from [\w.]+ import |#!|def \w+\(|library\(\w+\)|#include )", re.MULTILINE)
SCOPUS_TEXT = re.compile(r"\s*Scopus\s+EXPORT DATE", re.IGNORECASE)
SUMMARY = re.compile(r"^\d+: [^\n]{20,}?\b(?:PMID|doi): ", re.MULTILINE)
DOI = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s?)?10\.\d{4,9}/\S+", re.IGNORECASE)
ARXIV_ID = re.compile(
    r"(?:arxiv:\s?|https?://arxiv\.org/\w+/)?(?:\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+/\d{7})", re.IGNORECASE
)
PUBMED_ID = re.compile(r"(?:PMID:?\s?)?\d{5,8}|https://pubmed\.ncbi\.nlm\.nih\.gov/\d+/?", re.IGNORECASE)
LINK = re.compile(r"https?://\S+")
REFERENCE = re.compile(
    r"\((?:1[89]|20)\d\d[a-z]?\)[.,:]? |[,;.] ?(?:1[89]|20)\d\d[a-z]?(?:[;.]| ?\[|, ?\d)"
    r"|\bpp?\. ?\d+|\[J\][.,]|\b[Vv]ol\. ?\d+"
)
ALIKE = 0.8  # share of the lines that must be of a kind
FEWEST_WORDS, LONGEST_TITLE = 3, 250  # of a line that may be a title
NEXT = "see docs/formats.md for what is read"

Teller = Callable[[str], str | None]


def told(text: str) -> str:
    """Return what a text that no reader knows looks like, and what to do next."""
    said = next((said for teller in TOLD if (said := teller(text))), "")
    return f"no reader knows this format: {said}" if said else f"no reader knows this format; {NEXT}"


def _json(text: str) -> str | None:
    if not JSON.match(text):
        return None
    return "looks like JSON in which no paper is; give a list of objects with title and abstract"


def _latex(text: str) -> str | None:
    if BIBITEM.search(text):
        return "LaTeX's list of references, which holds no abstracts; give the .bib file that it was made from"
    return "a LaTeX document; give the .bib file of its references, with abstracts" if LATEX.search(text) else None


def _program(text: str) -> str | None:
    if SCOPUS_TEXT.match(text):
        return "Scopus' plain text; export as RIS, BibTeX or CSV, with 'Abstract' ticked"
    if MARC.match(text):
        return f"a MARC record, as library catalogues have them; {EXPORT}"
    if SUMMARY.search(text[:5_000]):
        return "PubMed's summary, which holds no abstracts; save as 'PubMed' or 'Abstract (text)'"
    if MAIL.match(text.lstrip()):
        return f"a mail; {EXPORT}"
    return f"program code; {NEXT}" if CODE.search(text[:2_000]) else None


def _list(text: str) -> str | None:
    """Tell a list, one thing a line: ids, links, references in a style."""
    lines = _lines(text)
    if not lines:
        return None

    def are(pattern: re.Pattern[str], *, whole: bool) -> bool:
        match = pattern.fullmatch if whole else pattern.search
        return sum(match(line) is not None for line in lines) >= ALIKE * len(lines)

    for pattern, what, prefix in (
        (DOI, "DOIs", "doi:"),
        (ARXIV_ID, "arXiv ids", "arxiv:"),
        (PUBMED_ID, "PubMed ids", "pmid:"),
    ):
        if are(pattern, whole=True):
            return f"a list of {what}, no abstracts in it; fetch the papers by them: askpapers fetch {prefix}ID ..."
    if are(LINK, whole=True):
        return f"a list of links, no abstracts in it; {EXPORT}"
    blocks = [line for line in map(_without_mark, re.split(r"\n\s*\n", text[:20_000])) if line]
    if are(REFERENCE, whole=False) or (sum(map(bool, map(REFERENCE.search, blocks))) >= ALIKE * len(blocks)):
        return "references in a style, no abstracts in it; export them as RIS or BibTeX with abstracts instead"
    return None


def _titles(text: str) -> str | None:
    lines = _lines(text)
    if len(lines) > 1 and all(map(_may_be_a_title, lines)):
        return f"a list of {len(lines):,} lines, perhaps titles, no abstracts in it; {EXPORT}"
    return None


def _prose(text: str) -> str | None:
    if len(text.split()) < FEWEST_WORDS:
        return None
    return f"plain text without fields, from which no title and abstract can be told; {EXPORT}"


def _lines(text: str) -> list[str]:
    return [line for line in map(_without_mark, text.splitlines()[:200]) if line]


def _without_mark(line: str) -> str:
    """Return a line of a list without its number or bullet."""
    return re.sub(r"^\s*(?:\[?\d{1,4}[\].)]\s+|[-*•]\s+)", "", line).strip()


def _may_be_a_title(line: str) -> bool:
    return len(line) <= LONGEST_TITLE and len(line.split()) >= FEWEST_WORDS and not line.endswith((",", ";", ":"))


TOLD: tuple[Teller, ...] = (seen_in, _json, _latex, _program, _list, columns_seen, _titles, _prose)
