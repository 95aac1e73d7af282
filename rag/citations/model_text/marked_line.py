"""One line of a model's text: its words without markers, where which sources are cited, and the line as it was written.

For markers.py beside it; the patterns are marker_grammar's. What was written is kept piece by piece, so that it can be
shown again with every marker in its place.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rag.citations.model_text.marker_grammar import (
    GOVERNS,
    INNER,
    MARKER,
    SINGLE,
    VERB,
    YEAR,
    is_interval,
    is_said_in,
    known_among,
    ranges_in,
)
from rag.citations.numbering import Piece
from rag.records import Paper
from rag.text.author_names import surname
from rag.text.words import stem, words

# Names of what is counted.
INVENTED = "invented"  # a number that no source has
REFORMED = "reformed"  # another form than [n]
NAMED = "named"  # authors and year in place of a number
UNKNOWN_NAMES = "unknown_names"  # authors and year that no source has

BEGINNING = re.compile(r"\s*(?:(?:[-*•–]|\d{1,2}[.)])\s+)?")  # noqa: RUF001
EMPHASIS = re.compile(r"\*\*(?=[^\s*])(?P<strong>[^*\n]+)\*\*|(?<![\w*])\*(?=[^\s*])(?P<light>[^*\n]+)\*(?![\w*])")
COLON_OR_STOP = re.compile(r"\A\s*(?:[:.,;](?:\s+|\Z))?")


class MarkedLine(NamedTuple):
    """A line without its markers.

    `text`: its words. `places`: where in it which sources are cited. `in_front`: the line starts with markers, which
    stand before what they belong to. `shown`: the line as it was written, by character, a marker as the tuple of its
    sources. `origin`: of each character of `text`, and of its end, the place in `shown`.
    """

    text: str
    places: list[tuple[int, tuple[int, ...]]]
    in_front: bool
    shown: list[Piece]
    origin: list[int]

    @property
    def numbers(self) -> list[int]:
        """Every source that the line cites, as often as it does."""
        return [number for _, numbers in self.places for number in numbers]

    def without(self, length: int) -> "MarkedLine":
        """Return the line without the first `length` characters of its words, and what was written for them."""
        if not length:
            return self
        start = self.start_of(length)
        return self._replace(
            text=self.text[length:],
            places=[(max(0, at - length), numbers) for at, numbers in self.places],
            shown=self.shown[start:],
            origin=[max(0, at - start) for at in self.origin[length:]],
        )

    def start_of(self, at: int) -> int:
        """Return where in `shown` begins what is said from `at` on: emphasis goes along, and markers in front of it."""
        start = self.origin[at]
        along = "* " if self.in_front else "*"
        while start and (self.shown[start - 1] in tuple(along) or (self.in_front and self._is_marker(start - 1))):
            start -= 1
        return start

    def _is_marker(self, place: int) -> bool:
        return isinstance(self.shown[place], tuple)


def read_line(line: str, sources: Mapping[int, Paper], repairs: Counter[str]) -> MarkedLine:
    """Return a line without emphasis and markers, and with what was written; what was mended is added to `repairs`."""
    return _Reader(line, sources, repairs).read()


class _Reader:
    """Takes a line from its start to its end."""

    def __init__(self, line: str, sources: Mapping[int, Paper], repairs: Counter[str]) -> None:
        self.line, self.emphasis = _without_emphasis(line)
        self.sources = sources
        self.repairs = repairs
        self.text: list[str] = []
        self.shown: list[Piece] = []
        self.origin: list[int] = []
        self.places: list[tuple[int, tuple[int, ...]]] = []
        self.position = 0
        self.began: int | None = None  # where an attribution stands in front of what is said next
        self.in_front = self.subjects = False  # it starts with markers: before what they belong to, or as its words

    def read(self) -> MarkedLine:
        capitals: list[int] = []
        for match in MARKER.finditer(self.line):
            if match.start() < self.position:
                continue
            if match["label"]:
                self._label(match)
                continue
            before = "".join(self.text) + self.line[self.position : match.start()]
            after = self.line[match.end() :]
            begins = BEGINNING.fullmatch(before) is not None
            starts = begins or (self.subjects and before.rstrip().endswith((".", "!", "?")))
            read = _read(match, self.sources, self.repairs, is_word=_is_word(before, after, starts=starts))
            if read is None:
                continue
            numbers, instead = tuple(read[0]), read[1]
            self._copy(match.start())
            if match["attribution"]:
                capitals.append(len(self.text))
                self._attribution(match[0], numbers)
            elif instead:
                self.subjects |= begins
                self._word(match, numbers, instead)
            else:
                self._marker(match, numbers, after, first=begins and not self.places)
        self._copy(len(self.line))
        self.shown += self.emphasis.get(len(self.line), "")
        for at in capitals:
            self.text[at : at + 1] = (letter.upper()[:1] for letter in self.text[at : at + 1])
        return MarkedLine("".join(self.text), self.places, self.in_front, self.shown, [*self.origin, len(self.shown)])

    def _copy(self, end: int, *, said: bool = True) -> None:
        """Take over what is written up to `end`; not as words of the line when it isn't `said`."""
        for at in range(self.position, end):
            self.shown += self.emphasis.get(at, "")
            if said:
                self.text.append(self.line[at])
                self.origin.append(len(self.shown) if self.began is None else self.began)
                self.began = None
            self.shown.append(self.line[at])
        self.position = max(self.position, end)

    def _skip(self, end: int) -> None:
        """Go on behind a marker that ends at `end`; emphasis within it stays."""
        for at in range(self.position, end):
            self.shown += self.emphasis.get(at, "")
        self.position = end

    def _attribution(self, written: str, numbers: tuple[int, ...]) -> None:
        """Take `According to source 2, `: it stays as it is written, and is no part of what is said."""
        start = self.position
        self.began = len(self.shown)
        self.places.append((len(self.text) + 1, numbers))  # inside of what follows
        if not numbers:
            self._skip(start + len(written))
            return
        inner = INNER.search(written)
        self._copy(start + (inner.start() if inner else len(written)), said=False)
        self.shown.append(numbers)
        if inner:
            self._skip(start + inner.end())
            self._copy(start + len(written), said=False)

    def _label(self, match: re.Match[str]) -> None:
        """Take `(Fig. 1)`: it stays as it is written, and is no part of what is said, unless a source says it."""
        if is_said_in(match[0], self.sources) or not match.start():
            return
        start = match.start() - (self.line[match.start() - 1] == " ")
        self._copy(start)
        self._copy(match.end(), said=False)

    def _word(self, match: re.Match[str], numbers: tuple[int, ...], instead: str) -> None:
        """Take a marker that is a word of its sentence: a title is said in its place, or what else stands there."""
        self._skip(match.end())
        self.origin += [len(self.shown)] * len(instead)
        self.text += instead
        if not (numbers and instead.startswith("“")):
            self.shown += [*instead, " "] if numbers else instead
        if numbers:
            self.shown.append(numbers)
        self.places.append((len(self.text), numbers))

    def _marker(self, match: re.Match[str], numbers: tuple[int, ...], after: str, *, first: bool) -> None:
        """Take a marker behind what it belongs to, or, as the `first` of a line, in front of it."""
        if not numbers and self.shown[-1:] == [" "] and (not after or after[0] in " .,;:!?)"):
            self.shown.pop()
        self._skip(match.end())
        if numbers:
            self.shown.append(numbers)
        if first:
            self.in_front = True
            skipped = COLON_OR_STOP.match(after)
            self._copy(self.position + (skipped.end() if skipped else 0), said=False)
        elif not after or after[0] in " .,;:!?)]":
            while self.text[-1:] == [" "]:
                self.text.pop()
                self.origin.pop()
            if after.startswith(".") and self.text[-1:] and self.text[-1] in ".!?":
                self._copy(self.position + 1, said=False)
        elif self.text[-1:] and self.text[-1].strip() and after[0] < "\u2e80":  # where words have spaces between them
            self.origin.append(len(self.shown))
            self.text.append(" ")
        self.places.append((len(self.text), numbers))


