"""What a reader is told of a claim: derived from its record alone, and kept with it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Answer, Citation, Claim, Difference, Outcome, Paper, Searched, Standing
from rag.records.claims import LITTLE, MOST

PAPER = Paper(7, "One Shot", "We prune half of the weights in one shot. It reaches 71.5 points.")
CITED = (Citation(1, PAPER, PAPER.abstract[:41], 0, 41),)
REWORDED = Claim("Half the weights go at once.", CITED, 0.6, found=0.7)
NINETY = (Difference("number", "90 points", "71.5 points"),)


def answer(*claims: Claim) -> Answer:
    cited = claims[0].citations
    return Answer("q", Outcome.ANSWERED, "text", claims, cited, (), Searched(1, "q"), "openai:m")


def stored(one: Answer) -> Any:
    return json.loads(json.dumps(one.to_dict() | {"timings": {}}))


@pytest.mark.parametrize(
    ("claim", "standing"),
    [
        (Claim("x", found=1.0, verbatim=True), "uncited"),
        (replace(REWORDED, verbatim=True), "quoted"),
        (REWORDED, "reworded"),
        (replace(REWORDED, missing_words=("go",)), "reworded"),
        (replace(REWORDED, missing_numbers=("90",)), "partly"),
        (replace(REWORDED, missing_names=("COCO",)), "partly"),
        (replace(REWORDED, found=MOST - 0.01), "partly"),
        (replace(REWORDED, found=LITTLE - 0.01), "not found"),
        (replace(REWORDED, found=LITTLE - 0.01, differences=NINETY), "differs"),
    ],
)
def test_without_a_checker_a_claim_stands_as_its_words_names_and_numbers_tell(claim: Claim, standing: str) -> None:
    assert claim.standing == standing
    assert claim.standing is Standing(standing)


@pytest.mark.parametrize(
    ("verdict", "claim", "standing"),
    [
        ("supported", replace(REWORDED, found=0.0, missing_numbers=("90",), differences=NINETY), "supported"),
        ("supported", replace(REWORDED, verbatim=True), "quoted"),
        ("supported", replace(REWORDED, citations=()), "uncited"),
        ("partly", replace(REWORDED, verbatim=True), "partly"),
        ("not", replace(REWORDED, verbatim=True), "not found"),
        ("not", replace(REWORDED, differences=NINETY), "differs"),
    ],
)
def test_the_verdict_of_a_checker_raises_and_lowers(verdict: str, claim: Claim, standing: str) -> None:
    assert replace(claim, verdict=verdict).standing == standing


def test_what_holds_is_at_least_partly_there() -> None:
    held = {"quoted", "supported", "reworded", "partly"}
    for claim in (
        REWORDED,
        replace(REWORDED, citations=()),
        replace(REWORDED, found=0.0),
        replace(REWORDED, verdict="not"),
        replace(REWORDED, verdict="partly"),
        replace(REWORDED, differences=NINETY),
    ):
        assert claim.holds == (claim.standing in held)


CLAIMS = st.builds(
    Claim,
    st.text(),
    st.sampled_from([(), CITED]),
    st.floats(0, 1),
    verdict=st.sampled_from([None, "supported", "partly", "not"]),
    verbatim=st.booleans(),
    differences=st.sampled_from([(), NINETY]),
    found=st.floats(0, 1),
    missing_names=st.sampled_from([(), ("COCO",)]),
    checker=st.sampled_from([None, "llm"]),
    moved_from=st.sampled_from(["", "Bees"]),
)


@given(CLAIMS)
def test_a_stored_claim_comes_back_as_it_was_and_says_how_it_stands(claim: Claim) -> None:
    value = stored(answer(claim))
    assert value["claims"][0]["standing"] == claim.standing
    assert Answer.from_dict(value) == answer(claim)


def test_how_a_claim_stood_is_read_from_what_it_rests_on_and_never_from_the_stored_word() -> None:
    value = stored(answer(REWORDED))
    value["claims"][0]["standing"] = "quoted"
    assert Answer.from_dict(value).claims[0].standing is Standing.REWORDED


@pytest.mark.parametrize(
    ("support", "standing"), [(1.0, "quoted"), (0.9, "reworded"), (0.3, "partly"), (0.1, "not found")]
)
def test_an_answer_of_version_0_1_0_is_still_read(support: float, standing: str) -> None:
    value = stored(answer(replace(REWORDED, support=support)))
    then = {"text", "lead", "support", "missing_words", "missing_numbers", "verdict", "citations"}
    value["claims"] = [{name: claim[name] for name in then} for claim in value["claims"]]
    [claim] = Answer.from_dict(value).claims
    assert (claim.standing, claim.support, claim.differences) == (standing, support, ())
