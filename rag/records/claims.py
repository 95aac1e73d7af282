"""Claims: what an answer says, what each rests on, and what a reader is told of it."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rag.records.papers import Paper

VERDICTS = ("supported", "partly", "not")  # of a checker
LITTLE = 0.25  # share of a claim that was found from which there is anything of it in what it cites
MOST = 0.45  # share from which a claim may be the cited text in other words; below it, a large part wasn't found


class Standing(StrEnum):
    """What a reader is told of a claim: the one word that page, terminal, exports, API and evaluation use."""

    QUOTED = "quoted"  # the cited text says it in these words, or nearly
    SUPPORTED = "supported"  # a checker that reads meaning says so
    REWORDED = "reworded"  # own words, with all names and numbers found; not otherwise checked, and no reproach
    PARTLY = "partly"  # a name, a number or a large part of it wasn't found
    DIFFERS = "differs"  # the cited text has another number, name, unit or direction
    NOT_FOUND = "not found"  # hardly anything of it is in what it cites
    UNCITED = "uncited"  # it cites nothing


HOLDING = frozenset({Standing.QUOTED, Standing.SUPPORTED, Standing.REWORDED, Standing.PARTLY})


@dataclass(frozen=True, slots=True)
class Citation:
    """A claim's pointer to a verbatim slice: `paper.abstract[start:end] == quote`."""

    number: int
    paper: Paper
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a claim says otherwise than what it cites: `said` there, `told` here.

    `kind` is `number`, `unit`, `name`, `direction` or `negation`.
    """

    kind: str
    said: str
    told: str


@dataclass(frozen=True, slots=True)
class Support:
    """How well cited text carries a claim: a score 0..1, and what it rests on.

    `missing_words`, `missing_numbers` and `missing_names` are those of the claim that the text lacks (a name is also
    among the words). `found` is the share of the claim's content words that the text has, 0..1, rare ones counting
    more; `verbatim` tells that the text says it in these words, or nearly; `differences` are what it says otherwise.
    """

    score: float
    missing_words: tuple[str, ...] = ()
    missing_numbers: tuple[str, ...] = ()
    missing_names: tuple[str, ...] = ()
    found: float = 0.0
    verbatim: bool = False
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence or clause of an answer, without its markers, and what it rests on.

    In the text of its answer it is `text[start:end]`, as it was written there, with its markers.

    `support` (0..1) says how well the cited abstracts carry it; the missing words and numbers say why not more.
    `lead` is what stands before it there: a space, a new paragraph, a list item. `verdict` is what a
    checker said of it (`supported`, `partly`, `not`), when one was asked, and `checker` who that was. `verbatim`,
    `differences`, `found` and `missing_names` are as in Support. `moved_from` is the title of the paper that was
    cited, when another was put in its place.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    support: float = 0.0
    missing_words: tuple[str, ...] = ()
    missing_numbers: tuple[str, ...] = ()
    lead: str = ""
    verdict: str | None = None
    verbatim: bool = False
    differences: tuple[Difference, ...] = ()
    found: float = 0.0
    missing_names: tuple[str, ...] = ()
    checker: str | None = None
    moved_from: str = ""
    start: int = 0
    end: int = 0

    @property
    def standing(self) -> Standing:
        """What a reader is told of this claim.

        A checker's verdict raises and lowers what the words alone tell.
        """
        if not self.citations:
            return Standing.UNCITED
        if self.verdict == "partly":
            return Standing.PARTLY
        if self.verdict == "not":
            return Standing.DIFFERS if self.differences else Standing.NOT_FOUND
        if self.verbatim:
            return Standing.QUOTED
        return Standing.SUPPORTED if self.verdict == "supported" else self._by_words()

    def _by_words(self) -> Standing:
        if self.differences:
            return Standing.DIFFERS
        if self.found < LITTLE:
            return Standing.NOT_FOUND
        lacking = self.missing_numbers or self.missing_names or self.found < MOST
        return Standing.PARTLY if lacking else Standing.REWORDED

    @property
    def holds(self) -> bool:
        """True when what it cites carries the claim at least partly, as far as was seen."""
        return self.standing in HOLDING

    def to_dict(self) -> dict[str, Any]:
        """Return the claim as plain JSON-ready values; a citation names its paper by `paper_id`."""
        return {
            "text": self.text,
            "lead": self.lead,
            "start": self.start,
            "end": self.end,
            "standing": str(self.standing),
            "support": self.support,
            "found": self.found,
            "verbatim": self.verbatim,
            "missing_words": list(self.missing_words),
            "missing_numbers": list(self.missing_numbers),
            "missing_names": list(self.missing_names),
            "differences": [dataclasses.asdict(one) for one in self.differences],
            "verdict": self.verdict,
            "checker": self.checker,
            "moved_from": self.moved_from,
            "citations": [citation_dict(citation) for citation in self.citations],
        }


def claim_of(value: Mapping[str, Any], papers: Mapping[int, Paper]) -> Claim:
    """Return the claim that `Claim.to_dict` gave, with its papers by id; also what version 0.1.0 wrote.

    That knew nothing but support: all of it was a quote, and a part of it is what was found. It kept no spans, which
    `claims_of` finds. Raises KeyError,
    TypeError or ValueError for anything else.
    """
    support = value["support"]
    return Claim(
        text=value["text"],
        citations=tuple(citation_of(one, papers) for one in value["citations"]),
        support=support,
        missing_words=tuple(value["missing_words"]),
        missing_numbers=tuple(value["missing_numbers"]),
        lead=value["lead"],
        start=value.get("start", 0),
        end=value.get("end", 0),
        verdict=_verdict(value["verdict"]),
        verbatim=value.get("verbatim", support >= 1.0),
        differences=tuple(Difference(**one) for one in value.get("differences", ())),
        found=value.get("found", support),
        missing_names=tuple(value.get("missing_names", ())),
        checker=value.get("checker"),
        moved_from=value.get("moved_from", ""),
    )


def claims_of(values: Sequence[Mapping[str, Any]], papers: Mapping[int, Paper]) -> tuple[Claim, ...]:
    """Return the claims of an answer. Raises what `claim_of` raises."""
    claims = [claim_of(value, papers) for value in values]
    return _with_spans(claims, values) if any("start" not in value for value in values) else tuple(claims)


def _with_spans(claims: Sequence[Claim], values: Sequence[Mapping[str, Any]]) -> tuple[Claim, ...]:
    """Return claims with their places in the answer's text, from what version 0.1.0 wrote: `lead`, text, markers."""
    found: list[Claim] = []
    at = 0
    for claim, value in zip(claims, values, strict=True):
        start = at + len(value["lead"])
        numbers = dict.fromkeys(citation.number for citation in claim.citations)
        at = start + len(claim.text) + bool(numbers) + sum(len(f"[{number}]") for number in numbers)
        found.append(dataclasses.replace(claim, start=start, end=at))
    return tuple(found)


def _verdict(value: object) -> str | None:
    if value is None or value in VERDICTS:
        return None if value is None else str(value)
    msg = f"no verdict: {value!r}"
    raise ValueError(msg)


def citation_dict(citation: Citation) -> dict[str, Any]:
    """Return a citation as plain values."""
    return {
        "number": citation.number,
        "paper_id": citation.paper.paper_id,
        "title": citation.paper.title,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
    }


def citation_of(value: Mapping[str, Any], papers: Mapping[int, Paper]) -> Citation:
    """Return the citation that `citation_dict` gave. Raises KeyError for an unknown paper or a missing value."""
    return Citation(value["number"], papers[value["paper_id"]], value["quote"], value["start"], value["end"])
