"""Collections, tags and notes from the command line, and the filters that keep to them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rag.errors import EmptyLibraryError, QuestionError
from rag.records import Filters
from tests.copies import copied
from ui.cli.app import app
from ui.filters import read_filters, read_years

Call = Callable[..., Result]


@pytest.fixture
def call(sample_folder: Path, tmp_path: Path) -> Call:
    """Call a command over a library of the sample papers of its own."""
    folder = copied(sample_folder, tmp_path / "copy.library")

    def run(*arguments: object, answer: str | None = None) -> Result:
        return CliRunner().invoke(app, [*map(str, arguments), "--library", str(folder)], input=answer)

    return run


def listed(call: Call, *arguments: object) -> list[int]:
    return [row["paper_id"] for row in json.loads(call("list", *arguments, "--json").stdout)]


def test_papers_are_collected_by_any_name_and_the_collection_lists_and_bounds(call: Call) -> None:
    assert call("collect", "Thesis", "1", "vaswani2017attention", "2").stdout == "2 papers collected.\n"
    assert call("tag", "read", "1").stdout == "1 paper tagged.\n"
    assert call("collections").stdout.split() == ["2", "collection", "Thesis", "1", "tag", "read"]
    kept = json.loads(call("collections", "--json").stdout)
    assert [(one["name"], one["papers"]) for one in kept["collections"]] == [("Thesis", 2)]
    assert kept["tags"] == [{"name": "read", "papers": 1}]
    assert listed(call, "--collection", "thesis") == [1, 2]
    assert listed(call, "attention", "--tag", "READ") == [1]
    hits = json.loads(call("search", "a model", "--collection", "Thesis", "--json").stdout)
    assert {hit["paper"]["paper_id"] for hit in hits} == {1, 2}
    answer = call("ask", "What is attention?", "--tag", "read")
    assert "1 paper tagged 'read' searched" in answer.stdout
    assert call("export", "--collection", "Thesis", "--form", "jsonl").stdout.count("\n") == 2


def test_all_papers_that_pass_filters_are_collected_or_tagged_at_once(call: Call) -> None:
    found = listed(call, "--year", "2015-2017")
    assert len(found) > 2
    assert call("collect", "Then", "--year", "2015-2017").stdout == f"{len(found)} papers collected.\n"
    assert call("tag", "old", "--collection", "Then").exit_code == 0
    assert listed(call, "--tag", "old") == found
    assert call("tag", "old", "--remove", "--year", "2017").exit_code == 0
    assert listed(call, "--tag", "old") == listed(call, "--year", "2015..2016")
    for wrong, told in (
        (("collect", "Then", "1", "--year", "2017"), "not both"),
        (("collect", "None", "--year", "1066"), "of 1066"),
        (("tag", "old"), "No paper is named"),
    ):
        assert told in str(call(*wrong).exception)
    assert "None" not in call("collections").stdout


def test_a_collection_is_emptied_renamed_and_forgotten(call: Call) -> None:
    call("collect", "Thesis", "1", "2")
    assert call("collect", "thesis", "1", "--remove").stdout == "1 paper taken out.\n"
    assert "1 collection Dissertation" in call("collections", "--rename", "Thesis", "Dissertation").stdout
    assert isinstance(call("collections", "--delete", "Dissertation").exception, QuestionError)
    forgotten = call("collections", "--delete", "Dissertation", "--yes")
    assert forgotten.stdout.startswith("Nothing is collected or tagged yet.")
    assert len(listed(call)) == 40
    call("collect", "Later")
    assert "0 collection Later" in call("collections").stdout


def test_a_note_is_written_shown_with_its_paper_and_removed(call: Call) -> None:
    assert call("note", "1", "Compare\x1b[2J with section 3").stdout == "Compare[2J with section 3\n"
    call("collect", "Thesis", "1")
    call("tag", "to read", "1")
    shown = call("show", "1").stdout
    for told in ("in the collection Thesis", "tagged to read", "section 3"):
        assert told in shown
    [paper] = json.loads(call("show", "1", "--json").stdout)
    assert (paper["collections"], paper["tags"]) == (["Thesis"], ["to read"])
    assert paper["note"].endswith("section 3")
    assert call("note", "1").stdout.endswith("section 3\n")
    call("note", "1", "--remove")
    assert json.loads(call("show", "1", "--json").stdout)[0]["note"] == ""


@pytest.mark.parametrize("command", ["ask", "search", "list", "export"])
def test_an_unknown_collection_or_tag_is_told_with_those_there_are(call: Call, command: str) -> None:
    call("collect", "Thesis", "1")
    call("tag", "read", "1")
    words = ["a model"] if command in {"ask", "search"} else []
    for wrong in (("--collection", "Tesis"), ("--tag", "raed")):
        error = call(command, *words, *wrong).exception
        assert isinstance(error, QuestionError)
        assert "here: " in str(error)


def test_what_leaves_nothing_is_told_in_words_that_hold_on_the_page_too(call: Call) -> None:
    call("collect", "Later")
    error = call("ask", "What is attention?", "--collection", "Later").exception
    assert isinstance(error, EmptyLibraryError)
    assert str(error) == "No paper passes the filters: none is of the collection 'Later'; search without that."


@pytest.mark.parametrize("between", ["..", "...", "-", "–", "—", " - ", " – ", "‐", "‑", "−", "…"])  # noqa: RUF001
def test_years_stand_on_both_sides_of_dots_or_of_any_dash(between: str) -> None:
    assert read_years(f"2018{between}2021") == (2018, 2021)
    assert read_years(f"2018{between}") == (2018, None)
    assert read_years(f"{between}2021") == (None, 2021)


@pytest.mark.parametrize("wrong", ["2018 2021", "2018--2021", "18-21", "2018-2019-2020", "since 2020", "２０１８"])  # noqa: RUF001
def test_other_years_are_told_with_what_can_be_written(wrong: str) -> None:
    with pytest.raises(QuestionError, match=r"2018\.\.2021"):
        read_years(wrong)


def test_filters_of_collection_and_tag_are_read_as_they_are_written() -> None:
    assert read_filters("", "", "", " Thesis ", " ") == Filters(collection="Thesis")
    assert read_filters(None, None, None, None, "read") == Filters(tag="read")
    assert not read_filters(None, None, None, "", "")
