"""What a model wrote: its sentences, and the sources that each one cites, whatever form its markers have.

A model is asked for `[2]` and writes `[1, 2]`, `[1-3]`, `[2.4]`, `(Source 2)`, `According to source 2, ...`, a marker
after the full stop, authors and year, or a number that no source has. Each is read as what it means, or dropped, and
counted. Text in brackets that is no marker stays as it is. Knows nothing of support: whether a citation holds is
decided elsewhere.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.datatypes import Paper
from rag.sentences import sentence_spans
from rag.words import stem, words

# Names of what is counted in `Reading.repairs`.
INVENTED = "invented"  # a number that no source has
REFORMED = "reformed"  # another form than [n]
NAMED = "named"  # authors and year in place of a number
UNKNOWN_NAMES = "unknown_names"  # authors and year that no source has
REFERENCES = "reference_lists"  # a list of references: those come from the records alone
REPEATED = "repeated"  # a sentence said before

KIND = r"(?:sources?|refs?|references?|papers?|abstracts?|documents?|docs?|excerpts?|passages?)"
NUMBER = rf"(?:{KIND}\.?\s?)?[#^:]?\s?\d{{1,9}}(?:\.\d{{1,3}})?(?:†\w*)?"
BETWEEN = r"\s?(?:[,;&–—-]|and\b|to\b|\s)\s?"  # noqa: RUF001  (dashes that models write)
NUMBERS = re.compile(rf"\s?{NUMBER}(?:{BETWEEN}{NUMBER})*\s?", re.IGNORECASE)
RANGE = re.compile(r"(\d+)(?:\.\d+)?\s?(?:[–—-]|to\b)\s?(\d+)(?:\.\d+)?|(\d+)(?:\.\d+)?", re.IGNORECASE)  # noqa: RUF001

BRACKET = r"[\[【][^\[\]【】\n]{1,60}[\]】](?:\([^()\s]*\))?"
RUN = rf"{BRACKET}(?:\s?(?:[,;&]|and)?\s?{BRACKET})*"
IN_PARENTHESES = rf"\(\s?(?:see |from |cf\. )?{KIND}\b[^()\n]{{1,60}}\)"
NAMES_AND_YEAR = r"\([^()\n\d]{0,10}[^\W\d_][^()\n]{0,120}?\b(?:19|20)\d\d[a-z]?\)"
SAYING = r"(?:according to|as (?:stated|described|shown|reported|mentioned) (?:in|by)|in|from|per)"
ATTRIBUTION = rf"\b{SAYING} (?:the )?{KIND} ?#?\d+, "
BARE = rf"\b{KIND} ?#?(?:\d+)\b"
MARKER = re.compile(
    rf"(?P<run>{RUN})|(?P<parentheses>{IN_PARENTHESES})|(?P<names>{NAMES_AND_YEAR})"
    rf"|(?P<attribution>{ATTRIBUTION})|(?P<bare>{BARE})",
    re.IGNORECASE,
)
SINGLE = re.compile(r"[\[【]([^\[\]【】]*)[\]】]")

ITEM = re.compile(r"\s*(?:[-*•–]|(\d{1,2})[.)])\s+")  # noqa: RUF001
HEADING = re.compile(r"\s*#{1,6}\s+")
REFERENCE_LIST = re.compile(
    r"\W*(references?|sources?|bibliography|citations?|works cited)( used| cited)?\W*", re.IGNORECASE
)
PREAMBLE = re.compile(r"\s*(?:\*\*)?(?:final )?answer(?:\*\*)?\s?:(?:\*\*)?\s*", re.IGNORECASE)
EMPHASIS = re.compile(r"\*\*([^*\n]+)\*\*")


class Sentence(NamedTuple):
    """A sentence without its markers, the sources that it cites, and what stands before it in the text."""

    text: str
    numbers: tuple[int, ...]
    lead: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The sentences of a text, and how often each kind of repair was needed."""

    sentences: tuple[Sentence, ...]
    repairs: Mapping[str, int]


class _Line(NamedTuple):
    """A line without its markers, and where which numbers stood."""

    text: str
    places: list[tuple[int, list[int]]]


