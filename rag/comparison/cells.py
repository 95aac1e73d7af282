"""A model's words for one cell, as claims that a reader can check: grounded in the row's abstract alone."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.citations.grounding import anchored
from rag.citations.model_text.markers import read_markers
from rag.citations.numbering import cite
from rag.citations.support import PARTLY, support, verified
from rag.comparison.silence import is_silent
from rag.records import Cell, Claim, Paper
from rag.text.sentences import Span, sentence_spans

MARGIN = 0.1  # share of a claim that the sentences named may lack, beside those that carry it best
LOOSE = re.compile(r"\s+([.,;:!?])")  # a stop behind which a marker stood
STOPS = (".", "!", "?", ";", "\u3002")
LEFT = " .,;:"  # of a clause whose marker stood before the stop of the one before it
HALVES = re.compile(r"(?<=[.;!?])\s+")
NAMED = re.compile(r"[(\[]\s*(?:see\s+)?(?:sentences?|lines?|sent\.)\s*(\d[\d\s,and\N{EN DASH}-]*)[)\]]", re.IGNORECASE)


def cell_of(text: str, paper: Paper, number: int) -> Cell:
    """Return the cell that a model's words for it make, each sentence a claim on the paper `number` of the table.

    Empty when they only say that the abstract doesn't tell. Numbers of sentences in them are no part of the words.
    """
    spans = sentence_spans(paper.abstract)
    sources = dict.fromkeys(range(1, len(spans) + 1), paper)  # so that numbers of sentences are read as markers
    marked = NAMED.sub(lambda found: f"[{found[1].strip()}]", text)
    words, claims = "", list[Claim]()
    for one in read_markers(marked, sources).sentences:
        if told := _told(one.text, paper.abstract):
            words += (" " if words.endswith(STOPS) else "; ") if words else ""
            start = len(words)
            words += told
            claims.append(replace(_claim(told, one.numbers, paper, number, spans), start=start, end=len(words)))
    return Cell(words, tuple(claims))


def without_claims(cell: Cell) -> Cell:
    """Return a cell with only those of its claims that hold; empty when none does."""
    words, claims = "", list[Claim]()
    for claim in cell.claims:
        if claim.holds:
            start = len(words) + bool(words)
            words = f"{words} {claim.text}".lstrip()
            claims.append(replace(claim, start=start, end=len(words)))
    return Cell(words, tuple(claims))


def _told(sentence: str, abstract: str) -> str:
    """Return what a sentence tells: all of it, or what it tells beside that the rest isn't said; empty for nothing."""
    text = LOOSE.sub(r"\1", sentence).strip().lstrip(LEFT)
    if not is_silent(text, abstract):
        return text
    halves = [half for half in HALVES.split(text) if not is_silent(half, abstract)]
    return " ".join(half for half in halves if support(half, [abstract]).score >= PARTLY)


def _claim(text: str, named: Sequence[int], paper: Paper, number: int, spans: Sequence[Span]) -> Claim:
    """Return a claim with the sentences that the model named, where they carry it as well as any; else with those."""
    found = anchored(text, paper, number)
    own = tuple(cite(number, paper, *spans[place - 1]) for place in sorted(set(named)))
    shares = [support(text, [" ".join(one.quote for one in slices)]).found for slices in (own, found)]
    return verified(Claim(text, own if own and shares[0] >= shares[1] - MARGIN else found))
