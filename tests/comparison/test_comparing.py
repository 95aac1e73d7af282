"""Papers compared without a language model: rows, cells, what stays empty, bounds, and the record that comes of it."""

import asyncio
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag import Comparison, Library
from rag.comparison.columns import read_columns, usual_columns
from rag.errors import QuestionError
from rag.records import Cell, ComparedPaper
from rag.records.progress import Progress
from rag.settings import Settings

ABSTRACT = (
    "Translating rare dialects remains difficult, because parallel text is scarce. "
    "We propose DialectNet, which pairs an encoder with a table of sound changes. "
    "We evaluate it on the SwissText and NordDial datasets. "
    "It outperforms a plain transformer by 4.2 BLEU. "
    "Code is available at https://example.org/dialect. "
    "Future work will have to deal with spelling that isn't fixed."
)
BARE = "Lattices of quiet order are a source of wonder. Each one hums to itself under the snow."


@pytest.fixture
def dialects(tmp_path: Path, write_jsonl: Callable[..., Path]) -> Any:
    source = write_jsonl(
        {"id": "k1", "title": "DialectNet", "abstract": ABSTRACT, "year": 2021, "authors": ["Ana Ruiz", "Bo Li"]},
        {"id": "k2", "title": "Quiet lattices", "abstract": BARE},
    )
    with Library.open(tmp_path / "own.library", Settings(llm="extractive")) as library:
        library.ingest([source])
        yield library


def ids(library: Library) -> list[int]:
    return [paper.paper_id for paper in sorted(library.selected(), key=lambda one: str(one.key))]


def texts(library: Library, *columns: str) -> list[str]:
    return [cell.text for cell in library.compare(ids(library)[:1], columns).rows[0].cells]


def test_each_cell_is_the_sentence_of_the_abstract_that_fills_its_column(dialects: Library) -> None:
    found = texts(dialects, "task", "method", "data", "result", "limitation", "code")
    assert [text[:12] for text in found] == [
        "Translating ", "We propose D", "We evaluate ", "It outperfor", "Future work ", "Code is avai",
    ]  # fmt: skip


def test_a_cell_stays_empty_where_the_abstract_says_nothing_to_its_column(dialects: Library) -> None:
    (row,) = dialects.compare(
        ids(dialects)[1:], ["data", "result", "limitation", "code", "What optimiser is used?"]
    ).rows
    assert [cell.said for cell in row.cells] == [False] * 5
    assert {cell.shown for cell in row.cells} == {"not said"}
    assert row.cells[0] == Cell()


def test_words_of_the_reader_find_the_sentence_that_says_them_and_nothing_in_other_papers(dialects: Library) -> None:
    first, second = dialects.compare(ids(dialects), ["table of sound changes"]).rows
    assert first.cells[0].text.startswith("We propose DialectNet")
    assert not second.cells[0].said


def test_what_the_record_holds_comes_from_the_record_and_cites_nothing(dialects: Library) -> None:
    rows = dialects.compare(ids(dialects), ["Year", "authors"]).rows
    assert [cell.text for cell in rows[0].cells] == ["2021", "Ana Ruiz; Bo Li"]
    assert [cell.said for cell in rows[1].cells] == [False, False]
    assert not any(cell.claims or cell.quote for row in rows for cell in row.cells)


def test_every_quote_is_a_slice_of_its_own_abstract_with_the_number_of_its_row(samples: Library) -> None:
    chosen = [paper.paper_id for paper in samples.selected()][:12]
    table = samples.compare(chosen, ["task", "method", "data", "result", "baseline", "How large is the model?"])
    quotes = [(row, cell) for row in table.rows for cell in row.cells if cell.said]
    assert len(quotes) > 30
    for row, cell in quotes:
        quote = cell.quote
        assert quote is not None
        assert row.paper.abstract[quote.start : quote.end] == quote.quote == cell.text
        assert quote.number == row.number
        assert cell.claims[0].standing == "quoted"
        assert cell.text[cell.claims[0].start : cell.claims[0].end] == cell.text


def test_rows_come_in_the_order_given_each_paper_and_column_once(samples: Library) -> None:
    first, second, third = [paper.paper_id for paper in samples.selected()][:3]
    table = samples.compare([third, first, third, second], ["data", "Data", " result  of it "])
    assert [row.paper.paper_id for row in table.rows] == [third, first, second]
    assert [row.number for row in table.rows] == [1, 2, 3]
    assert table.columns == ("data", "result of it")


def test_the_same_table_comes_out_each_time(samples: Library) -> None:
    chosen = [paper.paper_id for paper in samples.selected()][:5]
    assert samples.compare(chosen, ["task", "speed"]) == samples.compare(chosen, ["task", "speed"])


