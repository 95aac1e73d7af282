"""What stands between two brackets, read: is it nothing but a way to point at sources, and at which?

A marker is a bracket of which nothing is left unexplained: numbers, words for "source", names and years and titles of
the papers shown, places within them, addresses. Whatever else stands in brackets is text.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rag.citations.model_text.forms.source_words import AND, ARCHIVES, INTRODUCING, LETTERS, NOUNS, OTHERS, PLACES
from rag.records import Paper
from rag.text.author_names import surname
from rag.text.letters import folded
from rag.text.words import STOP_WORDS
from rag.utils.patterns import lazily

LONGEST = 240  # characters between two brackets that are read
HIGHEST = 99  # number that a source may have: what is higher is a year or a size
YEARS = range(1900, 2101)
TITLED = 0.8  # share of a title's words that name a paper
MARKS = (
    "\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0980-\u0983\u09bc-\u09cd"  # vowels above and below letters
)
DENSE = (
    "\u2e80-\u2fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"  # letters of scripts that run words together
)
TOGETHER = sorted(
    (word for word in NOUNS | INTRODUCING | OTHERS | AND | PLACES if re.match(f"[{DENSE}]", word)),
    key=len,
    reverse=True,
)
TOKEN = lazily(
    r"(?P<url>(?:https?://|www\.|(?:dx\.)?doi\.org/|arxiv\.org/)[^\s,;]+)"
    r"|(?P<arxiv>arxiv\s?:?\s?\d{4}\.\d{4,5}(?:v\d+)?)|(?P<doi>10\.\d{4,9}/[^\s,;]+)"
    r"|(?P<number>\d{1,9}(?:[.:]\d{1,9})?)(?P<aside>\u2020.*|(?:st|nd|rd|th)\b)?"
    rf"|(?P<word>{'|'.join(TOGETHER)}|[{DENSE}]|(?:(?![{DENSE}])[^\W\d_]|[{MARKS}])+)"
    r"|(?P<sign>\S)",
    re.IGNORECASE,
)
ORDINALS = frozenset(("st", "nd", "rd", "th"))
ENDS = frozenset(";")
SAYING_NOTHING = INTRODUCING | AND | ARCHIVES
DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212~")
KEYCAP = "\ufe0f\u20e3"  # what makes a digit a key
SENTENCES = frozenset("sentence sentences sent satz sätze phrase phrases frase frases oración oraciones".split())
DOTTED = lazily(r"\d{1,2}\.\d{1,3}")  # sentence 2 of source 1
QUOTING = lazily(  # 1: "what it says"
    r"(\s*(?:[^\W\d_]{1,20}\.?\s)?\d{1,2}(?:\.\d{1,3})?)\s*(?:[:,\u2013\u2014-]\s*)?"
    r"[\"'\u201c\u2018\u00ab\u201e][^\"\u201d\u00bb]{1,200}[\"'\u201d\u2019\u00bb\u201c]\s*"
)
QUOTES = "\"'\u201c\u201d\u2018\u2019\u00ab\u00bb\u300c\u300d\u300a\u300b`"
HARMLESS = DASHES | set(f".,:;|/&#=\u00b0\u00ba^*_()[]{{}}@\u2020\u2021\u00a7\u3001\u00b7\u060c\u061b!?{QUOTES}")


@dataclass(frozen=True, slots=True)
class Pointed:
    """What a bracket points at: ranges of numbers, sources by name, and whether more than bare numbers says so."""

    ranges: tuple[tuple[int, int], ...]
    named: tuple[int, ...]
    in_words: bool


@dataclass(slots=True)
class _Item:
    """One of the things that a bracket lists, as far as it is read."""

    ranges: list[tuple[int, int]] = field(default_factory=list)
    named: list[int] = field(default_factory=list)
    noun: bool = False
    authors: set[str] = field(default_factory=set)
    years: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # of a title, or unknown
    written: list[str] = field(default_factory=list)
    place: bool = False
    sentence: bool = False  # "sentence 1.2" names a source, too
    numbered: bool = False  # it begins with a number
    share: bool = False  # "1 of"
    dash: bool = False
    sign: str = ""


def pointed_at(inside: str, sources: Mapping[int, Paper], *, tolerant: bool = False) -> Pointed | None:
    """Return what the text between two brackets points at; None when it is text.

    `tolerant`: what stands behind a number may be words that nothing shown explains, as a title from memory.
    """
    if len(inside) > LONGEST:
        return None
    if tolerant and (quoting := QUOTING.fullmatch(inside)):
        inside = quoting[1]
    items = list(
        _items(unicodedata.normalize("NFKC", inside).replace("\u3001", ",").replace("n\u00b0", "no "), sources)
    )
    if not items or None in items:
        return None
    found = [_resolved(item, sources, tolerant=tolerant) for item in items if item]
    if None in found:
        return None
    ranges = tuple(pair for one in found if one for pair in one.ranges)
    named = tuple(dict.fromkeys(number for one in found if one for number in one.named))
    if not (ranges or named):
        return None
    return Pointed(ranges, named, any(one.in_words for one in found if one))


def _items(inside: str, sources: Mapping[int, Paper]) -> Iterator[_Item | None]:
    """Yield the things that are listed, parted by semicolons; None for one that can't be read."""
    item, end = _Item(), -1
    authors = _authors(tuple(sources.values()))
    for match in TOKEN.finditer(inside):
        glued = match.start() == end
        end = match.end()
        if match["sign"] in ENDS:
            yield item
            item = _Item()
        elif match["url"] or match["arxiv"] or match["doi"]:
            item.named += by_address(match[0], sources)
            item.noun = True
        elif match["aside"] in ORDINALS:
            item.place = True
        elif match["number"] and not _number(item, match, glued=glued):
            yield None
        elif match["word"]:
            if item.years and item.authors and folded(match["word"]) in authors:
                yield item
                item = _Item()
            following = inside[match.end() : match.end() + 1]
            _word(item, match["word"], tuple(sources.values()), glued=following.isdigit() or following == "+")
        elif match["sign"] and not _sign(item, match["sign"]):
            yield None
    yield item


