"""From a model's sentences to claims: anchored, measured, and mended where the citation is another paper's."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.grounding import anchored, grounded
from rag.citations.slices import best_sentence
from rag.citations.support import PARTLY, cited_text, support
from rag.records import Claim, Difference, Paper
from rag.text.sentences import Span, sentence_spans
from tests.citations.papers import BEES, DANCED, INVENTED, PRUNED, PRUNING, SOURCES

PROPERTY = settings(deadline=None, max_examples=100)


def settled(text: str, numbers: tuple[int, ...]) -> tuple[Claim, Counter[str]]:
    return grounded(text, [SOURCES[n] for n in numbers], SOURCES)


def cited(claim: Claim) -> list[int]:
    return [citation.paper.paper_id for citation in claim.citations]


def claim_of(text: str, numbers: tuple[int, ...]) -> Claim:
    return settled(text, numbers)[0]


def test_a_citation_is_the_sentence_that_carries_the_claim_not_the_whole_abstract() -> None:
    claim = claim_of(PRUNED, (1,))
    [citation] = claim.citations
    assert citation.quote == "We prune half of the weights in one shot."
    assert PRUNING.abstract[citation.start : citation.end] == citation.quote
    assert (citation.paper, citation.number) == (PRUNING, 0)  # which is given when the answer is put together
    assert claim.support >= PARTLY


def test_a_claim_put_together_from_two_sentences_in_a_row_cites_both() -> None:
    claim = claim_of("The method reaches 71.5 points and runs in 4,000 seconds on an accelerator.", (1,))
    assert claim.citations[0].quote == (
        "Our method reaches 71.5 points on the benchmark. It runs in 4,000 seconds on a single accelerator."
    )


WORDS = st.sampled_from([*PRUNING.abstract.split(), *BEES.abstract.split(), *INVENTED.split(), "71.6", "99"])
SAID = st.tuples(
    st.lists(WORDS, min_size=1, max_size=14).map(" ".join),
    st.lists(st.sampled_from(list(SOURCES)), unique=True, max_size=3).map(tuple),
)


@PROPERTY
@given(SAID)
def test_every_citation_is_whole_sentences_and_support_counts_the_cited_papers_alone(
    said: tuple[str, tuple[int, ...]],
) -> None:
    claim, repairs = settled(*said)
    assert claim.text == said[0]
    assert all(repairs.values())
    papers = dict.fromkeys(citation.paper for citation in claim.citations)
    expected = support(claim.text, [cited_text(paper) for paper in papers])
    assert (claim.support, claim.found, claim.differences) == (expected.score, expected.found, expected.differences)
    for paper in papers:
        slices = [citation for citation in claim.citations if citation.paper == paper]
        assert 1 <= len(slices) <= 3
        assert [one.start for one in slices] == sorted(one.start for one in slices)
    for citation in claim.citations:
        assert citation.quote == citation.paper.abstract[citation.start : citation.end]
        spans = sentence_spans(citation.paper.abstract)
        within = [span for span in spans if citation.start <= span.start and span.end <= citation.end]
        assert (within[0].start, within[-1].end) == (citation.start, citation.end)


@PROPERTY
@given(SAID)
def test_nothing_that_was_cited_is_lost_unless_another_paper_is_put_in_its_place_and_told(
    said: tuple[str, tuple[int, ...]],
) -> None:
    _, numbers = said
    claim, repairs = settled(*said)
    given_up = {SOURCES[n].title for n in numbers} - {citation.paper.title for citation in claim.citations}
    assert bool(claim.moved_from) == ("moved" in repairs)
    if claim.moved_from:
        assert set(claim.moved_from.split("; ")) <= {SOURCES[n].title for n in numbers}
    else:
        assert len(given_up) == repairs["pruned"]
    assert bool(numbers) <= bool(claim.citations)


def test_a_missing_citation_is_attached_when_a_source_carries_the_claim() -> None:
    claim, repairs = settled(DANCED, ())
    assert cited(claim) == [3]
    assert repairs == {"attached": 1}


@pytest.mark.parametrize(("numbers", "papers"), [((), []), ((2,), [3])])
def test_a_claim_that_no_source_carries_is_left_as_it_is(numbers: tuple[int, ...], papers: list[int]) -> None:
    claim, repairs = settled(INVENTED, numbers)
    assert cited(claim) == papers
    assert not claim.holds
    assert repairs == {}


@pytest.mark.parametrize(("numbers", "titles"), [((1,), "One Shot"), ((1, 3), "One Shot; Moss")])
def test_a_wrong_citation_moves_to_the_paper_that_says_it_and_the_claim_says_from_where(
    numbers: tuple[int, ...], titles: str
) -> None:
    claim, repairs = settled(DANCED, numbers)
    assert (cited(claim), claim.moved_from) == ([3], titles)
    assert claim.citations[0].quote.startswith("Honey bees dance")
    assert repairs == {"moved": 1}


@pytest.mark.parametrize(
    "claim",
    [
        "Bees dance in the dark of the evening, and many a farmer likes that.",  # too little in the other
        "Bees dance near the hive to tell where 40 flowers stand.",  # a number that the other lacks
        "Half of the bees dance near the hive.",  # something of it is in the cited one
    ],
)
def test_a_citation_stays_where_no_other_paper_is_clearly_the_one(claim: str) -> None:
    found, repairs = settled(claim, (1,))
    assert (cited(found), found.moved_from, repairs) == ([7], "", {})


def test_a_right_citation_stays_even_when_another_paper_says_it_too() -> None:
    twin = Paper(8, "Twin", "Bees dance near the hive to tell where flowers stand.")
    claim, repairs = grounded(DANCED, [BEES], {1: twin, 2: BEES})
    assert (cited(claim), repairs) == ([3], {})


def test_a_claim_that_its_paper_denies_stays_there_for_the_reader_to_see() -> None:
    denies = Paper(1, "Weights", "Pruning half of the weights lowers the accuracy of small networks.")
    says = Paper(2, "Other weights", "Pruning half of the weights raises the accuracy of small networks by chance.")
    claim = "Pruning half of the weights raises the accuracy of networks."
    found, repairs = grounded(claim, [denies], {1: denies, 2: says})
    assert (cited(found), repairs) == ([1], {})
    assert found.standing == "differs"
    assert found.differences == (Difference("direction", "raises", "lowers"),)


def test_a_second_citation_that_has_nothing_of_the_claim_is_pruned() -> None:
    claim, repairs = settled(DANCED, (3, 2, 1))
    assert cited(claim) == [3]
    assert repairs == {"pruned": 2}


def test_two_papers_that_carry_a_claim_together_are_both_kept() -> None:
    claim, repairs = settled("We prune half of the weights, and moss covers the northern side of old trees.", (1, 3))
    assert cited(claim) == [7, 5]
    assert [citation.quote[:4] for citation in claim.citations] == ["We p", "Moss"]
    assert repairs == {}


@pytest.mark.parametrize("answer", ["Yes.", "No.", "It does so.", "99."])
def test_a_word_that_no_source_says_is_not_carried_by_just_any_source(answer: str) -> None:
    assert not claim_of(answer, (2,)).holds
    assert not claim_of(answer, ()).holds


@pytest.mark.parametrize("answer", ["Accelerator.", "71.5", "4,000 seconds"])
def test_a_short_answer_that_a_source_says_holds(answer: str) -> None:
    assert claim_of(answer, (1,)).support == 1.0


def test_a_claim_may_rest_on_sentences_that_stand_apart() -> None:
    claim = claim_of("Half of the weights go in one shot, and retraining is never needed.", (1,))
    assert [citation.quote for citation in claim.citations] == [
        "We prune half of the weights in one shot.",
        "Retraining is never needed.",
    ]


def test_what_is_anchored_has_the_number_that_is_given() -> None:
    assert {citation.number for citation in anchored(PRUNED, PRUNING, 4)} == {4}


def test_the_best_sentence_is_the_first_of_equal_ones() -> None:
    twice = "Moss covers the northern side. Moss covers the northern side."
    assert best_sentence("Moss covers the northern side.", twice) == (Span(0, 30), 1.0)
