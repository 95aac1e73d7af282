"""The elements of an XML file, one at a time: what was read is forgotten, what is broken ends it with its line.

Several documents one after another, as `cat` makes them of an API's answers, are read as if they were one.

lxml, because it streams in C, counts lines beyond 65,535, stops at 256 levels and tells which entities a file declares.
A file that declares any is refused: they make bombs, and reach for other files. A document type that is only named, as
PubMed does, is not fetched. For all formats in XML.
"""

import re
from collections.abc import Generator, Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from lxml import etree

from rag.readers.cleaning.text import clean
from rag.readers.inputs.source import LONGEST_LINE, Problem, Source

Element: TypeAlias = etree._Element  # noqa: SLF001  (lxml has no other name for it)
DECLARATION = b"<?xml "  # with which a document begins
BLANK = b"\xef\xbb\xbf \t\r\n"
LINES_KEPT = 65_535  # as far as libxml2 keeps the line of an element itself
WHERE = re.compile(r",? line \d+, column \d+$|, use XML_PARSE_HUGE option.*")


class Placed(NamedTuple):
    """An element, and the line on which it begins, 1-based."""

    line: int
    element: Element


def elements(source: Source, *tags: str) -> Iterator[Placed | Problem]:
    """Yield each element with one of these tags when it is whole, to be used before the next is asked for.

    `{*}name` is one in any namespace; without tags it is each element below the root. A Problem is the last of its
    document: at which line it can't be read any further, and why.
    """
    before = 0  # lines of the documents before
    for _, parts in groupby(_parted(source.pieces()), key=itemgetter(0)):
        before = yield from _in_document((piece for _, piece in parts), before, tags, recoded=source.recoded)


def _parted(pieces: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield a file in pieces again, each with the number of the document that it is of; none is empty."""
    number, left = 0, b""
    begun = False  # the first document: what may stand before its declaration is no document
    for piece in chain(pieces, [b""]):
        text, start = left + piece, 0
        while (at := text.find(DECLARATION, start)) >= 0:
            begun = begun or bool(text[:at].strip(BLANK))
            if begun and at:
                yield number, text[:at]
            if begun:
                number, text, at = number + 1, text[at:], 0
            begun, start = True, at + 1
        end = len(text) - len(DECLARATION) + 1 if piece else len(text)  # in what is left a declaration may begin
        if end > 0:
            begun = begun or bool(text[:end].strip(BLANK))
            yield number, text[:end]
        left = text[max(0, end) :]


def _in_document(
    pieces: Iterator[bytes], before: int, tags: Sequence[str], *, recoded: bool
) -> Generator[Placed | Problem, None, int]:
    """Yield the elements of a document that so many lines stand before, read to where it can be.

    Returns how many lines stand before the next.
    """
    parser = etree.XMLPullParser(
        events=("end",),
        tag=tags or None,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8" if recoded else None,
    )
    lines, since, first, trouble = 0, 0, True, None
    for piece in chain(pieces, [b""]):
        lines += piece.count(b"\n")
        if trouble:
            continue  # what is left of the document
        root, trouble = _fed(parser, piece)
        since += len(piece)
        ended = (element for _, element in parser.read_events())
        found = [element for element in ended if tags or _is_below_the_root(element)]
        if first and (refusal := _refusal(found[0] if found else root)):
            trouble = refusal
            yield refusal._replace(number=before + refusal.number)
            continue
        for element in found:
            yield Placed(before + _line_of(element), element)
            forget(element)
            first, since = False, 0
        if not trouble and since > LONGEST_LINE:
            trouble = Problem(lines + 1, f"nothing to read in {LONGEST_LINE:,} bytes")
        if trouble:
            yield Problem(before + trouble.number, f"the XML can't be read any further ({trouble.reason})")
    return before + lines


def text_in(element: Element | None) -> str:
    """Return the text of an element with all that is marked up in it, without space around it; empty without one."""
    if element is None:
        return ""
    return ("".join(element.itertext()) if len(element) else element.text or "").strip()


def text_at(element: Element, *paths: str) -> str:
    """Return the first text that stands at one of these places of an element, empty where there is none."""
    return next(filter(None, (text_in(element.find(path)) for path in paths)), "")


def texts_at(element: Element, path: str) -> list[str]:
    """Return every text that stands at a place of an element."""
    return list(filter(None, map(text_in, element.iterfind(path))))


def markup_in(element: Element) -> str:
    """Return an element with its tags, for what is taken apart as markup of a text: sections, paragraphs, formulas."""
    return str(etree.tostring(element, encoding="unicode", with_tail=False))


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def forget(element: Element) -> None:
    """Free an element that was read, and all before it beside it."""
    parent = element.getparent()
    element.clear()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _is_below_the_root(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.getparent() is None


def _line_of(element: Element) -> int:
    """Return the line of its document on which an element begins, 1-based."""
    line = int(element.sourceline or 1)
    if line >= LINES_KEPT:  # then it is that on which the first text in the element ends
        while not element.text and len(element):
            element = element[0]
        line -= (element.text or "").count("\n")
    return line


def _fed(parser: etree.XMLPullParser, piece: bytes) -> tuple[Element | None, Problem | None]:
    """Give a parser the next bytes, or their end; return the root at the end, and what is wrong with them."""
    try:
        if piece:
            parser.feed(piece)
            return None, None
        return parser.close(), None
    except etree.XMLSyntaxError as error:
        return None, Problem(max(1, error.lineno or 1), WHERE.sub("", (error.msg or "no XML").splitlines()[0]))


def _refusal(element: Element | None) -> Problem | None:
    """Return why a file is not read that declares what it must not; None when it doesn't."""
    kind = None if element is None else element.getroottree().docinfo.internalDTD
    name = next((entity.name for entity in kind.iterentities()), None) if kind is not None else None
    return Problem(1, f"the XML declares entities ({clean(name)[:40]}), which is refused") if name else None
