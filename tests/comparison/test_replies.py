"""What models reply for a row, in the many forms that they use, and how they say that an abstract doesn't tell."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.comparison.cells import cell_of
from rag.comparison.replies import cells_in
from rag.comparison.silence import is_silent
from rag.records import Paper

COLUMNS = ("task", "data", "main result", "How many layers?")


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param("1: parsing\n2: PTB\n3: 95.1 F1\n4: 12", id="as asked"),
        pytest.param("Here is the row:\n\n1. parsing\n2. PTB\n3. 95.1 F1\n4. 12", id="a list"),
        pytest.param(
            "**Task:** parsing\n**Data:** PTB\n**Main result:** 95.1 F1\n**How many layers?** 12", id="bold names"
        ),
        pytest.param("- task: parsing\n- data: PTB\n- main result: 95.1 F1\n- How many layers?: 12", id="items"),
        pytest.param("1. **task**: parsing\n2. **data**: PTB\n3. **main result**: 95.1 F1\n4. x: 12", id="both"),
        pytest.param("Column 1: parsing\nColumn 2: PTB\nColumn 3: 95.1 F1\nColumn 4: 12", id="columns"),
        pytest.param(
            "### task\nparsing\n\n### data\nPTB\n\n### Main result\n95.1 F1\n\n### How many layers?\n12", id="headings"
        ),
        pytest.param(
            "| task | data | main result | How many layers? |\n|---|:--|---|---|\n| parsing | PTB | 95.1 F1 | 12 |",
            id="a row",
        ),
        pytest.param(
            "| Column | Cell |\n|---|---|\n| 1 | parsing |\n| 2 | PTB |\n| 3 | 95.1 F1 |\n| 4 | 12 |", id="a table"
        ),
        pytest.param('{"1": "parsing", "2": "PTB", "3": "95.1 F1", "4": 12}', id="JSON by number"),
        pytest.param(
            '```json\n{"task": "parsing", "data": ["PTB"], "main_result": {"value": "95.1 F1"}, '
            '"How many layers?": "12"}\n```',
            id="JSON by name",
        ),
        pytest.param(
            '{"cells": [{"column": "task", "cell": "parsing"}, {"column": 2, "text": "PTB"}, '
            '{"name": "main result", "answer": "95.1 F1"}, {"id": "4", "value": 12}]}',
            id="JSON objects",
        ),
        pytest.param('["parsing", "PTB", "95.1 F1", "12"]', id="a JSON list"),
        pytest.param("<think>1: chess?</think>1: parsing\n2: PTB\n3: 95.1 F1\n4: 12", id="thinking"),
        pytest.param(
            "1: parsing\n2:\nPTB\n3: 95.1 F1\n4: 12\n\nI hope this helps: 2 cells were easy.", id="courtesies"
        ),
    ],
)
def test_cells_are_read_in_every_form(reply: str) -> None:
    found = cells_in(reply, COLUMNS)
    assert [found[place].removeprefix("x: ") for place in range(4)] == ["parsing", "PTB", "95.1 F1", "12"]


def test_a_cell_may_begin_with_a_number_and_go_on_in_a_list() -> None:
    assert cells_in("1: 3.5 % lower\n2: -5 points\n3: two:\n  - one\n  - other", COLUMNS) == {
        0: "3.5 % lower",
        1: "-5 points",
        2: "two:; one; other",
    }


def test_what_stands_behind_no_column_is_no_cell() -> None:
    assert cells_in("I can't fill this table.", COLUMNS) == {}
    assert cells_in("5: too many\n0: none", COLUMNS) == {}
    assert cells_in("1: first\n1: second", COLUMNS) == {0: "first"}


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_reply_breaks_the_reader(reply: str) -> None:
    assert set(cells_in(reply, COLUMNS)) <= set(range(4))


@given(
    st.lists(
        st.sampled_from(["1", "task", ":", "|", "\n", "-", "**", "{", '"', "[", "]", "}", ",", " a", "?"]), max_size=60
    )
)
def test_no_scrap_of_a_form_breaks_the_reader(pieces: list[str]) -> None:
    assert set(cells_in("".join(pieces), COLUMNS)) <= set(range(4))


# Silence

FACTS = (
    "We train 12 layers on WordBank. No adverse events were reported. Unknown, partially observed dynamics are learned."
)


@pytest.mark.parametrize(
    "cell",
    [
        "NOT SAID", "not said.", "NOT SAID [1]", "**NOT SAID**", "Not stated in the abstract", "Not explicitly stated",
        "n/a",
        "N.A.", "—", "-", "", "None", "None mentioned", "none reported.", "unspecified", "Unknown", "unclear", "null",
        "Not specified; probably ImageNet", "Not explicitly stated, but likely CIFAR-10",
        "Not applicable (theory paper)",
        "The abstract does not specify the dataset.", "The paper doesn't mention it", "No information provided",
        "Information not available", "Limitations are not discussed.", "No baselines are named in the abstract",
        "It is not clear from the abstract", "nicht angegeben", "Keine Angabe", "non précisé", "未提及", "(not said)",
    ],
)  # fmt: skip
def test_a_cell_that_says_that_nothing_is_said_is_empty(cell: str) -> None:
    assert is_silent(cell, FACTS)
    assert not cell_of(cell, Paper(1, "T", FACTS), 1).said


@pytest.mark.parametrize(
    "cell",
    [
        "No adverse events reported", "Unknown, partially observed dynamics", "12 layers",
        "not only layers but also WordBank",
        "nonlinear models", "None of the layers is frozen", "Notably better", "Nilsson's method", "NA+ channels",
    ],
)  # fmt: skip
def test_a_cell_that_only_sounds_like_it_is_none(cell: str) -> None:
    assert not is_silent(cell, FACTS)


# Cells


def test_the_words_of_a_cell_become_claims_on_the_sentences_that_carry_them() -> None:
    paper = Paper(3, "T", FACTS)
    cell = cell_of("12 layers on WordBank [1]. Trained for 9 weeks [2].", paper, 4)
    assert cell.text == "12 layers on WordBank. Trained for 9 weeks."
    assert [claim.text for claim in cell.claims] == [cell.text[claim.start : claim.end] for claim in cell.claims]
    first = cell.claims[0].citations[0]
    assert (first.number, first.quote) == (4, "We train 12 layers on WordBank.")
    assert cell.claims[0].holds
    assert not cell.claims[-1].holds or cell.claims[-1].missing_numbers


def test_what_is_told_beside_a_silence_stays() -> None:
    cell = cell_of("12 layers [1]. The abstract does not state the width.", Paper(1, "T", FACTS), 1)
    assert cell.text.rstrip(".") == "12 layers"


@pytest.mark.parametrize("marker", ["[1]", "(sentence 1)", "[S1]", "[1, 2]", "[sentences 1-2]", "【1】", "[^1]"])
def test_numbers_of_sentences_are_no_part_of_the_words(marker: str) -> None:
    assert cell_of(f"12 layers {marker}", Paper(1, "T", FACTS), 1).text == "12 layers"


def test_words_in_another_language_cite_the_sentences_that_the_model_named() -> None:
    cell = cell_of("keine Nebenwirkungen [2]", Paper(1, "T", FACTS), 1)
    assert [one.quote for one in cell.claims[0].citations] == ["No adverse events were reported."]


@settings(deadline=None)  # the first use of each part loads its words
@given(st.text(max_size=200))
def test_no_cell_breaks_what_reads_it_and_claims_are_spans(text: str) -> None:
    cell = cell_of(text, Paper(1, "T", FACTS), 1)
    assert all(cell.text[claim.start : claim.end] == claim.text for claim in cell.claims)
