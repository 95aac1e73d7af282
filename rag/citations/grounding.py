"""From the sentences that a model wrote to claims that a reader can check.

Each claim is anchored to the slice of each cited abstract that carries it best, and measured against the cited papers
alone. A claim without a citation, or whose cited papers don't carry it, gets the paper that does, when one of those
shown to the model does. What is then still unsupported is marked, dropped, or replaced by what the papers do say.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.citations.contradiction import contradicted_words
from rag.citations.markers import Sentence
from rag.citations.numbering import cite, kept_leads
from rag.citations.support import PARTLY, TURNED, best_slice, holds, nothing_holds, support, verified
from rag.records import Citation, Claim, Paper

Policy = Literal["mark", "drop", "quote"]

NEXT_TO_NOTHING = 0.3  # support below which a paper has of a claim what any English sentence has: its stop words

# Names of what is counted.
ATTACHED = "attached"  # a citation was missing, and found
MOVED = "moved"  # a citation pointed to a paper that doesn't say it, and another does
PRUNED = "pruned"  # one citation of several pointed to a paper that has next to nothing of the claim
DROPPED = "dropped"  # an unsupported claim was left out, or its nearest sentence already stands in the answer
QUOTED = "quoted"  # an unsupported claim was replaced by the nearest sentence


@dataclass(frozen=True, slots=True)
class GroundedClaims:
    """Claims that were settled, and how often each kind of mending was needed."""

    claims: tuple[Claim, ...]
    repairs: Mapping[str, int]


def ground_claims(
    sentences: Sequence[Sentence], sources: Mapping[int, Paper], number: Callable[[Paper], int]
) -> GroundedClaims:
    """Return the sentences as verified claims. `number` gives a paper's number in the conversation."""
    repairs: Counter[str] = Counter()
    claims: list[Claim] = []
    for sentence in sentences:
        cited = [sources[n] for n in sentence.numbers]
        carried = support(sentence.text, [paper.abstract for paper in cited]).score
        if (
            carried < PARTLY
            and not _denied(sentence.text, cited, carried)
            and (better := _best_paper(sentence.text, sources)) is not None
        ):
            repairs[MOVED if cited else ATTACHED] += 1
            cited = [better]
        elif len(cited) > 1 and (carrying := _carrying(sentence.text, cited)):
            repairs[PRUNED] += len(cited) - len(carrying)
            cited = carrying
        citations = tuple(anchored(sentence.text, paper, number(paper)) for paper in cited)
        claims.append(verified(Claim(sentence.text, citations, lead=sentence.lead)))
    return GroundedClaims(tuple(claims), dict(+repairs))


def _denied(claim: str, cited: Sequence[Paper], carried: float) -> bool:
    """Tell whether the cited papers speak of a claim and say it the other way round.

    A reader must see that; another paper that says nothing of it either way could carry its words as well.
    """
    return carried + TURNED >= PARTLY and bool(contradicted_words(claim, [paper.abstract for paper in cited]))


def _carrying(claim: str, cited: Sequence[Paper]) -> list[Paper]:
    """Return the cited papers that have something of the claim; none when no single one carries it."""
    scores = [support(claim, [paper.abstract]).score for paper in cited]
    if max(scores) < PARTLY:
        return []
    return [paper for paper, score in zip(cited, scores, strict=True) if score >= NEXT_TO_NOTHING]


def _best_paper(claim: str, sources: Mapping[int, Paper]) -> Paper | None:
    """Return the source that carries a claim best; None when none does."""
    scored = [(support(claim, [paper.abstract]).score, -n) for n, paper in sources.items()]
    score, minus = max(scored)
    return sources[-minus] if score >= PARTLY else None


def anchored(claim: str, paper: Paper, number: int) -> Citation:
    """Return the citation of the slice of a paper's abstract that carries the claim best."""
    span, _ = best_slice(claim, paper.abstract)
    return cite(number, paper, span.start, span.end)


def apply_policy(
    settled: GroundedClaims, policy: Policy, sources: Mapping[int, Paper], number: Callable[[Paper], int]
) -> GroundedClaims:
    """Return the claims after what the user wants done with unsupported ones.

    Claims of which nothing holds stay as they are: they are no answer, and quotes in their place would look like one.
    """
    if policy == "mark" or nothing_holds(settled.claims):
        return settled
    repairs = Counter(settled.repairs)
    final: list[Claim | None] = []
    said = {claim.text for claim in settled.claims if holds(claim)}
    for claim in settled.claims:
        if holds(claim):
            final.append(claim)
        elif policy == "quote" and (quote := _nearest(claim, sources, number)).text not in said:
            said.add(quote.text)
            repairs[QUOTED] += 1
            final.append(quote)
        else:
            repairs[DROPPED] += 1
            final.append(None)
    leads = kept_leads([claim.lead for claim in settled.claims], [claim is not None for claim in final])
    kept = [replace(claim, lead=lead) for claim, lead in zip(filter(None, final), leads, strict=True)]
    return GroundedClaims(tuple(kept), dict(repairs))


def _nearest(claim: Claim, sources: Mapping[int, Paper], number: Callable[[Paper], int]) -> Claim:
    """Return the verbatim sentence nearest to a claim, from what it cites, else from all sources."""
    papers = [citation.paper for citation in claim.citations] or list(sources.values())
    found = [(best_slice(claim.text, paper.abstract), paper) for paper in papers]
    (span, _), paper = max(found, key=lambda item: item[0][1])
    citation = cite(number(paper), paper, span.start, span.end)
    return verified(Claim(citation.quote, (citation,), lead=claim.lead))
