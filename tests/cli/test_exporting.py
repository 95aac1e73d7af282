"""`askpapers export`: papers and conversations in forms that others read."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rag.conversation.history import append_turn
from rag.errors import QuestionError
from rag.export import Form
from rag.library import Library
from rag.records import Turn
from ui.cli.app import app
from ui.cli.exporting import chosen_form

Run = Callable[..., Result]
QUESTION = "How does LoRA fine-tune a large model without changing its weights?"


@pytest.fixture
def run(sample_folder: Path) -> Run:
    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["export", "--library", str(sample_folder), *arguments], catch_exceptions=True)

    return call


def test_all_papers_are_written_as_bibtex(run: Run) -> None:
    assert run().output.count("\n@") + 1 == 40


def test_filters_choose_the_papers(run: Run) -> None:
    found = json.loads(run("--form", "csl-json", "--title", "random forests").output)
    assert [item["title"] for item in found] == ["Random Forests"]
    years = [
        item["issued"]["date-parts"][0][0] for item in json.loads(run("--form", "csl-json", "--year", "..2005").output)
    ]
    assert years
    assert max(years) <= 2005


def test_the_ending_of_the_file_tells_the_form(run: Run, tmp_path: Path) -> None:
    assert run("--out", str(tmp_path / "a.ris"), "--title", "random forests").output == ""
    assert (tmp_path / "a.ris").read_text("utf-8").startswith("TY  -")
    assert chosen_form(None, Path("x.JSON")) is Form.CSL_JSON
    assert chosen_form("ris", Path("x.bib")) is Form.RIS
    with pytest.raises(QuestionError, match="no form 'docx'"):
        chosen_form("docx", None)


def test_a_conversation_is_written_with_its_references(run: Run, samples: Library, tmp_path: Path) -> None:
    history = tmp_path / "talk.jsonl"
    append_turn(history, Turn(QUESTION, samples.ask(QUESTION)))
    text = run("--history", str(history), "--form", "markdown").output
    assert QUESTION in text
    assert "## References" in text
    assert run("--history", str(history), "--form", "ris").output.count("TY  -") == 1


def test_references_are_formatted_with_the_numbers_of_the_conversation(
    run: Run, samples: Library, tmp_path: Path
) -> None:
    assert (
        "Breiman, L. (2001). Random Forests. https://doi.org/10.1023/a:1010933404324\n" in run("--form", "apa").output
    )
    history = tmp_path / "talk.jsonl"
    append_turn(history, Turn(QUESTION, samples.ask(QUESTION)))
    assert run("--history", str(history), "--form", "ieee").output.startswith("[1] E. J. Hu et al., “LoRA")
    assert chosen_form(None, Path("x.txt")) is Form.APA


def test_a_conversation_is_written_as_a_page_and_as_text(run: Run, samples: Library, tmp_path: Path) -> None:
    history = tmp_path / "talk.jsonl"
    append_turn(history, Turn(QUESTION, samples.ask(QUESTION)))
    run("--history", str(history), "--out", str(tmp_path / "talk.html"))
    assert (tmp_path / "talk.html").read_text("utf-8").startswith("<!doctype html>")
    assert run("--history", str(history), "--form", "text").output.startswith(f"{QUESTION}\n\n")
    assert "There is no history" in str(run("--history", "none.jsonl", "--form", "html").exception)
    assert "no form 'html'" in str(run("--form", "html").exception)


def test_what_can_not_be_exported_is_said_in_one_line(run: Run, tmp_path: Path) -> None:
    missing = run("--history", str(tmp_path / "none.jsonl"))
    assert "There is no history at" in str(missing.exception)
    append_turn(tmp_path / "bare.jsonl", Turn("q", "a"))
    assert "cites no paper" in str(run("--history", str(tmp_path / "bare.jsonl")).exception)
    assert "can't be written" in str(run("--out", str(tmp_path / "no" / "x.bib")).exception)
