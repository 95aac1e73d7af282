"""PubMed's results saved as `Abstract (text)`: paragraphs between empty lines, one paper from `1. ` to the next.

1. J Streams. 2021 Jan;12(1):1-9. doi: 10.5555/x.

Attention is all you need.

Vaswani A(1), Shazeer N(2).

The dominant sequence ...

PMID: 34000001 [Indexed for MEDLINE]
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rag.readers.inputs.source import Line, Problem, Source
from rag.readers.parsing.noted_ids import noted_arxiv_id
from rag.readers.record_builder import build_record
from rag.records import Record
from rag.text.author_names import with_initials

NAME = "PubMed text file"
SNIFFED = re.compile(
    r"^\ufeff?\d{1,6}\. \S[^\n]{0,300}(?:\n[^\n]{1,300}){0,3}\b(?:1[89]|20)\d\d\b[^\n]*\n(?:[^\n]*\n){0,400}?PMID: \d+",
    re.MULTILINE,
)
START = re.compile(r"\d{1,6}\. \S")
SOURCE = re.compile(r"\b(?:1[89]|20)\d\d\b")
PERSON = r"[^\W\d_][^\s,()]*(?: [^\s,()]+){0,5} [A-Z]{1,4}(?: (?:Jr|Sr|2nd|3rd|II|III))?(?:\([^)]{1,40}\))*"
AUTHORS = re.compile(rf"{PERSON}(?:[,;] {PERSON})*(?:; [^\n]{{1,500}})?\.?")
MARK = re.compile(r"\(\d[^)]{0,30}\)")
# Paragraphs that are no abstract: who wrote it, where, what else belongs to it.
BESIDE = re.compile(
    r"(?:Author information|Collaborators|Comment (?:in|on)|Erratum (?:in|for)|Update (?:in|of)|Republished (?:in|from)"
    r"|Corrected and republished (?:in|from)|Retraction (?:in|of)|Expression of concern (?:in|for)|Reprint (?:in|of)"
    r"|Original report in|Summary for patients in|Cites|Dataset described in|Conflict of interest statement"
    r"|DOI|PMCID|PMID)\s*(?::|$)|(?:Copyright\s*)?(?:©|\([cC]\) ?\d)|Copyright \d{4}"
)
IDS = re.compile(r"^(DOI|PMCID|PMID): ?(\S+)", re.MULTILINE)
DOI = re.compile(r"\bdoi: ?(10\.\S+)", re.IGNORECASE)
NOTE = re.compile(r"\[(?:Article|Publication) in [^\]]{1,60}\]\s*$")
LONGEST = 200_000  # characters of a record


class _Paragraph(NamedTuple):
    lines: list[str]

    @property
    def text(self) -> str:
        return " ".join(line.strip() for line in self.lines)


def sniff(head: str) -> bool:
    """Tell whether a file begins with such a record."""
    return "PMID: " in head and SNIFFED.match(head.lstrip("\ufeff \t\r\n")) is not None


def read(source: Source) -> Iterator[Record | Problem | str]:
    """Yield a record for each number with title and abstract, a Problem for any other."""
    for start, paragraphs in _numbered(source.lines(windows=True)):
        yield _record(start, paragraphs) if isinstance(start, int) else start
    yield from source.remarks


def _numbered(lines: Iterator[Line | Problem]) -> Iterator[tuple[int | Problem, list[_Paragraph]]]:
    """Yield where each record starts, and its paragraphs; a Problem in the place of one with a line that is none."""
    start: int | Problem | None = None
    paragraphs: list[_Paragraph] = []
    blank, size = 2, 0  # empty lines before the next one
    for line in lines:
        if isinstance(line, Problem):
            start = start if isinstance(start, Problem) else line
            continue
        if not line.text.strip():
            blank += 1
            continue
        if blank and START.match(line.text) and (start is None or blank > 1 or _is_whole(paragraphs)):
            if start is not None:
                yield start, paragraphs
            start, paragraphs, size = line.number, [], 0
        size += len(line.text)
        if size > LONGEST:
            start = Problem(start, f"a record of over {LONGEST:,} characters") if isinstance(start, int) else start
        elif start is not None:
            if blank:
                paragraphs.append(_Paragraph([]))
            paragraphs[-1].lines.append(line.text)
        blank = 0
    if start is not None:
        yield start, paragraphs


def _is_whole(paragraphs: list[_Paragraph]) -> bool:
    """Tell whether a record has its end: a numbered list in an abstract begins none."""
    return any(line.startswith("PMID:") for paragraph in paragraphs[-2:] for line in paragraph.lines)


def _record(start: int, paragraphs: list[_Paragraph]) -> Record | Problem:
    source, rest = paragraphs[0].text, paragraphs[1:]
    ids = dict(IDS.findall("\n".join(line for paragraph in rest[-3:] for line in paragraph.lines)))
    title = NOTE.sub("", rest[0].text).strip() if rest and not BESIDE.match(rest[0].lines[0]) else ""
    authors: list[str] = []
    abstracts = list[str]()
    for number, paragraph in enumerate(one for one in rest[1:] if not NOTE.fullmatch(one.text)):
        if number == 0 and AUTHORS.fullmatch(paragraph.text):
            authors = [with_initials(name) for name in re.split(r"[,;] ", MARK.sub("", paragraph.text.rstrip(".")))]
        elif not BESIDE.match(paragraph.lines[0]):
            abstracts.append(paragraph.text)
    year, doi = SOURCE.search(source), DOI.search(source)
    return build_record(
        start,
        title,
        abstracts,
        key=ids.get("PMID", ""),
        authors=authors,
        year=year[0] if year else "",
        doi=ids.get("DOI", "") or (doi[1] if doi else ""),
        arxiv_id=noted_arxiv_id(source),
        pubmed_id=ids.get("PMID", ""),
    )
