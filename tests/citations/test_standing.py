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
    lead=st.sampled_from(["", " ", "\n- "]),
    start=st.integers(0, 99),
    end=st.integers(99, 999),
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


def as_it_was(claim: dict[str, Any], lead: str) -> dict[str, Any]:
    """Return a stored claim as version 0.1.0 wrote it: with what stands before it in the text, not its place there."""
    kept = ("text", "support", "missing_words", "missing_numbers", "verdict", "citations")
    return {name: claim[name] for name in kept} | {"lead": lead}


def test_an_answer_stores_the_places_of_its_claims_and_what_stands_before_them() -> None:
    [claim] = stored(answer(replace(REWORDED, start=3, end=9, lead="\n- ")))["claims"]
    assert (claim["start"], claim["end"], claim["lead"]) == (3, 9, "\n- ")


def test_the_claims_of_version_0_1_0_are_found_in_their_text() -> None:
    other = Citation(2, Paper(8, "Bees", "Bees dance."), "Bees dance.", 0, 11)
    apart = Citation(1, PAPER, PAPER.abstract[42:], 42, len(PAPER.abstract))
    told = (
        ("", Claim("Half the weights go.", CITED)),
        (" ", Claim("It is known.")),
        ("\n\n", Claim("Bees dance, and half go.", (other, CITED[0], apart))),
        ("\n- ", Claim("So they do.", (other,))),
    )
    text = "Half the weights go. [1] It is known.\n\nBees dance, and half go. [2][1]\n- So they do. [2]"
    value = stored(answer(*(claim for _, claim in told))) | {"text": text}
    value["claims"] = [as_it_was(claim, lead) for claim, (lead, _) in zip(value["claims"], told, strict=True)]
    again = Answer.from_dict(value)
    assert [again.text[claim.start : claim.end] for claim in again.claims] == [
        "Half the weights go. [1]",
        "It is known.",
        "Bees dance, and half go. [2][1]",
        "So they do. [2]",
    ]
    assert Answer.from_dict(stored(again)) == again


@pytest.mark.parametrize(
    ("support", "standing"), [(1.0, "quoted"), (0.9, "reworded"), (0.3, "partly"), (0.1, "not found")]
)
def test_an_answer_of_version_0_1_0_is_still_read(support: float, standing: str) -> None:
    value = stored(answer(replace(REWORDED, support=support)))
    value["claims"] = [as_it_was(claim, "") for claim in value["claims"]]
    [claim] = Answer.from_dict(value).claims
    assert (claim.standing, claim.support, claim.differences) == (standing, support, ())
