"""Tables and formulas that models write: what is a row and what is none, where a sentence ends, what the page shows."""

import pytest

from rag.citations.model_text.tables import whole_tables
from rag.citations.reading import read_answer
from rag.citations.rendering import render
from rag.records import Paper


def test_the_stop_behind_a_marker_stays_with_its_sentence_when_a_scrap_follows() -> None:
    sources = {1: Paper(1, "Otters", "Otters sleep for nine hours. They are wet.")}
    read = read_answer("Otters sleep for nine hours [1]. And $x = 3$ so far [1]", "How long?", sources)
    shown = render(read.parts, ())
    assert shown.text == "Otters sleep for nine hours [1]. And $x = 3$ so far [1]"
    assert [claim.text for claim in shown.claims] == ["Otters sleep for nine hours.", "And $x = 3$ so far"]


SOURCES = {
    1: Paper(1, "ColBERT", "ColBERT uses late interaction over BERT. It reaches 36.0."),
    2: Paper(2, "LoRA", "LoRA adds low rank matrices."),
}
TABLES = {
    "whole": "| Method | What |\n|---|---|\n| ColBERT | late interaction [1] |\n| LoRA | low rank matrices [2] |",
    "no outer bars": "Method | What\n--- | ---\nColBERT | late interaction [1]\nLoRA | low rank matrices [2]",
    "no last bar": "| Method | What\n|---|---\n| ColBERT | late interaction [1]\n| LoRA | low rank matrices [2]",
    "no rule": "| Method | What |\n| ColBERT | late interaction [1] |\n| LoRA | low rank matrices [2] |",
    "dense": "|Method|What|\n|-|-|\n|ColBERT|late interaction [1]|\n|LoRA|low rank matrices [2]|",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_each_row_is_a_claim_and_what_draws_the_table_is_none(text: str) -> None:
    shown = render(read_answer(f"Both:\n\n{text}\n\nThat is all.", "What?", SOURCES).parts)
    rows = [claim for claim in shown.claims if "," in claim.text]
    assert [claim.text for claim in rows] == ["ColBERT, late interaction", "LoRA, low rank matrices"]
    assert [[citation.number for citation in claim.citations] for claim in rows] == [[1], [2]]
    assert not any("Method" in claim.text for claim in shown.claims)
    drawn = shown.text.split("\n\n")[1].split("\n")
    assert [line.replace(" ", "")[:9] for line in drawn] == [
        "|Method|W",
        drawn[1].replace(" ", "")[:9],
        "|ColBERT|",
        "|LoRA|low",
    ]
    assert all(line.startswith("|") and line.endswith("|") and line.count("|") == 3 for line in drawn)


@pytest.mark.parametrize(
    "text",
    [
        "P(A|B) is it.\n---\nP(B|A) too.",
        "The norm |x| is 1 [1].\n\nAnd |y| too [1].",
        "a | b is a choice [1].",
        "| a | b |",
        "```\na | b\n--- | ---\n```",
        "Text.\n\n---\n\nMore | text.",
    ],
)
def test_what_is_no_table_stays_as_it_is(text: str) -> None:
    from rag.citations.model_text.forms.shielding import shielded, shown

    assert shown(whole_tables(shielded(text, SOURCES))) == text


def test_bars_within_a_cell_part_no_cells() -> None:
    text = "| a | b |\n|---|---|\n| x \\| y | `p|q` of $|z|$ [1] |\n| c | d | e [2] |"
    shown = render(read_answer(text, "What?", SOURCES).parts)
    assert shown.claims[0].text == "x | y, `p|q` of $|z|$"
    assert shown.text.split("\n")[0] == "| a | b | |"
    assert "`p\\|q` of $\\|z\\|$ [1]" in shown.text