def _without_emphasis(line: str) -> tuple[str, dict[int, str]]:
    """Return a line without the marks of emphasis, and what stood where in it."""
    marks: dict[int, str] = {}
    plain, end = "", 0
    for match in EMPHASIS.finditer(line):
        mark, inside = ("**", match["strong"]) if match["strong"] else ("*", match["light"])
        plain += line[end : match.start()]
        marks[len(plain)] = marks.get(len(plain), "") + mark
        plain += inside
        marks[len(plain)] = mark
        end = match.end()
    return plain + line[end:], marks


def _read(
    match: re.Match[str], sources: Mapping[int, Paper], repairs: Counter[str], *, is_word: bool
) -> tuple[list[int], str] | None:
    """Return the sources that a marker means and what is said in its place; None when it is no marker."""
    if match["names"]:
        return _names_and_years(match["names"], sources, repairs)
    ranges, instead, plain = ranges_in(match[0]), "", False
    if match["run"] or match["wrapped"]:
        brackets = list(SINGLE.finditer(match[0]))
        markers = [one[1] for one in brackets if not is_interval(one[0], sources)]
        instead = " ".join(one[0] for one in brackets if is_interval(one[0], sources))
        ranges = [pair for inside in markers for pair in ranges_in(inside)]
        plain = all(inside.isdecimal() for inside in markers)
    elif is_said_in(match[0], sources):
        return None
    numbers = known_among(ranges, sources)
    if not ranges or (match["mention"] and not numbers):
        return None
    repairs.update({REFORMED: int(not plain), INVENTED: sum(_outside(pair, sources) for pair in ranges)})
    if numbers and not instead and (match["mention"] or (match["run"] and is_word)):
        instead = _titles(sources[number] for number in numbers)
    return numbers, instead


