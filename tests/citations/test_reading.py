"""From a model's Markdown to the parts of an answer: kept as written, marked where it cites, and what is left open."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.citations.reading import ReadAnswer, read_answer
from rag.citations.rendering import Rendered, render
from tests.citations.papers import BEES, MOSS, SOURCES

PROPERTY = settings(deadline=None, max_examples=200)
QUESTION = "How do bees tell each other where flowers stand?"
DANCED = "Bees dance near the hive"
NESTED = """They tell it in two ways:

- They dance near the hive [1].
  - Longer dances stand for greater distances [1].
    1. The angle gives the direction from the sun [1].
- Moss drinks water from rain [2]."""
QUOKKA = "Does the quokka method need labels?"
ECHO = "You ask whether the quokka method needs labels."


def read(text: str, question: str = QUESTION) -> tuple[ReadAnswer, Rendered]:
    answer = read_answer(text, question, SOURCES)
    return answer, render(answer.parts)


def claimed(rendered: Rendered) -> list[str]:
    return [rendered.text[claim.start : claim.end] for claim in rendered.claims]


def standings(rendered: Rendered) -> list[str]:
    return [str(claim.standing) for claim in rendered.claims]


# Kept as it was written


@pytest.mark.parametrize(
    "text",
    [
        "## How bees tell\n\nBees dance near the hive [1].",
        "### **What they do** [1]\nBees dance near the hive [1].",
        "**Bees** *dance* near the `hive` [1].",
        "Bees dance near the hive [1], while moss drinks water from rain and fog [2].",
        NESTED,
        "1. Bees dance near the hive [1].\n2. Moss covers old trees [2].",
        "- **Bees:** dance near the hive [1].\n- **Moss**: drinks water from rain [2].",
        "| Who | What |\n|-----|:----:|\n| Bees | dance near the hive [1] |\n| Moss | drinks water from rain [2] |",
        "Bees dance near the hive [1].\n\n---\n\nIn short, that is how they do it.",
        "> Honey bees dance near the hive [1].",
        "Bees dance near the hive [1].\n\n```\nx = [1]\n    y\n```",
        "Bees dance near the hive [1]. Bees dance near the hive [1].",
        "Bees dance near the hive [1].\n\nNOT SAID: the price of honey.",
        "Bees $x_1 < y$ dance near the hive [1].",
    ],
)
def test_markdown_stays_as_it_was_written(text: str) -> None:
    given_numbers = text.replace("[2]", "[3]").replace("[1]", "[2]").replace("x = [2]", "x = [1]")
    answer, rendered = read(given_numbers)
    assert rendered.text == text
    assert answer.repairs == {}


def test_claims_are_spans_and_headings_lead_ins_and_frames_are_none() -> None:
    _, rendered = read(
        "## What 2 papers say\n\nTwo things are known:\n\n- **Bees** dance near the hive [2].\n\n"
        "| Who | What |\n|---|---|\n| Moss | drinks water from rain [3] |\n\nIn short, both of them are busy."
    )
    assert claimed(rendered) == ["**Bees** dance near the hive [1].", "| Moss | drinks water from rain [2] |"]
    assert [claim.text for claim in rendered.claims] == ["Bees dance near the hive.", "Moss, drinks water from rain"]


def test_a_sentence_that_cites_twice_is_two_claims_each_with_its_own_paper() -> None:
    _, rendered = read("Bees dance near the hive [2], whereas moss drinks water from rain and fog alone [3].")
    assert claimed(rendered) == [
        "Bees dance near the hive [1],",
        "whereas moss drinks water from rain and fog alone [2].",
    ]
    assert [[one.paper for one in claim.citations] for claim in rendered.claims] == [[BEES], [MOSS]]


@pytest.mark.parametrize("marker", ["(Source 2) [2]", "[2] (Source 2) [2]", "[2]  [2]"])
def test_several_markers_in_a_row_end_one_clause(marker: str) -> None:
    _, rendered = read(f"{DANCED} {marker}, whereas moss drinks water from rain and fog alone [3].")
    assert claimed(rendered) == [
        "Bees dance near the hive [1],",
        "whereas moss drinks water from rain and fog alone [2].",
    ]


# What is left out, and counted


@pytest.mark.parametrize(
    ("text", "left", "repairs"),
    [
        (f"Great question! {DANCED} [2].", f"{DANCED} [1].", {"greetings": 1}),
        (f"{DANCED} [2].\n\nI hope this helps you further!", f"{DANCED} [1].", {"greetings": 1}),
        (f"{ECHO} {DANCED} [2].", f"{DANCED} [1].", {"echoes": 1}),
        (f"{DANCED} [2].\n\nReferences:\n[1] One Shot\n[2] Bees", f"{DANCED} [1].", {"reference_lists": 1}),
        (f"Sure! {DANCED} [2].\n\n## Sources\n1. One Shot", f"{DANCED} [1].", {"greetings": 1, "reference_lists": 1}),
        (f"{DANCED} [9].", f"{DANCED}. [1]", {"invented": 1, "attached": 1}),
        (f"{DANCED} [1].", f"{DANCED}. [1]", {"moved": 1}),
        (f"{DANCED} [1][2].", f"{DANCED} [1].", {"pruned": 1}),
        (f"{DANCED} (Source 2).", f"{DANCED} [1].", {"reformed": 1}),
    ],
)
def test_what_is_left_out_or_mended_is_counted(text: str, left: str, repairs: dict[str, int]) -> None:
    answer, rendered = read(text, QUOKKA)
    assert (rendered.text, answer.repairs) == (left, repairs)


def test_a_paragraph_whose_first_sentence_is_left_out_still_begins_anew() -> None:
    text = f"{DANCED} [2].\n\n{ECHO} Moss covers the sides of trees [3]."
    assert read(text, QUOKKA)[1].text == f"{DANCED} [1].\n\nMoss covers the sides of trees [2]."


# What is left open


@pytest.mark.parametrize(
    ("denial", "left_open"),
    [
        ("NOT SAID: the price of honey.", "the price of honey."),
        ("**NOT SAID:** the price of honey.", "the price of honey."),
        ("**NOT SAID: the price of honey.**", "the price of honey."),
        ("- NOT SAID: the price.\n- NOT SAID: the weight.", "the price. the weight."),
        ("NOT SAID: the price of honey. It is also open who pays for all of it.", None),
        ("NOT SAID:\n- the price of honey\n- the weight of 40 bees", "the price of honey the weight of 40 bees"),
        ("The sources don't say what honey costs.", "The sources don't say what honey costs."),
        ("The sources don't say what honey costs [1].", "The sources don't say what honey costs."),
    ],
)
def test_what_is_not_said_stays_in_the_text_and_is_told_on_its_own(denial: str, left_open: str | None) -> None:
    answer, rendered = read(f"{DANCED} [2].\n\n{denial.replace('[1]', '[2]')}\n\nMoss covers old trees [3].")
    assert rendered.text == f"{DANCED} [1].\n\n{denial}\n\nMoss covers old trees [2]."
    assert answer.left_open == (left_open or denial.removeprefix("NOT SAID: "))
    assert len(rendered.claims) == 2
    assert not answer.abstains


@pytest.mark.parametrize(
    ("text", "abstains"),
    [
        ("NOT SAID: the price of honey.", True),
        ("I cannot find the price of honey in these abstracts.", True),
        ("The abstracts do not state the price of honey [2].", True),
        ("It costs 12 euros at the market.", True),  # cites nothing, and no source carries it
        ("", True),
        (f"The abstracts do not state the price of honey. {DANCED} [2].", False),
        (f"{DANCED} [2].\n\nNOT SAID: the price.", False),
        ("Honey bees dance near the hive to tell where flowers stand.", False),  # is attached
        ("No method uses a verifier, and bees need none [2].", False),
    ],
)
def test_it_is_no_answer_when_it_cites_nothing_that_the_sources_tell(text: str, abstains: bool) -> None:  # noqa: FBT001
    assert read(text)[0].abstains == abstains


def test_a_denial_that_cites_is_kept_with_its_marker_and_is_not_judged() -> None:
    _, rendered = read(f"{DANCED} [2]. The abstract doesn't say what honey costs [3].")
    assert rendered.text == f"{DANCED} [1]. The abstract doesn't say what honey costs [2]."
    assert [one.paper for one in rendered.citations] == [BEES, MOSS]
    assert claimed(rendered) == [f"{DANCED} [1]."]


# What cites nothing


def test_what_cites_nothing_is_uncited_attached_or_a_frame() -> None:
    answer, rendered = read(
        "It costs 12 euros at the market.\n\nMoss covers the northern side of old trees.\n\nBoth are fine to know."
    )
    assert standings(rendered) == ["uncited", "quoted"]
    assert claimed(rendered) == [
        "It costs 12 euros at the market.",
        "Moss covers the northern side of old trees. [1]",
    ]
    assert answer.repairs == {"attached": 1}
    assert rendered.text.endswith("\n\nBoth are fine to know.")


# Whatever is written

LINES = st.sampled_from(
    [
        "# ",
        "- ",
        "  - ",
        "1. ",
        "> ",
        "| ",
        "* ",
        "",
        "",
        "\t",
        "```",
        "---",
        "|---|---|",
        "NOT SAID: ",
        "**NOT SAID:** ",
    ]
)
WORDS = st.text(st.characters(codec="utf-8", categories=["L", "Nd", "P", "Zs", "Sm"]), max_size=30)
PLAIN = st.sampled_from(
    ["quokka", "**zebra**", "*okapi*", "x < 40", "`code`", "ünïcode,", "so.", "it is |", "a:", "b!"]
)
MARKDOWN = st.lists(st.tuples(LINES, st.lists(PLAIN, max_size=12).map(" ".join)), max_size=8).map(
    lambda lines: "\n".join(start + words for start, words in lines)
)


def letters(text: str) -> Sequence[str]:
    return re.findall(r"\w", text)


@PROPERTY
@given(MARKDOWN)
def test_every_letter_of_a_text_without_markers_and_greetings_is_still_there(text: str) -> None:
    answer, rendered = read(text, "What now?")
    assert answer.repairs == {}
    assert "".join(letters(rendered.text)) == "".join(letters(text))


HOSTILE = st.one_of(
    st.text(max_size=80),
    st.lists(st.one_of(LINES, PLAIN, WORDS, st.sampled_from(["[1]", "[2]", "[9 [1]]", "\n", "\ud83d", "[", "】"]))).map(
        "".join
    ),
)


@PROPERTY
@given(HOSTILE)
@example("[1]\ta[1[1]]")
@example("| [1] |\n|---|---|\n[2]")
@example("NOT SAID:\n\n- ")
@example("[1]: **[2]**")
def test_whatever_is_written_is_read_and_its_claims_are_spans_of_the_text(text: str) -> None:
    _, rendered = read(text)
    at = 0
    for claim in rendered.claims:
        assert at <= claim.start <= claim.end <= len(rendered.text)
        at = claim.end
        for citation in claim.citations:
            assert f"[{citation.number}]" in rendered.text[claim.start : claim.end]
            assert citation.quote == citation.paper.abstract[citation.start : citation.end]
