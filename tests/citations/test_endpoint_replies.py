"""Replies as endpoints and models send them: read as what they mean, nothing of them lost (eval/data/endpoints)."""

import pytest

from eval.datasets.endpoint_replies import KINDS, Case, load_cases, load_papers, right_by_kind, shortcomings

PAPERS = load_papers()
CASES = load_cases()


def of_kind(kind: int) -> list[Case]:
    return [case for case in CASES if case.kind == kind and not case.open]


@pytest.mark.parametrize("case", of_kind(1), ids=lambda case: case.reply[-60:])
def test_what_looks_like_a_marker_cites_and_never_counts_as_a_number(case: Case) -> None:
    assert shortcomings(case, PAPERS) == []


@pytest.mark.parametrize("case", of_kind(6), ids=lambda case: case.reply[:80])
def test_brackets_that_are_no_citations_stay(case: Case) -> None:
    assert shortcomings(case, PAPERS) == []


@pytest.mark.parametrize("case", of_kind(7), ids=lambda case: case.reply[:60])
def test_an_answer_in_another_language_is_kept_and_its_denials_are_understood(case: Case) -> None:
    assert shortcomings(case, PAPERS) == []


@pytest.mark.parametrize("case", of_kind(9), ids=lambda case: case.reply[:60])
def test_whatever_form_a_reply_has_it_is_read_as_what_it_says(case: Case) -> None:
    assert shortcomings(case, PAPERS) == []


def test_what_is_known_not_to_be_right_is_a_handful_and_says_why() -> None:
    known = [case for case in CASES if case.open]
    assert len(known) < len(CASES) / 100
    assert all(shortcomings(case, PAPERS) for case in known), "what is right now is no longer open"


def test_the_share_that_is_right_is_counted_by_kind() -> None:
    few = [case for kind in KINDS for case in of_kind(kind)[:3]]
    assert right_by_kind(few) == dict.fromkeys(KINDS, (3, 3))