def _is_word(before: str, after: str, *, starts: bool) -> bool:
    """Tell whether a marker between two parts of a line is the subject of its sentence or governed by a preposition."""
    governed = bool(after.strip()) and GOVERNS.search(before[-10:]) is not None
    return governed or (starts and VERB.match(after) is not None)


def _titles(papers: Iterable[Paper]) -> str:
    """Return titles as the part of a sentence: `“A”, “B” and “C”`."""
    *others, last = [f"“{paper.title}”" for paper in papers]
    return f"{', '.join(others)} and {last}" if others else last


def _names_and_years(text: str, sources: Mapping[int, Paper], repairs: Counter[str]) -> tuple[list[int], str] | None:
    """Return the sources of `(Khattab and Zaharia, 2020; ...)`; None when a source writes it so itself."""
    if is_said_in(text, sources):
        return None
    numbers: list[int] = []
    for part in text.split(";"):
        said = {word.stem for word in words(part)} | {stem(year) for year in YEAR.findall(part)}  # 2020a
        named = [n for n, paper in sources.items() if _surname_and_year(paper) <= said and _surname_and_year(paper)]
        numbers += named[:1]
        repairs[NAMED if named else UNKNOWN_NAMES] += 1
    return numbers, ""


def _surname_and_year(paper: Paper) -> set[str]:
    """Return what a reference to a paper can't lack; empty when the record doesn't tell it."""
    first = next(iter(paper.authors), "").strip()
    if not first or not paper.year:
        return set()
    family = list(words(surname(first)))
    telling = [word for word in family if not word.text.islower()] or family  # (Rossum, 1995) is van Rossum's
    return {word.stem for word in telling} | {stem(str(paper.year))}


def _outside(pair: tuple[int, int], sources: Mapping[int, Paper]) -> bool:
    return pair[0] not in sources or pair[1] not in sources
