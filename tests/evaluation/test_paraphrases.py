"""Our own pairs of true and corrupted claims."""

import json

import pytest

from eval.datasets.paraphrases import FOLDER, HANDS
from rag.samples import PATH


@pytest.mark.parametrize("hand", HANDS)
def test_a_pair_is_two_different_claims_about_one_abstract(hand: str) -> None:
    rows = [json.loads(line) for line in (FOLDER / f"{hand}.jsonl").read_text("utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) >= 70
    for row in rows:
        assert row["claim"].strip() != row["corrupted"].strip()
        assert row["set"] in {"samples", "papers", "scifact"}


def test_the_pairs_about_samples_name_papers_that_ship_with_the_project() -> None:
    titles = {json.loads(line)["title"].strip() for line in PATH.read_text("utf-8").splitlines()}
    for hand in HANDS:
        for line in (FOLDER / f"{hand}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            assert row["set"] != "samples" or row["title"].strip() in titles
