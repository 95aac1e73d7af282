"""A retracted paper is told of wherever it is shown, and left out where that is asked for."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.conversation.markdown import conversation_markdown
from rag.conversation.text import conversation_text
from rag.errors import EmptyLibraryError
from rag.export import Form, export
from rag.library import Library
from rag.readers.reading import read_file
from rag.records import Answer, Filters, Paper, Record, Turn
from rag.settings import Settings
from ui.filters import read_filters
from ui.page.calls.asking import Bounds
from ui.page.sharing.shared_page import conversation_html
from ui.page.views.evidence import card
from ui.page.views.found import paper_list

SAID = "Retraction in: J Otters. 2020;15(1):2"
QUESTION = "How many streams had otters after three years?"
ROWS = [
    {
        "title": "RETRACTED: River otters return to restored streams",
        "abstract": "Of 42 streams, 31 had otters after three years.",
        "authors": ["Ann Ash"],
        "year": 2019,
        "retracted": SAID,
    },
    {"title": "Quiet lattices", "abstract": "Quiet lattices rest on sand, and melt at 41 degrees in a lake."},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "papers.jsonl"
    source.write_text("".join(f"{json.dumps(row)}\n" for row in ROWS), "utf-8")
    with Library.open(tmp_path / "a.library", Settings()) as library:
        library.ingest(source)
    return tmp_path / "a.library"


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    with Library.open(folder, Settings()) as opened:
        yield opened


@pytest.fixture
def answer(library: Library) -> Answer:
    return library.ask(QUESTION)


def otters(library: Library) -> Paper:
    paper = library.paper(1)
    assert paper is not None
    return paper


def test_an_answer_that_cites_a_retracted_paper_says_so_in_every_form(answer: Answer) -> None:
    assert answer.answered
    assert f"[1] is marked as retracted ({SAID}): don't rely on it." in answer.notes
    assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer
    for form in (conversation_markdown, conversation_text):
        text = form([Turn(QUESTION, answer)])
        assert text.replace("\\", "").count(SAID) == 2, "in a note, and beside its reference"
    assert f">{SAID}</span>" in conversation_html([Turn(QUESTION, answer)], title="")


@pytest.mark.parametrize("form", list(Form))
def test_every_export_tells_of_a_retraction_and_what_is_read_here_is_read_back(
    library: Library, form: Form, tmp_path: Path
) -> None:
    text = export([otters(library)], form)
    assert SAID in text.replace("\\", "").replace('"', "")
    if form not in {Form.MARKDOWN, Form.APA, Form.IEEE}:
        path = tmp_path / f"out{form.suffix}"
        path.write_text(text, "utf-8")
        [(_, record)] = [one for one in read_file(path) if isinstance(one[1], Record)]
        assert isinstance(record, Record)
        assert (record.title, record.retracted) == ("River otters return to restored streams", SAID)


def test_cards_and_rows_of_the_page_tell_of_it(library: Library) -> None:
    papers, _ = library.papers()
    for html in (card(papers[0]), paper_list(papers, {})):
        assert html.count("ap-retracted") == 1
        assert f">{SAID}</span>" in html
    assert "ap-retracted" not in card(papers[1])


def test_a_mark_with_other_words_is_told_as_one() -> None:
    assert Paper(1, "T", "A", retracted="see 10.1000/2").retraction == "Retracted: see 10.1000/2"
    assert Paper(1, "T", "A").retraction == ""


def test_retracted_papers_are_left_out_of_lists_searches_and_answers(library: Library) -> None:
    without = Filters(without_retracted=True)
    assert [paper.paper_id for paper in library.papers(filters=without)[0]] == [2]
    assert [hit.paper.paper_id for hit in library.search("otters in streams", filters=without)] == [2]
    assert not library.ask(QUESTION, filters=without).citations
    with pytest.raises(EmptyLibraryError, match="together: of 2019, not retracted"):
        library.search("otters", filters=Filters(2019, 2019, without_retracted=True))


def test_the_page_and_the_command_line_read_the_filter_alike() -> None:
    without = Filters(without_retracted=True)
    assert read_filters("", "", "", without_retracted=True) == Bounds(retracted="left out").filters() == without
    assert Filters.from_dict({"year_from": None}) == Bounds().filters() == Filters()


def test_the_command_line_shows_and_leaves_out_retracted_papers(folder: Path, cli: Callable[..., Any]) -> None:
    everything = cli("list", "--library", folder)
    assert SAID in everything.out
    assert "River otters" not in cli("list", "--library", folder, "--without-retracted").out
    assert SAID in cli("show", "1", "--library", folder).out
    assert cli("ask", QUESTION, "--library", folder).out.count(SAID) == 2
    assert "River otters" not in cli("search", "otters", "--library", folder, "--without-retracted").out
    assert "River otters" not in cli("export", "--library", folder, "--without-retracted").out
