"""The sample papers keep their promises."""

import json
import re

from rag.library import Library
from rag.samples import PATH, QUESTIONS, UNANSWERABLE

ROWS = [json.loads(line) for line in PATH.read_text("utf-8").splitlines()]


def test_there_are_forty_papers_with_references_and_summaries_of_our_own_length() -> None:
    assert len(ROWS) == len({row["title"] for row in ROWS}) == len({row["id"] for row in ROWS}) == 40
    for row in ROWS:
        assert row["authors"], row["id"]
        assert 1900 < row["year"] < 2030, row["id"]
        assert row.get("doi") or row.get("arxiv_id"), row["id"]
        assert 100 <= len(row["abstract"].split()) <= 180, row["id"]


def test_identifiers_have_their_form() -> None:
    for row in ROWS:
        assert re.fullmatch(r"10\.\d{4,9}/\S+", row.get("doi", "10.1000/x")), row["id"]
        assert re.fullmatch(r"\d{4}\.\d{4,5}", row.get("arxiv_id", "1234.56789")), row["id"]


def test_the_questions_of_the_demo_are_answered_and_the_last_is_not(samples: Library) -> None:
    assert all(samples.ask(question).answered for question in QUESTIONS)
    refused = samples.ask(UNANSWERABLE)
    assert refused.outcome == "not_in_abstracts"
    assert refused.nearest
