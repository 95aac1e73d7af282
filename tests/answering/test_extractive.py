"""Answers without an LLM: whether to answer, which sentences to quote, and how they are cited."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.abstaining import (
    BY_FAR,
    confidence_in,
    is_hopeless,
    nearest_papers,
    outcome_of,
    outlook_for_model,
    refusal,
)
from rag.answering.base import Draft
from rag.answering.extractive import ExtractiveAnswerer, choose
from rag.answering.sentence_ranking import Candidate, candidates_of
from rag.answering.sentence_signs import asked_words
from rag.citations.numbering import cite
from rag.citations.rendering import render
from rag.models.cancellation import Cancellation
from rag.records import Answer, Claim, Hit, Outcome, Paper, Passage, Searched, Turn
from rag.retrieval.results import Retrieved, WordMatch
from rag.text.sentences import sentence_spans
from rag.text.titles import is_named
from rag.text.words import content_words, stems

PROPERTY = settings(deadline=None, max_examples=100)
ADAFACTOR = (
    "Training large models needs much memory. "
    "We store only row and column sums of the squared gradients, which takes little memory. "
    "Adafactor reaches the quality of Adam with 4.5 times less memory on translation. "
    "The code of the Adafactor memory study is available at https://example.org/adafactor."
)
BITFIT = "Full tuning is costly in memory. We show that BitFit trains only the bias terms of a model in little memory."
QUESTION = "How much memory does Adafactor need?"


def hit(paper_id: int, title: str, abstract: str, score: float = 1.0) -> Hit:
    passages = tuple(Passage(abstract[start:end], start, end, 0.5) for start, end in sentence_spans(abstract))
    return Hit(Paper(paper_id, title, abstract), score, passages)


def found(query: str, *hits: Hit, likeness: float | None = 0.9) -> Retrieved:
    """Make up what a search found; `likeness` is how well every word of the query is met, None when unknown."""
    matches = () if likeness is None else tuple(WordMatch(w.text, likeness, 1.0) for w in content_words(query))
    return Retrieved(query, hits, dict.fromkeys(stems(query), 1.0), matches, 9)


def quote(query: str, *hits: Hit, history: tuple[Turn, ...] = ()) -> Draft:
    answerer = ExtractiveAnswerer(papers=5, sentences=6, words=110)
    *pieces, draft = answerer.stream(query, found(query, *hits), history, Cancellation())
    assert isinstance(draft, Draft)
    assert "".join(map(str, pieces)) == render(draft.parts, history).text
    return draft


ONE = hit(7, "Adafactor: Adaptive Rates with Sublinear Memory", ADAFACTOR)
TWO = hit(3, "BitFit: Simple Tuning", BITFIT, 0.98)


def test_every_claim_is_a_verbatim_slice_of_the_abstract_it_cites() -> None:
    draft = quote(QUESTION, ONE, TWO)
    assert len(draft.claims) >= 2
    for claim in draft.claims:
        assert claim.support == 1.0
        [citation] = claim.citations
        assert claim.text == citation.quote == citation.paper.abstract[citation.start : citation.end]


def test_the_text_is_the_claims_with_their_markers_a_paragraph_a_paper() -> None:
    draft = quote("How much memory do Adafactor and BitFit need?", ONE, TWO)
    paragraphs = [
        " ".join(f"{c.text} [{number}]" for c in draft.claims if c.citations[0].paper.paper_id == paper)
        for number, paper in ((1, 7), (2, 3))
    ]
    assert render(draft.parts).text == "\n\n".join(paragraphs)
    assert {claim.citations[0].paper.paper_id for claim in draft.claims} == {7, 3}


def test_sentences_of_a_paper_stand_in_reading_order() -> None:
    starts = [claim.citations[0].start for claim in quote(QUESTION, ONE).claims]
    assert len(starts) >= 2
    assert starts == sorted(starts)


def test_a_paper_keeps_the_number_of_an_earlier_answer() -> None:
    citation = cite(1, TWO.paper, 0, 10)
    claims = (Claim("Full", (citation,)),)
    earlier = Answer("q", Outcome.ANSWERED, "", claims, (citation,), (), Searched(9, "q"), "extractive")
    history = (Turn("q", earlier),)
    draft = quote("How much memory do Adafactor and BitFit need?", ONE, TWO, history=history)
    assert {one.paper.paper_id: one.number for one in render(draft.parts, history).citations} == {3: 1, 7: 2}


def test_a_sentence_that_only_gives_a_link_is_quoted_only_when_asked_for() -> None:
    assert "https://" not in render(quote(QUESTION, ONE).parts).text
    assert "https://" in render(quote("Where is the code of Adafactor available?", ONE).parts).text


def test_a_number_counts_for_a_sentence_only_when_one_is_asked_for() -> None:
    one = hit(1, "Saving", "Translation runs here with less memory. Translation runs there with 4.5 memory.")

    def gain(question: str) -> float:
        plain, numbered = candidates_of(question, found(question, one), 5)
        return numbered.worth - plain.worth

    assert gain("How much memory does translation take?") > gain("Does translation take memory?") + 0.1


def test_a_paper_far_behind_is_drawn_on_only_when_the_question_names_it() -> None:
    far = replace(TWO, score=0.3)
    assert {one.hit.paper.paper_id for one in candidates_of(QUESTION, found(QUESTION, ONE, far), 5)} == {7}
    both = quote("How much memory do Adafactor and BitFit need?", ONE, far)
    assert {claim.citations[0].paper.paper_id for claim in both.claims} == {7, 3}


def test_a_paper_beyond_the_limit_is_not_drawn_on() -> None:
    candidates = candidates_of(QUESTION, found(QUESTION, ONE, TWO), 1)
    assert {candidate.hit.paper.paper_id for candidate in candidates} == {7}


def test_a_paper_is_named_by_its_whole_title_or_what_stands_before_the_colon() -> None:
    assert is_named("LoRA: Low-Rank Adaptation", "What does lora change?")
    assert is_named("Attention Is All You Need", "Who wrote 'attention is all you need'?")
    assert not is_named("Attention Is Cheap", "What is attention?")
    assert not is_named("LoRA: Low-Rank Adaptation", "What is low-rank adaptation?")
    assert not is_named("It Is: What", "What is it?")


def test_words_of_the_question_count_more_than_those_of_an_earlier_one() -> None:
    shares = asked_words("momentum?", {"adafactor": 2.0, "momentum": 2.0})
    assert 0 < shares["adafactor"] < shares["momentum"] / 2
    assert sum(shares.values()) == pytest.approx(1.0)
    assert asked_words("momentum?", {}) == {}


PLAIN = Candidate(0, ONE, ONE.passages[0], 0.0, wanted=False, touches=True)
MADE_UP = st.tuples(st.integers(0, 3), st.integers(1, 70), st.floats(-5, 5), st.booleans())


def candidate(place: int, worth: float, text: str = "word", **fields: Any) -> Candidate:
    return replace(PLAIN, passage=Passage(text, place, place + 1, 0.5), worth=worth, **fields)


@PROPERTY
@given(st.lists(MADE_UP, min_size=1, max_size=12), st.integers(2, 8), st.integers(30, 150), st.integers(0, 3))
def test_quotes_stay_within_the_bounds_and_a_named_paper_always_has_one(
    made_up: list[tuple[int, int, float, bool]], sentences: int, words: int, named: int
) -> None:
    candidates = [
        candidate(place, worth, "word " * length, rank=rank, wanted=rank == named, touches=touches)
        for place, (rank, length, worth, touches) in enumerate(made_up)
    ]
    chosen = choose(candidates, sentences=sentences, words=words)
    assert min(2, len(candidates)) <= len(chosen) <= sentences
    assert len(chosen) <= 2 or sum(len(one.passage.text.split()) for one in chosen) <= words
    assert max(candidates, key=lambda one: (one.touches, one.worth, -one.rank, -one.passage.start)) in chosen
    assert any(one.rank == named for one in chosen) or all(one.rank != named for one in candidates)
    assert all((a.rank, a.passage.start) < (b.rank, b.passage.start) for a, b in pairwise(chosen))


def test_a_sentence_worth_far_less_than_the_best_is_no_filler() -> None:
    candidates = [candidate(place, worth) for place, worth in enumerate([3.0, 2.5, 1.5, 0.4, -4.0])]
    assert [one.worth for one in choose(candidates, sentences=9, words=99)] == [3.0, 2.5, 1.5]


def test_a_sentence_that_has_nothing_of_the_question_is_no_filler() -> None:
    candidates = [candidate(0, 3.0, touches=False), candidate(1, 2.5), candidate(2, 2.4), candidate(3, 2.3)]
    assert [one.worth for one in choose(candidates, sentences=9, words=99)] == [2.5, 2.4, 2.3]


def test_nothing_found_is_no_relevant_paper() -> None:
    assert outcome_of(found(QUESTION)) is Outcome.NO_RELEVANT_PAPERS
    assert refusal(Outcome.NO_RELEVANT_PAPERS, ()) == "No paper in this library is about that."


def test_the_better_the_words_are_met_the_more_is_answered() -> None:
    outcomes = [outcome_of(found(QUESTION, ONE, likeness=percent / 100)) for percent in range(101)]
    assert list(dict.fromkeys(outcomes)) == [Outcome.NOT_IN_ABSTRACTS, Outcome.ANSWERED]
    assert outcomes == sorted(outcomes, key=list(dict.fromkeys(outcomes)).index)


def test_a_name_that_the_best_paper_lacks_lowers_the_confidence() -> None:
    def confidence(question: str) -> float:
        return confidence_in(found(question, ONE, likeness=0.5))

    assert confidence("How well does Shampoo2 train?") < confidence("How well does Adafactor train?")
    assert confidence("How well does adafactor train?") == confidence("How well does Adafactor train?")


def test_without_token_states_half_the_telling_words_must_be_there() -> None:
    assert outcome_of(found("Adafactor memory bees hives", ONE, likeness=None)) is Outcome.ANSWERED
    assert outcome_of(found("Adafactor dancing bees hives", ONE, likeness=None)) is not Outcome.ANSWERED


def test_a_refusal_names_the_three_nearest_papers() -> None:
    hits = [hit(n, f"Paper {n}", ADAFACTOR) for n in (4, 2, 9, 1)]
    told = refusal(Outcome.NOT_IN_ABSTRACTS, nearest_papers(found(QUESTION, *hits))[0])
    assert told.endswith("The nearest papers: Paper 4; Paper 2; Paper 9.")


def test_a_refusal_shows_of_each_nearest_paper_the_sentence_that_comes_closest() -> None:
    papers, closest = nearest_papers(found(QUESTION, ONE, TWO))
    assert papers == (ONE.paper, TWO.paper)
    assert [passage.text for passage in closest] == [
        "Adafactor reaches the quality of Adam with 4.5 times less memory on translation.",
        "We show that BitFit trains only the bias terms of a model in little memory.",
    ]
    for paper, passage in zip(papers, closest, strict=True):
        assert paper.abstract[passage.start : passage.end] == passage.text


def test_a_question_is_hopeless_when_nothing_found_shares_a_word_or_a_sense_with_it() -> None:
    strange = "Which bees dance near the hive?"
    far = tuple(replace(passage, score=0.1) for passage in ONE.passages)
    assert is_hopeless(found(strange, replace(ONE, passages=far)))
    assert not is_hopeless(found(strange, ONE))  # its sentences are like the question
    assert not is_hopeless(found(QUESTION, replace(ONE, passages=far)))  # its words are there
    assert not is_hopeless(found(strange, replace(ONE, passages=far), TWO))  # the second paper's are
    assert is_hopeless(found(strange))


def test_a_model_that_copies_is_not_asked_what_quotes_would_refuse_by_far() -> None:
    strange = "Which bees dance near the hive?"
    near = found(strange, ONE)  # a sentence is like the question, its words are nowhere
    near = replace(near, matches=tuple(match._replace(likeness=0.1) for match in near.matches))
    assert confidence_in(near) < BY_FAR
    assert outlook_for_model(near, copying=False) is Outcome.ANSWERED
    assert outlook_for_model(near, copying=True) is Outcome.NOT_IN_ABSTRACTS
    assert outlook_for_model(found(QUESTION, ONE), copying=True) is Outcome.ANSWERED
    assert outlook_for_model(found(strange), copying=True) is Outcome.NO_RELEVANT_PAPERS


def test_a_refusal_names_the_nearest_papers_with_their_bylines() -> None:
    nearest = (replace(TWO.paper, authors=("Elad Ben Zaken",), year=2021), ONE.paper)
    assert refusal(Outcome.NOT_IN_ABSTRACTS, nearest) == (
        "The abstracts in this library don't say. The nearest papers: "
        "BitFit: Simple Tuning (Zaken, 2021); Adafactor: Adaptive Rates with Sublinear Memory."
    )