def _sign(item: _Item, sign: str) -> bool:
    """Take a sign; false when it belongs to no marker, as a minus in front of a number."""
    if unicodedata.category(sign) == "So" or sign in KEYCAP:
        return True  # a picture beside a number
    if sign not in HARMLESS and not (sign == "+" and item.authors):
        return False
    item.dash = sign in DASHES
    item.place |= sign == "\u00a7"
    item.sign = item.sign if sign in "._" else sign
    return not item.dash or bool(item.ranges or item.words or item.authors or item.noun)


def _number(item: _Item, match: re.Match[str], *, glued: bool) -> bool:
    """Take a number: of a source, a year, or a place within a source; false when it can be none."""
    first = int(re.split(r"[.:]", match["number"])[0])
    if match["aside"] and ":" in match["number"]:  # a message, and a source of it
        first = int(match["number"].split(":")[1]) or first
    dash, item.dash = item.dash, False
    if item.sentence and DOTTED.fullmatch(match["number"]):
        item.noun, item.place = True, False
    if item.share and not item.place:
        return False
    if item.place or (item.authors and item.years and not item.noun):
        return True
    if first in YEARS and (item.ranges or item.authors or item.words):
        item.years.append(first)
    elif glued and item.authors and len(match["number"]) == 2:
        item.years.append(2000 + first if first < 60 else 1900 + first)
    elif first > HIGHEST or (not first and not match["aside"]):
        return False
    elif dash and item.ranges and item.sign in DASHES:
        item.ranges[-1] = (item.ranges[-1][0], first)
    else:
        item.numbered |= not (item.words or item.authors)
        item.ranges.append((first, first))
    return True


def _word(item: _Item, word: str, papers: tuple[Paper, ...], *, glued: bool) -> None:
    """Take a word; `glued` tells that a number follows at once."""
    authors, titles = _authors(papers), _title_words(papers)
    plain = folded(word)
    lower = word.lower()
    item.dash = False
    item.sentence |= lower in SENTENCES and not item.ranges
    seen = bool(item.ranges or item.named or item.authors)
    if lower in SENTENCES or (lower in PLACES and (seen or lower not in NOUNS) and not (glued and lower in LETTERS)):
        item.place = True
    elif lower in NOUNS or (glued and lower in LETTERS):
        item.noun, item.place = True, False
    elif glued and len(word) > 1 and word.isupper() and plain in _keys(papers):
        item.authors.add(_keys(papers)[plain])
    elif plain in authors:
        item.authors.add(plain)
        item.place = False
    elif lower in OTHERS and item.authors:
        return
    elif lower == "of" and item.ranges:
        item.share = True
    elif plain in titles or (lower not in SAYING_NOTHING and (len(word) > 1 or not item.authors)):
        item.words.append(plain)  # but for the initials of authors
        item.written.append(word)


