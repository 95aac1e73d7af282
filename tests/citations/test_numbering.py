"""Numbers and slices: every paper has one number for a whole conversation, every quote is verbatim."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.numbering import cite, kept_leads, number_of, number_papers
from rag.records import Answer, Citation, Claim, Outcome, Paper, Searched, Turn

PROPERTY = settings(deadline=None, max_examples=100)


def paper(paper_id: int) -> Paper:
    return Paper(paper_id, f"Title {paper_id}", f"Abstract of paper {paper_id}.")


def answer(numbers: dict[int, int]) -> Answer:
    """Make up an answer that cites these papers, id to number."""
    citations = tuple(cite(number, paper(paper_id), 0, 8) for paper_id, number in numbers.items())
    claims = tuple(Claim("Abstract", (citation,)) for citation in citations)
    return Answer("q", Outcome.ANSWERED, "", claims, citations, (), Searched(9, "q"), "made up")


def test_papers_are_numbered_from_one_in_the_order_given() -> None:
    assert number_papers([paper(7), paper(3), paper(5)]) == {7: 1, 3: 2, 5: 3}


def test_a_paper_cited_twice_has_one_number() -> None:
    assert number_papers([paper(7), paper(3), paper(7)]) == {7: 1, 3: 2}


def test_papers_of_earlier_answers_keep_their_numbers_and_new_ones_follow() -> None:
    history = [Turn("q", answer({7: 1, 3: 2})), Turn("q", answer({3: 2, 8: 3}))]
    assert number_papers([paper(9), paper(3)], history) == {7: 1, 3: 2, 8: 3, 9: 4}


def test_an_answer_kept_as_text_numbers_nothing() -> None:
    assert number_papers([paper(9)], [Turn("q", "It does [1].")]) == {9: 1}


def test_answers_of_different_conversations_never_share_a_number() -> None:
    history = [Turn("q", answer({1: 1, 2: 2})), Turn("r", answer({3: 1}))]
    assert number_papers([paper(4)], history) == {1: 1, 2: 2, 3: 3, 4: 4}


@PROPERTY
@given(st.lists(st.lists(st.integers(min_value=1, max_value=12), max_size=5), max_size=6))
def test_numbers_stay_unique_and_stable_through_a_conversation(rounds: list[list[int]]) -> None:
    history: list[Turn] = []
    known: dict[int, int] = {}
    for paper_ids in rounds:
        numbers = number_papers([paper(paper_id) for paper_id in paper_ids], history)
        assert set(paper_ids) <= numbers.keys()
        assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))
        assert numbers.items() >= known.items()
        known |= {paper_id: numbers[paper_id] for paper_id in paper_ids}
        history.append(Turn("q", answer({paper_id: numbers[paper_id] for paper_id in paper_ids})))


def test_a_citation_holds_the_verbatim_slice() -> None:
    one = paper(4)
    assert cite(2, one, 9, 17) == Citation(2, one, "of paper", 9, 17)
    assert one.abstract[9:17] == "of paper"


def test_a_new_paper_gets_the_next_number_and_keeps_it() -> None:
    numbers = {7: 1, 3: 4}
    assert [number_of(paper(paper_id), numbers) for paper_id in (9, 7, 9)] == [5, 1, 5]
    assert numbers == {7: 1, 3: 4, 9: 5}


LEADS = st.sampled_from(["", " ", "\n\n", "\n- ", "\n  - ", "\n1. "])


@PROPERTY
@given(st.lists(st.tuples(LEADS, st.booleans()), max_size=8))
def test_a_paragraph_is_opened_by_the_first_that_is_kept_of_it(pieces: list[tuple[str, bool]]) -> None:
    leads, kept = [lead for lead, _ in pieces], [keep for _, keep in pieces]
    found = kept_leads(leads, kept)
    assert len(found) == sum(kept)
    if all(kept):
        assert found == [lead.lstrip() for lead in leads[:1]] + leads[1:]
    assert {lead for lead in found[1:] if lead} <= set(leads)


def test_what_opens_a_paragraph_goes_to_its_next_sentence() -> None:
    leads = ["", " ", "\n\n", " ", "\n- ", "\n- "]
    assert kept_leads(leads, [True, False, False, True, False, True]) == ["", "\n\n", "\n- "]
    assert kept_leads(leads, [False, True, True, True, True, True]) == ["", "\n\n", " ", "\n- ", "\n- "]
    assert kept_leads(leads, [False] * 6) == []
