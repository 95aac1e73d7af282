"""A conversation as plain text: what a reader saw, without a mark of Markdown."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.rendering import Part, render
from rag.conversation.text import conversation_text
from rag.library import Library
from rag.records import Answer, Citation, Claim, Outcome, Paper, Passage, Searched, Turn
from tests.export.papers import TEXTS

MOSS = Paper(7, "On *moss* & $O(n^2)$", "Moss grows. It is *green*.", authors=("Ada Lovelace",), year=1840)
LEAF = Paper(9, "Leaves", "Leaves fall.", authors=("Guido van Rossum",), arxiv_id="1706.03762")


def cites(number: int, paper: Paper) -> tuple[Citation, ...]:
    return (Citation(number, paper, paper.abstract, 0, len(paper.abstract)),)


def answer(*parts: Part, **changed: object) -> Answer:
    shown = render(parts)
    made = Answer(
        "Q?", Outcome.ANSWERED, shown.text, shown.claims, shown.citations, (), Searched(40, "Q?"), "extractive"
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def test_the_answer_of_a_model_has_no_marks_and_its_papers_are_numbered_lines() -> None:
    said = answer(
        Part("", ("## Two things",)),
        Part("\n\n", ("**Moss** `grows` ", (7,), "."), Claim("Moss grows.", cites(1, MOSS), 1.0, verbatim=True)),
        Part("\n- ", ("Leaves *fall* up ", (9,)), Claim("Leaves fall up", cites(2, LEAF), 0.4, found=0.9)),
        Part("\n\n", ("| a | b |",)),
        Part("\n", ("|---|---|",)),
        Part("\n", ("| $x^2$ | c ", (9,), " |"), Claim("x, c", cites(2, LEAF), 1.0, verbatim=True)),
        Part("\n\n", ("NOT SAID: the *price*.",)),
        answerer="tiny",
    )
    assert conversation_text([Turn("What grows?", said)]) == (
        "What grows?\n\n"
        "Two things\n\nMoss grows [1].\n\n- Leaves fall up [2] ◌\n\na | b\nx² | c [2]\n\n"
        "The abstracts leave open: the price.\n\n"
        "References\n"
        "[1] A. Lovelace, “On moss & O(n²),” 1840.\n"
        "[2] G. van Rossum, “Leaves,” arXiv:1706.03762. [Online]. Available: https://arxiv.org/abs/1706.03762\n\n"
        "Answered by tiny; 40 papers searched.\n\n"
        "◌ reworded: Own words, with all names and numbers found; not otherwise checked: compare.\n"
    )


def test_a_quote_keeps_the_characters_of_its_abstract() -> None:
    quoted = answer(Part("", ("It is *green*. ", (7,)), Claim("It is *green*.", cites(1, MOSS), 1.0, verbatim=True)))
    assert "\n\nIt is *green*. [1]\n\nReferences\n[1] A. Lovelace" in conversation_text([Turn("Colour?", quoted)])


def test_numbers_are_those_of_the_whole_conversation() -> None:
    first = answer(Part("", ("a ", (7,)), Claim("a", cites(1, MOSS), 1.0, verbatim=True)))
    other = answer(Part("", ("b ", (9,)), Claim("b", cites(1, LEAF), 1.0, verbatim=True)))
    text = conversation_text([Turn("A?", first), Turn("B?", other)], title="On\nplants")
    assert text.startswith("On plants\n\nA?\n\na [1]\n\nB?\n\nb [2]\n\nReferences\n[1] A. Lovelace")


def test_what_is_no_answer_says_so_and_names_the_nearest() -> None:
    silent = answer(
        outcome=Outcome.NOT_IN_ABSTRACTS,
        nearest=(MOSS,),
        closest=(Passage("Moss grows.", 0, 11, 0.4),),
        notes=("Cut.",),
    )
    assert conversation_text([Turn("Price?", silent), Turn("And?", ""), Turn("So?", "*Well* [1].")]) == (
        "Price?\n\nThe abstracts in this library don't say. The nearest papers:\n\n"
        "- Lovelace, A. (1840). On moss & O(n²).\n  closest, but no answer: Moss grows.\n\nNote: Cut.\n\n"
        "And?\n\nNo answer.\n\nSo?\n\nWell [1].\n\nAnswered by extractive; 40 papers searched.\n"
    )


def test_a_real_answer_is_all_there(samples: Library) -> None:
    question = "What is late interaction in ColBERT?"
    found = samples.ask(question)
    text = conversation_text([Turn(question, found)])
    assert all(claim.text in text for claim in found.claims)
    assert all(f"\n[{citation.number}] " in text for citation in found.citations)


@settings(deadline=None, max_examples=100)
@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=5).map("\n".join), st.sampled_from(["extractive", "tiny"]))
def test_whatever_was_said_becomes_text(title: str, question: str, said: str, answerer: str) -> None:
    turns = [Turn(question, answer(text=said, answerer=answerer)), Turn(question, said)]
    text = conversation_text(turns, title=title)
    text.encode()
    assert text.endswith("40 papers searched.\n")
