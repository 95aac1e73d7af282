"""Split an abstract into sentences, as character spans.

The rules of where a sentence ends are sentencex's; this module only turns its pieces into offsets, joins scraps to
their neighbour and cuts what no reader would call a sentence.
"""

import re
from collections.abc import Container
from functools import lru_cache
from typing import NamedTuple

import sentencex

SHORTEST = 25  # characters; "(2)." or "et al." alone is no sentence
SPACES = re.compile(r"[^\S \n]")  # all but the plain ones
HALVES = re.compile("[\ud800-\udfff]")
DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
STOPS = ("\u3002", "\uff01", "\uff1f")  # which end nothing but a sentence
LONGEST = 1_000  # characters; text without punctuation must not become one endless sentence
REMEMBERED = 2_000  # texts: a search, its answer and the next question split the same abstracts


class Span(NamedTuple):
    """Character offsets: `text[start:end]`."""

    start: int
    end: int


def sentence_spans(text: str, *, dense: bool = False) -> list[Span]:
    """Return the spans of the sentences of `text`, in order, without surrounding white space.

    Spans don't overlap, and every character outside them is white space. `dense`: short
    sentences of scripts without an alphabet are ones too. Not so for abstracts: libraries hold the numbers of their
    sentences as they were counted.
    """
    return list(_spans(text, dense))


@lru_cache(maxsize=REMEMBERED)
def _spans(text: str, dense: bool) -> tuple[Span, ...]:  # noqa: FBT001  (its caller names it)
    spans: list[Span] = []
    position = 0
    # sentencex panics over wide spaces and over halves of surrogate pairs; one for one, so that offsets stay.
    plain = SPACES.sub(" ", text)
    plain = plain if plain.isascii() else HALVES.sub("\ufffd", plain)
    for piece in sentencex.segment("en", plain):
        # sentencex gives the text back in pieces; find() rather than adding lengths, so that a piece that it
        # trimmed can't shift all that follow.
        start = plain.index(piece, position)
        position = start + len(piece)
        spans += _cut(text, _trimmed(text, start, position))
    kept = [span for span in spans if span.end > span.start]
    if all(end - start >= SHORTEST for start, end in kept):
        return tuple(kept)
    return tuple(_joined(kept, {span for span in kept if dense and _is_whole(text[span.start : span.end])}))


def _is_whole(sentence: str) -> bool:
    """Tell whether a sentence, however short, is one without doubt: its stop ends nothing else."""
    return sentence.rstrip("\"'\u201d\u300d\u300f)\uff09").endswith(STOPS) and len(DENSE.findall(sentence)) > 1


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


def _cut(text: str, span: Span) -> list[Span]:
    """Cut an overlong span at white space."""
    parts: list[Span] = []
    start, end = span
    while end - start > LONGEST:
        spaces = [match.start() for match in re.finditer(r"\s", text[start : start + LONGEST])]
        stop = start + (spaces[-1] if spaces and spaces[-1] > 0 else LONGEST)
        parts.append(_trimmed(text, start, stop))
        start = _trimmed(text, stop, end).start
    return [*parts, Span(start, end)]


def _joined(spans: list[Span], whole: Container[Span]) -> list[Span]:
    """Join a scrap to the sentence before it, or the first one to the sentence after it."""
    joined: list[Span] = []
    for span in spans:
        scrap = joined and any(each.end - each.start < SHORTEST and each not in whole for each in (span, joined[-1]))
        if scrap and span.end - joined[-1].start <= LONGEST:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined
