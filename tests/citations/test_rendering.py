"""An answer's text from its parts: numbers in the place of papers, claims as spans of the text, marks behind them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.numbering import Piece, cite
from rag.citations.rendering import Part, kept, marked, pieces_of, quoted, render
from rag.records import Answer, Claim, Outcome, Paper, Searched, Turn

PROPERTY = settings(deadline=None, max_examples=200)
PAPERS = {n: Paper(n, f"Title {n}", f"Abstract of paper {n}.") for n in (3, 5, 7, 8)}


def claiming(*written: Piece, papers: tuple[int, ...] = (), lead: str = " ") -> Part:
    """Make a part of a claim that cites these papers, else those of its markers."""
    inside = [paper for piece in written if isinstance(piece, tuple) for paper in piece]
    words = " ".join(piece.strip() for piece in written if isinstance(piece, str))
    return Part(lead, written, Claim(words, tuple(cite(0, PAPERS[n], 0, 8) for n in papers or dict.fromkeys(inside))))


def turn(numbers: dict[int, int]) -> Turn:
    citations = tuple(cite(number, PAPERS[n], 0, 8) for n, number in numbers.items())
    return Turn("q", Answer("q", Outcome.ANSWERED, "", (), citations, (), Searched(9, "q"), "made up"))


def spans(*parts: Part) -> list[str]:
    rendered = render(parts)
    return [rendered.text[claim.start : claim.end] for claim in rendered.claims]


def test_papers_are_numbered_as_their_markers_come() -> None:
    rendered = render([claiming("Adam ", (7,), " adapts ", (3, 7), "."), claiming("So it is ", (5,), ".")])
    assert rendered.text == "Adam [1] adapts [2][1]. So it is [3]."
    assert [(one.number, one.paper.paper_id) for one in rendered.citations] == [(1, 7), (2, 3), (3, 5)]


def test_papers_keep_their_numbers_of_a_conversation_and_new_ones_follow() -> None:
    rendered = render([claiming("Adam adapts ", (7, 3), ".")], [turn({3: 2, 5: 4})])
    assert rendered.text == "Adam adapts [5][2]."
    assert [(one.number, one.paper.paper_id) for one in rendered.citations] == [(2, 3), (5, 7)]
    assert {one.number for one in rendered.claims[0].citations} == {5, 2}


def test_a_claim_is_a_span_of_the_text_as_it_was_written_there() -> None:
    parts = [
        Part("", ("Two ways:",)),
        claiming("**Adam** adapts ", (7,), ".", lead="\n- "),
        claiming("It is fast", lead="\n  - "),
    ]
    assert render(parts).text == "Two ways:\n- **Adam** adapts [1].\n  - It is fast"
    assert spans(*parts) == ["**Adam** adapts [1].", "It is fast"]


def test_what_is_cited_twice_is_listed_once_by_its_first_citation() -> None:
    first, second = cite(0, PAPERS[7], 0, 8), cite(0, PAPERS[7], 9, 17)
    parts = [Part("", ("A ", (7,)), Claim("A", (first,))), Part(" ", ("B ", (7,)), Claim("B", (second,)))]
    [citation] = render(parts).citations
    assert (citation.number, citation.quote) == (1, "Abstract")


def test_what_claims_nothing_keeps_its_markers_too() -> None:
    rendered = render([Part("", ("NOT SAID: ", (7,), " the price."), cited=(cite(0, PAPERS[7], 0, 8),))])
    assert (rendered.text, rendered.claims) == ("NOT SAID: [1] the price.", ())
    assert [one.number for one in rendered.citations] == [1]


@pytest.mark.parametrize(
    ("written", "papers", "text"),
    [
        (("Adam adapts ", (3, 7), "."), (7,), "Adam adapts [1]."),
        (("Adam ", (3,), " adapts ", (7,), "."), (7,), "Adam adapts [1]."),
        (("Adam adapts ", (3,), "."), (7,), "Adam adapts. [1]"),
        (("Does Adam ", (3,), "? Yes."), (7,), "Does Adam? Yes. [1]"),
        (("Adam adapts ", (3,)), (7,), "Adam adapts [1]"),
        (("Adam adapts ", (3,)), (3, 7), "Adam adapts [1][2]"),
        (("Adam adapts.",), (7, 3), "Adam adapts. [1][2]"),
        (("| Adam | adapts |",), (7,), "| Adam | adapts [1] |"),
        (("| Adam | adapts ", (3,), " |"), (3, 7), "| Adam | adapts [1] [2] |"),
        (("| Adam | ", (3,), " |"), (7,), "| Adam | [1] |"),
    ],
)
def test_markers_of_papers_given_up_go_and_those_of_others_come_at_the_end(
    written: tuple[Piece, ...], papers: tuple[int, ...], text: str
) -> None:
    rendered = render([claiming(*written, papers=papers)])
    assert rendered.text == text
    assert {one.number for one in rendered.claims[0].citations} == set(map(int, re.findall(r"\[(\d+)\]", text)))


def test_an_answer_without_parts_is_empty() -> None:
    assert (render([]).text, render([]).claims, render([]).citations, pieces_of(render([]))) == ("", (), (), [""])


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (("Adam adapts ", (7,), "."), "Adam adapts [1].<0>"),
        (("Adam ", (7,), " adapts."), "Adam [1] adapts.<0>"),
        (("Adam adapts.",), "Adam adapts.<0>"),
        (("Adam adapts ", (7, 3), "**"), "Adam adapts [1][2]<0>**"),
        (("| Adam | adapts |",), "| Adam | adapts<0> |"),
        (("| Adam ", (7,), " | |"), "| Adam [1]<0> | |"),
    ],
)
def test_a_mark_stands_behind_the_marker_that_ends_a_claim_or_behind_its_words(
    written: tuple[Piece, ...], text: str
) -> None:
    rendered = render([claiming(*written)])
    assert marked(rendered.text, rendered.claims, lambda _, place: f"<{place}>") == text


def test_who_comes_first_of_a_paragraph_that_is_kept_opens_it() -> None:
    parts = [Part(lead, (word,)) for lead, word in (("", "One"), ("\n\n", "two"), (" ", "three"), ("\n- ", "four"))]
    assert render(kept(parts, [True, False, True, True])).text == "One\n\nthree\n- four"
    assert render(kept(parts, [False, False, False, True])).text == "- four"
    assert kept(parts, [True] * 4) == tuple(parts)
    assert kept(parts, [False] * 4) == ()


def test_a_quote_is_its_words_then_what_it_cites() -> None:
    part = quoted(Claim("Abstract", (cite(0, PAPERS[7], 0, 8), cite(0, PAPERS[7], 9, 17))), "\n- ")
    assert render([Part("", ("It says:",)), part]).text == "It says:\n- Abstract [1]"


WORDS = st.text("ab .,;|*#-äß", max_size=12)
MARKERS = st.lists(st.sampled_from(sorted(PAPERS)), min_size=1, max_size=3).map(tuple)
WRITTEN = st.lists(st.one_of(WORDS, MARKERS), min_size=1, max_size=5).map(tuple)
CITED = st.lists(st.sampled_from(sorted(PAPERS)), max_size=3, unique=True).map(tuple)
LEADS = st.sampled_from(["", " ", "\n", "\n\n", "\n- ", "\n  1. ", "\n> "])


@st.composite
def some_part(draw: st.DrawFn) -> Part:
    citations = tuple(cite(0, PAPERS[n], 0, 8) for n in draw(CITED))
    lead, written = draw(LEADS), draw(WRITTEN)
    return (
        Part(lead, written, Claim("said", citations)) if draw(st.booleans()) else Part(lead, written, None, citations)
    )


HISTORY = st.dictionaries(st.sampled_from(sorted(PAPERS)), st.integers(1, 9), max_size=3).filter(
    lambda numbers: len(set(numbers.values())) == len(numbers)
)


@PROPERTY
@given(st.lists(some_part(), max_size=6), HISTORY)
def test_claims_are_spans_apart_from_each_other_and_every_marker_is_a_number_of_the_citations(
    parts: list[Part], numbers: dict[int, int]
) -> None:
    rendered = render(parts, [turn(numbers)])
    at = 0
    for claim in rendered.claims:
        assert at <= claim.start <= claim.end <= len(rendered.text)
        at = claim.end
        inside = set(map(int, re.findall(r"\[(\d+)\]", rendered.text[claim.start : claim.end])))
        assert inside == {citation.number for citation in claim.citations}
    assert set(map(int, re.findall(r"\[(\d+)\]", rendered.text))) == {one.number for one in rendered.citations}
    assert len({one.paper.paper_id for one in rendered.citations}) == len(rendered.citations)
    assert all(one.number == numbers.get(one.paper.paper_id, one.number) for one in rendered.citations)
    assert [claim.text for claim in rendered.claims] == [part.claim.text for part in parts if part.claim]


@PROPERTY
@given(st.lists(some_part(), max_size=6))
def test_a_text_comes_in_pieces_that_make_it_up_each_with_one_claim(parts: list[Part]) -> None:
    rendered = render(parts)
    pieces = pieces_of(rendered)
    assert "".join(pieces) == rendered.text
    assert len(pieces) == max(1, len(rendered.claims))
    bare = re.sub(r"\x01\d+\x02", "", marked(rendered.text, rendered.claims, lambda _, place: f"\x01{place}\x02"))
    assert bare == rendered.text
