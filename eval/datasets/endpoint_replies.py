"""Replies as models send them through endpoints, and what must become of each: four kinds of trouble.

Four papers of our own, and replies about them in which `{A}` stands for a sentence of one. A case says what is
cited in the end, what must stay in the text and what mustn't, and the outcome; `open` says why one is not right yet.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.citations.reading import read_answer
from rag.citations.rendering import Rendered, render
from rag.records import Answer, Citation, Outcome, Paper, Searched, Turn

DATA = Path(__file__).resolve().parents[1] / "data" / "endpoints"
QUESTION = "How many points does SparseCut reach, and what do bees and moss do?"
KINDS = {1: "markers that must be read", 6: "brackets that are none", 7: "another language", 9: "form"}
FINE = ("quoted", "reworded")  # how the claims of these replies stand: all that they say is true


@dataclass(frozen=True, slots=True)
class Case:
    """A reply and what must become of it; `text` is the whole text of the answer, where that is one."""

    kind: int
    reply: str
    cites: frozenset[int]
    outcome: str
    stays: tuple[str, ...]
    gone: tuple[str, ...]
    text: str | None
    left_open: bool | None
    claims: int | None
    standing: tuple[str, ...]
    open: str


def load_papers() -> dict[int, Paper]:
    """Return the papers that the model was shown, by their numbers."""
    rows = [json.loads(line) for line in (DATA / "papers.jsonl").read_text("utf-8").splitlines()]
    return {row["number"]: _paper(row) for row in rows}


def load_cases() -> list[Case]:
    """Return all cases, their sentences filled in."""
    sentences = json.loads((DATA / "sentences.json").read_text("utf-8"))

    def filled(text: str) -> str:
        for name, sentence in sentences.items():
            text = text.replace(f"{{{name}}}", sentence)
        return text

    rows = [json.loads(line) for line in (DATA / "markers.jsonl").read_text("utf-8").splitlines()]
    return [
        Case(
            kind=row["kind"],
            reply=filled(row["reply"]),
            cites=frozenset(row["cites"]),
            outcome=row["outcome"],
            stays=tuple(map(filled, row.get("stays", ()))),
            gone=tuple(map(filled, row.get("gone", ()))),
            text=filled(row["text"]) if "text" in row else None,
            left_open=row.get("left_open"),
            claims=row.get("claims"),
            standing=tuple(row.get("standing", (*FINE, "partly") if row["kind"] == 6 else FINE)),
            open=row.get("open", ""),
        )
        for row in rows
    ]


def shortcomings(case: Case, papers: Mapping[int, Paper]) -> list[str]:
    """Return what isn't as it must be of the answer that a reply becomes, each in a few words; nothing when all is."""
    read = read_answer(case.reply, QUESTION, papers)
    shown = render(read.parts, _numbered(papers))
    cited = {citation.number for claim in shown.claims for citation in claim.citations}
    standings = [str(claim.standing) for claim in shown.claims]
    told = {
        f"cites {sorted(cited)}": cited != case.cites,
        "answers" if case.outcome == "not_in_abstracts" else "abstains": read.abstains != (case.outcome != "answered"),
        f"stand {standings}": not set(standings) <= set(case.standing),
        f"says {shown.text!r}": case.text is not None and shown.text != case.text,
        f"leaves open {read.left_open!r}": case.left_open is not None and bool(read.left_open) != case.left_open,
        f"makes {len(shown.claims)} claims": case.claims is not None and len(shown.claims) != case.claims,
        f"counts {_missing(shown)}": case.kind == 1 and bool(_missing(shown)),
    }
    told |= {f"lost {part!r}": part not in shown.text for part in case.stays}
    told |= {f"kept {part!r}": part in shown.text for part in case.gone}
    return [short for short, is_so in told.items() if is_so]


def right_by_kind(cases: Iterable[Case]) -> dict[int, tuple[int, int]]:
    """Return of each kind how many replies are read as they must be, and how many there are."""
    papers = load_papers()
    whole: Counter[int] = Counter()
    right: Counter[int] = Counter()
    for case in cases:
        whole[case.kind] += 1
        right[case.kind] += not shortcomings(case, papers)
    return {kind: (right[kind], whole[kind]) for kind in sorted(whole)}


def _missing(shown: Rendered) -> list[str]:
    return [number for claim in shown.claims for number in claim.missing_numbers]


def _paper(row: dict[str, Any]) -> Paper:
    return Paper(
        paper_id=10 + row["number"],
        title=row["title"],
        abstract=row["abstract"],
        authors=tuple(row["authors"]),
        year=row["year"],
        doi=row.get("doi"),
        arxiv_id=row.get("arxiv_id"),
    )


def _numbered(papers: Mapping[int, Paper]) -> list[Turn]:
    """Return a conversation in which the papers have the numbers with which they were shown."""
    first = tuple(Citation(number, paper, paper.abstract[:1], 0, 1) for number, paper in papers.items())
    return [Turn("", Answer("", Outcome.ANSWERED, "", (), first, (), Searched(len(papers), ""), "recorded"))]
