"""From the sentences that a model wrote to claims that a reader can check.

Each claim is anchored to the slice of each cited abstract that carries it best, and measured against the cited papers
alone. A claim without a citation gets the paper that carries it, when one of those shown to the model does. A citation
to a paper that has hardly anything of the claim is moved when another has clearly all of it, and the claim says from
where. What is then still unsupported is marked, dropped, or replaced by what the papers do say.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from rag.citations.numbering import cite
from rag.citations.slices import best_sentences
from rag.citations.support import PARTLY, cited_text, share_found, support, verified
from rag.records import Citation, Claim, Paper
from rag.records.claims import LITTLE, Support

NOTHING = 0.1  # share of a claim found from which a paper has anything of it
MUCH = 0.7  # share of a claim that a paper must have to be clearly the one, where the cited one has hardly any

# Names of what is counted.
ATTACHED = "attached"  # a citation was missing, and found
MOVED = "moved"  # a citation pointed to a paper that doesn't say it, and another does
PRUNED = "pruned"  # one citation of several pointed to a paper that has nothing of the claim


def grounded(text: str, cited: Sequence[Paper], sources: Mapping[int, Paper]) -> tuple[Claim, Counter[str]]:
    """Return what a sentence claims, verified, and what was mended: by the papers that it cites, of those shown.

    Its citations have no numbers yet (0): those are given when the answer is put together.
    """
    repairs: Counter[str] = Counter()
    moved_from = ""
    if not cited and (carrying := _best_paper(text, sources)) is not None:
        repairs[ATTACHED] += 1
        cited = [carrying]
    elif cited and (better := _clearly_better(text, cited, sources)) is not None:
        repairs[MOVED] += 1
        moved_from = "; ".join(paper.title for paper in cited if paper != better)
        cited = [better]
    elif len(cited) > 1:
        kept = _having_some(text, cited)
        repairs[PRUNED] += len(cited) - len(kept)
        cited = kept
    citations = tuple(one for paper in cited for one in anchored(text, paper))
    return verified(Claim(text, citations, moved_from=moved_from)), +repairs


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


def anchored(claim: str, paper: Paper, number: int = 0) -> tuple[Citation, ...]:
    """Return the citations of the sentences of a paper's abstract that carry the claim: one, or several apart."""
    return tuple(cite(number, paper, span.start, span.end) for span in best_sentences(claim, paper.abstract))