def _resolved(item: _Item, sources: Mapping[int, Paper], *, tolerant: bool) -> Pointed | None:
    """Return what an item points at; None when something of it is left unexplained."""
    named = list(item.named)
    numbered = [n for n in sources if any(first <= n <= last for first, last in item.ranges)]
    if item.authors:
        fitting = [n for n in sources if _is_by(sources[n], item)]
        if len(fitting) == 1 or (fitting and item.years):
            named += fitting[:1]
        elif not numbered:
            return None
    if item.words:
        titled = _titled(item, sources, numbered, named)
        if titled is None and not (
            tolerant and item.numbered and numbered and item.sign and item.written[0][:1].isupper()
        ):
            return None
        named += [titled] if titled and not numbered else []
    if not item.ranges and not named:
        return None if item.noun or item.authors or item.words else Pointed((), (), in_words=False)
    ranges = item.ranges if numbered or not named else []
    in_words = item.noun or bool(named) or bool(item.words)
    return Pointed(tuple((min(pair), max(pair)) for pair in ranges), tuple(named if not numbered else ()), in_words)


def _titled(item: _Item, sources: Mapping[int, Paper], numbered: Sequence[int], named: Sequence[int]) -> int | None:
    """Return the source of whose title the words of an item are: most of it, or some when it is meant anyway."""
    said = set(item.words)
    meant = [n for n in (*numbered, *named) if said <= _words_of(sources[n])]
    shares = {n: _share(said, paper) for n, paper in sources.items() if not numbered or n in numbered}
    best = max(shares, key=lambda n: shares[n], default=0)
    whole = shares.get(best, 0.0) >= TITLED and (numbered or not item.ranges)
    return best if whole else next(iter(meant), None)


def by_address(address: str, sources: Mapping[int, Paper]) -> list[int]:
    """Return the sources whose own address, DOI or archive number stands in an address."""
    lower = address.lower()
    return [n for n, paper in sources.items() if any(one and one.lower() in lower for one in _ids(paper))][:1]


def _ids(paper: Paper) -> tuple[str, ...]:
    return tuple(one for one in (paper.doi, paper.arxiv_id, paper.url) if one and len(one) > 5)


def _is_by(paper: Paper, item: _Item) -> bool:
    names = [folded(part) for author in paper.authors for part in re.findall(r"[^\W\d_]+", author)]
    families = [folded(part) for author in paper.authors[:1] for part in re.findall(r"[^\W\d_]+", surname(author))]
    right_year = not item.years or (paper.year in item.years)
    return right_year and item.authors <= set(names) and bool(item.authors & set(families))


@lru_cache(maxsize=32)
def _authors(papers: tuple[Paper, ...]) -> frozenset[str]:
    """Return every part of the authors' names that has more than one letter."""
    parts = (part for paper in papers for author in paper.authors for part in re.findall(r"[^\W\d_]{2,}", author))
    return frozenset(folded(part) for part in parts) - STOP_WORDS


@lru_cache(maxsize=32)
def _keys(papers: tuple[Paper, ...]) -> dict[str, str]:
    """Return the first author by the initials of a paper's authors: the FAB of `[FAB23]`."""
    found: dict[str, str] = {}
    for paper in papers:
        families = [
            folded(re.findall(r"[^\W\d_]+", surname(author))[-1]) for author in paper.authors if author.strip(" .-")
        ]
        if len(families) > 1:
            found.setdefault("".join(family[0] for family in families[:3]), families[0])
    return found


@lru_cache(maxsize=32)
def _title_words(papers: tuple[Paper, ...]) -> frozenset[str]:
    return frozenset().union(*(_words_of(paper) for paper in papers))


@lru_cache(maxsize=200)
def _words_of(paper: Paper) -> frozenset[str]:
    return frozenset(folded(word) for word in re.findall(r"[^\W\d_]+", paper.title))


def _share(said: set[str], paper: Paper) -> float:
    words = _words_of(paper)
    return len(said & words) / len(words) if words and len(said - words) <= len(words) // 4 else 0.0
