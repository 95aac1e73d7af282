"""The claims of an answer checked by meaning: what the checker is shown, and what its verdicts change.

A verdict stands on the claim with the name of who gave it, and where it names the sentences that it rests on, those
are what the claim quotes.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from rag.answering.base import Draft
from rag.citations.numbering import cite
from rag.errors import ModelError, UsedUpError
from rag.models.cancellation import Cancellation
from rag.models.checkers.base import Checker, ClaimToCheck, Place, Source
from rag.models.llms.base import NO_USAGE, ChatModel, Usage
from rag.records import Citation, Claim, Paper
from rag.settings import Settings
from rag.text.sentences import sentence_spans

QUOTED = 3  # sentences of a paper that a claim quotes at most


def checker_for(
    check: bool | None,  # noqa: FBT001  (None: as the settings say)
    chosen: Checker | None,
    model: ChatModel,
    settings: Settings,
) -> Checker | None:
    """Return who checks one answer: the checker that was chosen, the model itself when none was, or nobody.

    Raises PromptError.
    """
    if check is False or (check is None and chosen is None):
        return None
    if chosen is not None:
        return chosen
    from rag.models.checkers.llm import LlmChecker

    return LlmChecker(model, settings)


def checked(draft: Draft, checker: Checker, stop: Cancellation) -> Draft:
    """Return a draft with a verdict on each claim that cites something; a note says why when it has none."""
    places = [place for place, claim in enumerate(draft.claims) if claim.citations]
    if not places:
        return draft
    try:
        found = checker.check([_to_check(draft.claims[place]) for place in places], stop)
    except ModelError as error:
        used = Usage(*error.tokens) if isinstance(error, UsedUpError) else NO_USAGE
        noted = replace(draft, notes=(*draft.notes, _note(str(error))))
        return replace(noted, usage=draft.usage + used, checking=used, checker=checker.name)
    claims = list(draft.claims)
    for place, verdict in zip(places, found.verdicts, strict=True):
        if verdict.word is not None:
            judged = replace(claims[place], verdict=verdict.word, checker=checker.name)
            claims[place] = _resting(judged, verdict.sentences)
    return replace(
        draft.with_claims(claims),
        usage=draft.usage + found.usage,
        checking=found.usage,
        checker=checker.name,
        calls=draft.calls + found.calls,
        prompts=(*draft.prompts, *found.prompts),
        notes=(*draft.notes, *([_note(found.note)] if found.note else [])),
    )


def _note(why: str) -> str:
    return f"The check of the sentences was not finished: {why}"


def _papers(claim: Claim) -> list[Paper]:
    """Return the papers that a claim cites, each once."""
    return list({citation.paper.paper_id: citation.paper for citation in claim.citations}.values())


def _to_check(claim: Claim) -> ClaimToCheck:
    return ClaimToCheck(claim.text, tuple(_source(paper) for paper in _papers(claim)))


def _source(paper: Paper) -> Source:
    return Source(paper.title, tuple(paper.abstract[start:end] for start, end in sentence_spans(paper.abstract)))


def _resting(claim: Claim, places: Sequence[Place]) -> Claim:
    """Return a claim that quotes, of each paper of which sentences are named, those; of the others what it did."""
    citations: list[Citation] = []
    for number, paper in enumerate(_papers(claim)):
        before = [citation for citation in claim.citations if citation.paper.paper_id == paper.paper_id]
        named = [place.sentence for place in places if place.source == number]
        citations += _slices(before[0], named[:QUOTED]) or before
    return replace(claim, citations=tuple(citations))


def _slices(before: Citation, named: Sequence[int]) -> list[Citation]:
    """Return the sentences named as citations in the order of the abstract, those in a row as one."""
    spans = sentence_spans(before.paper.abstract)
    wanted = sorted(set(named) & set(range(len(spans))))
    runs = [[number for _, number in run] for _, run in groupby(enumerate(wanted), lambda pair: pair[1] - pair[0])]
    return [cite(before.number, before.paper, spans[run[0]].start, spans[run[-1]].end) for run in runs]
