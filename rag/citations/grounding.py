"""From the sentences that a model wrote to claims that a reader can check.

Each claim is anchored to the slice of each cited abstract that carries it best, and measured against the cited papers
alone. A claim without a citation gets the paper that carries it, when one of those shown to the model does. A citation
to a paper that has hardly anything of the claim is moved when another has clearly all of it, and the claim says from
where. What is then still unsupported is marked, dropped, or replaced by what the papers do say.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.citations.markers import Sentence
from rag.citations.numbering import cite, kept_leads
from rag.citations.slices import best_sentence, best_sentences
from rag.citations.support import PARTLY, cited_text, nothing_holds, share_found, support, verified
from rag.records import Citation, Claim, Paper
from rag.records.claims import LITTLE, Support

Policy = Literal["mark", "drop", "quote"]

NOTHING = 0.1  # share of a claim found from which a paper has anything of it
MUCH = 0.7  # share of a claim that a paper must have to be clearly the one, where the cited one has hardly any

# Names of what is counted.
ATTACHED = "attached"  # a citation was missing, and found
MOVED = "moved"  # a citation pointed to a paper that doesn't say it, and another does
PRUNED = "pruned"  # one citation of several pointed to a paper that has nothing of the claim
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
        moved_from = ""
        if not cited and (carrying := _best_paper(sentence.text, sources)) is not None:
            repairs[ATTACHED] += 1
            cited = [carrying]
        elif cited and (better := _clearly_better(sentence.text, cited, sources)) is not None:
            repairs[MOVED] += 1
            moved_from = "; ".join(paper.title for paper in cited if paper != better)
            cited = [better]
        elif len(cited) > 1:
            kept = _having_some(sentence.text, cited)
            repairs[PRUNED] += len(cited) - len(kept)
            cited = kept
        citations = tuple(one for paper in cited for one in anchored(sentence.text, paper, number(paper)))
        claims.append(verified(Claim(sentence.text, citations, lead=sentence.lead, moved_from=moved_from)))
    return GroundedClaims(tuple(claims), dict(+repairs))


def _clearly_better(claim: str, cited: Sequence[Paper], sources: Mapping[int, Paper]) -> Paper | None:
    """Return the paper that a claim must have meant, when what it cites has hardly anything of it; else None.

    That paper says it word for word, or has much of it with all names and numbers, and nothing otherwise.
    """
    if share_found(claim, [cited_text(paper) for paper in cited]) >= LITTLE:
        return None
    found = {n: support(claim, [cited_text(paper)]) for n, paper in sources.items()}
    fitting = [(one.verbatim, one.score, -n) for n, one in found.items() if one.verbatim or _has_much(one)]
    return sources[-max(fitting)[2]] if fitting else None


def _has_much(found: Support) -> bool:
    return found.found >= MUCH and not (found.missing_numbers or found.missing_names or found.differences)


def _having_some(claim: str, cited: Sequence[Paper]) -> list[Paper]:
    """Return the cited papers without those that have nothing at all of a claim; all when no other has enough."""
    found = [share_found(claim, [cited_text(paper)]) for paper in cited]
    if max(found) < LITTLE:
        return list(cited)
    return [paper for paper, share in zip(cited, found, strict=True) if share >= NOTHING]


def _best_paper(claim: str, sources: Mapping[int, Paper]) -> Paper | None:
    """Return the source that carries a claim best; None when none does."""
    found = {n: support(claim, [cited_text(paper)]) for n, paper in sources.items()}
    best = max(found, key=lambda n: (found[n].score, -n))
    return sources[best] if found[best].score >= PARTLY else None


def anchored(claim: str, paper: Paper, number: int) -> tuple[Citation, ...]:
    """Return the citations of the sentences of a paper's abstract that carry the claim: one, or several apart."""
    return tuple(cite(number, paper, span.start, span.end) for span in best_sentences(claim, paper.abstract))


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
    said = {claim.text for claim in settled.claims if claim.holds}
    for claim in settled.claims:
        if claim.holds:
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
    papers = list(dict.fromkeys(citation.paper for citation in claim.citations)) or list(sources.values())
    found = [(best_sentence(claim.text, paper.abstract), paper) for paper in papers]
    (span, _), paper = max(found, key=lambda item: item[0][1])
    citation = cite(number(paper), paper, span.start, span.end)
    return verified(Claim(citation.quote, (citation,), lead=claim.lead))
