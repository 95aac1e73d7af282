"""`askpapers compare`: papers named or found, in a table, as Markdown, CSV and JSON."""

import csv
import io
import json
from pathlib import Path

import pytest

from rag import Comparison
from rag.errors import QuestionError
from tests.conftest import Cli
from ui.cli.comparing import TableForm, table_form

LORA = "LoRA: Low-Rank Adaptation of Large Language Models"


def test_papers_that_are_named_come_as_a_table_row_by_row(cli: Cli, sample_folder: Path) -> None:
    done = cli("compare", LORA, "1", "--columns", "method,year", "--library", sample_folder)
    assert done.code == 0
    assert done.out.startswith(f"[1] {LORA}")
    assert "\n[2] " in done.out
    assert "2021" in done.out
    assert "2 papers compared" in done.err


def test_papers_are_chosen_by_a_search_within_filters(cli: Cli, sample_folder: Path) -> None:
    arguments = (
        "compare",
        "--search",
        "fine-tuning language models",
        "--limit",
        "3",
        "--year",
        "2018..",
        "--form",
        "json",
    )
    done = cli(*arguments, "--ask", "How large is it, in parameters?", "--library", sample_folder)
    table = Comparison.from_dict(json.loads(done.out))
    assert len(table.rows) == 3
    assert all((row.paper.year or 0) >= 2018 for row in table.rows)
    assert table.columns == ("task", "method", "data", "result", "How large is it, in parameters?")


def test_the_ending_of_the_file_tells_the_form(cli: Cli, sample_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "table.csv"
    done = cli("compare", "1", "2", "--library", sample_folder, "--out", out)
    assert (done.code, done.out) == (0, "")
    rows = list(csv.reader(io.StringIO(out.read_text("utf-8-sig"))))
    assert rows[0][:2] == ["number", "title"]
    assert len(rows) == 3
    markdown = cli("compare", "1", "--library", sample_folder, "--form", "markdown")
    assert markdown.out.startswith("| Paper | task | method | data | result |\n| --- |")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "No paper is named to compare"),
        (("1", "--year", "2020"), "Filters bound what --search finds"),
        (("1", "--columns", ","), "No column is named"),
        (("1", "--form", "excel"), "There is no form 'excel'"),
        (("no such paper",), "no such paper"),
    ],
)
def test_what_cannot_be_compared_is_one_line(
    cli: Cli, sample_folder: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = cli("compare", *arguments, "--library", sample_folder)
    assert done.code == 1
    assert done.err.startswith("Error: ")
    assert told in done.err
    assert done.err.count("\n") == 1


def test_a_form_is_known_by_name_or_ending() -> None:
    assert table_form(None, Path("a.MD")) is TableForm.MARKDOWN
    assert table_form("csv", Path("a.md")) is TableForm.CSV
    assert table_form(None, None) is TableForm.TABLE
    with pytest.raises(QuestionError):
        table_form("x", None)
