"""From a model's sentences to claims: anchored, measured, mended, and what becomes of what doesn't hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.grounding import GroundedClaims, apply_policy, ground_claims
from rag.citations.markers import Sentence
from rag.citations.slices import best_sentence
from rag.citations.support import PARTLY, cited_text, nothing_holds, support
from rag.records import Claim, Difference, Paper
from rag.text.sentences import Span, sentence_spans

PROPERTY = settings(deadline=None, max_examples=100)
PRUNING = Paper(
    7,
    "One Shot",
    "Language models are large and slow in use. We prune half of the weights in one shot. Our method reaches 71.5 "
    "points on the benchmark. It runs in 4,000 seconds on a single accelerator. Retraining is never needed.",
)
BEES = Paper(
    3,
    "Bees",
    "Honey bees dance near the hive to tell where flowers stand. The angle of a dance gives the direction from the "
    "sun. Longer dances stand for greater distances.",
)
MOSS = Paper(5, "Moss", "Moss covers the northern side of old trees. It drinks water from rain and fog alone.")
SOURCES = {1: PRUNING, 2: BEES, 3: MOSS}
NUMBERS = {7: 4, 3: 9, 5: 6}

PRUNED = "The method prunes half of the weights in one shot."
DANCED = "Bees dance near the hive to tell where flowers stand."
INVENTED = "Quantum computers will factor every prime tomorrow."


def number(paper: Paper) -> int:
    return NUMBERS[paper.paper_id]


def settled(*said: tuple[str, tuple[int, ...]]) -> GroundedClaims:
    sentences = [Sentence(text, numbers, " " if place else "") for place, (text, numbers) in enumerate(said)]
    return ground_claims(sentences, SOURCES, number)


def cited(claim: Claim) -> list[int]:
    return [citation.paper.paper_id for citation in claim.citations]


def mended(policy: str, *claims: Claim) -> GroundedClaims:
    assert policy in {"mark", "drop", "quote"}
    return apply_policy(GroundedClaims(claims, {"moved": 2}), policy, SOURCES, number)  # type: ignore[arg-type]


def claim_of(text: str, numbers: tuple[int, ...], lead: str = " ") -> Claim:
    [claim] = ground_claims([Sentence(text, numbers, lead)], SOURCES, number).claims
    return claim


def test_a_citation_is_the_sentence_that_carries_the_claim_not_the_whole_abstract() -> None:
    [claim] = settled((PRUNED, (1,))).claims
    [citation] = claim.citations
    assert citation.quote == "We prune half of the weights in one shot."
    assert PRUNING.abstract[citation.start : citation.end] == citation.quote
    assert (citation.paper, citation.number) == (PRUNING, 4)
    assert claim.support >= PARTLY


def test_a_claim_put_together_from_two_sentences_in_a_row_cites_both() -> None:
    [claim] = settled(("The method reaches 71.5 points and runs in 4,000 seconds on an accelerator.", (1,))).claims
    assert claim.citations[0].quote == (
        "Our method reaches 71.5 points on the benchmark. It runs in 4,000 seconds on a single accelerator."
    )


def test_the_order_and_the_leads_of_the_sentences_stay() -> None:
    sentences = [Sentence(DANCED, (2,), ""), Sentence(PRUNED, (1,), "\n\n")]
    claims = ground_claims(sentences, SOURCES, number).claims
    assert [(claim.text, claim.lead) for claim in claims] == [(DANCED, ""), (PRUNED, "\n\n")]


WORDS = st.sampled_from([*PRUNING.abstract.split(), *BEES.abstract.split(), *INVENTED.split(), "71.6", "99"])
SAID = st.tuples(
    st.lists(WORDS, min_size=1, max_size=14).map(" ".join),
    st.lists(st.sampled_from(list(SOURCES)), unique=True, max_size=3).map(tuple),
)


@PROPERTY
@given(st.lists(SAID, max_size=4))
def test_every_citation_is_whole_sentences_and_support_counts_the_cited_papers_alone(
    said: list[tuple[str, tuple[int, ...]]],
) -> None:
    found = settled(*said)
    assert [claim.text for claim in found.claims] == [text for text, _ in said]
    assert all(found.repairs.values())
    for claim in found.claims:
        papers = dict.fromkeys(citation.paper for citation in claim.citations)
        expected = support(claim.text, [cited_text(paper) for paper in papers])
        assert (claim.support, claim.found, claim.differences) == (
            expected.score,
            expected.found,
            expected.differences,
        )
        for paper in papers:
            slices = [citation for citation in claim.citations if citation.paper == paper]
            assert 1 <= len(slices) <= 3
            assert [one.start for one in slices] == sorted(one.start for one in slices)
        for citation in claim.citations:
            assert citation.quote == citation.paper.abstract[citation.start : citation.end]
            assert citation.number == number(citation.paper)
            spans = sentence_spans(citation.paper.abstract)
            within = [span for span in spans if citation.start <= span.start and span.end <= citation.end]
            assert (within[0].start, within[-1].end) == (citation.start, citation.end)


@PROPERTY
@given(SAID)
def test_nothing_that_was_cited_is_lost_unless_another_paper_is_put_in_its_place_and_told(
    said: tuple[str, tuple[int, ...]],
) -> None:
    _, numbers = said
    found = settled(said)
    [claim] = found.claims
    given_up = {SOURCES[n].title for n in numbers} - {citation.paper.title for citation in claim.citations}
    assert bool(claim.moved_from) == ("moved" in found.repairs)
    if claim.moved_from:
        assert set(claim.moved_from.split("; ")) <= {SOURCES[n].title for n in numbers}
    else:
        assert len(given_up) == found.repairs.get("pruned", 0)
    assert bool(numbers) <= bool(claim.citations)


def test_a_missing_citation_is_attached_when_a_source_carries_the_claim() -> None:
    found = settled((DANCED, ()))
    assert cited(found.claims[0]) == [3]
    assert found.repairs == {"attached": 1}


def test_a_claim_that_no_source_carries_is_left_as_it_is() -> None:
    found = settled((INVENTED, ()), (INVENTED, (2,)))
    assert [cited(claim) for claim in found.claims] == [[], [3]]
    assert found.claims[0].support == 0.0
    assert nothing_holds(found.claims)
    assert found.repairs == {}


def test_a_wrong_citation_moves_to_the_paper_that_says_it_and_the_claim_says_from_where() -> None:
    found = settled((DANCED, (1,)), (DANCED, (1, 3)))
    assert [cited(claim) for claim in found.claims] == [[3], [3]]
    assert [claim.moved_from for claim in found.claims] == ["One Shot", "One Shot; Moss"]
    assert found.claims[0].citations[0].quote.startswith("Honey bees dance")
    assert found.repairs == {"moved": 2}


@pytest.mark.parametrize(
    "claim",
    [
        "Bees dance in the dark of the evening, and many a farmer likes that.",  # too little in the other
        "Bees dance near the hive to tell where 40 flowers stand.",  # a number that the other lacks
        "Half of the bees dance near the hive.",  # something of it is in the cited one
    ],
)
def test_a_citation_stays_where_no_other_paper_is_clearly_the_one(claim: str) -> None:
    found = settled((claim, (1,)))
    assert cited(found.claims[0]) == [7]
    assert found.claims[0].moved_from == ""
    assert found.repairs == {}


def test_a_right_citation_stays_even_when_another_paper_says_it_too() -> None:
    twin = Paper(8, "Twin", "Bees dance near the hive to tell where flowers stand.")
    [claim] = ground_claims([Sentence(DANCED, (2,), "")], {1: twin, 2: BEES}, lambda paper: paper.paper_id).claims
    assert cited(claim) == [3]


def test_a_claim_that_its_paper_denies_stays_there_for_the_reader_to_see() -> None:
    denies = Paper(1, "Weights", "Pruning half of the weights lowers the accuracy of small networks.")
    says = Paper(2, "Other weights", "Pruning half of the weights raises the accuracy of small networks by chance.")
    claim = "Pruning half of the weights raises the accuracy of networks."
    found = ground_claims([Sentence(claim, (1,), "")], {1: denies, 2: says}, lambda paper: paper.paper_id)
    assert cited(found.claims[0]) == [1]
    assert found.claims[0].standing == "differs"
    assert found.claims[0].differences == (Difference("direction", "raises", "lowers"),)
    assert found.repairs == {}


def test_a_second_citation_that_has_nothing_of_the_claim_is_pruned() -> None:
    found = settled((DANCED, (3, 2, 1)))
    assert cited(found.claims[0]) == [3]
    assert found.repairs == {"pruned": 2}


def test_two_papers_that_carry_a_claim_together_are_both_kept() -> None:
    found = settled(("We prune half of the weights, and moss covers the northern side of old trees.", (1, 3)))
    assert cited(found.claims[0]) == [7, 5]
    assert [citation.quote[:4] for citation in found.claims[0].citations] == ["We p", "Moss"]
    assert found.repairs == {}


@pytest.mark.parametrize("answer", ["Yes.", "No.", "It does so.", "99."])
def test_a_word_that_no_source_says_is_not_carried_by_just_any_source(answer: str) -> None:
    assert not claim_of(answer, (2,)).holds
    assert not claim_of(answer, ()).holds


@pytest.mark.parametrize("answer", ["Accelerator.", "71.5", "4,000 seconds"])
def test_a_short_answer_that_a_source_says_holds(answer: str) -> None:
    assert claim_of(answer, (1,)).support == 1.0


GOOD, OTHER, BAD = claim_of(PRUNED, (1,)), claim_of(DANCED, (2,)), claim_of(INVENTED, (2,))


def test_nothing_holds_without_claims_or_when_each_is_unsupported() -> None:
    assert nothing_holds(())
    assert nothing_holds((BAD, BAD))
    assert not nothing_holds((BAD, GOOD))


def test_marking_leaves_every_claim_where_it_is() -> None:
    found = mended("mark", BAD, GOOD)
    assert found == GroundedClaims((BAD, GOOD), {"moved": 2})


def test_dropping_leaves_out_what_does_not_hold_and_counts_it() -> None:
    found = mended("drop", BAD, GOOD, BAD, OTHER)
    assert [claim.text for claim in found.claims] == [PRUNED, DANCED]
    assert found.repairs == {"moved": 2, "dropped": 2}
    assert [claim.lead for claim in found.claims] == ["", " "]


def test_a_paragraph_or_list_item_outlives_its_first_claim() -> None:
    leads = ("", "\n1. ", " ", "\n2. ", "\n3. ", " ")
    texts = (PRUNED, INVENTED, DANCED, INVENTED, INVENTED, DANCED)
    claims = [claim_of(text, (2,), lead) for text, lead in zip(texts, leads, strict=True)]
    assert [claim.lead for claim in mended("drop", *claims).claims] == ["", "\n1. ", "\n3. "]


def test_quoting_puts_the_nearest_sentence_of_the_cited_paper_in_place() -> None:
    wrong = claim_of(
        "Longer dances please warmer gods, and seven kings of old Prussia eat moss and bread at night.", (2,), "\n- "
    )
    assert not wrong.holds
    found = mended("quote", GOOD, wrong)
    quote = found.claims[1]
    assert (quote.text, quote.lead, quote.support) == ("Longer dances stand for greater distances.", "\n- ", 1.0)
    [citation] = quote.citations
    assert (citation.quote, citation.number, citation.paper) == (quote.text, 9, BEES)
    assert found.repairs == {"moved": 2, "quoted": 1}


def test_quoting_for_a_claim_without_citations_looks_through_all_sources() -> None:
    wrong = claim_of("In seven kingdoms and four republics people say that fog and rain taste sweet.", ())
    assert wrong.citations == ()
    assert mended("quote", GOOD, wrong).claims[1].text == "It drinks water from rain and fog alone."


def test_a_sentence_is_quoted_only_once() -> None:
    wrong = claim_of("Longer talks please warmer gods in seven old kingdoms of the far north.", (2,))
    said = claim_of("Longer dances stand for greater distances.", (2,))
    assert [claim.text for claim in mended("quote", wrong, GOOD, said).claims] == [PRUNED, said.text]
    assert [claim.text for claim in mended("quote", wrong, GOOD, wrong).claims] == [said.text, PRUNED]


@pytest.mark.parametrize("policy", ["drop", "quote"])
def test_a_claim_that_a_model_rejects_does_not_stay_however_alike_it_sounds(policy: str) -> None:
    rejected = Claim(DANCED, OTHER.citations, support=OTHER.support, lead=" ", verdict="not")
    texts = [claim.text for claim in mended(policy, GOOD, rejected).claims]
    assert texts == [PRUNED] + [OTHER.citations[0].quote] * (policy == "quote")


@pytest.mark.parametrize("policy", ["mark", "drop", "quote"])
def test_an_answer_of_which_nothing_holds_is_not_made_one_by_quotes(policy: str) -> None:
    found = mended(policy, BAD, BAD)
    assert nothing_holds(found.claims)


def test_a_claim_may_rest_on_sentences_that_stand_apart() -> None:
    [claim] = settled(("Half of the weights go in one shot, and retraining is never needed.", (1,))).claims
    assert [citation.quote for citation in claim.citations] == [
        "We prune half of the weights in one shot.",
        "Retraining is never needed.",
    ]
    assert {citation.number for citation in claim.citations} == {4}


def test_the_best_sentence_is_the_first_of_equal_ones() -> None:
    twice = "Moss covers the northern side. Moss covers the northern side."
    assert best_sentence("Moss covers the northern side.", twice) == (Span(0, 30), 1.0)
