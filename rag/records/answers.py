"""Answers: their text and claims, what was searched, and what readers thought of it."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Self

from rag.records.claims import Citation, Claim, citation_dict, citation_of, claims_of
from rag.records.filters import Filters
from rag.records.papers import Paper, Passage, reference_html
from rag.records.showing import boxed, listed, said, spaced, tagged
from rag.records.standings import needs_look, shown, side_by_side
from rag.text.labels import one_line
from rag.text.questions.readings import Reading, as_read, line_of

MARK = "NOT SAID:"  # what a model is asked to write before what its sources leave open


class Anew(str):
    """A piece of a streamed text with which it begins anew: what came before turned out to be no part of the answer.

    Whoever only prints the pieces gets a blank line of it; the Answer at the end of the stream is right in any case.
    """

    __slots__ = ()

    def __new__(cls) -> Self:
        """Make one; they are all alike."""
        return super().__new__(cls, "\n\n")


class Outcome(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    NOT_IN_ABSTRACTS = "not_in_abstracts"  # relevant papers found, but they don't say
    NO_RELEVANT_PAPERS = "no_relevant_papers"


# What is said where there is no answer, and before the papers that came nearest.
REFUSALS = {
    Outcome.NOT_IN_ABSTRACTS: "The abstracts in this library don't say.",
    Outcome.NO_RELEVANT_PAPERS: "No paper in this library is about that.",
}
EXTRACTIVE = "extractive"  # the answerer that quotes
NEAREST_PAPERS = "The nearest papers:"
LEFT_OPEN = "The abstracts leave open:"  # before what a model said of that
CLOSEST = "closest, but no answer:"  # before the sentence of each of them that comes closest


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched: how many papers, under which filters, with which text.

    `scores` are the papers found, best first, as (paper id, score within this search, 0..1). `after` is the earlier
    question that stands in front of this one in `query`, where it was joined; `readings` are the words of the question
    that were read as others.
    """

    papers: int
    query: str
    filters: Filters = field(default_factory=Filters)
    scores: tuple[tuple[int, float], ...] = ()
    after: str = ""
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The one answer object: what chat, API, command line and evaluation all see.

    `citations` lists every paper cited, once, in the order of its number in `text`. `nearest` names the papers
    that came nearest when the abstracts don't say, `closest` of each of them the sentence that comes closest to an
    answer and is none. `left_open` is what a language model said the abstracts leave open, of an answer too.
    `answerer` is who wrote it, `prompts` the identities of the
    prompts used (`answer@1a2b3c4d`). `partial` is true when the LLM was cut off; `notes` says why, and what else a
    reader should know, a line each; `repairs` counts what had to be mended in the LLM's text, by kind. `timings` are
    seconds by stage; `usage` counts LLM tokens (`input_tokens`, `output_tokens`, estimated where the server doesn't
    tell) and `calls`, `thinking_tokens` are those of its output that went into thinking, and it is empty when none was
    asked; `cost` is their price where prices are set and known. `matching` is how many papers match where a list was
    asked for, of which the text tells the first; None for any other question. Timings don't count when two answers are
    compared.
    """

    question: str
    outcome: Outcome
    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Paper, ...]
    searched: Searched
    answerer: str
    timings: Mapping[str, float] = field(default_factory=dict, compare=False)
    usage: Mapping[str, int] = field(default_factory=dict)
    cost: float | None = None
    prompts: tuple[str, ...] = ()
    partial: bool = False
    notes: tuple[str, ...] = ()
    repairs: Mapping[str, int] = field(default_factory=dict)
    closest: tuple[Passage, ...] = ()
    left_open: str = ""
    matching: int | None = None

    @property
    def is_markdown(self) -> bool:
        """True when the text is Markdown, as a language model writes it; quotes are the papers' own characters."""
        return self.answerer != EXTRACTIVE

    @property
    def rewritten(self) -> str | None:
        """The question as it was searched for, when a follow-up was made to stand alone; else None."""
        own = as_read(self.question.strip(), self.searched.readings)
        return None if self.searched.query == own else self.searched.query

    @property
    def joined(self) -> str:
        """What a reader is told of a question that was made to stand alone, in one line; nothing of any other."""
        if not self.rewritten or not self.searched.after:
            return f"Searched for: {self.rewritten}" if self.rewritten else ""
        own = self.rewritten.removeprefix(self.searched.after).strip()
        return f'Searched for "{own}" after "{self.searched.after}".'

    @property
    def read(self) -> str:
        """What a reader is told of words that were read as others, in one line; nothing without any."""
        return line_of(self.searched.readings)

    @property
    def nearest_with_closest(self) -> tuple[tuple[Paper, Passage | None], ...]:
        """The nearest papers, each with its closest sentence where it is known (0.1.0 kept none)."""
        return tuple(zip_longest(self.nearest, self.closest[: len(self.nearest)]))

    @property
    def answered(self) -> bool:
        """True when the abstracts gave an answer."""
        return self.outcome is Outcome.ANSWERED

    @property
    def support(self) -> float:
        """Support of the whole answer: the mean of its two lowest claims, 0..1; 0 without claims."""
        lowest = sorted(claim.support for claim in self.claims)[:2]
        return sum(lowest) / len(lowest) if lowest else 0.0

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """Return the text with its references, a line each, and what to know of it."""
        text = "\n".join(map(one_line, self.text.split("\n")))
        cited = [f"[{one.number}] {one.paper.reference}" for one in self.citations]
        told = map(one_line, filter(None, (self.joined, self.read, *self.notes)))
        return "\n\n".join(filter(None, [text, "\n".join(cited), "\n".join(told)]))

    def _repr_html_(self) -> str:
        return boxed(
            tagged("p", tagged("b", said(self.question))),
            tagged("div", text_html(self.text, self.claims), "text"),
            "".join(cited_html(one, self.claims) for one in self.citations),
            listed(map(reference_html, self.nearest)) if self.outcome is Outcome.NOT_IN_ABSTRACTS else "",
            tagged("p", said(f"{LEFT_OPEN} {self.left_open}")) if self.left_open and not self.answered else "",
            "".join(tagged("p", said(note), "quiet") for note in (self.joined, self.read, *self.notes) if note),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the whole answer as plain JSON-ready values; a citation names its paper by `paper_id`."""
        papers = {c.paper.paper_id: c.paper for claim in self.claims for c in claim.citations}
        papers |= {paper.paper_id: paper for paper in self.nearest}
        return {
            "question": self.question,
            "rewritten": self.rewritten,
            "outcome": str(self.outcome),
            "text": self.text,
            "support": self.support,
            "claims": [claim.to_dict() for claim in self.claims],
            "citations": [citation_dict(citation) for citation in self.citations],
            "nearest": [paper.paper_id for paper in self.nearest],
            "left_open": self.left_open,
            "matching": self.matching,
            "closest": [dataclasses.asdict(passage) for passage in self.closest],
            "papers": [dataclasses.asdict(papers[paper_id]) for paper_id in sorted(papers)],
            "searched": dataclasses.asdict(self.searched),
            "answerer": self.answerer,
            "timings": dict(self.timings),
            "usage": dict(self.usage),
            "cost": self.cost,
            "prompts": list(self.prompts),
            "partial": self.partial,
            "notes": list(self.notes),
            "repairs": dict(self.repairs),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """Return the answer that `to_dict` gave. Raises KeyError, TypeError or ValueError for anything else."""
        papers = {one["paper_id"]: Paper(**{**one, **_tuples(one, "authors", "origins")}) for one in value["papers"]}
        searched = value["searched"]
        scores = tuple((paper_id, score) for paper_id, score in searched.get("scores", ()))
        return cls(
            question=value["question"],
            outcome=Outcome(value["outcome"]),
            text=value["text"],
            claims=claims_of(value["claims"], papers),
            citations=tuple(citation_of(one, papers) for one in value["citations"]),
            nearest=tuple(papers[paper_id] for paper_id in value["nearest"]),
            closest=tuple(Passage(**one) for one in value.get("closest", ())),
            searched=Searched(
                searched["papers"],
                searched["query"],
                Filters.from_dict(searched["filters"]),
                scores,
                searched.get("after", ""),
                tuple(map(Reading.from_dict, searched.get("readings", ()))),
            ),
            left_open=value.get("left_open", ""),
            matching=value.get("matching"),
            **_tuples(value, "prompts", "notes"),
            **{name: value[name] for name in ("answerer", "timings", "usage", "cost", "partial", "repairs")},
        )


def text_html(text: str, claims: tuple[Claim, ...]) -> str:
    """Return a text as a notebook shows it: a claim to look at has its sign, and what that means where one points."""
    done, at = "", 0
    for claim in claims:
        how, look = shown(claim), needs_look(claim)
        told = f"{how.word}: {side_by_side(claim) or how.meaning}"
        span = spaced(text[claim.start : claim.end]) + f" {how.sign}" * look
        done += spaced(text[at : claim.start]) + tagged("span", span, "look" if look else "", told)
        at = claim.end
    return done + spaced(text[at:])


def cited_html(citation: Citation, claims: Iterable[Claim] = ()) -> str:
    """Return a cited paper as a notebook shows it: its reference, and the words of its abstract that claims rest on."""
    cited = (one.quote for claim in claims for one in claim.citations if one.number == citation.number)
    quotes = (tagged("blockquote", tagged("mark", said(one))) for one in dict.fromkeys((citation.quote, *cited)))
    return tagged("div", reference_html(citation.paper, f"[{citation.number}]")) + "".join(quotes)


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation and its answer, as text or as the Answer itself.

    Given the Answer, its papers keep their numbers in what follows.
    """

    question: str
    answer: "str | Answer" = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """What a reader thought of an answer: good or not, and why. `rating_id` names it, `at` is its time (ISO, UTC).

    `who` gave it; where that is empty it is who acts when it is stored.
    """

    rating_id: str
    answer: Answer
    good: bool
    note: str = ""
    at: str = ""
    who: str = ""


def _tuples(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return lists of JSON as the tuples that they were."""
    return {name: tuple(value[name]) for name in names}
