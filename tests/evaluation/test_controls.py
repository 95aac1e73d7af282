"""Controls of the evaluation: each way to make answers worse lowers the score that should see it.

The answers are those of the question set that ships with the project, over the sample papers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from eval.datasets.questions import GoldQuestion, load_questions
from eval.metrics.answers import offline, score
from eval.metrics.nuggets import mean
from eval.metrics.ranking import DEPTH
from rag.citations.numbering import cite
from rag.citations.rendering import quoted, render
from rag.citations.support import verified
from rag.library import Library
from rag.records import Answer, Claim, Outcome, Paper
from rag.settings import Settings

SET = Path(__file__).resolve().parents[2] / "eval" / "data" / "sample_questions.jsonl"
Asked = tuple[GoldQuestion, Answer, Sequence[Paper]]


@pytest.fixture(scope="module")
def asked(sample_folder: Path) -> list[Asked]:
    with Library.open(sample_folder, Settings()) as library:
        rows: list[Asked] = []
        for question in load_questions(SET):
            answer = library.ask(question.question, history=question.history)
            found = [hit.paper for hit in library.search(answer.searched.query, limit=DEPTH)]
            rows.append((question, answer, found))
    return rows


def means(rows: Sequence[Asked]) -> Mapping[str, float]:
    scores = [score(*row) for row in rows]
    names = {name for one in scores for name in one}
    return {name: mean(one[name] for one in scores if name in one) for name in names}


def rewritten(answer: Answer, change: Callable[[Claim], Claim]) -> Answer:
    """Return an answer with each of its claims changed and verified anew, as if it had been written so."""
    written = render(quoted(verified(change(claim)), " ") for claim in answer.claims)
    return replace(answer, claims=written.claims, citations=written.citations, text=written.text)


def changed(rows: Sequence[Asked], change: Callable[[Claim], Claim]) -> list[Asked]:
    return [(q, rewritten(answer, change) if answer.answered else answer, found) for q, answer, found in rows]


def test_the_answers_as_they_are_score_high(asked: list[Asked]) -> None:
    found = means(asked)
    assert found["recall@5"] >= 0.95
    assert found["nugget_recall"] >= 0.9
    assert found["citation_recall"] == found["citation_precision"] == found["verbatim"] == found["support"] == 1.0
    assert found["unsupported"] == found["missing_numbers"] == 0.0
    assert found["cited_right"] >= 0.9
    assert found["false_refusal"] <= 0.1


def test_citations_swapped_between_answers_lower_what_citations_carry(asked: list[Asked]) -> None:
    answered = [row for row in asked if row[1].answered]
    others = [answer for _, answer, _ in answered[1:] + answered[:1]]

    def of(other: Answer) -> Callable[[Claim], Claim]:
        return lambda claim: replace(claim, citations=other.claims[0].citations)

    swapped = [
        (q, rewritten(answer, of(other)), found) for (q, answer, found), other in zip(answered, others, strict=True)
    ]
    before, after = means(answered), means(swapped)
    assert after["citation_recall"] <= 0.2 < before["citation_recall"]
    assert after["citation_precision"] <= 0.2
    assert after["cited_right"] <= before["cited_right"] - 0.5
    assert after["support"] <= 0.5
    assert after["unsupported"] >= 0.75


def test_an_invented_number_is_seen(asked: list[Asked]) -> None:
    before = means(asked)
    after = means(changed(asked, lambda claim: replace(claim, text=f"{claim.text[:-1]} in 7,431 cases.")))
    assert after["missing_numbers"] == 1.0 > before["missing_numbers"]
    assert after["support"] <= before["support"] - 0.1


def test_an_invented_name_is_seen(asked: list[Asked]) -> None:
    after = means(changed(asked, lambda claim: replace(claim, text=f"{claim.text[:-1]} with Zorblatt.")))
    assert after["missing_names"] == 1.0


def test_a_negation_is_seen_where_a_claim_gets_one_that_the_text_lacks(asked: list[Asked]) -> None:
    before = means(asked)
    after = means(changed(asked, lambda claim: replace(claim, text=f"It is not true that {claim.text}")))
    assert after["support"] <= before["support"] - 0.2
    assert after["missing_numbers"] == 0.0


def test_who_did_what_to_whom_is_not_seen_by_the_offline_scores() -> None:
    """Openly: the words are the same. Only an LLM judge can tell."""
    assert offline("Boosting beats the forest.", ["The forest beats boosting."]) >= 0.5


def test_without_any_citation_nothing_is_carried(asked: list[Asked]) -> None:
    after = means(changed(asked, lambda claim: replace(claim, citations=())))
    assert after["citation_recall"] == 0.0
    assert after["support"] == 0.0
    assert after["unsupported"] == 0.0  # uncited, which is told as such
    assert "citation_precision" not in after


def test_the_answer_to_another_question_gives_none_of_the_facts(asked: list[Asked]) -> None:
    answered = [row for row in asked if row[0].answerable]
    other = [
        (q, answer, found) for (q, _, found), (_, answer, _) in zip(answered, answered[1:] + answered[:1], strict=True)
    ]
    before, after = means(answered), means(other)
    assert after["nugget_recall"] <= before["nugget_recall"] - 0.7
    assert after["cited_right"] <= before["cited_right"] - 0.5


def test_repeating_the_question_is_no_answer(asked: list[Asked]) -> None:
    def saying(text: str) -> Callable[[Claim], Claim]:
        return lambda claim: replace(claim, text=text)

    repeated = [
        (q, rewritten(replace(answer, claims=answer.claims[:1]), saying(q.question)), found)
        for q, answer, found in asked
        if answer.answered
    ]
    before, after = means(asked), means(repeated)
    assert after["nugget_recall"] <= before["nugget_recall"] - 0.6
    assert after["support"] <= before["support"] - 0.2


def test_refusing_everything_is_seen_and_no_mean_of_nothing_is_a_perfect_score(asked: list[Asked]) -> None:
    def refused(answer: Answer) -> Answer:
        return replace(
            answer, outcome=Outcome.NOT_IN_ABSTRACTS, claims=(), citations=(), text="The abstracts don't say."
        )

    after = means([(question, refused(answer), found) for question, answer, found in asked])
    assert after["false_refusal"] == 1.0
    assert after["false_answer"] == 0.0
    assert after["nugget_recall"] == 0.0
    assert not {"support", "citation_recall", "citation_precision", "unsupported", "verbatim"} & after.keys()


def test_citing_every_source_lowers_precision_and_not_recall(asked: list[Asked]) -> None:
    def all_of(found: Sequence[Paper]) -> Callable[[Claim], Claim]:
        every = tuple(cite(n, paper, 0, 20) for n, paper in enumerate(found[:5], start=1))
        return lambda claim: replace(claim, citations=(*claim.citations, *every))

    after = means(
        [(q, rewritten(answer, all_of(found)) if answer.answered else answer, found) for q, answer, found in asked]
    )
    assert after["citation_recall"] == 1.0
    assert after["citation_precision"] <= 0.5
    assert after["cited_right"] <= 0.5


def test_a_quote_that_is_no_slice_is_seen(asked: list[Asked]) -> None:
    def moved(claim: Claim) -> Claim:
        return replace(claim, citations=tuple(replace(one, start=one.start + 1) for one in claim.citations))

    assert means(changed(asked, moved))["verbatim"] == 0.0
