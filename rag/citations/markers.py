"""What a model wrote: its sentences, and the sources that each one cites, whatever form its markers have.

A model is asked for `[2]` and writes `[1, 2]`, `[1-3]`, `[2.4]`, `(Source 2)`, `According to source 2, ...`, a marker
after the full stop, authors and year, or a number that no source has. Each is read as what it means, or dropped, and
counted. Text in brackets that is no marker stays as it is. The patterns are in rag.citations.marker_grammar, the text
while it is streamed is rag.citations.marker_stream's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.citations.marker_grammar import (
    GOVERNS,
    MARKER,
    SINGLE,
    VERB,
    YEAR,
    is_interval,
    is_said_in,
    known_among,
    label_of,
    ranges_in,
)
from rag.citations.numbering import kept_leads
from rag.records import Paper
from rag.text.author_names import surname
from rag.text.sentences import sentence_spans
from rag.text.words import stem, words

# Names of what is counted in `Reading.repairs`.
INVENTED = "invented"  # a number that no source has
REFORMED = "reformed"  # another form than [n]
NAMED = "named"  # authors and year in place of a number
UNKNOWN_NAMES = "unknown_names"  # authors and year that no source has
REFERENCES = "reference_lists"  # a list of references: those come from the records alone
REPEATED = "repeated"  # a sentence said before

ITEM = re.compile(r"\s*(?:[-*•–](?:\s+|$)|(\d{1,2})[.)]\s+(?=\S))")  # noqa: RUF001
BEGINNING = re.compile(r"\s*(?:(?:[-*•–]|\d{1,2}[.)])\s+)?")  # noqa: RUF001
HEADING = re.compile(r"\s*#{1,6}\s+")
REFERENCE_LIST = re.compile(
    r"\W*(references?|sources?|bibliography|citations?|works cited)( used| cited)?\W*", re.IGNORECASE
)
PREAMBLE = re.compile(r"\s*(?:final )?answer\s?:\s*", re.IGNORECASE)
EMPHASIS = re.compile(r"\*\*([^*\n]+)\*\*")
HIDDEN_MARKERS = 4  # how often markers are looked for that only the removal of others brought about


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
    """A line without its markers, where which numbers stood, and whether markers stand before what they belong to."""

    text: str
    places: list[tuple[int, list[int]]]
    in_front: bool

    @property
    def numbers(self) -> list[int]:
        return [number for _, numbers in self.places for number in numbers]

    def without(self, prefix: re.Match[str] | None) -> "_Line":
        """Return the line without what `prefix` matched at its start."""
        end = prefix.end() if prefix else 0
        return self._replace(text=self.text[end:], places=[(max(0, at - end), numbers) for at, numbers in self.places])


def read_markers(text: str, sources: Mapping[int, Paper]) -> Reading:
    """Return the sentences of a model's text with the sources that they cite; only numbers of `sources` come out."""
    repairs: Counter[str] = Counter()
    sentences: list[Sentence] = []
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half an emoji
    ahead: list[int] | None = None  # markers on the line before what they belong to, when a text starts so
    for raw in text.splitlines():
        if label := label_of(raw, sources):
            raw = f"{label[1]}[{label[2]}.1] {raw[label.end() :]}"  # noqa: PLW2901  (a label is a marker of its source)
        line = _without_markers(raw, sources, repairs)
        line = line if sentences else line.without(PREAMBLE.match(line.text))
        item = ITEM.match(line.text)
        line = line.without(item)
        if REFERENCE_LIST.fullmatch(line.text):
            if not line.numbers:
                repairs[REFERENCES] += 1
                break
            line = line._replace(text="")  # "Source: [1]" is a line of markers
        if HEADING.match(line.text):
            continue
        found = [_without_hidden(sentence, sources, repairs) for sentence in _sentences(line)]
        found = _claiming(found, _lead(item))
        if found:
            found[0] = _citing(found[0], ahead or ())
            ahead = None if ahead is None else []
        elif line.numbers and sentences and ahead is None:  # belongs to what stands above
            sentences[-1] = _citing(sentences[-1], line.numbers)
        elif line.numbers:
            ahead = [*(ahead or ()), *line.numbers]
        sentences += found
    if ahead and sentences:
        sentences[-1] = _citing(sentences[-1], ahead)
    return Reading(tuple(_said_once(sentences, repairs)), dict(+repairs))