@pytest.mark.parametrize(
    ("papers", "columns", "told"),
    [
        ([], ["task"], "No paper is named to compare"),
        (range(1, 102), ["task"], "101 papers are named, at most 100"),
        ([1], [], "No column is named"),
        ([1], [f"column {n}" for n in range(13)], "13 columns are named, at most 12"),
        ([1], ["task", "?"], "too short"),
        ([1, 987_654], ["task"], "no paper 987654"),
    ],
)
def test_what_cannot_be_compared_is_told(samples: Library, papers: Any, columns: list[str], told: str) -> None:
    with pytest.raises(QuestionError, match=told):
        samples.compare(papers, columns)


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("Which datasets were used?", "data"),
        ("main findings", "result"),
        ("Limitations", "limitation"),
        ("problem addressed", "task"),
        ("training cost or speed", "cost"),
        ("number of parameters", "model_size"),
        ("Daten", "data"),
        ("optimizer", None),
        ("results on ImageNet", None),
        ("which year do the data come from", None),
    ],
)
def test_a_column_is_known_by_the_names_that_readers_give_it(name: str, usual: str | None) -> None:
    (column,) = read_columns([name])
    assert (column.usual.name if column.usual else None) == usual


def test_every_usual_column_is_known_by_its_own_name_and_says_what_it_asks() -> None:
    for name in usual_columns():
        (column,) = read_columns([name.replace("_", " ")])
        assert column.usual is not None
        assert column.usual.name == name
        assert column.asks


def test_rows_are_yielded_as_they_are_done_and_the_progress_is_told(samples: Library) -> None:
    chosen = [paper.paper_id for paper in samples.selected()][:3]
    seen: list[Progress] = []
    *rows, whole = samples.stream_compare(chosen, ["task"], watch=seen.append)
    assert isinstance(whole, Comparison)
    assert tuple(rows) == whole.rows
    assert all(isinstance(row, ComparedPaper) for row in rows)
    assert seen == [Progress("compare", done, 3) for done in range(4)]


def test_waiting_for_it_blocks_no_event_loop(samples: Library) -> None:
    chosen = [paper.paper_id for paper in samples.selected()][:3]
    assert asyncio.run(samples.acompare(chosen, ["task"])) == samples.compare(chosen, ["task"])


def test_a_structured_abstract_is_read_by_its_labels(tmp_path: Path, write_jsonl: Callable[..., Path]) -> None:
    source = write_jsonl(
        {
            "title": "Salt",
            "abstract": "BACKGROUND Salt is eaten everywhere. METHODS Salt was weighed daily for a year. "
            "RESULTS Weights fell in spring and rose towards winter. CONCLUSIONS Seasons matter for salt.",
        }
    )
    with Library.open(tmp_path / "salt.library", Settings(llm="extractive")) as library:
        library.ingest([source])
        method, result = texts(library, "method", "result")
    assert method.startswith("METHODS")
    assert result.startswith(("RESULTS", "CONCLUSIONS"))


# The record


def test_a_comparison_survives_json(dialects: Library) -> None:
    table = dialects.compare(ids(dialects), ["task", "limitation", "year"])
    assert Comparison.from_dict(json.loads(json.dumps(table.to_dict()))) == table


def changed(value: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    value = copy.deepcopy(value)
    change(value)
    return value


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda v: v["rows"][0]["cells"][0]["claims"][0]["citations"][0].update(quote="Lies."), id="quote"),
        pytest.param(lambda v: v["rows"][0]["cells"][0]["claims"][0]["citations"][0].update(start=-3), id="start"),
        pytest.param(lambda v: v["rows"][0]["cells"][0]["claims"][0]["citations"][0].update(paper_id=2), id="paper"),
        pytest.param(lambda v: v["rows"][0]["cells"][0]["claims"][0].update(end=9_999), id="span"),
        pytest.param(lambda v: v["rows"][0]["cells"].pop(), id="cells"),
        pytest.param(lambda v: v["rows"][0].update(paper_id=99), id="no paper"),
        pytest.param(lambda v: v["papers"][0].update(abstract="Another."), id="abstract"),
        pytest.param(lambda v: v["rows"][0]["cells"][0].update(text=None), id="text"),
        pytest.param(lambda v: v.pop("columns"), id="no columns"),
        pytest.param(lambda v: v["papers"][0].update(surprise=1), id="field"),
    ],
)
def test_a_comparison_that_was_tampered_with_is_refused(dialects: Library, change: Any) -> None:
    value = dialects.compare(ids(dialects), ["task"]).to_dict()
    with pytest.raises((KeyError, TypeError, ValueError)):
        Comparison.from_dict(changed(value, change))
