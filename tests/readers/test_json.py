"""JSON in all its forms: documents read as they come, every shape of object, damage that costs only itself."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.readers import read_file
from rag.records import Record, Rejection

PROPERTY = settings(deadline=None, max_examples=100)
ROWS = [{"id": f"k{n}", "title": f"Paper {n}", "abstract": f"We study {n} things.\nThey rest."} for n in range(5)]
TITLES = [f"Paper {n}" for n in range(5)]
ARXIV = {
    "id": "0704.0001", "submitter": "Pavel", "authors": "C. Bal\\'azs, E. L. Berger and Yuan", "categories": "hep-ph",
    "title": "Calculation of prompt\n  diphoton production", "abstract": "  We calculate.\n", "doi": "10.1103/X.76",
    "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}], "update_date": "2008-11-26",
    "authors_parsed": [["Balázs", "C.", ""], ["Berger", "E. L.", "Jr."], ["Collaboration X", "", ""]],
}  # fmt: skip
SCHOLAR = {
    "paperId": "204e", "externalIds": {"DOI": "10.1000/A", "ArXiv": "1706.03762", "PubMed": 12345, "CorpusId": 7},
    "title": "Attention", "abstract": "We attend.", "year": 2017, "authors": [{"authorId": "1", "name": "Ann Lee"}],
    "url": "https://www.semanticscholar.org/paper/204e",
}  # fmt: skip
OPENALEX = {
    "id": "https://openalex.org/W1", "display_name": "Sparse nets", "publication_year": 2019,
    "doi": "https://doi.org/10.1000/B", "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/29456894"},
    "authorships": [{"author": {"display_name": "Ann Lee"}}, {"author": {}, "raw_author_name": "Bo Roe"}],
    "abstract_inverted_index": {"We": [0, 3], "prune": [1], "and": [2], "rest.": [4]},
    "locations": [{"landing_page_url": "https://x.org"}, {"landing_page_url": "http://arxiv.org/abs/1901.00001v2"}],
}  # fmt: skip
CSL = {
    "id": "lee2020", "type": "article-journal", "title": "Quiet nets", "abstract": "We rest.", "DOI": "10.1000/C",
    "author": [{"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"}, {"literal": "ATLAS"}],
    "issued": {"date-parts": [["2020", 5]]}, "PMID": "077", "URL": "https://arxiv.org/abs/2001.00001v1",
}  # fmt: skip
SHAPED = [
    (ARXIV, Record("Calculation of prompt diphoton production", "We calculate.", 1, "0704.0001",
                   ("C. Balázs", "E. L. Berger Jr.", "Collaboration X"), 2007, "10.1103/x.76", "0704.0001")),
    (SCHOLAR, Record("Attention", "We attend.", 1, "204e", ("Ann Lee",), 2017, "10.1000/a", "1706.03762",
                     "https://www.semanticscholar.org/paper/204e", "12345")),
    (OPENALEX, Record("Sparse nets", "We prune and We rest.", 1, "https://openalex.org/W1", ("Ann Lee", "Bo Roe"),
                      2019, "10.1000/b", "1901.00001", None, "29456894")),
    (CSL, Record("Quiet nets", "We rest.", 1, "lee2020", ("Ludwig van Beethoven", "ATLAS"), 2020, "10.1000/c",
                 "2001.00001", "https://arxiv.org/abs/2001.00001v1", "77")),
    ({"Title": "T", "Abstract": "We prune.", "Authors": "Ann Lee; Bo Roe", "Year": "2020", "PMID": 5},
     Record("T", "We prune.", 1, None, ("Ann Lee", "Bo Roe"), 2020, pubmed_id="5")),
]  # fmt: skip


def read(path: Path, content: str | bytes) -> tuple[list[Record], list[Rejection]]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = [one for _, one in read_file(path)]
    return [one for one in found if isinstance(one, Record)], [one for one in found if isinstance(one, Rejection)]


def titles(records: Iterable[Record]) -> list[str]:
    return [record.title for record in records]


FORMS = {
    "list": json.dumps(ROWS),
    "pretty list": json.dumps(ROWS, indent=2),
    "list of a line each": "[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n",
    "results": json.dumps({"meta": {"count": 5, "next": None}, "results": ROWS, "group_by": []}),
    "pretty data": json.dumps({"total": 5, "data": ROWS}, indent=4),
    "Crossref": json.dumps({"status": "ok", "message": {"total-results": 5, "items": ROWS}}),
    "Elasticsearch": json.dumps({"took": 1, "hits": {"total": 5, "hits": [{"_source": row} for row in ROWS]}}),
    "Hugging Face rows": json.dumps({"features": [{}], "rows": [{"row_idx": 0, "row": row} for row in ROWS]}),
    "citations": json.dumps({"offset": 0, "data": [{"isInfluential": True, "citedPaper": row} for row in ROWS]}),
    "pretty objects in turn": "\n".join(json.dumps(row, indent=2) for row in ROWS),
    "lines": "\n\n".join(map(json.dumps, ROWS)),
    "lines in a list each": "\n".join(json.dumps([row]) for row in ROWS),
    "text sequence": "".join(f"\x1e{json.dumps(row, indent=1)}\n" for row in ROWS),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_papers_are_found_wherever_they_stand_in_a_file(tmp_path: Path, content: str, encoding: str) -> None:
    records, rejections = read(tmp_path / "papers", content.encode(encoding))
    assert (titles(records), rejections) == (TITLES, [])
    assert records[0].abstract == "We study 0 things. They rest."


@pytest.mark.parametrize("indent", [0, 2, 4])
def test_a_record_has_the_line_on_which_it_begins(tmp_path: Path, indent: int) -> None:
    content = json.dumps({"data": ROWS * 2_000}, indent=indent)
    lines = [number for number, line in enumerate(content.split("\n"), start=1) if line.strip() == "{"][1:]
    assert [record.line for record in read(tmp_path / "papers", content)[0]] == lines


@pytest.mark.parametrize(("values", "record"), SHAPED, ids=["arXiv", "Scholar", "OpenAlex", "CSL", "capitals"])
def test_every_shape_is_read_from_lines_and_documents(tmp_path: Path, values: dict[str, Any], record: Record) -> None:
    for content in (json.dumps(values) + "\n", json.dumps([values]), json.dumps(values).replace("{", "{\n", 1)):
        assert read(tmp_path / "papers", content) == ([record], [])


def test_one_object_over_many_lines_is_one_paper(tmp_path: Path) -> None:
    assert titles(read(tmp_path / "papers", json.dumps(SCHOLAR, indent=2))[0]) == ["Attention"]


def test_authors_of_arxiv_that_nobody_took_apart_are_taken_apart(tmp_path: Path) -> None:
    values = {name: value for name, value in ARXIV.items() if name != "authors_parsed"}
    [record], _ = read(tmp_path / "papers", json.dumps(values))
    assert record.authors == ("C. Balázs", "E. L. Berger", "Yuan")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (SCHOLAR | {"abstract": None}, "no abstract"),
        (OPENALEX | {"abstract_inverted_index": None}, "no abstract"),
        (OPENALEX | {"abstract_inverted_index": {"We": 0, "prune": ["1"]}}, "no abstract"),
        (CSL | {"abstract": ""}, "no abstract"),
        ({"meta": {}, "results": []}, "holds no papers"),
        ([], "holds no papers"),
        ([["T", "We prune."]], "a JSON list"),
        ({"items": ["Lonely"]}, "a JSON str"),
    ],
)
def test_what_is_no_paper_says_why(tmp_path: Path, values: object, reason: str) -> None:
    records, [rejection] = read(tmp_path / "papers", json.dumps(values, indent=1))
    assert not records
    assert reason in rejection.reason


def test_crossref_gives_a_list_of_titles_and_dates_in_parts(tmp_path: Path) -> None:
    item = {
        "DOI": "10.1000/X",
        "title": ["Quiet nets"],
        "author": [{"given": "Ann", "family": "Lee"}],
        "abstract": "We.",
    }
    work = item | {"issued": {"date-parts": [[2017, 6]]}}
    [record], _ = read(tmp_path / "papers", json.dumps({"message": {"items": [work]}}))
    assert (record.title, record.authors, record.year, record.doi) == ("Quiet nets", ("Ann Lee",), 2017, "10.1000/x")


BROKEN = {
    "a comma is missing": lambda row: row.replace(', "abstract"', ' "abstract"').replace(',\n  "abs', '\n  "abs'),
    "a quote is missing": lambda row: row.replace('Paper 2"', "Paper 2"),
    "a bracket is missing": lambda row: row.rstrip("}"),
    "a bracket too many": lambda row: row.replace("Paper 2", 'Paper 2"]]}}, "'),
    "a byte is broken": lambda row: row.replace("things", "th\udcffings"),
    "nested too deep": lambda row: row.replace('"k2"', "[" * 100_000),
    "a control character": lambda row: row.replace("things", "th\1ings"),
    "a number of too many digits": lambda row: row.replace('"k2"', "9" * 5_000),
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("form", ["{}", '{{"total": 5, "results": {}}}'], ids=["list", "results"])
def test_what_is_broken_in_a_document_costs_only_itself(
    tmp_path: Path, damage: Any, indent: int | None, form: str
) -> None:
    rows = [json.dumps(row, indent=indent) for row in ROWS]
    rows[2] = damage(rows[2])
    content = form.format("[" + ", ".join(rows) + "]")
    records, rejections = read(tmp_path / "papers", content.encode("utf-8", "surrogateescape"))
    assert titles(records) == ["Paper 0", "Paper 1", "Paper 3", "Paper 4"]
    assert rejections[0].line == (records[1].line + 4 if indent else 1)
    assert "not JSON" in rejections[0].reason


@pytest.mark.parametrize("share", [0.15, 0.5, 0.93])
def test_a_document_cut_short_keeps_what_came_before_and_says_so(tmp_path: Path, share: float) -> None:
    content = json.dumps({"data": ROWS * 100}, indent=2)
    records, [rejection] = read(tmp_path / "papers", content[: int(len(content) * share)])
    assert abs(len(records) - 500 * share) <= 1
    assert "the file ends inside" in rejection.reason
    assert rejection.line is not None
    assert rejection.line > records[-1].line


def test_a_document_that_was_left_open_says_so(tmp_path: Path) -> None:
    records, [rejection] = read(tmp_path / "papers", json.dumps(ROWS)[:-1])
    assert titles(records) == TITLES
    assert rejection.reason == "the file ends inside a list"


def test_a_giant_object_costs_only_itself(tmp_path: Path) -> None:
    giant = ROWS[0] | {"abstract": "a " * 5_000_000}
    records, [rejection] = read(tmp_path / "papers", json.dumps([giant, *ROWS]))
    assert titles(records) == TITLES
    assert "50,000" in rejection.reason or "longer than 8,000,000" in rejection.reason


def test_text_in_brackets_is_no_json(tmp_path: Path) -> None:
    for content in ("[1] A. Author: A paper.\n", "[tool]\nx = 1\n", "{{ template }}"):
        assert "no reader knows" in read(tmp_path / "papers", content)[1][0].reason


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2017"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "family", "date-parts", "author", "DOI", "We", "pmid"]), inner)
    ),
    max_leaves=6,
)
SHAPES = st.sampled_from([ARXIV, SCHOLAR, OPENALEX, CSL, *ROWS])


@PROPERTY
@given(SHAPES, st.data())
def test_fields_of_any_type_are_a_record_or_a_rejection(
    tmp_path_factory: pytest.TempPathFactory, shape: dict[str, Any], data: st.DataObject
) -> None:
    odd = {name: data.draw(VALUES) for name in data.draw(st.lists(st.sampled_from(sorted(shape)), max_size=4))}
    path = tmp_path_factory.getbasetemp() / "odd"
    records, rejections = read(path, json.dumps([shape | odd, ROWS[0]]))
    assert len(records) + len(rejections) == 2
    assert records[-1].title == "Paper 0"


@PROPERTY
@given(st.lists(st.fixed_dictionaries({"title": st.text(min_size=1), "abstract": st.text()}), max_size=4), st.data())
def test_a_document_is_read_the_same_however_it_is_laid_out(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "laid"
    plain = read(path, json.dumps([ROWS[0], *rows]))
    ascii_only, indent = data.draw(st.booleans()), data.draw(st.none() | st.integers(0, 3))
    laid = json.dumps([ROWS[0], *rows], indent=indent, ensure_ascii=ascii_only)
    other = read(path, laid.encode("utf-8", "surrogatepass"))
    if "\ud800" <= max(laid) < "\ue000":
        return  # half a pair is no UTF-8, and its paper is rejected
    assert titles(other[0]) == titles(plain[0])
    assert [one.reason for one in other[1]] == [one.reason for one in plain[1]]
