"""The main job on the 707 real papers: a guard against getting worse.

The floors lie a little under what eval/RESULTS.md measures, for int8 arithmetic differs between processors.
"""

from pathlib import Path

import pytest

from eval.datasets.questions import GoldQuestion, load_questions
from eval.metrics.nuggets import mean, nugget_recall
from eval.metrics.ranking import ranked
from rag.citations.support import support
from rag.conversation.follow_ups import standalone
from rag.library import Library
from rag.records import Answer
from rag.settings import Settings

pytestmark = pytest.mark.papers


@pytest.fixture(scope="module")
def questions(shared: Path) -> list[GoldQuestion]:
    return load_questions(shared / "gold" / "dev.jsonl")


@pytest.fixture(scope="module")
def answers(real_folder: Path, questions: list[GoldQuestion]) -> dict[str, Answer]:
    with Library.open(real_folder, Settings()) as library:
        return {row.id: library.ask(row.question, history=row.history) for row in questions}


def test_every_entry_is_read_and_the_same_papers_are_merged(real: Library, shared: Path) -> None:
    assert len(real) == 707
    report = real.ingest([shared / "papers"])
    assert (report.unchanged, report.added, report.updated, report.merged, report.embedded) == (799, 0, 0, 0, 0)
    assert not report.rejected


def test_the_right_papers_are_found(real: Library, questions: list[GoldQuestion]) -> None:
    rows = [row for row in questions if row.answerable]
    scores = [
        ranked(
            [hit.paper.title for hit in real.search(standalone(row.question, row.history), limit=5)],
            dict.fromkeys(row.gold_titles, 1),
        )
        for row in rows
    ]
    assert mean(one["success@1"] for one in scores) >= 0.87
    assert mean(one["recall@5"] for one in scores) >= 0.95


def test_answers_give_the_facts_briefly_and_cite_the_right_papers(
    questions: list[GoldQuestion], answers: dict[str, Answer]
) -> None:
    rows = [row for row in questions if row.answerable]
    said = [(row, answers[row.id]) for row in rows if answers[row.id].answered]
    assert sum(nugget_recall(answer.text, row.nuggets) for row, answer in said) / len(rows) >= 0.67
    assert mean(len(answer.text.split()) for _, answer in said) <= 110
    assert mean(c.paper.title in row.fine_titles for row, answer in said for c in answer.citations) >= 0.87


def test_what_the_abstracts_do_not_say_is_mostly_refused_and_the_rest_mostly_answered(
    questions: list[GoldQuestion], answers: dict[str, Answer]
) -> None:
    assert sum(not answers[row.id].answered for row in questions if not row.answerable) >= 12
    assert sum(not answers[row.id].answered for row in questions if row.answerable) <= 9


def test_every_quote_is_a_verbatim_slice_that_supports_its_claim(answers: dict[str, Answer]) -> None:
    for answer in answers.values():
        for claim in answer.claims:
            assert claim.support == 1.0
            for citation in claim.citations:
                assert citation.paper.abstract[citation.start : citation.end] == citation.quote


def test_every_sentence_of_every_real_abstract_is_wholly_supported_by_it(real: Library) -> None:
    for hit in real.search("learning", limit=50):
        for passage in hit.passages:
            assert support(passage.text, [hit.paper.abstract]).score == 1.0
