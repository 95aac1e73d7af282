"""Tables to records, whoever wrote them: columns are found by name and told; a broken row costs only itself."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.records import Record

PROPERTY = settings(deadline=None, max_examples=100)
Read = Callable[[bytes], Any]

ZOTERO = """"Key","Item Type","Publication Year","Author","Title","Journal","DOI","Url","Abstract Note","Extra"
"K1","journalArticle","2017","Vaswani, Ashish; Shazeer, Noam","Attention","J","10.1000/X","http://a.org","We say ""hi"",
on two lines.

Or three.","arXiv:1706.03762 [cs]
PMID: 12"
"K2","journalArticle","2018","Lee, Ann","Pruning","J","","","We prune.",""
"""
HEAD = "title,abstract,doi\n"
ROW = "Pruning,We prune.,10.1000/x\n"
DAMAGES = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 200), st.binary(max_size=4)), max_size=6)


def written(rows: list[list[str]], **how: Any) -> bytes:
    file = io.StringIO()
    csv.writer(file, **how).writerows(rows)
    return file.getvalue().encode()


def test_everything_that_zotero_writes_is_read_and_told(read_bytes: Read) -> None:
    found = read_bytes(b"\xef\xbb\xbf" + ZOTERO.encode())
    assert found.records == [
        Record(
            "Attention", 'We say "hi", on two lines. Or three.', 2, "K1", ("Ashish Vaswani", "Noam Shazeer"), 2017,
            "10.1000/x", "1706.03762", "http://a.org", "12",
        ),
        Record("Pruning", "We prune.", 7, "K2", ("Ann Lee",), 2018),
    ]  # fmt: skip
    assert not found.rejections
    [remark] = found.remarks
    assert remark == (
        "title from 'Title', abstract from 'Abstract Note', authors from 'Author', year from 'Publication Year', "
        "doi from 'DOI', url from 'Url', key from 'Key'"
    )


@pytest.mark.parametrize(
    ("header", "row", "delimiter"),
    [
        (
            "Authors|Author full names|Title|Year|DOI|Link|Abstract|PubMed ID",
            "Lee A.|Lee, Ann (5719)|Pruning|2018|10.1000/x|http://x.org|We prune.|12", ",",
        ),
        (
            "Authors|Article Title|Abstract|Publication Year|DOI|Pubmed Id",
            "Lee, Ann|Pruning|We prune.|2018|10.1000/x|12", "\t",
        ),
        ("PT|AU|AF|TI|AB|PY|DI|PM", "J|Lee, A|Lee, Ann|Pruning|We prune.|2018|10.1000/x|12", "\t"),
        ("title|abstract|authors|date|doi|pmid", "Pruning|We prune.|['Ann Lee']|12 May 2018|10.1000/x|12", ";"),
        (
            "Document Title|Authors|Publication Year|Abstract|DOI|pubmed_id",
            "Pruning|Ann Lee|2018|We prune.|https://doi.org/10.1000/X|12", ",",
        ),
    ],
    ids=["Scopus", "Web of Science", "its tagged form", "plain", "IEEE"],
)  # fmt: skip
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL], ids=["all quoted", "few quoted"])
def test_other_sources_are_read(read_bytes: Read, header: str, row: str, delimiter: str, quoting: int) -> None:
    content = written([header.split("|"), row.split("|")], delimiter=delimiter, quoting=quoting)
    [record] = read_bytes(content).records
    assert (record.title, record.abstract, record.authors) == ("Pruning", "We prune.", ("Ann Lee",))
    assert (record.year, record.doi, record.pubmed_id) == (2018, "10.1000/x", "12")


@pytest.mark.parametrize(
    ("cell", "authors"),
    [
        ("Ann Lee, Bo Roe and Cy Doe", ("Ann Lee", "Bo Roe", "Cy Doe")),
        ("Lee, Ann and Roe, Bo", ("Ann Lee", "Bo Roe")),
        ("van Rossum, Guido", ("Guido van Rossum",)),
        ("Lee, A., Roe, B. C.", ("A. Lee", "B. C. Roe")),
        ("Lee A, van der Roe BC", ("A Lee", "BC van der Roe")),
        ("Lee, Ann (571); Roe, Bo (572)", ("Ann Lee", "Bo Roe")),
        ("['Ann Lee', \"Bo O'Neil\"]", ("Ann Lee", "Bo O'Neil")),
        ("ATLAS Collaboration", ("ATLAS Collaboration",)),
        ("Ann Lee\nBo Roe", ("Ann Lee", "Bo Roe")),
        (" ; ", ()),
    ],
)
def test_names_are_parted_whatever_stands_between_them(read_bytes: Read, cell: str, authors: tuple[str, ...]) -> None:
    [record] = read_bytes(written([["title", "abstract", "authors"], ["Pruning", "We prune.", cell]])).records
    assert record.authors == authors


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("Lonely,,10.1000/y\n", "'Lonely' has no abstract"),
        (",We prune.,\n", "no title"),
        ("A,B,C,D\n", "4 columns, the first row has 3"),
        ('A,"We never close.,\n', "a quote that is never closed"),
        ('A,"' + "a b\n" * 300, "a quote that is never closed"),
        ("A,\udcff\udc81,\n", "not UTF-8 text (byte 0xff"),
        ("A," + "a " * 60_000 + ",\n", "119,999 characters"),
        ('A,"' + "a" * 140_000 + '",\n', "140,000 characters, at most 50,000 fit"),
    ],
    ids=lambda value: value[:30],
)
def test_a_broken_row_costs_only_itself(read_bytes: Read, broken: str, reason: str) -> None:
    content = HEAD + ROW + broken + ROW + '"Quoted","We, too,\nprune.",\n' + ROW
    found = read_bytes(content.encode("utf-8", "surrogateescape"))
    assert [record.title for record in found.records] == ["Pruning", "Pruning", "Quoted", "Pruning"]
    assert found.rejections[0].line == 3
    assert reason in found.rejections[0].reason


def test_a_broken_byte_in_a_row_of_many_lines_costs_only_that_row(read_bytes: Read) -> None:
    content = HEAD + ROW + '"A","We\n\udcff\nprune.",\n' + ROW
    found = read_bytes(content.encode("utf-8", "surrogateescape"))
    assert [record.line for record in found.records] == [2, 6]
    assert found.rejections


def test_the_last_row_cut_short_is_no_paper(read_bytes: Read) -> None:
    found = read_bytes((HEAD + ROW + '"Cut","We pru').encode())
    assert (len(found.records), found.rejections[0].line) == (1, 3)


def test_quotes_between_tabs_may_be_just_that(read_bytes: Read) -> None:
    rows = ['A 5" disk\t"Smart" grids', 'B\t"Smart grids', 'C\tA 5" disk', 'D\t"We\nprune."', 'E\t"Smart grids']
    found = read_bytes("\n".join(["title\tabstract", *rows]).encode())
    assert [(one.title, one.abstract) for one in found.records] == [
        ('A 5" disk', '"Smart" grids'), ("B", '"Smart grids'), ("C", 'A 5" disk'), ("D", "We prune."),
        ("E", '"Smart grids'),
    ]  # fmt: skip


def test_empty_cells_at_the_end_may_be_left_out_or_too_many(read_bytes: Read) -> None:
    found = read_bytes((HEAD + "A,We prune.\nB,We prune.,,,\n\n , \n").encode())
    assert [record.title for record in found.records] == ["A", "B"]


def test_excels_separator_line_is_obeyed(read_bytes: Read) -> None:
    found = read_bytes(b"sep=;\r\ntitle;abstract\r\nA;We, too, prune\r\nB;We;prune\r\nC;We prune\r\n")
    assert [(record.title, record.abstract) for record in found.records] == [("A", "We, too, prune"), ("C", "We prune")]
    assert found.rejections[0].line == 4


def test_a_table_without_abstracts_says_so(read_bytes: Read) -> None:
    found = read_bytes(b"PMID,Title,Authors,Publication Year,DOI\n1,A,B,2018,10.1000/x\n")
    assert not found.records
    assert found.rejections[0].reason == "no column holds abstracts: PMID, Title, Authors, Publication Year, DOI"


def test_a_table_of_something_else_is_no_table_of_papers(read_bytes: Read) -> None:
    assert read_bytes(b"title,price\nA,1\n").rejections[0].reason == (
        "no reader knows this format: no column holds abstracts: title, price"
    )
    assert read_bytes(b"Nombre;Precio\nA;1\n").rejections[0].reason == (
        "no reader knows this format: columns Nombre, Precio: none is a title; call one 'Title' and one 'Abstract'"
    )


def test_a_table_in_windows_1252_is_read_and_told(read_bytes: Read) -> None:
    found = read_bytes((HEAD + ROW + ROW.replace("Pruning", "Über Größe")).encode("cp1252"))
    assert [record.title for record in found.records] == ["Pruning", "Über Größe"]
    assert "not UTF-8: 1 lines read as Windows-1252" in found.remarks


@PROPERTY
@given(
    st.lists(
        st.tuples(st.text(st.sampled_from("a,;\"\t\n' "), max_size=8), st.text(st.sampled_from('a,;"\n '), max_size=8)),
        max_size=6,
    ),
    st.sampled_from([{}, {"quoting": csv.QUOTE_ALL}, {"delimiter": ";"}, {"delimiter": "|", "lineterminator": "\n"}]),
)
def test_whatever_cells_hold_they_are_read_as_they_were(
    read_bytes: Read, cells: list[tuple[str, str]], how: dict[str, Any]
) -> None:
    rows = [[f"w{title}", f"w{abstract}", "x"] for title, abstract in cells]
    found = read_bytes(written([["title", "abstract", "other"], *rows], **how))
    assert [(one.title, one.abstract) for one in found.records] == [
        (" ".join(title.split()), " ".join(abstract.split())) for title, abstract, _ in rows
    ]


@PROPERTY
@given(st.binary(max_size=300))
def test_any_bytes_give_records_or_rejections(read_bytes: Read, rest: bytes) -> None:
    read_bytes((HEAD + ROW).encode() + rest)


@PROPERTY
@given(DAMAGES)
def test_a_damaged_file_gives_records_or_rejections(read_bytes: Read, damages: list[tuple[int, int, bytes]]) -> None:
    content = ZOTERO.encode()
    for place, length, instead in damages:
        content = content[:place] + instead + content[place + length :]
    read_bytes(content)


@pytest.mark.parametrize("sign", ['"', '"\n', '\n"a', ",", '",', '"a\n\n', "\t", "\n", ',"'])
def test_a_giant_file_of_one_sign_is_read(read_bytes: Read, sign: str) -> None:
    read_bytes((HEAD + ROW + sign * 20_000).encode())