def read_markers(text: str, sources: Mapping[int, Paper]) -> Reading:
    """Return the sentences of a model's text with the sources that they cite; only numbers of `sources` come out."""
    repairs: Counter[str] = Counter()
    sentences: list[Sentence] = []
    for lead, line in _lines(PREAMBLE.sub("", text, count=1) if PREAMBLE.match(text) else text):
        if REFERENCE_LIST.fullmatch(line):
            repairs[REFERENCES] += 1
            break
        clean = _without_markers(EMPHASIS.sub(r"\1", line), sources, repairs)
        found = _sentences(clean, lead if sentences else lead.lstrip())
        if not found and clean.places and sentences:  # a line of markers alone belongs to what stands above
            extra = [number for _, numbers in clean.places for number in numbers]
            sentences[-1] = sentences[-1]._replace(numbers=_distinct([*sentences[-1].numbers, *extra]))
        sentences += found
    return Reading(tuple(_said_once(sentences, repairs)), dict(repairs))


def numbers_in(inside: str) -> list[tuple[int, int]] | None:
    """Return the (first, last) of each number or range between a marker's brackets; None when it is no marker.

    >>> numbers_in("1, 3-5"), numbers_in("Source 2"), numbers_in("CLS"), numbers_in("0, 1")
    ([(1, 1), (3, 5)], [(2, 2)], None, None)
    """
    if not NUMBERS.fullmatch(inside):
        return None
    found = [
        (int(match[1]), int(match[2])) if match[1] else (int(match[3]), int(match[3]))
        for match in RANGE.finditer(inside)
    ]
    return None if any(first == 0 for first, _ in found) else found


