"""A comparison as Markdown, CSV and plain text: what papers and readers write stays text."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from rag.comparison.tables import comparison_csv, comparison_markdown, comparison_text
from rag.records import Cell, Citation, Claim, ComparedPaper, Comparison, Difference, Paper

ABSTRACT = "We reach 90 | 91 % on *hard* cases."


def quote(paper: Paper, number: int) -> Cell:
    text = paper.abstract
    citation = Citation(number, paper, text, 0, len(text))
    return Cell(text, (Claim(text, (citation,), support=1.0, found=1.0, verbatim=True, end=len(text)),))


def own_words(paper: Paper, number: int, text: str, **fields: object) -> Cell:
    citation = Citation(number, paper, paper.abstract, 0, len(paper.abstract))
    return Cell(text, (Claim(text, (citation,), end=len(text), **fields),))  # type: ignore[arg-type]


def table(
    *cells: Cell, columns: tuple[str, ...] = ("data", "a|b"), title: str = "On pipes | and [1] signs"
) -> Comparison:
    paper = Paper(7, title, ABSTRACT, authors=("Ana Ruiz",), year=2020, doi="10.1/x")
    return Comparison(columns, (ComparedPaper(1, paper, cells or (quote(paper, 1), Cell())),))


PAPER = table().rows[0].paper


def test_markdown_is_a_table_with_escaped_pipes_markers_and_references() -> None:
    lines = comparison_markdown(table()).split("\n")
    assert lines[0] == r"| Paper | data | a\|b |"
    assert lines[1] == "| --- | --- | --- |"
    assert lines[2] == (
        r"| [1] On pipes \| and \[1\] signs | We reach 90 \| 91 % on \*hard\* cases. [1] | *not said* |"
    )
    assert lines[4].startswith("- [1] Ana Ruiz (2020).")
    assert "<https://doi.org/10.1/x>" in lines[4]


def test_a_pipe_in_a_formula_becomes_one_that_tex_reads_the_same() -> None:
    cell = Cell(r"a $|x|$ and $\|y\|$ norm")
    assert r"a $\vert{}x\vert{}$ and $\Vert{}y\Vert{}$ norm" in comparison_markdown(table(cell, Cell()))


def test_own_words_carry_the_sign_of_their_standing_and_the_legend_tells_it() -> None:
    differing = own_words(PAPER, 1, "It reaches 95 %.", found=0.9, differences=(Difference("number", "95 %", "90 %"),))
    text = comparison_markdown(table(differing, own_words(PAPER, 1, "hard cases", found=1.0)))
    assert "It reaches 95 %. ≠ (says 95 %, the abstract 90 %) [1]" in text
    assert "hard cases ◌ [1]" in text
    assert "- ≠ differs: The cited abstract says something otherwise." in text
    assert "quoted" not in comparison_markdown(table())
    assert "It reaches 95 %. [differs] (says 95 %, the abstract 90 %)" in comparison_csv(table(differing, Cell()))


def test_csv_has_a_head_a_line_a_paper_and_the_line_ends_of_its_standard() -> None:
    written = comparison_csv(table())
    assert written.count("\r\n") == written.count("\n") == 2
    head, row = csv.reader(io.StringIO(written, newline=""))
    assert head == ["number", "title", "authors", "year", "link", "data", "a|b"]
    assert row == ["1", "On pipes | and [1] signs", "Ana Ruiz", "2020", "https://doi.org/10.1/x", ABSTRACT, "not said"]


TEXTS = st.text(max_size=40)


@given(TEXTS, TEXTS.filter(str.strip), TEXTS)
def test_no_cell_of_csv_is_a_formula_and_every_line_has_as_many_cells(text: str, column: str, title: str) -> None:
    written = comparison_csv(table(Cell(text), Cell(), columns=(column, "b"), title=title))
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert [len(row) for row in rows] == [7, 7]
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"))


@given(TEXTS, TEXTS.filter(str.strip), TEXTS)
def test_markdown_stays_one_table_whatever_the_texts_hold(text: str, column: str, title: str) -> None:
    lines = comparison_markdown(table(Cell(text), Cell(), columns=(column, "b"), title=title)).split("\n")
    for line in (lines[0], lines[2]):
        bars = [place for place, sign in enumerate(line) if sign == "|"]
        open_ones = [place for place in bars if (len(line[:place]) - len(line[:place].rstrip("\\"))) % 2 == 0]
        assert len(open_ones) == 4
    assert lines[3] == ""


def test_plain_text_has_a_block_a_paper_no_wider_than_asked() -> None:
    text = comparison_text(table(columns=("data", "a rather long question, is it not?")), width=60)
    assert all(len(line) <= 60 for line in text.split("\n"))
    assert text.startswith("[1] On pipes | and [1] signs (Ruiz, 2020)\n    data")
    assert "not said" in text
