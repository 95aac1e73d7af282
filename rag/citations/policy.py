"""What becomes of claims that don't hold: marked and left as they are, dropped, or replaced by what the papers say."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from rag.citations.numbering import cite
from rag.citations.rendering import Part, kept, quoted
from rag.citations.slices import best_sentence
from rag.citations.support import nothing_holds, verified
from rag.records import Claim, Paper

Policy = Literal["mark", "drop", "quote"]

# Names of what is counted.
DROPPED = "dropped"  # an unsupported claim was left out, or its nearest sentence already stands in the answer
QUOTED = "quoted"  # an unsupported claim was replaced by the nearest sentence


def apply_policy(
    parts: Sequence[Part], policy: Policy, sources: Mapping[int, Paper]
) -> tuple[tuple[Part, ...], Counter[str]]:
    """Return the parts after what the user wants done with claims that don't hold, and how often that was needed.

    Claims of which nothing holds stay as they are: they are no answer, and quotes in their place would look like one.
    """
    claims = [part.claim for part in parts if part.claim]
    if policy == "mark" or nothing_holds(claims):
        return tuple(parts), Counter()
    repairs: Counter[str] = Counter()
    said = {claim.text for claim in claims if claim.holds}
    final: list[Part | None] = []
    for part in parts:
        if part.claim is None or part.claim.holds:
            final.append(part)
        elif policy == "quote" and (quote := _nearest(part.claim, sources)).text not in said:
            said.add(quote.text)
            repairs[QUOTED] += 1
            final.append(quoted(quote, part.lead))
        else:
            repairs[DROPPED] += 1
            final.append(None)
    left = [new or old for new, old in zip(final, parts, strict=True)]
    return kept(left, [part is not None for part in final]), repairs


def _nearest(claim: Claim, sources: Mapping[int, Paper]) -> Claim:
    """Return the verbatim sentence nearest to a claim, from what it cites, else from all sources."""
    papers = list(dict.fromkeys(citation.paper for citation in claim.citations)) or list(sources.values())
    found = [(best_sentence(claim.text, paper.abstract), paper) for paper in papers]
    (span, _), paper = max(found, key=lambda item: item[0][1])
    citation = cite(0, paper, span.start, span.end)
    return verified(Claim(citation.quote, (citation,)))
