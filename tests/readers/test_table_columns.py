"""Columns of tables, whoever named them: in the words of programs and of other languages, below other lines."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.readers.authors.author_columns import separator_in
from rag.readers.parsing.column_names import SPELLINGS, fields_of
from rag.readers.parsing.table_columns import columns_of, record_of_row
from rag.records import Record

PROPERTY = settings(deadline=None, max_examples=200)
Read = Callable[[bytes], Any]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Lens ID,Title,Date Published,Author/s,Abstract,PMID,DOI",
            "L1,T,2018-01-02,A. Lee; B. Roe,We p.,12,10.1000/x",
        ),
        ("Article Title,Author,Publication Date,DOI,Abstract,PLink", 'T,"A. Lee; B. Roe",20180102,10.1000/x,We p.,'),
        ("Title,Abstract,Authors,digitalObjectIdentifier,year", "T,We p.,A. Lee; B. Roe,10.1000/x,2018"),
        ("record_id,primary_title,notes_abstract,first_authors,doi,year", "1,T,We p.,A. Lee; B. Roe,10.1000/x,2018"),
        ("DOI,Title,Authors,Year,Abstract,LitmapsId,PubMedId", '10.1000/x,T,"A. Lee, B. Roe",2018,We p.,7,12'),
        ("Title,Takeaway,Authors,Year,Abstract,DOI", 'T,It works.,"A. Lee, B. Roe",2018,We p.,10.1000/x'),
        ("id,display_name,authorships.author.display_name,publication_year,abstract,doi",
         "W1,T,A. Lee|B. Roe,2018,We p.,https://doi.org/10.1000/x"),
        (
            "paper.title,paper.summary,paper.authors,paper.publishedAt,doi",
            "T,We p.,\"['A. Lee', 'B. Roe']\",2018-01-02,10.1000/x",
        ),
    ],
    ids=["Lens", "EBSCO", "ProQuest", "ASReview", "Litmaps", "Consensus", "OpenAlex", "json_normalize"],
)  # fmt: skip
def test_tables_of_other_programs_are_read(read_bytes: Read, header: str, row: str) -> None:
    [record] = read_bytes(f"{header}\n{row}\n".encode()).records
    assert (record.title, record.abstract, record.authors) == ("T", "We p.", ("A. Lee", "B. Roe"))
    assert record.doi == "10.1000/x"
    assert record.year == 2018


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("Titel;Autoren;Zusammenfassung;Jahr", "cp1252"),
        ("Titre;Auteurs;Résumé;Année", "cp1252"),
        ("Título;Autores;Resumen;Año", "cp1252"),
        ("Título;Autores;Resumo;Ano de publicação", "utf-8"),
        ("Titolo;Autori;Riassunto;Anno", "utf-8-sig"),
        ("Titel;Auteurs;Samenvatting;Jaar", "utf-16"),
        ("标题;作者;摘要;年份", "gb18030"),
        ("Название;Авторы;Аннотация;Год", "cp1251"),
    ],
)
def test_headers_in_the_languages_and_encodings_of_excel_are_read(read_bytes: Read, header: str, encoding: str) -> None:
    found = read_bytes(f"{header}\nOtters;Doe, Jane;We test.;2021\n".encode(encoding))
    assert found.records == [Record("Otters", "We test.", 2, None, ("Jane Doe",), 2021)]


@pytest.mark.parametrize(
    "before",
    ['"About the data: exported, on May 1. Criteria: otter"\n', "http://x.org/search?a=1,2\n\n", "sep=,\nOur export\n"],
)
def test_lines_before_the_header_are_passed_over(read_bytes: Read, before: str) -> None:
    found = read_bytes(f"{before}Title,Abstract,DOI\nT,We p.,10.1000/x\n".encode())
    assert [(one.title, one.line) for one in found.records] == [("T", before.count("\n") + 2)]
    assert not found.rejections


def test_two_abstracts_in_two_languages_are_both_handed_on() -> None:
    columns = columns_of(["Title", "Abstract", "Resumen", "Summary"])
    found = record_of_row({"Title": "T", "Abstract": "We p.", "Resumen": "Se p.", "Summary": "Mine."}, 3, columns)
    assert isinstance(found, Record)
    assert "We p." in found.abstract
    assert "Se p." in found.abstract
    assert "Mine" not in found.abstract


def test_values_of_any_type_are_read() -> None:
    row = {
        "title": "T", "abstract": "We p.", "year": 2021.0, "pmid": 34000001.0, "authors": ["Ann Lee"],
        "arxiv_id": 2101.0001, "doi": math.nan, "externalIds": {"DOI": "10.1000/x"}, "id": None,
    }  # fmt: skip
    assert record_of_row(row, 1, columns_of(row)) == Record(
        "T", "We p.", 1, None, ("Ann Lee",), 2021, "10.1000/x", "2101.00010", None, "34000001"
    )


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["Garcia Marquez, Jose", "St. John, Mary; Roe, Richard"], ";"),
        (["Doe, Jane", "De la Cruz, Ana", "Roe, Max"], ";"),
        (["Doe, Jane|Roe, Max", "Ann Poe"], "|"),
        (["Jane Doe|Max Roe", "Ann Poe"], None),
        (["Ann Lee; Bo Roe", "Jane Doe, John Smith"], None),
        (["Garcia Marquez, Jose", "Doe, Jane and Roe, Max"], " and "),
        (["Ann Lee, Bo Roe", "Ann Lee, Bo Roe and Cy Doe"], None),
        (["Doe J., Roe R.A.", "Poe A."], None),
        (["['Ann Lee; x']", "[]"], None),
        ([], None),
    ],
)
def test_what_parts_authors_is_learnt_from_the_column(cells: list[str], separator: str | None) -> None:
    assert separator_in(cells) == separator


@pytest.mark.parametrize(
    ("cells", "authors"),
    [
        (["Ann Lee; Bo Roe", "Jane Doe, John Smith"], [("Ann Lee", "Bo Roe"), ("Jane Doe", "John Smith")]),
        (["Ann Lee | Bo Roe", "Li Na Chen, Max Poe"], [("Ann Lee", "Bo Roe"), ("Li Na Chen", "Max Poe")]),
        (["Ann Lee; Bo Roe", "Doe, Jane"], [("Ann Lee", "Bo Roe"), ("Jane Doe",)]),
        (["Lee, Ann; Roe, Bo", "Garcia Marquez, Jose"], [("Ann Lee", "Bo Roe"), ("Jose Garcia Marquez",)]),
    ],
)
def test_a_cell_with_a_comma_alone_is_read_as_the_others_are_written(
    read_bytes: Read, cells: list[str], authors: list[tuple[str, ...]]
) -> None:
    rows = "".join(f'T{number},"{cell}",We test.\n' for number, cell in enumerate(cells))
    assert [one.authors for one in read_bytes(f"Title,Authors,Abstract\n{rows}".encode()).records] == authors


@pytest.mark.parametrize(
    ("row", "abstract"),
    [
        ('T;We say "hi" and; go;x', 'We say "hi" and; go'),
        ('T;"We say "hi"; and go";x', 'We say "hi"; and go'),
        ('T;"We go;x', "We go"),
        ('T;"We" go;x', '"We" go'),
    ],
)
def test_quotes_and_delimiters_that_are_text_stay_in_it(read_bytes: Read, row: str, abstract: str) -> None:
    content = f"title;abstract;other\nA;B.;x\n{row}\nC;D.;x\n"
    assert [one.abstract for one in read_bytes(content.encode()).records] == ["B.", abstract, "D."]


@pytest.mark.parametrize(
    "mark",
    [
        "is_retracted,True,Retracted",
        "Document Type,Retracted,Retracted",
        "dt,Article; Retracted Publication,Retracted Publication",
    ],
)
def test_a_retraction_is_taken_from_its_column(read_bytes: Read, mark: str) -> None:
    name, value, told = mark.split(",")
    [one, other] = read_bytes(f"title,abstract,{name}\nT,We p.,{value}\nU,We q.,False\n".encode()).records
    assert one.retracted == told
    assert other.retracted is None


@PROPERTY
@given(st.sampled_from([(field, name) for field, names in SPELLINGS.items() for name in names]), st.data())
def test_a_known_name_is_known_however_it_is_written(named: tuple[str, str], data: st.DataObject) -> None:
    field, name = named
    written = "".join(data.draw(st.sampled_from([c, c.upper(), f"{c} ", f"{c}_"])) for c in name)
    found = fields_of([written])
    assert len(found) == 1
    assert field in found or name in {one for other in found for one in SPELLINGS[other]}


@PROPERTY
@given(
    st.dictionaries(
        st.sampled_from(["title", "abstract", "authors", "year", "ids", "externalIds", "doi", "url", "notes"]),
        st.none()
        | st.text(max_size=20)
        | st.floats()
        | st.integers()
        | st.binary(max_size=5)
        | st.lists(
            st.text(max_size=5) | st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2), max_size=3
        )
        | st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
    )
)
def test_any_values_give_a_record_or_why_there_is_none(row: dict[str, Any]) -> None:
    record_of_row(row, 1, columns_of(row, [row]))
