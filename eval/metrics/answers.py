"""What one answer scores: pure functions from a question, its Answer and the papers found to named numbers.

A score that has no meaning for a row is absent, never 0 or NaN. Sources of the definitions:

    recall@k, success@1, mrr@10, ndcg@10   ir-measures (R@k, Success@1, RR@10, nDCG@10), over the papers of the search
    nugget_recall        share of the facts given (string match of the question set's forms); a refusal gives none
    citation_recall      ALCE (Gao et al. 2023): share of claims that all their citations together support
    citation_precision   ALCE: share of citations that support their claim alone, or that the others can't do without
    valid_markers        share of an LLM's markers that name a source it was shown
    cited_right          share of cited papers that are gold or fine
    verbatim             share of quotes that are slices of their abstract
    support              the answer's support: the mean of its two lowest claims
    unsupported          share of claims that the cited abstracts have otherwise, or of which they have hardly anything
    missing_numbers, missing_names   claims with a number, or a name, that the cited abstracts lack, as a share
    false_answer, false_refusal      1 or 0, for unanswerable and answerable questions
    judged_supported, judged_nuggets   the same as shares by an LLM judge, when there is one
    judge_agreement      share of claims of which it says what the offline scorer says, supported or not

Support sees words, names and numbers, not meaning (rag.citations.support): **a negation is seen only in part**.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol

from eval.datasets.questions import GoldQuestion
from eval.metrics.nuggets import nugget_recall
from eval.metrics.ranking import ranked
from rag.citations.model_text.marked_line import INVENTED
from rag.citations.support import SUPPORTED, support
from rag.records import Answer, Citation, Claim, Paper, Standing

UNSUPPORTED = frozenset({Standing.DIFFERS, Standing.NOT_FOUND})
TOKENS = ("input_tokens", "output_tokens", "thinking_tokens")
COSTS = ("seconds", *TOKENS, "cost", "words")  # how their names begin: neither good nor bad
LOWER_IS_BETTER = frozenset({"unsupported", "missing_numbers", "missing_names", "false_answer", "false_refusal"})
GROUPS = (  # of scores, as reports show them; `seconds_...` belong to the last
    ("Found", ("recall@1", "recall@3", "recall@5", "recall@10", "success@1", "mrr@10", "ndcg@10")),
    ("Said", ("nugget_recall", "words")),
    ("Cited", ("citation_recall", "citation_precision", "cited_right", "valid_markers", "verbatim")),
    ("Faithful", ("support", "unsupported", "missing_numbers", "missing_names")),
    ("Judged", ("judged_supported", "judged_nuggets", "judge_agreement")),
    ("Refused", ("false_refusal", "false_answer")),
    ("Cost", ("seconds", *TOKENS, "cost")),
)


class Judge(Protocol):
    """Somebody besides the offline scorer who says what is carried and given."""

    def __call__(self, claim: str, texts: Sequence[str]) -> float:
        """Return how well texts carry a claim, 0..1, on the scale of the offline scorer."""

    def gives(self, answer: str, fact: str) -> bool:
        """Tell whether an answer gives a fact."""


def offline(claim: str, texts: Sequence[str]) -> float:
    """Return how well texts carry a claim, 0..1, by the scorer that users see; needs no model."""
    return support(claim, texts).score


def names_of(paper: Paper) -> set[str]:
    """Return everything that a question set may call a paper: its title, key, DOI, arXiv id, PubMed id."""
    return {name for name in (paper.title, paper.key, paper.doi, paper.arxiv_id, paper.pubmed_id) if name}


def score(
    question: GoldQuestion, answer: Answer, found: Sequence[Paper], judge: Judge | None = None
) -> dict[str, float]:
    """Return the scores of one answer by name; `found` are the ten best papers of its search, best first."""
    scores: dict[str, float] = {"seconds": sum(answer.timings.values())}
    scores |= {f"seconds_{stage}": seconds for stage, seconds in answer.timings.items()}
    scores |= {name: float(answer.usage[name]) for name in TOKENS if name in answer.usage}
    scores |= {"cost": answer.cost} if answer.cost is not None else {}
    if question.labelled:
        scores |= _retrieval(question, found) if question.answerable else {}
        scores |= _abstaining(question, answer)
    if question.answerable and question.nuggets:
        scores["nugget_recall"] = nugget_recall(answer.text, question.nuggets) if answer.answered else 0.0
    if answer.answered:
        scores |= {"words": float(len(answer.text.split())), "support": answer.support}
        scores |= _citations(question, answer)
        scores |= _faithfulness(answer.claims)
        scores |= _judged(question, answer, judge) if judge else {}
    return scores


def _judged(question: GoldQuestion, answer: Answer, judge: Judge) -> dict[str, float]:
    found: dict[str, float] = {}
    if answer.claims:
        said = [judge(one.text, [citation.quote for citation in one.citations]) >= SUPPORTED for one in answer.claims]
        pairs = zip(said, answer.claims, strict=True)
        found["judged_supported"] = _share(said)
        found["judge_agreement"] = _share(one == (claim.support >= SUPPORTED) for one, claim in pairs)
    if question.answerable and question.nuggets:
        found["judged_nuggets"] = _share(judge.gives(answer.text, nugget.text) for nugget in question.nuggets)
    return found


def _retrieval(question: GoldQuestion, found: Sequence[Paper]) -> dict[str, float]:
    """Return the ranking measures of one search; a gold paper counts once, also when two records bear its name."""
    ranking = [min(names_of(paper) & question.gold_titles, default=f"paper {paper.paper_id}") for paper in found]
    return ranked(list(dict.fromkeys(ranking)), dict.fromkeys(question.gold_titles, 1))


def _abstaining(question: GoldQuestion, answer: Answer) -> dict[str, float]:
    return (
        {"false_refusal": float(not answer.answered)}
        if question.answerable
        else {"false_answer": float(answer.answered)}
    )


def _citations(question: GoldQuestion, answer: Answer) -> dict[str, float]:
    found: dict[str, float] = {}
    claims = [claim for claim in answer.claims if claim.text.strip()]
    carried = cache(lambda text, abstracts: offline(text, abstracts) >= SUPPORTED)
    if claims:
        found["citation_recall"] = _share(
            bool(one.citations) and carried(one.text, _abstracts(one.citations)) for one in claims
        )
    precise = [_precise(claim, citation, carried) for claim in claims for citation in _once(claim)]
    if precise:
        quotes = [one for claim in claims for one in claim.citations]
        found["citation_precision"] = _share(precise)
        found["verbatim"] = _share(one.paper.abstract[one.start : one.end] == one.quote for one in quotes)
    kept = sum(len({citation.number for citation in claim.citations}) for claim in claims)
    if answer.usage and kept + answer.repairs.get(INVENTED, 0):
        found["valid_markers"] = kept / (kept + answer.repairs.get(INVENTED, 0))
    if question.labelled and answer.citations:
        found["cited_right"] = _share(bool(names_of(one.paper) & question.fine_titles) for one in answer.citations)
    return found


def _precise(claim: Claim, citation: Citation, carried: Callable[[str, tuple[str, ...]], bool]) -> bool:
    """Tell whether a citation does something: it supports alone, or the others can't do without it (ALCE)."""
    if not carried(claim.text, _abstracts(claim.citations)):
        return False
    if carried(claim.text, _abstracts([citation])):
        return True
    others = [one for one in claim.citations if one.paper.paper_id != citation.paper.paper_id]
    return not (others and carried(claim.text, _abstracts(others)))


def _once(claim: Claim) -> list[Citation]:
    """Return the citations of a claim, one a paper."""
    return list({citation.paper.paper_id: citation for citation in claim.citations}.values())


def _abstracts(citations: Sequence[Citation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(citation.paper.abstract for citation in citations))


def _faithfulness(claims: Sequence[Claim]) -> dict[str, float]:
    if not claims:
        return {}
    return {
        "unsupported": _share(claim.standing in UNSUPPORTED for claim in claims),
        "missing_numbers": _share(bool(claim.missing_numbers) for claim in claims),
        "missing_names": _share(bool(claim.missing_names) for claim in claims),
    }


def _share(values: Any) -> float:
    known = [float(value) for value in values]
    return sum(known) / len(known)
