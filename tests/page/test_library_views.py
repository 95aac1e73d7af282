"""The library on the page without a browser: its table, a paper opened, what adding a file tells, runs, filters."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.datasets.questions import load_questions
from eval.runs.runner import evaluate
from rag.answering.suggestions import questions_from
from rag.errors import QuestionError
from rag.library import Library
from rag.records import Filters, IngestReport, Rejection, Remark
from rag.settings import Settings
from tests.copies import copied
from tests.page.html import Seen, paper
from ui.filters import read_filters
from ui.page import library_handlers
from ui.page.server_state import ServerState
from ui.page.views import library as library_view
from ui.page.views import runs as runs_view
from ui.page.views.library import Turned


@pytest.fixture
def state(sample_folder: Path, tmp_path: Path) -> Iterator[ServerState]:
    opened = ServerState(Settings(), sample_folder, tmp_path / "none.library")
    yield opened
    opened.close()


def test_filters_are_read_as_they_are_written() -> None:
    assert read_filters("", "", " ") == read_filters(None, None, None) == Filters()
    assert read_filters("2019..2021", "a.jsonl", "x") == Filters(2019, 2021, "a.jsonl", "x")
    assert read_filters("2019", None, None) == Filters(2019, 2019)
    assert read_filters("2019 ..", None, None) == Filters(year_from=2019)
    for wrong in ("19", "2019..20", "new"):
        with pytest.raises(QuestionError, match=r"can't be read. Write 2020"):
            read_filters(wrong, None, None)
    with pytest.raises(QuestionError, match="Swap"):
        read_filters("2021..2019", None, None)


def test_the_shelf_pages_sorts_and_searches(state: ServerState) -> None:
    html, total = library_handlers.shelf(state)
    assert total == 40
    assert "40 papers" in html
    assert "1 paper</p>" in library_handlers.shelf(state, "random forests")[0]
    by_year = library_handlers.shelf(state, "", Turned("year", descending=True))[0]
    years = [int(year) for year in re.findall(r"· (\d{4}) ·", by_year)]
    assert len(years) == 40
    assert years == sorted(years, reverse=True)
    assert '<option value="year true" selected>' in by_year
    with pytest.raises(QuestionError, match="can't be sorted"):
        library_handlers.shelf(state, "", Turned("size"))


def test_a_page_that_is_gone_is_the_last_one(state: ServerState) -> None:
    html, _ = library_handlers.shelf(state, "", Turned(page=7, size=30))
    assert "31-40 of 40 papers" in html


def test_a_paper_opens_and_a_missing_one_is_told(state: ServerState) -> None:
    assert "LoRA" in library_handlers.paper(state, state.library.search("LoRA low-rank")[0].paper.paper_id)
    assert "no longer in the library" in library_handlers.paper(state, 12345)


def test_examples_name_what_titles_name_and_are_answered() -> None:
    papers = [paper(n, title=f"Na{n}Me: a thing") for n in range(3)] + [paper(9, title="About nothing in particular")]
    assert questions_from(papers, lambda question: "Na1Me" not in question) == (
        "What is Na0Me and how does it work?",
        "What problem does Na2Me solve?",
    )


def test_the_runs_of_a_library_are_listed_and_opened_as_reports(sample_folder: Path, tmp_path: Path) -> None:

    home = copied(sample_folder, tmp_path / "own.library")
    assert "No run yet" in runs_view.runs(home)
    questions = load_questions(Path(__file__).resolve().parents[2] / "eval" / "data" / "sample_questions.jsonl")
    with Library.open(home, Settings()) as library:
        evaluate(library, questions[:3], home / "runs" / "first.jsonl")
    (home / "runs" / "broken.jsonl").write_text("{")
    assert runs_view.runs(home).count('data-do="open"') == 1
    opened = Seen(runs_view.report(home, "first.jsonl"))
    assert opened.tags == ["iframe"]
    assert dict(opened.attributes)["sandbox"] == "allow-scripts"
    assert "28.4 BLEU" in str(dict(opened.attributes)["srcdoc"])
    for name in ("none.jsonl", "../catalog.sqlite3"):
        assert "not there any more" in runs_view.report(home, name)
    assert "no run of this askpapers" in runs_view.report(home, "broken.jsonl")


def test_a_report_says_how_sources_were_read_and_what_was_not_as_text() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    told = IngestReport(
        added=2,
        rejected=(Rejection(f"/home/{hostile}", 3, hostile),),
        remarks=(Remark("/home/papers.csv", f"title from {hostile!r}"),),
    )
    seen = Seen(library_view.report(told))
    assert "img" not in seen.tags
    assert "2 added, 1 rejected." in seen.text
    assert f"papers.csv: title from {hostile!r}" in seen.text
    assert f"{hostile} line 3: {hostile}" in seen.text
