"""Excel's workbooks and files of columns, written by the libraries that everybody writes them with."""

import io
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from rag.readers import read_file
from rag.readers.formats.tables import workbook
from rag.records import Record, Rejection, Remark

ROWS: list[list[object]] = [
    ["Title", "Authors", "Abstract", "Date", "PMID"],
    ["Otters", "Garcia Marquez, Jose", "We test.", datetime(2021, 3, 1, tzinfo=UTC).replace(tzinfo=None), 34000001],
    ["Roofs", "Roe, Ann; Poe, Bo", "We cool.", 2020, None],
]
PAPERS: list[dict[str, Any]] = [
    {"title": "Otters", "abstract": "We test.", "authors": [{"name": "Jane Doe"}], "year": 2021, "x": b"\0"},
    {"title": "Roofs", "abstract": None, "authors": [], "year": None, "x": b""},
]


def written(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"S{number}")
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def found_in(path: Path, content: bytes) -> list[Record | Rejection | Remark]:
    path.write_bytes(content)
    return [one for _, one in read_file(path)]


def records_in(path: Path, content: bytes) -> list[Record]:
    return [one for one in found_in(path, content) if isinstance(one, Record)]


def reason_of(path: Path, content: bytes) -> str:
    [reason] = [one.reason for one in found_in(path, content) if isinstance(one, Rejection)]
    return reason


def test_a_workbook_is_read_row_by_row_whatever_its_cells_are(tmp_path: Path) -> None:
    assert records_in(tmp_path / "a.xlsx", written([["Export of 1 May"], [], *ROWS])) == [
        Record("Otters", "We test.", 4, None, ("Jose Garcia Marquez",), 2021, pubmed_id="34000001"),
        Record("Roofs", "We cool.", 5, None, ("Ann Roe", "Bo Poe"), 2020),
    ]


def test_of_several_sheets_those_with_papers_are_read_and_told(tmp_path: Path) -> None:
    found = found_in(tmp_path / "a.xlsx", written([["Notes"], ["mine"]], ROWS, ROWS))
    assert len([one for one in found if isinstance(one, Record)]) == 4
    remarks = [one.text for one in found if isinstance(one, Remark)]
    assert [remark.split(":")[0] for remark in remarks] == ["sheet 'S1'", "sheet 'S2'"]
    assert not [one for one in found if isinstance(one, Rejection)]


def test_a_workbook_in_an_archive_is_read(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("exports/a.xlsx", written(ROWS))
    assert len(records_in(tmp_path / "a.zip", file.getvalue())) == 2


def test_a_workbook_of_something_else_names_its_columns(tmp_path: Path) -> None:
    reason = reason_of(tmp_path / "a.xlsx", written([["Nombre", "Precio"], ["A", 1]]))
    assert reason.startswith("columns Nombre, Precio: none is a title")


def test_a_workbook_that_is_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MUCH", 100_000)
    rows: list[list[object]] = [["Title", "Abstract"]]
    rows += [["a" * 30_000, "b"] for _ in range(100)]
    assert "a bomb" in reason_of(tmp_path / "a.xlsx", written(rows))


@pytest.mark.parametrize(
    ("member", "kind"),
    [
        ("word/document.xml", "a Word document"),
        ("content.xml", "an OpenDocument file (.ods, .odt); save it as .xlsx"),
        ("Index/Document.iwa", "Apple's Numbers"),
        ("xl/workbook.bin", "(.xlsb)"),
    ],
)
def test_other_office_files_say_what_they_are(tmp_path: Path, member: str, kind: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("Index/Document.iwa" if member.endswith("iwa") else "mimetype", "x")
        archive.writestr(member, "x")
    assert kind in reason_of(tmp_path / "a", file.getvalue())


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF; export the reference instead"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "(.xls, .doc)"),
        (b"SQLite format 3\0", "a database"),
        (b"\x80\x04\x95abc", "a pickle"),
    ],
)
def test_a_file_of_another_kind_says_what_to_do_instead(tmp_path: Path, content: bytes, kind: str) -> None:
    assert kind in reason_of(tmp_path / "a", content)


def stored(how: str) -> bytes:
    table, file = pa.Table.from_pylist(PAPERS), io.BytesIO()
    if how == "parquet":
        parquet.write_table(table, file)
    else:
        with (ipc.new_file if how == "file" else ipc.new_stream)(file, table.schema) as sink:
            sink.write_table(table)
    return file.getvalue()


@pytest.mark.parametrize("how", ["parquet", "file", "stream"])
def test_files_of_columns_are_read_batch_by_batch(tmp_path: Path, how: str) -> None:
    found = found_in(tmp_path / "a", stored(how))
    assert [one for one in found if isinstance(one, Record)] == [
        Record("Otters", "We test.", 1, None, ("Jane Doe",), 2021)
    ]
    [rejection] = [one for one in found if isinstance(one, Rejection)]
    assert (rejection.line, rejection.reason) == (2, "the title 'Roofs' has no abstract")


@pytest.mark.parametrize(
    ("library", "content", "extra"),
    [("openpyxl", written(ROWS), "askpapers[xlsx]"), ("pyarrow", stored("parquet"), "askpapers[parquet]")],
)
def test_a_missing_library_is_told_with_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, content: bytes, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    assert f"pip install '{extra}'" in reason_of(tmp_path / "a", content)
