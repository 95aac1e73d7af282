"""JSON as APIs, programs and notebooks write it: whatever wraps the papers, and whatever their fields are called."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.readers import read_file
from rag.records import Record, Rejection
from tests.readers.json_samples import COLUMNS, FORMS, PAPER, ROWS, TABLES, TEXT

PROPERTY = settings(deadline=None, max_examples=100)


def read(path: Path, content: str) -> tuple[list[Record], list[Rejection]]:
    path.write_text(content, "utf-8")
    found = [one for _, one in read_file(path)]
    return [one for one in found if isinstance(one, Record)], [one for one in found if isinstance(one, Rejection)]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("indent", [None, 2], ids=["on one line", "pretty"])
def test_what_an_api_or_a_program_gives_is_read(
    tmp_path: Path, form: tuple[Any, dict[str, Any]], indent: int | None
) -> None:
    values, expected = form
    [record], rejections = read(tmp_path / "papers", json.dumps(values, indent=indent, ensure_ascii=False))
    assert (record.title, record.abstract) == ("Quiet nets", TEXT)
    assert {name: getattr(record, name) for name in expected} == expected
    assert [one.reason for one in rejections if "null" not in one.reason] == []


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_same_is_read_from_one_answer_a_line(tmp_path: Path, form: tuple[Any, dict[str, Any]]) -> None:
    values = form[0][-2:] if isinstance(form[0], list) else [form[0]]
    lines = "\n".join(json.dumps(one) for one in [*values, ROWS[0]])
    records, _ = read(tmp_path / "papers", lines)
    assert [(one.title, one.abstract) for one in records] == [("Quiet nets", TEXT), ("Paper 0", "We study 0 things.")]


def test_a_document_that_was_written_as_a_text_once_more_is_read(tmp_path: Path) -> None:
    records, rejections = read(tmp_path / "papers", json.dumps(json.dumps(ROWS)))
    assert ([one.title for one in records], rejections) == ([row["title"] for row in ROWS], [])


def test_lines_with_the_commas_of_a_list_are_read(tmp_path: Path) -> None:
    records, rejections = read(tmp_path / "papers", "".join(f"{json.dumps(row)},\n" for row in ROWS))
    assert ([one.title for one in records], rejections) == ([row["title"] for row in ROWS], [])


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("indent", [None, 1], ids=["on one line", "pretty"])
def test_a_data_frame_is_read_whichever_way_it_was_written(tmp_path: Path, table: Any, indent: int | None) -> None:
    records, rejections = read(tmp_path / "papers", json.dumps(table, indent=indent))
    assert [(one.title, one.abstract, one.year) for one in records] == [tuple(row.values()) for row in ROWS]
    assert rejections == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"messages": [{"status": "ok"}], "collection": {"a": 1}},
         "an object with the fields messages, collection: no list of papers known in it"),
        ({"message": "Too Many Requests", "code": "429"}, "known in it (it says: Too Many Requests)"),
        ([{"name": "x", "size": 3}], "an object with the fields name, size: no title known in it"),
        ([{"corpusid": 3, "abstract": TEXT}], "join its 'papers' with its 'abstracts' by corpusid"),
        ({"result": {"hits": {"hit": [{"@score": "1", "info": {"title": "Quiet nets.", "year": "2021"}}]}}},
         "the title 'Quiet nets.' has no abstract"),
    ],
    ids=["no papers", "an error", "no title", "abstracts alone", "DBLP"],
)  # fmt: skip
def test_what_holds_no_papers_says_what_was_seen(tmp_path: Path, values: Any, reason: str) -> None:
    records, [rejection] = read(tmp_path / "papers", json.dumps(values))
    assert not records
    assert reason in rejection.reason


def test_a_paper_without_an_abstract_keeps_what_is_known_of_it(tmp_path: Path) -> None:
    people = {"author": [{"@pid": "1", "text": "Ann Lee 0001"}, {"@pid": "2", "text": "Bo Roe"}]}
    info = {"authors": people, "title": "Quiet nets.", "year": "2021", "doi": "10.1000/A", "key": "conf/x/Lee21"}
    content = json.dumps({"result": {"hits": {"@total": "1", "hit": [{"@score": "1", "info": info}]}}})
    _, [rejection] = read(tmp_path / "papers", content)
    assert rejection.partial
    assert (rejection.partial.authors, rejection.partial.year) == (("Ann Lee", "Bo Roe"), 2021)
    assert (rejection.partial.doi, rejection.partial.key) == ("10.1000/a", "conf/x/Lee21")


def test_papers_by_name_that_lack_an_abstract_are_told(tmp_path: Path) -> None:
    papers = {"a": {"title": "Bare"}, "b": PAPER, "c": {"title": "Empty", "year": 2020}}
    records, rejections = read(tmp_path / "papers", json.dumps(papers, indent=1))
    assert [one.title for one in records] == ["Quiet nets"]
    assert sorted(one.reason for one in rejections) == [
        f"the title {name!r} has no abstract" for name in ("Bare", "Empty")
    ]


def test_references_of_a_paper_are_none_of_its_shelf(tmp_path: Path) -> None:
    paper = {"references": [{"title": "Old", "year": 1990, "doi": "10.1/o"}], **PAPER, "year": 2021}
    for content in (json.dumps(paper), json.dumps([paper]), json.dumps(paper) + "\n" + json.dumps(paper)):
        records, rejections = read(tmp_path / "papers", content)
        assert {one.title for one in records} == {"Quiet nets"}
        assert rejections == []


def test_an_abstract_in_two_languages_is_handed_on_whole(tmp_path: Path) -> None:
    paper = {"title": {"de": "Netze", "en": "Nets"}, "abstract": {"de": "Wir ruhen.", "en": "We rest."}}
    [record], _ = read(tmp_path / "papers", json.dumps([paper]))
    assert record.title == "Nets"
    assert record.abstract.startswith("We rest.")
    assert "Wir ruhen." in record.abstract


def test_a_table_by_column_has_a_bound_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.readers.json_shapes.documents.LONGEST_TABLE", 10_000)
    rows = {str(n): f"Paper {n} of many" for n in range(2_000)}
    records, rejections = read(tmp_path / "papers", json.dumps({"title": rows, "abstract": rows}))
    assert not records
    assert rejections[0].reason.startswith("papers by column are read up to")
    assert "orient='records', lines=True" in rejections[0].reason


WORDS = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)
SCALARS = st.none() | st.integers() | WORDS
NOISE = st.dictionaries(WORDS, SCALARS | st.lists(SCALARS, max_size=3), max_size=3)
FOUND = st.lists(st.sampled_from(ROWS), min_size=1, max_size=4)


@PROPERTY
@given(FOUND, st.tuples(NOISE, NOISE), st.tuples(WORDS, WORDS), st.none() | st.integers(0, 2))
def test_a_list_of_papers_is_found_under_any_name(
    tmp_path_factory: pytest.TempPathFactory,
    papers: list[dict[str, Any]],
    noise: tuple[dict[str, Any], dict[str, Any]],
    names: tuple[str, str],
    indent: int | None,
) -> None:
    path = tmp_path_factory.getbasetemp() / "wrapped"
    before, after = (
        {f"{sign}{key}": value for key, value in one.items()} for sign, one in zip("xy", noise, strict=True)
    )
    values = before | {f"l{names[0]}": papers} | after
    for wrapped in (values, {"n": 1, f"o{names[1]}": values}):
        records, rejections = read(path, json.dumps(wrapped, indent=indent))
        assert [one.title for one in records] == [one["title"] for one in papers]
        assert rejections == []


@PROPERTY
@given(st.lists(st.tuples(WORDS, WORDS, st.integers(1900, 2026)), min_size=1, max_size=5, unique_by=lambda row: row[0]))
def test_every_orientation_gives_the_same_papers(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "frame"
    papers = [
        {"title": f"T {title}", "abstract": f"We study {text} at length.", "year": year} for title, text, year in rows
    ]
    split = {"columns": COLUMNS, "index": list(range(len(papers))), "data": [list(row.values()) for row in papers]}
    by_column = {name: {str(n): row[name] for n, row in enumerate(papers)} for name in COLUMNS}
    plain = [(one.title, one.abstract, one.year) for one in read(path, json.dumps(papers))[0]]
    assert len(plain) == len(papers)
    for table in (split, by_column, {str(n): row for n, row in enumerate(papers)}):
        assert [(one.title, one.abstract, one.year) for one in read(path, json.dumps(table))[0]] == plain
