"""What a model wrote, sentence by sentence: what each says, the sources that it cites, and how it was written.

A model is asked for `[2]` and writes `[1, 2]`, `[1-3]`, `[2.4]`, `(Source 2)`, `According to source 2, ...`, a marker
after the full stop, authors and year, or a number that no source has. Each is read as what it means, or dropped, and
counted. Text in brackets that is no marker stays as it is. A sentence that cites in several places is read clause by
clause, a row of a table as one sentence or cell by cell; headings, lead-ins and lines of a table's frame claim nothing.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.citations.model_text.clauses import Sentence, clauses, distinct, pieces
from rag.citations.model_text.forms.other_markers import plain_markers, plain_signs
from rag.citations.model_text.forms.shielding import shielded, shown
from rag.citations.model_text.forms.source_words import ANSWERS
from rag.citations.model_text.headings import front_matter, is_heading
from rag.citations.model_text.marked_line import MarkedLine, read_line
from rag.citations.model_text.marker_grammar import label_of
from rag.citations.model_text.reference_lists import heads_references, renumbered
from rag.citations.model_text.tables import BAR, CITES, is_row, is_rule, row_text, whole_tables, with_cited_columns
from rag.records import Paper
from rag.text.sentences import Span, sentence_spans

GREETINGS = "greetings"  # what says nothing to the matter: "Great question!", "Answer:"
REFERENCES = "reference_lists"  # a list of references: those come from the records alone

ITEM = re.compile(r"[-*•–](?:\s+|$)|(?P<number>\d{1,2})[.)]\s+(?=\S)")  # noqa: RUF001
HEADING = re.compile(r"\s*#{1,6}\s+")
QUOTED = re.compile(r"\s*>\s?")
PREAMBLE = re.compile(rf"\s*{ANSWERS}\s?[:\uff1a]\s*", re.IGNORECASE)
FENCE = re.compile(r"\s*(?:```|~~~)")
FORMULAS = (("$$", "$$"), ("\\[", "\\]"), ("\\begin{", "\\end{"))
HIDDEN_MARKERS = 4  # how often markers are looked for that only the removal of others brought about


@dataclass(frozen=True, slots=True)
class Reading:
    """The sentences of a text in order, and how often each kind of repair was needed."""

    sentences: tuple[Sentence, ...]
    repairs: Mapping[str, int]


def read_markers(text: str, sources: Mapping[int, Paper], meaning: Mapping[int, int] | None = None) -> Reading:
    """Return the sentences of a model's text with the sources that they cite; only numbers of `sources` come out.

    `meaning`: the source that a number of the text means, where the text has a numbering of its own.
    """
    reader = _Reader(sources)
    meaning = meaning or {}
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half an emoji
    text = shielded(plain_signs("\n".join(text.splitlines()), sources), sources)
    text = with_cited_columns(whole_tables(text), {*sources, *meaning})
    text, rewritten = plain_markers(text, {n: sources[meaning.get(n, n)] for n in {*sources, *meaning}})
    reader.repairs += rewritten
    lines = renumbered(text, meaning).splitlines()
    frontal = front_matter(lines)
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if number < frontal:
            reader.frame(line)
        elif not reader.take(line, following, heading=is_heading(lines, number)):
            break
    return Reading(tuple(map(_shown, reader.sentences())), dict(+reader.repairs))


class _Reader:
    """Takes a text line by line."""

    def __init__(self, sources: Mapping[int, Paper]) -> None:
        self.sources = sources
        self.repairs: Counter[str] = Counter()
        self.found: list[Sentence] = []
        self.ahead: list[int] | None = None  # markers on the line before what they belong to, when a text starts so
        self.breaks = 0  # line breaks since the last sentence
        self.fenced = False
        self.formula = ""  # what ends the formula within which a line is

    def frame(self, raw: str) -> None:
        """Take a line that claims nothing, as it is."""
        self.breaks += 1
        self._add([_frame(raw)])

    def take(self, raw: str, following: str, *, heading: bool) -> bool:
        """Read a line; return false when what follows is a list of references."""
        self.breaks += 1
        if FENCE.match(raw) or self.fenced:
            self.fenced ^= FENCE.match(raw) is not None
            self._add([_frame(raw)])
            return True
        if self._is_formula(raw):
            self._add([_frame(raw.rstrip())])
            return True
        if is_rule(raw):
            self._add([_frame(raw.strip())])
            return True
        if label := label_of(raw, self.sources):
            raw = f"{label[1]}[{label[2]}.1] {raw[label.end() :]}"  # a label is a marker of its source
        if is_row(raw):
            self._row(raw, following)
            return True
        return self._line(raw, heading=heading)

    def _is_formula(self, raw: str) -> bool:
        """Tell whether a line is part of a formula that stands on lines of its own."""
        plain = shown(raw).strip()
        if self.formula:
            self.formula = "" if self.formula in plain else self.formula
            return True
        end = next((end for begin, end in FORMULAS if plain.startswith(begin)), "")
        if not end or CITES.search(raw):
            return False
        rest = plain[2:]
        if end in rest:
            return rest.rstrip("., ").endswith(end) or end.startswith("\\end")
        self.formula = end
        return True

    def sentences(self) -> tuple[Sentence, ...]:
        """Return what was read, at the end."""
        told = [place for place, one in enumerate(self.found) if not one.frame]
        if self.ahead and told:
            self.found[told[-1]] = _citing(self.found[told[-1]], self.ahead)
        return tuple(self.found)

    def _row(self, raw: str, following: str) -> None:
        """Take a row of a table: as a whole, or cell by cell when its cells cite different sources."""
        cells = [read_line(cell.strip(), self.sources, self.repairs) for cell in BAR.split(raw.strip()[1:-1])]
        citing = {tuple(cell.numbers): any(map(str.isalnum, cell.text)) for cell in cells if cell.numbers}
        if not citing and is_rule(following):
            self._add([_frame(raw.strip())])
        elif len(citing) > 1 and all(citing.values()):
            self._add(_cells(cells))
        else:
            numbers = distinct([number for cell in cells for number in cell.numbers])
            shown = [piece for cell in cells for piece in ("| ", *cell.shown, " ")]
            said = row_text(" | ".join(cell.text for cell in cells))
            self._add([Sentence(said, numbers, "", (*pieces(shown), " |"), frame=not any(map(str.isalnum, said)))])

    def _line(self, raw: str, *, heading: bool) -> bool:
        indent = raw[: len(raw) - len(raw.lstrip())]
        line = read_line(raw.lstrip(), self.sources, self.repairs)
        if not any(not one.frame for one in self.found) and (preamble := PREAMBLE.match(line.text)):
            line = line.without(preamble.end())
            self.repairs[GREETINGS] += 1
        mark = HEADING.match(line.text) or QUOTED.match(line.text)
        item = None if mark else ITEM.match(line.text)
        line = line.without(item.end() if item else mark.end() if mark else 0)
        if heads_references(line.text):
            if not line.numbers and self.found:
                self.repairs[REFERENCES] += 1
                return False
            line = line._replace(text="")  # "Source: [1]" is a line of markers
        lead = _lead(item, indent) if item else mark[0].lstrip() if mark else indent
        marked = bool(mark and "#" in mark[0])
        headed = marked or (heading and not line.numbers)
        sentences = [one._replace(frame=one.frame or headed) for one in self._sentences(line)]
        told = [place for place, one in enumerate(sentences) if not one.frame]
        if told:
            sentences[told[0]] = _citing(sentences[told[0]], self.ahead or ())
            self.ahead = None if self.ahead is None else []
        elif line.numbers and not marked:
            self._markers_alone(line.numbers)
            return True
        if sentences:
            self._add([sentences[0]._replace(lead=lead), *sentences[1:]])
        return True

    def _markers_alone(self, numbers: Sequence[int]) -> None:
        """Take a line of markers: it belongs to what stands above, or to what follows when the text starts so."""
        told = [place for place, one in enumerate(self.found) if not one.frame]
        if told and self.ahead is None:
            self.found[told[-1]] = _citing(self.found[told[-1]], numbers)
        else:
            self.ahead = [*(self.ahead or ()), *numbers]

    def _add(self, sentences: list[Sentence]) -> None:
        """Put the sentences of a line behind what stands there."""
        first = sentences[0]
        breaks = "\n" * min(self.breaks, 2) if self.found else ""
        self.found += [first._replace(lead=breaks + first.lead), *sentences[1:]]
        self.breaks = 0

    def _sentences(self, line: MarkedLine) -> list[Sentence]:
        """Return the sentences of a line, each with the numbers that stood in it or after it."""
        spans = sentence_spans(line.text, dense=True)
        cited: list[list[int]] = [[] for _ in spans]
        begins, ends = [span.start for span in spans], [span.end for span in spans]
        for place, numbers in line.places if spans else ():
            if line.in_front:
                owner = min(bisect_right(ends, place), len(spans) - 1)
            else:
                owner = max(bisect_left(begins, place) - 1, 0)
            cited[owner] += numbers
        starts = [0, *(line.start_of(span.start) for span in spans[1:]), len(line.shown)]
        found: list[Sentence] = []
        for n, span in enumerate(spans):
            text, shown = line.text[span.start : span.end], line.shown[starts[n] : starts[n + 1]]
            read = Sentence(text, distinct(cited[n]), " ", pieces(shown))
            whole = self._without_hidden(read)
            if not any(character.isalnum() for character in whole.text):
                found += [whole._replace(frame=True)] if whole.text else []
            elif whole.text.endswith((":", "\uff1a")) and not whole.numbers:
                found.append(whole._replace(frame=True))
            elif line.in_front or whole != read:
                found.append(whole)
            else:
                found += clauses(whole, line, span, Span(starts[n], starts[n + 1]))
        return found

    def _without_hidden(self, sentence: Sentence) -> Sentence:
        """Return a sentence without the markers that came about when others were removed: `[9 [9]]`."""
        for _ in range(HIDDEN_MARKERS):
            line = read_line(sentence.text, self.sources, self.repairs)
            if line.text == sentence.text and not line.places:
                return sentence
            sentence = _citing(sentence._replace(text=line.text.strip()), line.numbers)
            sentence = sentence._replace(written=(sentence.text,))
        text = re.sub(r"[\[\]【】]", "", sentence.text)
        return sentence._replace(text=text, written=(text,))


def _cells(cells: Sequence[MarkedLine]) -> list[Sentence]:
    """Return the cells of a row, each a sentence, and the row's end."""
    found = [
        Sentence(cell.text.strip(), distinct(cell.numbers), " | ", pieces(cell.shown), frame=not cell.numbers)
        for cell in cells
    ]
    return [found[0]._replace(lead="| "), *found[1:], _frame("|")._replace(lead=" ")]


def _shown(sentence: Sentence) -> Sentence:
    """Return a sentence with the signs in their places that were put aside."""
    written = tuple(shown(piece) if isinstance(piece, str) else piece for piece in sentence.written)
    return sentence._replace(text=shown(sentence.text), lead=shown(sentence.lead), written=written)


def _frame(text: str) -> Sentence:
    return Sentence(text, (), "", (text,), frame=True)


def _lead(item: re.Match[str], indent: str) -> str:
    return f"{indent}{item['number']}. " if item["number"] else f"{indent}- "


def _citing(sentence: Sentence, numbers: Sequence[int]) -> Sentence:
    return sentence._replace(numbers=distinct([*sentence.numbers, *numbers]))
