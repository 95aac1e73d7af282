"""An answer's text: its parts one after the other, markers with the conversation's numbers, claims as spans of it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from rag.citations.model_text.forms.shielding import shielded, shown
from rag.citations.model_text.forms.surroundings import is_index
from rag.citations.numbering import Piece, kept_leads, number_papers
from rag.records import Citation, Claim, Turn

MARKER = re.compile(r"\[\d+\]")  # as an answer's text has them
STOPS = tuple(
    ".,;:!?)\u3002\uff0c\uff1b\uff1a\uff01\uff1f\uff09\u060c\u061f\u0964"
)  # what may end a claim behind its last marker
BEHIND = (" ", ".", ",", ";", ":", "!", "?", ")")  # what no second space comes before


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer as it stands in the text: what comes before it, how it is written, and what it claims.

    In `written`, a marker is the tuple of the ids of its papers. A part without a claim holds the text together; what
    its markers point to is in `cited`.
    """

    lead: str
    written: tuple[Piece, ...]
    claim: Claim | None = None
    cited: tuple[Citation, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the part cites."""
        return self.claim.citations if self.claim else self.cited


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text of an answer with its claims, as spans of it, and the first citation of every paper, by number."""

    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]


def render(parts: Iterable[Part], history: Sequence[Turn] = ()) -> Rendered:
    """Return the text of parts. Papers keep their numbers of `history`; new ones get theirs as they come."""
    parts = list(parts)
    numbers = number_papers((one.paper for part in parts for one in _in_order(part)), history)
    text, claims, first = "", [], dict[int, Citation]()
    for part in parts:
        lead = part.lead if text else part.lead.lstrip("\n ")
        text += lead
        start = len(text)
        text += _written(part, numbers)
        cited = tuple(replace(one, number=numbers[one.paper.paper_id]) for one in part.citations)
        for citation in cited:
            first.setdefault(citation.number, citation)
        if part.claim:
            claims.append(replace(part.claim, citations=cited, lead=lead, start=start, end=len(text)))
    return Rendered(text, tuple(claims), tuple(first[number] for number in sorted(first)))


def pieces_of(rendered: Rendered) -> list[str]:
    """Return a text in pieces, each up to where the next claim begins, in which it can be shown one after the other."""
    cuts = [0, *(claim.start for claim in rendered.claims[1:]), len(rendered.text)]
    return [rendered.text[start:end] for start, end in pairwise(cuts)]


def marked(text: str, claims: Iterable[Claim], mark: Callable[[Claim, int], str]) -> str:
    """Return a text with a mark behind each of its claims: behind the marker that ends it and its stop, or its words.

    `mark` gives what is put there, of a claim and its place among the claims.
    """
    done, at = "", 0
    for number, claim in enumerate(claims):
        written = text[claim.start : claim.end]
        last = max((match.end() for match in MARKER.finditer(shielded(written, {}))), default=0)
        if not last or any(map(str.isalnum, written[last:])):
            last = len(written.rstrip(" |"))
        while written[last : last + 1] in STOPS:
            last += 1
        done += text[at : claim.start + last] + mark(claim, number)
        at = claim.start + last
    return done + text[at:]


def kept(parts: Sequence[Part], keep: Sequence[bool]) -> tuple[Part, ...]:
    """Return the parts that are kept; who comes first of a paragraph or an item takes over what opens it."""
    leads = kept_leads([part.lead for part in parts], keep)
    left = (part for part, stays in zip(parts, keep, strict=True) if stays)
    return tuple(replace(part, lead=lead) for part, lead in zip(left, leads, strict=True))


def quoted(claim: Claim, lead: str) -> Part:
    """Return the part of a claim that is a quote: its words, then what it cites."""
    cited = tuple(dict.fromkeys(citation.paper.paper_id for citation in claim.citations))
    return Part(lead, (claim.text, " ", cited), claim)


def _in_order(part: Part) -> list[Citation]:
    """Return the citations of a part in the order of its markers, those that have none last."""
    places = {paper: n for n, paper in reversed(list(enumerate(_marked(part))))}
    return sorted(part.citations, key=lambda one: places.get(one.paper.paper_id, len(places)))


def _marked(part: Part) -> list[int]:
    return [paper for piece in part.written if isinstance(piece, tuple) for paper in piece]


def markers_replaced(text: str, change: Callable[[re.Match[str]], str]) -> str:
    """Return an answer's text with its markers changed; `x[1]` in code or a formula is none."""
    return shown(MARKER.sub(change, shielded(text, {})))


def _apart(before: str, marker: str, after: str) -> str:
    """Return a marker with a space where it would look like an index: `a[1]`."""
    if not is_index(before, after):
        return marker
    return (
        f"{' ' if before[-1:].isalnum() else ''}{marker}{' ' if after[:1].isalnum() or after.startswith('-') else ''}"
    )


def _written(part: Part, numbers: Mapping[int, int]) -> str:
    """Return a part with numbers in the place of its papers; what it cites without a marker gets one at the end."""
    cited = list(dict.fromkeys(one.paper.paper_id for one in part.citations))
    text = ""
    for piece, following in zip_longest(part.written, part.written[1:], fillvalue=""):
        if isinstance(piece, str):
            gone = text.endswith(" ") and piece.startswith(BEHIND)  # a marker stood between
            text = f"{text.rstrip(' ')}{piece}" if gone else text + piece
        elif marker := "".join(f"[{numbers[paper]}]" for paper in dict.fromkeys(piece) if paper in cited):
            text += _apart(text, marker, following if isinstance(following, str) else "")
    left = [paper for paper in cited if paper not in _marked(part)]
    markers = "".join(f"[{numbers[paper]}]" for paper in left)
    if not markers:
        return text.rstrip(" ")
    if text.endswith("|"):  # of a row: inside of its last cell
        return f"{text[:-1].rstrip()} {markers} |"
    return f"{text.rstrip(' ')}{'' if text.endswith(']') else ' '}{markers}"
