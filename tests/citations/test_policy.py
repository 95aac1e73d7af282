"""What becomes of claims that don't hold: marked, dropped, or replaced by the nearest sentence."""

from collections import Counter

import pytest

from rag.citations.grounding import grounded
from rag.citations.policy import Policy, apply_policy
from rag.citations.rendering import Part, render
from rag.citations.support import nothing_holds
from rag.records import Claim
from tests.citations.papers import BEES, DANCED, INVENTED, PRUNED, SOURCES

FRAME = "In short, this is what they say."


def part(text: str, numbers: tuple[int, ...] = (), lead: str = " ") -> Part:
    papers = [SOURCES[n] for n in numbers]
    return Part(lead, (text, " ", tuple(paper.paper_id for paper in papers)), grounded(text, papers, SOURCES)[0])


def mended(policy: Policy, *parts: Part) -> tuple[tuple[Part, ...], Counter[str]]:
    return apply_policy(parts, policy, SOURCES)


def texts(parts: tuple[Part, ...]) -> list[str]:
    return [one.claim.text if one.claim else "" for one in parts]


GOOD, OTHER, BAD = part(PRUNED, (1,)), part(DANCED, (2,)), part(INVENTED, (2,))


def test_nothing_holds_without_claims_or_when_each_is_unsupported() -> None:
    [good, bad] = [one.claim for one in (GOOD, BAD) if one.claim]
    assert nothing_holds(())
    assert nothing_holds((bad, bad))
    assert not nothing_holds((bad, good))


def test_marking_leaves_every_claim_where_it_is() -> None:
    assert mended("mark", BAD, GOOD) == ((BAD, GOOD), {})


def test_dropping_leaves_out_what_does_not_hold_and_counts_it() -> None:
    parts, repairs = mended("drop", BAD, GOOD, BAD, OTHER)
    assert texts(parts) == [PRUNED, DANCED]
    assert repairs == {"dropped": 2}
    assert render(parts).text == f"{PRUNED} [1] {DANCED} [2]"


@pytest.mark.parametrize("policy", ["drop", "quote"])
def test_what_claims_nothing_stays(policy: Policy) -> None:
    frame = Part("\n\n", (FRAME,))
    parts, _ = mended(policy, GOOD, frame, BAD)
    assert frame in parts


def test_a_paragraph_or_list_item_outlives_its_first_claim() -> None:
    leads = ("", "\n1. ", " ", "\n2. ", "\n3. ", " ")
    said = (PRUNED, INVENTED, DANCED, INVENTED, INVENTED, DANCED)
    parts = [part(text, (2,), lead) for text, lead in zip(said, leads, strict=True)]
    assert [one.lead for one in mended("drop", *parts)[0]] == ["", "\n1. ", "\n3. "]


def test_quoting_puts_the_nearest_sentence_of_the_cited_paper_in_place() -> None:
    wrong = part(
        "Longer dances please warmer gods, and seven kings of old Prussia eat moss and bread at night.", (2,), "\n- "
    )
    parts, repairs = mended("quote", GOOD, wrong)
    quote = parts[1].claim
    assert quote is not None
    assert (quote.text, quote.support, parts[1].lead) == ("Longer dances stand for greater distances.", 1.0, "\n- ")
    [citation] = quote.citations
    assert (citation.quote, citation.paper) == (quote.text, BEES)
    assert repairs == {"quoted": 1}
    assert render(parts).text == f"{PRUNED} [1]\n- {quote.text} [2]"


def test_quoting_for_a_claim_without_citations_looks_through_all_sources() -> None:
    wrong = part("In seven kingdoms and four republics people say that fog and rain taste sweet.")
    assert wrong.citations == ()
    assert texts(mended("quote", GOOD, wrong)[0])[1] == "It drinks water from rain and fog alone."


def test_a_sentence_is_quoted_only_once() -> None:
    wrong = part("Longer talks please warmer gods in seven old kingdoms of the far north.", (2,))
    said = part("Longer dances stand for greater distances.", (2,))
    sentence = "Longer dances stand for greater distances."
    assert texts(mended("quote", wrong, GOOD, said)[0]) == [PRUNED, sentence]
    parts, repairs = mended("quote", wrong, GOOD, wrong)
    assert texts(parts) == [sentence, PRUNED]
    assert repairs == {"quoted": 1, "dropped": 1}


@pytest.mark.parametrize("policy", ["drop", "quote"])
def test_a_claim_that_a_model_rejects_does_not_stay_however_alike_it_sounds(policy: Policy) -> None:
    rejected = Part(" ", (DANCED,), Claim(DANCED, OTHER.citations, support=1.0, found=1.0, verdict="not"))
    quote = OTHER.citations[0].quote
    assert texts(mended(policy, GOOD, rejected)[0]) == [PRUNED] + [quote] * (policy == "quote")


@pytest.mark.parametrize("policy", ["mark", "drop", "quote"])
def test_an_answer_of_which_nothing_holds_is_not_made_one_by_quotes(policy: Policy) -> None:
    assert mended(policy, BAD, BAD) == ((BAD, BAD), {})
