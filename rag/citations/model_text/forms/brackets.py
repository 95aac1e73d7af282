"""Brackets of every kind in a line, and links: those that are markers as `[n]`, addresses gone, all else as it was."""

import re
from collections.abc import Mapping

from rag.citations.model_text.forms.marker_contents import LONGEST, pointed_at
from rag.citations.model_text.forms.saying import Saying
from rag.citations.model_text.forms.surroundings import ends_clause, needs_values
from rag.citations.model_text.marker_grammar import INSIDE, is_said_in
from rag.records import Paper
from rag.text.sentences import sentence_spans
from rag.utils.patterns import lazily

CLOSING = {
    "[": "]", "(": ")", "{": "}", "\u3010": "\u3011", "\uff3b": "\uff3d", "\uff08": "\uff09", "\u3014": "\u3015",
    "\u3016": "\u3017", "\u300c": "\u300d", "\u27e8": "\u27e9", "\u27e6": "\u27e7", "\u2039": "\u203a",
    "\u00ab": "\u00bb",
}  # fmt: skip
CLOSERS = frozenset(CLOSING.values())
SQUARE = frozenset("[\u3010\uff3b\u3014\u3016\u27e6")
NEAR = 6  # open brackets among which the one is looked for that is closed
LINK = lazily(
    r"\((?P<address>\s?(?:<[^<>\n]{0,300}>|[^\s()<>]{0,300}(?:\([^\s()]{0,60}\)[^\s()]{0,60}){0,3})"
    r"(?:\s{1,3}(?:\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|\([^()\n]{0,200}\)))?\s?)\)"
)
LINKED = lazily(rf"\[([^\[\]\n]*)\]{LINK.pattern.replace('(?P<address>', '(?:')}")
IS_ADDRESS = lazily(r"\s?<?(?:[a-z][a-z0-9+.-]{1,10}:|www\.|[#/.]|[\w-]+\.[a-z]{2,}|\d{1,3}\s*$|\s*$)", re.IGNORECASE)
ADDRESS = lazily(  # behind a marker
    r"\s?(?:\(\s?<?(?:https?://|www\.)[^()\s]{1,300}\s?\)|<https?://[^<>\s]{1,300}>"
    r"|:?\s?<?https?://[^\s<>()]{1,300}(?<![.,;:!?])>?)"
)
BARE_ADDRESS = lazily(r"<?https?://[^\s<>()\[\]]{1,300}(?<![.,;:!?])>?")
ALONE = lazily(r"\s?<?(?:https?://|www\.)[^\s()<>]{1,300}>?\s?")
GENERIC = frozenset(  # words of a link that say nothing
    "link source here pdf arxiv paper doi url html quelle fuente web website article "
    "\u94fe\u63a5 \u6765\u6e90 \u51fa\u5178".split()
)
FREE = lazily(r"(?:^|[\s.,;:!?\"'\u201d)\u3002])$")
DOTTED = lazily(r"(?<![\d.])(\d{1,2})\.(\d{1,3})(?![\d.])")  # a sentence of a source
SHORT_NAMES = lazily(r"\s*[SDPR]\d{1,2}(?:, ?[SDPR]\d{1,2})*\s*")


def plain_brackets(line: str, saying: Saying) -> str:
    """Return a line with its brackets that are markers as `[n]`, the outermost first."""
    done, at = "", 0
    for start, end in _groups(line):
        if start < at:
            continue
        link = LINK.match(line, end) if line[start] == "[" else None
        link = link if link and IS_ADDRESS.match(link["address"]) else None
        stop = link.end() if link else end
        said = _instead(line, (start, end), link, saying)
        if said is None:
            continue
        if said.startswith("[") and (address := ADDRESS.match(line, stop)):
            stop = address.end()
        done = done + line[at:start] + said if said else (done + line[at:start]).rstrip(" ")
        at = stop
    return done + line[at:]


def _instead(line: str, place: tuple[int, int], link: re.Match[str] | None, saying: Saying) -> str | None:
    """Return what stands in the place of a bracket; None when it stays."""
    bracket, opener = line[slice(*place)], line[place[0]]
    inside = bracket[1:-1]
    if len(inside) > LONGEST or (link is None and is_said_in(bracket, saying.sources)):
        return None
    if opener in "[\u3010" and INSIDE.fullmatch(inside) and not (link and re.search(r"[\s()]", link["address"])):
        return bracket if ADDRESS.match(line, place[1]) else None  # it is read as it is
    flat = LINKED.sub(r"\1", inside)
    if link and link["address"].strip().isdecimal():
        return saying.said(f"{flat} {link['address']}")
    before, after = line[: place[0]], line[link.end() if link else place[1] :]
    if opener in SQUARE:
        said = None if _is_values(flat, before, after) else saying.said(flat, tolerant=True)
        return said if said is not None or link is None else _words_of_a_link(inside, link["address"], saying)
    if opener == "{" and not FREE.search(before):  # of BibTeX or LaTeX
        return None
    return _round(inside, before, after, saying)


def _round(inside: str, before: str, after: str, saying: Saying) -> str | None:
    """Return what stands in the place of brackets that aren't square: bare numbers only at the end of a clause."""
    flat = LINKED.sub(r"\1", inside)
    pointed = pointed_at(flat, saying.sources)
    if pointed is None:
        return "" if ALONE.fullmatch(inside) else None
    if pointed.in_words and not SHORT_NAMES.fullmatch(flat):
        return saying.markers(pointed)
    if not all(_is_sentence(one, saying.sources) for one in DOTTED.finditer(flat)):
        return None
    if "[" in flat or (ends_clause(before, after) and not _is_values(flat, before, after)):
        return saying.known(flat)
    return None


def _words_of_a_link(inside: str, address: str, saying: Saying) -> str | None:
    """Return a link that isn't read as a marker: its words, and the source whose address it has."""
    if is_said_in(address.strip(), saying.sources) or inside.startswith("^"):
        return None
    if marker := saying.of_address(address):
        return marker if "." in inside or BARE_ADDRESS.match(inside) else f"{inside} {marker}"
    return "" if inside.strip(" *_").lower() in GENERIC else inside


def _is_sentence(place: re.Match[str], sources: Mapping[int, Paper]) -> bool:
    """Tell whether `1.2` is the place of a sentence of a source, as the model was shown them."""
    paper = sources.get(int(place[1]))
    return paper is not None and 0 < int(place[2]) <= len(sentence_spans(paper.abstract))


def _is_values(inside: str, before: str, after: str) -> bool:
    return needs_values(before, after, several=len(re.findall(r"\d+", inside)) > 1)


def _groups(line: str) -> list[tuple[int, int]]:
    """Return where the brackets of a line open and close, those around others first."""
    opened: list[int] = []
    found: list[tuple[int, int]] = []
    for at, character in enumerate(line):
        if character in CLOSING:
            opened.append(at)
        elif character in CLOSERS:
            near = range(len(opened) - 1, max(-1, len(opened) - NEAR), -1)
            place = next((one for one in near if CLOSING[line[opened[one]]] == character), None)
            if place is not None:
                found += [(opened[place], at + 1)] if at - opened[place] <= 2 * LONGEST else []
                del opened[place:]
    return sorted(found)
