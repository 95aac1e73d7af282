"""A model's words for one cell, as claims that a reader can check: grounded in the row's abstract alone."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.citations.grounding import anchored
from rag.citations.model_text.clauses import Sentence
from rag.citations.model_text.markers import read_markers
from rag.citations.numbering import cite
from rag.citations.support import verified
from rag.comparison.silence import is_silent
from rag.records import Cell, Claim, Paper
from rag.records.claims import LITTLE
from rag.text.sentences import Span, sentence_spans

NAMED = re.compile(r"[(\[]\s*(?:see\s+)?(?:sentences?|lines?|sent\.)\s*(\d[\d\s,and\N{EN DASH}-]*)[)\]]", re.IGNORECASE)


def cell_of(text: str, paper: Paper, number: int) -> Cell:
    """Return the cell that a model's words for it make, each sentence a claim on the paper `number` of the table.

    Empty when they only say that the abstract doesn't tell. Numbers of sentences in them are no part of the words.
    """
    spans = sentence_spans(paper.abstract)
    sources = dict.fromkeys(range(1, len(spans) + 1), paper)  # so that numbers of sentences are read as markers
    marked = NAMED.sub(lambda found: f"[{found[1].strip()}]", text)
    said = [one for one in read_markers(marked, sources).sentences if not is_silent(one.text, paper.abstract)]
    words, claims = "", list[Claim]()
    for one in said:
        told = one.text.strip()
        words += _lead(one) if words else ""
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


def _claim(text: str, named: Sequence[int], paper: Paper, number: int, spans: Sequence[Span]) -> Claim:
    """Return a claim with the sentences that carry it; where hardly any does, those that the model named."""
    claim = verified(Claim(text, anchored(text, paper, number)))
    if claim.found >= LITTLE or not named:
        return claim
    slices = tuple(cite(number, paper, *spans[place - 1]) for place in sorted(set(named)))
    return verified(replace(claim, citations=slices))


def _lead(sentence: Sentence) -> str:
    return "; " if "\n" in sentence.lead or not sentence.lead else " "
