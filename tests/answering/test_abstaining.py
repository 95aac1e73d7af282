"""Whether quotes answer: by how the best paper meets the question beside other papers, and by what is counted in it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.abstaining import confidence_in, log_odds, outcome_of, signs_of
from rag.records import Hit, Outcome, Paper, Passage
from rag.retrieval.results import Retrieved, WordMatch
from rag.text.sentences import sentence_spans
from rag.text.words import content_words, stems

PROPERTY = settings(deadline=None, max_examples=100)
COUNTED = "We train small networks on graphs. They need 12 hours where others need twice as many."
UNCOUNTED = "We train small networks on graphs. They need far fewer hours than others."
QUESTION = "Which networks are trained on graphs?"
SHARE = st.floats(0, 1)
MATCHES = st.lists(st.tuples(SHARE, st.floats(0.1, 9), SHARE, SHARE), min_size=1, max_size=9)


def found(query: str, abstract: str = COUNTED, *, met: float = 0.9, **less: float) -> Retrieved:
    """Make up a search whose best paper meets every word of the query by `met`, those named in `less` by theirs."""
    passages = tuple(Passage(abstract[start:end], start, end, 0.5) for start, end in sentence_spans(abstract))
    hit = Hit(Paper(1, "Small Networks", abstract), 1.0, passages)
    matches = tuple(WordMatch(word.text, less.get(word.text, met), 1.0) for word in content_words(query))
    return Retrieved(query, (hit,), dict.fromkeys(stems(query), 1.0), matches, 9, cosine=0.5)


def met_elsewhere(retrieved: Retrieved, likeness: float) -> Retrieved:
    return replace(retrieved, matches=tuple(match._replace(elsewhere=likeness) for match in retrieved.matches))


def test_words_that_other_papers_meet_as_well_tell_less_of_the_best() -> None:
    apart = met_elsewhere(found(QUESTION), 0.3)
    alike = met_elsewhere(found(QUESTION), 0.9)
    assert confidence_in(apart) > confidence_in(alike)


def test_a_word_that_is_not_met_counts_by_its_importance() -> None:
    def asked(importance: float) -> Retrieved:
        whole = found(QUESTION, networks=0.2)
        matches = tuple(
            match._replace(importance=importance) if match.word == "networks" else match for match in whole.matches
        )
        return replace(whole, matches=matches)

    assert confidence_in(asked(0.3)) > confidence_in(asked(0.7)) > confidence_in(asked(1.0))
    assert signs_of(asked(0.3)).lack < signs_of(asked(0.7)).lack
    assert signs_of(asked(0.3)).gain > signs_of(asked(0.7)).gain


def test_one_word_that_lacks_everything_weighs_more_than_two_that_lack_half() -> None:
    one = signs_of(found(QUESTION, networks=0.0, trained=1.0, graphs=1.0))
    two = signs_of(found(QUESTION, networks=0.5, trained=0.5, graphs=1.0))
    assert one.lack > two.lack


def test_the_nearer_the_whole_paper_the_surer() -> None:
    asked = found(QUESTION, met=0.6)
    assert confidence_in(replace(asked, cosine=0.7)) > confidence_in(replace(asked, cosine=0.2))


def test_a_number_asked_for_is_missing_where_the_thing_counted_is() -> None:
    there = found("How many hours does training take?")
    away = found("How many cards does training take?", cards=0.3)
    assert signs_of(there).no_detail == pytest.approx(0.1)
    assert signs_of(away).no_detail == pytest.approx(0.7)
    assert outcome_of(there) is Outcome.ANSWERED
    assert confidence_in(away) < confidence_in(found("Does training take many cards?", cards=0.3))


def test_a_number_asked_for_is_missing_where_the_paper_holds_none() -> None:
    question = "How many hours does training take?"
    assert signs_of(found(question, UNCOUNTED)).no_detail == 1.0
    assert confidence_in(found(question, UNCOUNTED)) < confidence_in(found(question, COUNTED))
    assert confidence_in(found(QUESTION, UNCOUNTED)) == confidence_in(found(QUESTION, COUNTED))


def test_a_detail_that_is_no_number_is_missing_where_its_words_are() -> None:
    asked = found("Which dataset are networks trained on?", UNCOUNTED, dataset=0.3)
    assert signs_of(asked).no_detail == pytest.approx(0.7)
    assert confidence_in(asked) < confidence_in(found("Do they name the dataset networks are trained on?", dataset=0.3))


def test_what_asks_for_no_detail_misses_none() -> None:
    assert signs_of(found(QUESTION, UNCOUNTED, networks=0.0)).no_detail == 0.0


@PROPERTY
@given(MATCHES, SHARE, st.sampled_from([QUESTION, "How many networks?", "What error does it reach?"]))
def test_meeting_any_word_better_never_makes_an_answer_less_likely(
    made_up: list[tuple[float, float, float, float]], more: float, question: str
) -> None:
    matches = [WordMatch(f"w{place}", *values) for place, values in enumerate(made_up)]
    better = [matches[0]._replace(likeness=matches[0].likeness + more * (1 - matches[0].likeness)), *matches[1:]]
    before, after = (log_odds(signs_of(replace(found(question), matches=tuple(some)))) for some in (matches, better))
    assert after >= before - 1e-9