def _without_markers(line: str, sources: Mapping[int, Paper], repairs: Counter[str]) -> _Line:
    """Return a line without emphasis and markers."""
    line = EMPHASIS.sub(r"\1", line)
    text, position = "", 0
    in_front = subjects = False  # the line starts with markers: before what they belong to, or as its words
    places: list[tuple[int, list[int]]] = []
    capitals: list[int] = []
    for match in MARKER.finditer(line):
        before, after = text + line[position : match.start()], line[match.end() :]
        begins = BEGINNING.fullmatch(before) is not None
        starts = begins or (subjects and before.rstrip().endswith((".", "!", "?")))
        read = _read(match, sources, repairs, is_word=_is_word(before, after, starts=starts))
        if read is None:
            continue
        numbers, instead = read
        text, position = before + instead, match.end()
        if instead:
            subjects |= begins
            places.append((len(text), numbers))
        elif match["attribution"]:
            capitals.append(len(text))
            places.append((len(text) + 1, numbers))  # inside of what follows
        else:
            if not places and begins:
                in_front = True
                position += len(after) - len(re.sub(r"\A\s*(?:[:.,;](?:\s+|\Z))?", "", after))
            elif not after or after[0] in " .,;:!?)]":
                text = text.rstrip(" ")
                position += after.startswith(".") and text.endswith((".", "!", "?"))
            elif text[-1:].strip() and after[0] < "\u2e80":  # where words have spaces between them
                text += " "
            places.append((len(text), numbers))
    letters = list(text + line[position:])
    for at in capitals:
        letters[at : at + 1] = (letter.upper()[:1] for letter in letters[at : at + 1])
    return _Line("".join(letters), places, in_front)


def _read(
    match: re.Match[str], sources: Mapping[int, Paper], repairs: Counter[str], *, is_word: bool
) -> tuple[list[int], str] | None:
    """Return the sources that a marker means and what stays in its place; None when it is no marker."""
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


def _sentences(line: _Line) -> list[Sentence]:
    """Return the sentences of a line, each with the numbers that stood in it or after it."""
    spans = sentence_spans(line.text)
    cited: list[list[int]] = [[] for _ in spans]
    for place, numbers in line.places if spans else ():
        if line.in_front:
            owner = next((n for n, span in enumerate(spans) if span.end > place), len(spans) - 1)
        else:
            owner = max((n for n, span in enumerate(spans) if span.start < place), default=0)
        cited[owner] += numbers
    return [
        Sentence(line.text[span.start : span.end], _distinct(numbers), " ")
        for span, numbers in zip(spans, cited, strict=True)
    ]


def _without_hidden(sentence: Sentence, sources: Mapping[int, Paper], repairs: Counter[str]) -> Sentence:
    """Return a sentence without the markers that came about when others were removed: `[9 [9]]`."""
    for _ in range(HIDDEN_MARKERS):
        line = _without_markers(sentence.text, sources, repairs)
        if line.text == sentence.text and not line.places:
            return sentence
        sentence = _citing(sentence._replace(text=line.text.strip()), line.numbers)
    return sentence._replace(text=re.sub(r"[\[\]【】]", "", sentence.text))


def _claiming(sentences: Sequence[Sentence], lead: str) -> list[Sentence]:
    """Return the sentences that say something, the first after `lead`; "Here is what they say:" does not."""
    kept = [
        sentence
        for sentence in sentences
        if any(character.isalnum() for character in sentence.text)
        and (sentence.numbers or not sentence.text.endswith(":"))
    ]
    return [sentence._replace(lead=" " if n else lead) for n, sentence in enumerate(kept)]


def _lead(item: re.Match[str] | None) -> str:
    if item is None:
        return "\n\n"
    return f"\n{item[1]}. " if item[1] else "\n- "


def _said_once(sentences: Sequence[Sentence], repairs: Counter[str]) -> list[Sentence]:
    """Return the sentences without those said before; what the repetition cites counts for the first."""
    first: dict[tuple[str, ...], Sentence] = {}
    new: list[bool] = []
    for sentence in sentences:
        key = tuple(word.stem for word in words(sentence.text))
        new.append(key not in first)
        first[key] = _citing(first.get(key, sentence), sentence.numbers)
    repairs[REPEATED] += new.count(False)
    leads = kept_leads([sentence.lead for sentence in sentences], new)
    return [sentence._replace(lead=lead) for sentence, lead in zip(first.values(), leads, strict=True)]


def _citing(sentence: Sentence, numbers: Sequence[int]) -> Sentence:
    return sentence._replace(numbers=_distinct([*sentence.numbers, *numbers]))


def _distinct(numbers: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))
