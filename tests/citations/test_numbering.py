"""Numbers and slices: every paper has one number for a whole conversation, every quote is verbatim."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.numbering import cite, number_papers, papers_cited
from rag.records import Answer, Citation, Claim, Outcome, Paper, Searched, Turn

PROPERTY = settings(deadline=None, max_examples=100)


def paper(paper_id: int) -> Paper:
    return Paper(paper_id, f"Title {paper_id}", f"Abstract of paper {paper_id}.")


def answer(numbers: dict[int, int]) -> Answer:
    """Make up an answer that cites these papers, id to number."""
    citations = tuple(cite(number, paper(paper_id), 0, 8) for paper_id, number in numbers.items())
    claims = tuple(Claim("Abstract", (citation,)) for citation in citations)
    return Answer("q", Outcome.ANSWERED, "", claims, papers_cited(claims), (), Searched(9, "q"), "made up")


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


def test_every_paper_cited_is_listed_once_with_its_first_citation_in_order_of_number() -> None:
    first, second, third = cite(2, paper(1), 0, 8), cite(1, paper(2), 0, 8), cite(2, paper(1), 9, 17)
    assert papers_cited([Claim("a", (first,)), Claim("b", (second, third))]) == (second, first)


def test_claims_without_citations_list_no_paper() -> None:
    assert papers_cited([Claim("a"), Claim("b")]) == ()