class Preview:
    """A text as it is streamed: markers are held back until they are whole, then shown as they will stand.

    `show` gives the final number of a source that may be cited. `hidden` is a phrase that no reader is to see.
    """

    def __init__(self, sources: Mapping[int, Paper], show: Callable[[int], int], hidden: str) -> None:
        self._sources = sources
        self._show = show
        self._hidden = hidden
        self._held = ""

    def feed(self, piece: str) -> str:
        """Take a piece; return what can be shown now."""
        text = SINGLE.sub(self._shown, self._held + piece).replace(self._hidden, "")
        keep = len(text)
        if (opened := max(text.rfind("["), text.rfind("【"))) >= 0 and len(text) - opened <= 60:
            closed = max(text.find("]", opened), text.find("】", opened))
            keep = opened if closed < 0 else keep
        for length in range(min(len(self._hidden) - 1, keep), 0, -1):
            if self._hidden.startswith(text[keep - length : keep]):
                keep -= length
                break
        self._held = text[keep:]
        return text[:keep]

    def rest(self) -> str:
        """Return what is still held back, at the end."""
        return self._held

    def _shown(self, match: re.Match[str]) -> str:
        found = numbers_in(match[1])
        if found is None:
            return match[0]
        return "".join(f"[{self._show(number)}]" for number in _known(found, self._sources))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield each line that says something, and its lead: a new paragraph or a list item."""
    for line in text.splitlines():
        item, heading = ITEM.match(line), HEADING.match(line)
        rest = line[item.end() :] if item else line
        if not rest.strip() or heading or (rest.rstrip().endswith(":") and "[" not in rest):
            if REFERENCE_LIST.fullmatch(line):
                yield "", line
            continue  # headings and "Here is what they say:" claim nothing
        if item:
            yield f"\n{item[1]}. " if item[1] else "\n- ", rest.strip()
        else:
            yield "\n\n", rest.strip()


def _without_markers(line: str, sources: Mapping[int, Paper], repairs: Counter[str]) -> _Line:
    text, position = "", 0
    places: list[tuple[int, list[int]]] = []
    for match in MARKER.finditer(line):
        read = _read(match, sources, repairs)
        if read is None:
            continue
        numbers, instead = read
        text += line[position : match.start()]
        position = match.end()
        following = line[position : position + 1]
        if not instead and (not following or following in " .,;:!?)"):
            text = text.rstrip(" ")
        elif not instead and not text:
            position += len(line[position:]) - len(line[position:].lstrip())
        places.append((len(text), numbers))
        text += instead
        if match["attribution"] and not instead and position < len(line):
            text, position = text + line[position].upper(), position + 1
    return _Line(text + line[position:], places)


def _read(match: re.Match[str], sources: Mapping[int, Paper], repairs: Counter[str]) -> tuple[list[int], str] | None:
    """Return the sources that a marker means and what stays in its place; None when it is no marker."""
    if match["names"]:
        return _names_and_years(match["names"], sources, repairs)
    parts = SINGLE.findall(match["run"]) if match["run"] else [match[0].strip("()")]
    if match["run"]:
        found = [numbers_in(part) for part in parts]
        if None in found or _is_said(match[0], parts, sources):
            return None
        ranges = [pair for pairs in found for pair in pairs or ()]
        plain = all(part.isdecimal() for part in parts)
    else:
        ranges = [(int(m[1]), int(m[2])) if m[1] else (int(m[3]), int(m[3])) for m in RANGE.finditer(parts[0])]
        plain = False
        if not ranges or _is_said(match[0], ["", ""], sources):
            return None
    numbers = _known(ranges, sources)
    repairs.update({REFORMED: int(not plain), INVENTED: sum(_outside(pair, sources) for pair in ranges)})
    if match["bare"] and numbers:
        # "Source 2 shows that ..." needs a subject: the record's own title.
        return numbers, " and ".join(f"“{sources[number].title}”" for number in numbers)
    return numbers, ""


def _is_said(text: str, parts: Sequence[str], sources: Mapping[int, Paper]) -> bool:
    """Tell whether what looks like several markers, such as an interval, is written so in a source."""
    several = len(parts) > 1 or not parts[0].isdecimal()
    return several and any(text in paper.abstract or text in paper.title for paper in sources.values())


def _names_and_years(text: str, sources: Mapping[int, Paper], repairs: Counter[str]) -> tuple[list[int], str] | None:
    """Return the sources of `(Khattab and Zaharia, 2020; ...)`; None when a source writes it so itself."""
    if not re.search(r"[^\W\d_]{2}", text) or any(text in paper.abstract for paper in sources.values()):
        return None
    numbers: list[int] = []
    for part in text.strip("()").split(";"):
        said = {word.stem for word in words(part)}
        named = [n for n, paper in sources.items() if _surname_and_year(paper) <= said and _surname_and_year(paper)]
        numbers += named[:1]
        repairs[NAMED if named else UNKNOWN_NAMES] += 1
    return numbers, ""


def _surname_and_year(paper: Paper) -> set[str]:
    """Return what a reference to a paper can't lack; empty when the record doesn't tell it."""
    if not paper.authors or not paper.year or not paper.authors[0].split():
        return set()
    return {word.stem for word in words(paper.authors[0].split()[-1])} | {stem(str(paper.year))}


def _known(ranges: Sequence[tuple[int, int]], sources: Mapping[int, Paper]) -> list[int]:
    return list(dict.fromkeys(n for first, last in ranges for n in sorted(sources) if first <= n <= last))


def _outside(pair: tuple[int, int], sources: Mapping[int, Paper]) -> bool:
    return pair[0] not in sources or pair[1] not in sources


def _sentences(line: _Line, lead: str) -> list[Sentence]:
    """Return the sentences of a line, each with the numbers that stood in it or after it."""
    spans = sentence_spans(line.text)
    if not spans:
        return []
    cited: list[list[int]] = [[] for _ in spans]
    # A line that starts with a marker has its markers in front of what they belong to.
    in_front = bool(line.places) and line.places[0][0] == 0
    for place, numbers in line.places:
        if in_front:
            owner = next((n for n, span in enumerate(spans) if span.end > place), len(spans) - 1)
        else:
            owner = max((n for n, span in enumerate(spans) if span.start < place), default=0)
        cited[owner] += numbers
    return [
        Sentence(line.text[span.start : span.end], _distinct(numbers), " " if n else lead)
        for n, (span, numbers) in enumerate(zip(spans, cited, strict=True))
        if any(character.isalnum() for character in line.text[span.start : span.end])
    ]


def _said_once(sentences: Sequence[Sentence], repairs: Counter[str]) -> list[Sentence]:
    """Return the sentences without those said before; what the repetition cites counts for the first."""
    first: dict[tuple[str, ...], Sentence] = {}
    for sentence in sentences:
        key = tuple(word.stem for word in words(sentence.text))
        if key in first:
            repairs[REPEATED] += 1
            first[key] = first[key]._replace(numbers=_distinct([*first[key].numbers, *sentence.numbers]))
        else:
            first[key] = sentence
    return list(first.values())


def _distinct(numbers: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))
