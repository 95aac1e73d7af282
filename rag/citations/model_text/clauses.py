"""A sentence of a model, and the clauses of one that cites in several places: each with the sources of its own."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.citations.model_text.marked_line import MarkedLine
from rag.citations.numbering import Piece
from rag.text.sentences import DENSE, Span

CLAUSE = 4  # words that a clause has at least
BETWEEN = tuple(",;:\uff0c\uff1b\uff1a\u3001\u060c")  # what stands between two clauses
STOPS = tuple(".!?\u2026\u3002\uff01\uff1f\u061f\u0964")  # what ends one, where a scrap of a sentence comes behind it


class Sentence(NamedTuple):
    """A sentence or clause: its words without markers, the sources that it cites, and how it was written.

    `lead` stands before it in the text, `written` is the sentence itself, with every marker in its place as the tuple
    of its sources. A `frame` is what holds a text together: a heading, a lead-in, a line of a table; it claims nothing.
    """

    text: str
    numbers: tuple[int, ...]
    lead: str
    written: tuple[Piece, ...] = ()
    frame: bool = False


def clauses(sentence: Sentence, line: MarkedLine, span: Span, shown: Span) -> list[Sentence]:
    """Return the clauses of a sentence that cites in several places, each with its own; else the sentence.

    `span` is its place in the words of the line, `shown` in what was written.
    """
    ends = [place + 1 for place in _marker_ends(line, shown)]
    cuts: list[tuple[int, int]] = []  # where a clause ends: in the words, in what was written
    at = span.start
    for end in ends[:-1]:
        word = next((n for n in range(at, span.end) if line.origin[n] >= end), span.end)
        while word < span.end and line.text[word] in STOPS:
            word += 1
        if min(length(line.text[at:word]), length(line.text[word : span.end])) >= CLAUSE:
            cuts.append((word, end))
            at = word
    if not cuts:
        return [sentence]
    return list(_cut(line, span, shown.start, [*cuts, (span.end, shown.end)]))


def _cut(line: MarkedLine, span: Span, start: int, cuts: Sequence[tuple[int, int]]) -> Iterator[Sentence]:
    at = span.start
    for word, marker_end in cuts:
        end = marker_end
        while end < cuts[-1][1] and line.shown[end] in (*BETWEEN, *STOPS):
            end += 1
        shown = line.shown[start:end]
        numbers = [number for piece in shown if isinstance(piece, tuple) for number in piece]
        yield Sentence(line.text[at:word].strip("".join((" ", *BETWEEN))), distinct(numbers), " ", pieces(shown))
        at, start = word, end


def length(text: str) -> int:
    """Return how many words a text has, about two signs a word where a script has no alphabet."""
    return len(text.split()) + len(DENSE.findall(text)) // 2


def _marker_ends(line: MarkedLine, shown: Span) -> list[int]:
    """Return the place of the last marker of each group of markers in a sentence."""
    places = [place for place in range(shown.start, shown.end) if isinstance(line.shown[place], tuple)]
    return [
        place
        for n, place in enumerate(places)
        if n + 1 == len(places) or any(str(piece).isalnum() for piece in line.shown[place + 1 : places[n + 1]])
    ]


def pieces(shown: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return what was written as pieces of text between the markers, without white space around.

    Markers with nothing but white space between them are one.
    """
    pieces: list[Piece] = []
    for piece in shown:
        last = pieces[-1] if pieces else None
        if isinstance(piece, str):
            pieces[-1:] = [last + piece] if isinstance(last, str) else [*pieces[-1:], piece]
            continue
        if isinstance(last, str) and not last.strip() and len(pieces) > 1:
            pieces.pop()
            last = pieces[-1]
        pieces[-1:] = [distinct([*last, *piece])] if isinstance(last, tuple) else [*pieces[-1:], piece]
    if pieces and isinstance(pieces[0], str):
        pieces[0] = pieces[0].lstrip()
    if pieces and isinstance(pieces[-1], str):
        pieces[-1] = pieces[-1].rstrip()
    return tuple(piece for piece in pieces if piece)


def distinct(numbers: Sequence[int]) -> tuple[int, ...]:
    """Return numbers, each once, in their order."""
    return tuple(dict.fromkeys(numbers))
