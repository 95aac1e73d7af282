"""Papers as a notebook holds them go in, and come back, as tables."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

import rag
from rag.errors import ExportError, SourceError
from rag.library import Library
from rag.readers.rows import plain, read_rows
from rag.records import Filters, IngestReport, Paper, Record, Rejection
from rag.settings import Settings

QUESTION = "How far do dunes wander in a year?"
TIDES: dict[str, Any] = {
    "id": "tides",
    "title": "Tides in narrow straits",
    "abstract": "We measure tides in three narrow straits. The current turns 40 minutes before high water.",
    "authors": ["Ann Ash", "Bo Birk"],
    "year": 2021,
    "doi": "10.1000/tides",
}
DUNES: dict[str, Any] = {
    "id": "dunes",
    "title": "How dunes wander",
    "abstract": "Dunes of the desert were filmed for nine years. They wander 12 metres a year, small ones faster.",
    "authors": ["Cy Cole"],
    "year": None,
    "doi": None,
}
ROWS = [TIDES, DUNES]


class Polars:
    """What polars offers of a DataFrame, where it isn't installed."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.columns, self.rows = list(rows[0]), rows

    def iter_rows(self, *, named: bool) -> Iterator[dict[str, Any]]:
        assert named
        return iter(self.rows)


class Table:
    """What Arrow offers of a table: its columns are data, their names stand apart."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.column_names, self.columns, self.rows = list(rows[0]), [[1], [2]], rows

    def to_pylist(self) -> list[dict[str, Any]]:
        return self.rows


class Row(NamedTuple):
    """A row as `itertuples` gives them."""

    title: str
    abstract: str


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "a.library", Settings()) as opened:
        yield opened


def records(*given: object, name: str = "") -> list[Record | Rejection]:
    return [one for _, one in read_rows(given, name)]


def told(given: object) -> list[Any]:
    return [(one.title, one.authors, one.year, one.doi) for one in records(given) if isinstance(one, Record)]


@pytest.mark.parametrize(
    "given",
    [
        pd.DataFrame(ROWS),
        Polars(ROWS),
        Table(ROWS),
        pd.DataFrame(ROWS).set_index("id"),
        pd.DataFrame(ROWS).to_dict("list"),
    ],
    ids=["pandas", "polars", "arrow", "index", "dict of columns"],
)
def test_a_frame_is_read_as_its_rows_are(given: object, library: Library) -> None:
    report = library.ingest(given, name="my query")  # type: ignore[arg-type]  # frames of whatever library
    assert (report.added, report.rejected) == (2, ())
    papers, _ = library.papers()
    assert [paper.title for paper in papers] == ["Tides in narrow straits", "How dunes wander"]
    assert [paper.key for paper in papers] == ["tides", "dunes"]
    assert [paper.authors for paper in papers] == [("Ann Ash", "Bo Birk"), ("Cy Cole",)]
    assert [paper.year for paper in papers] == [2021, None]
    assert papers[0].origins == ("my query",)
    assert library.ingest(given, name="my query") == IngestReport(unchanged=2)  # type: ignore[arg-type]


def test_dicts_records_and_papers_are_taken_one_or_many_and_from_a_generator(library: Library) -> None:
    assert library.ingest(TIDES).added == 1
    assert library.ingest(row for row in [DUNES]).added == 1
    record = rag.Record("RETRACTED:  Otters return", "Otters  return to 42 streams.", 1, year=2019)
    assert library.ingest([record]).added == 1
    paper = library.named("Otters return")
    assert (paper.abstract, paper.year, paper.retracted) == ("Otters return to 42 streams.", 2019, "Retracted")
    assert library.ingest([paper], name="again").merged == 1
    assert library.ingest([Row("Quiet lattices", "Lattices rest on sand.")]).added == 1
    assert library.ingest([pd.DataFrame(ROWS), pd.DataFrame(ROWS)], name="both").added == 0
    assert library.ingest([]) == IngestReport()


def test_a_second_run_of_a_cell_changes_nothing_and_names_the_same_source(library: Library) -> None:
    assert library.ingest(pd.DataFrame(ROWS)).added == 2
    assert library.ingest(pd.DataFrame(ROWS)) == IngestReport(unchanged=2)
    assert library.sources() == ["DataFrame (id, title, abstract, authors, year, doi)"]
    longer = pd.DataFrame([*ROWS, {"title": "Ice", "abstract": "Ice melts in the sun."}])
    assert (library.ingest(longer).added, len(library.sources())) == (1, 1)


def test_columns_of_other_names_are_known_as_those_of_a_table_are() -> None:
    frame = pd.DataFrame({"Article Title": ["Tides"], "Abstract Note": ["They turn."], "Publication Year": [2021.0]})
    [record] = records(frame)
    assert isinstance(record, Record)
    assert (record.title, record.abstract, record.year) == ("Tides", "They turn.", 2021)


def test_what_is_missing_in_a_frame_is_nothing_and_numbers_are_whole() -> None:
    frame = pd.DataFrame(
        {
            "title": ["A tide", "A dune", np.nan, "No text"],
            "abstract": pd.Series(["It turns.", "It wanders.", "Words.", pd.NA], dtype="string"),
            "pmid": [31452104, np.nan, None, None],
            "date": [pd.Timestamp("2021-03-04"), pd.NaT, pd.NaT, pd.NaT],
            "doi": [np.nan, "10.1000/dune", None, None],
            "authors": [np.array(["Ann Ash"]), None, None, None],
            "venue": pd.Categorical(["a", "b", "a", None]),
        }
    )
    first, second, *rest = records(frame)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.pubmed_id, first.year, first.doi, first.authors) == ("31452104", 2021, None, ("Ann Ash",))
    assert (second.pubmed_id, second.year, second.doi, second.authors) == (None, None, "10.1000/dune", ())
    assert [(one.line, str(one).split(": ", 1)[1]) for one in rest if isinstance(one, Rejection)] == [
        (3, "no title"),
        (4, "the title 'No text' has no abstract"),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(7), 7), (np.float64("nan"), None), (np.float32(2.5), 2.5), (pd.NaT, None), (pd.NA, None),
        (np.array([1.0, np.nan]), [1, None]), (pd.Series(["a"]), ["a"]), ({"a": (1, {2})}, {"a": [1, [2]]}),
        (float("inf"), None), (np.str_("x"), "x"), (Row("a", "b"), {"title": "a", "abstract": "b"}), (True, True),
    ],
)  # fmt: skip
def test_values_are_as_json_has_them(value: object, expected: object) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (pd.DataFrame({"a": [1], "b": [2]}), "The DataFrame has the columns a, b: none of them holds titles. Name"),
        (pd.DataFrame({"title": ["x"], "b": [2]}), "title, b: none of them holds abstracts. Name"),
        (7, "A int holds no papers. Give paths, a DataFrame, dicts or records."),
        (b"papers.bib", "A bytes holds no papers"),
    ],
)
def test_what_holds_no_papers_is_told_in_one_line(library: Library, given: Any, message: str) -> None:
    with pytest.raises(SourceError) as error:
        library.ingest(given)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert len(library) == 0


def test_a_row_that_is_no_paper_costs_only_itself(library: Library) -> None:
    report = library.ingest([TIDES, ["no", "dict"], {"title": "Only a title"}, 7, DUNES])
    assert report.added == 2
    assert [one.line for one in report.rejected] == [2, 3, 4]
    assert len({one.source for one in report.rejected}) == 1


def test_files_are_sources_by_their_own_names(library: Library, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Leave out name="):
        library.ingest(tmp_path, name="my query")
    with pytest.raises(SourceError, match=r"nowhere\.bib does not exist"):
        library.ingest(path for path in ["nowhere.bib"])


def test_papers_come_back_as_a_frame_that_can_be_ingested_again(library: Library, tmp_path: Path) -> None:
    library.ingest(ROWS)
    frame = library.to_frame()
    assert frame["sources"].tolist() == [["rows (id, title, abstract, authors, year, doi)"]] * 2
    assert list(frame["title"]) == [TIDES["title"], DUNES["title"]]
    assert frame["year"].isna().tolist() == [False, True]
    assert str(frame["year"].dtype) == "Int64"
    with Library.open(tmp_path / "other.library", Settings()) as other:
        assert other.ingest(frame).added == 2
        assert other.to_frame()["doi"].tolist() == frame["doi"].tolist()
        assert other.to_frame()["authors"].tolist() == frame["authors"].tolist()
    assert len(library.to_frame(Filters(year_from=2000))) == 1
    assert list(library.to_frame(Filters(year_from=2090)).columns) == list(frame.columns)


def test_hits_answers_and_comparisons_come_back_as_frames(library: Library) -> None:
    library.ingest(ROWS)
    hits = rag.to_frame(library.search(QUESTION))
    assert hits["title"].iloc[0] == DUNES["title"]
    assert "12 metres" in hits["passage"].iloc[0]
    assert rag.to_frame(library.find(QUESTION)).columns.tolist() == hits.columns.tolist()
    answers = [library.ask(QUESTION), library.ask("What is the mass of the Higgs boson?")]
    frame = rag.to_frame(answers)
    assert list(dict.fromkeys(frame["question"])) == [QUESTION, answers[1].question]
    assert frame["claim"].iloc[0] == answers[0].claims[0].text
    assert frame["quote"].iloc[0] in DUNES["abstract"]
    assert frame["claim"].isna().tolist()[-1]
    table = rag.to_frame(library.compare([1, 2], ["data", "year"]))
    assert table[["number", "title", "year"]].iloc[0].tolist() == [1, TIDES["title"], 2021]
    assert rag.to_frame([]).empty


def test_what_makes_no_frame_is_told() -> None:
    with pytest.raises(ExportError, match="A str makes no row"):
        rag.to_frame("papers")  # type: ignore[arg-type]


def test_without_pandas_everything_works_but_frames_and_that_is_told(tmp_path: Path) -> None:
    script = f"""
import sys
sys.modules["pandas"] = None
import rag
from rag.records import Paper
with rag.Library.open({str(tmp_path / "a.library")!r}, rag.Settings()) as library:
    print(library.ingest([{TIDES!r}]).added)
    try:
        library.to_frame()
    except rag.RagError as error:
        print(error)
    print([one for one in ("pandas", "polars", "pyarrow") if sys.modules.get(one)])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:3] == ["1", "A DataFrame needs pandas. Install it with: pip install pandas", "[]"]


def test_papers_of_a_library_are_frames_by_themselves() -> None:
    assert rag.to_frame(Paper(3, "T", "A", authors=("Ann",), origins=("a.bib",)))["sources"].tolist() == [["a.bib"]]
