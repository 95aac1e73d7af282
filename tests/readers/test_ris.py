"""RIS to records, in the flavours of the programs that write it; a broken record costs only itself."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.records import Record

PROPERTY = settings(deadline=None, max_examples=100)
Read = Callable[[bytes], Any]

ZOTERO = """TY  - JOUR
TI  - Attention Is
  All You Need
AU  - Vaswani, Ashish
AU  - King, Martin Luther, Jr.
AU  - World Health Organization,
T2  - arXiv preprint arXiv:1706.03762
DA  - 2017/06/12/
PY  - 2017
DO  - https://doi.org/10.1000/X
UR  - https://a.org/x;y
UR  - https://b.org
AB  - We prune. UV - light
is first.

TI: second paragraph.
N1  - PMID: 0123
ID  - vaswani2017
KW  - nets
ER  -
"""
ENDNOTE = (
    "TY  - JOUR\nAN  - 31452104\nDB  - PubMed\nA1  - Lee, Ann\nT1  - Pruning\nN2  - We prune.\nY1  - 2018//\nER  -\n"
)
GOOD = "TY  - JOUR\nTI  - Pruning\nAB  - We prune.\nER  - \n"
DAMAGES = st.lists(st.tuples(st.integers(0, 700), st.integers(0, 200), st.binary(max_size=4)), max_size=6)


def test_everything_that_a_record_says_is_read(read_bytes: Read) -> None:
    found = read_bytes(f"\ufeff1.\n{ZOTERO}\n2.\n{ENDNOTE}".encode())
    assert found.records == [
        Record(
            "Attention Is All You Need", "We prune. UV - light is first. TI: second paragraph.", 2, "vaswani2017",
            ("Ashish Vaswani", "Martin Luther King Jr.", "World Health Organization"), 2017, "10.1000/x", "1706.03762",
            "https://a.org/x;y", "123",
        ),
        Record("Pruning", "We prune.", 24, None, ("Ann Lee",), 2018, pubmed_id="31452104"),
    ]  # fmt: skip
    assert not found.rejections


@pytest.mark.parametrize(
    "line", ["TY - JOUR\nTI - Pruning\nAB - We prune.\nER -\n", GOOD.replace("\n", "\r\n"), f"\n\n  {GOOD}"]
)
def test_other_spacing_and_line_ends_are_read(read_bytes: Read, line: str) -> None:
    assert [(one.title, one.abstract) for one in read_bytes(line.encode()).records] == [("Pruning", "We prune.")]


def test_a_missing_end_makes_no_paper_of_two(read_bytes: Read) -> None:
    found = read_bytes((GOOD.replace("ER  - \n", "") * 3).encode())
    assert [(record.line, record.abstract) for record in found.records] == [
        (1, "We prune."),
        (4, "We prune."),
        (7, "We prune."),
    ]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("TY  - JOUR\nTI  - Lonely\nER  - \n", "'Lonely' has no abstract"),
        ("TY  - JOUR\nAB  - We prune.\nER  - \n", "no title"),
        ("TY  - JOUR\nER  - \n", "no title"),
        ("TY  - JOUR\nTI  - \udcff\udc81\nAB  - We prune.\nER  - \n", "not UTF-8 text (byte 0xff"),
        ("TY  - JOUR\nTI  - T\nAB  - " + "a b\n" * 400_000 + "ER  - \n", "a record of over 1,000,000 characters"),
    ],
    ids=lambda value: value[:30],
)
def test_a_broken_record_costs_only_itself(read_bytes: Read, broken: str, reason: str) -> None:
    found = read_bytes((GOOD + broken + GOOD).encode("utf-8", "surrogateescape"))
    assert [record.title for record in found.records] == ["Pruning", "Pruning"]
    [rejection] = found.rejections
    assert reason in rejection.reason
    assert 5 <= rejection.line <= 6


def test_a_number_of_another_database_is_no_pubmed_id(read_bytes: Read) -> None:
    [record] = read_bytes(ENDNOTE.replace("PubMed", "Embase").encode()).records
    assert (record.pubmed_id, record.arxiv_id) == (None, None)
    [record] = read_bytes(ENDNOTE.replace("PubMed", "arXiv").replace("31452104", "1706.03762v2").encode()).records
    assert (record.pubmed_id, record.arxiv_id) == (None, "1706.03762")


def test_a_file_in_windows_1252_is_read_and_told(read_bytes: Read) -> None:
    found = read_bytes((GOOD + GOOD.replace("Pruning", "Über Größe")).encode("cp1252"))
    assert [record.title for record in found.records] == ["Pruning", "Über Größe"]
    assert found.remarks == ["not UTF-8: 1 lines read as Windows-1252"]


@PROPERTY
@given(
    st.sampled_from(["JOUR", "Journal Article", "Conference Paper/Proceedings", "book (edited)"]),
    st.sampled_from(["  - ", " - ", "   - ", "\t- "]),
    st.sampled_from([str.upper, str.lower]),
    st.lists(st.sampled_from(["VL", "IS", "SP", "EP", "LA", "PB", "N1", "C7", "U2", "J2"]), max_size=5),
)
def test_types_in_words_small_letters_and_any_spacing_are_read(
    read_bytes: Read, kind: str, dash: str, case: Callable[[str], str], others: list[str]
) -> None:
    fields = [("TY", kind), ("TI", "Otters return"), ("AU", "Doe, Jane"), ("AB", "We test.")]
    fields += [*((tag, "12") for tag in others), ("PY", "2021"), ("ER", "")]
    lines = [f"{case(tag)}{dash}{text}\n" for tag, text in fields]
    found = read_bytes("".join(lines * 2).encode())
    assert [(one.title, one.abstract, one.authors, one.year) for one in found.records] == [
        ("Otters return", "We test.", ("Jane Doe",), 2021)
    ] * 2


@pytest.mark.parametrize(
    ("lines", "doi", "pubmed_id"),
    [
        ("L3  - 10.1000/x\n", "10.1000/x", None),
        ("M3  - doi: 10.1000/x\n", "10.1000/x", None),
        ("N1  - Cited by: 3; doi: 10.1000/x.\n", "10.1000/x", None),
        ("N1  - Erratum in: Streams. doi: 10.1000/x\n", None, None),
        ("UR  - https://doi.org/10.1000/x\n", "10.1000/x", None),
        ("DO  - 10.1000/x\nL3  - 10.1000/y\n", "10.1000/x", None),
        ("M3  - Article\n", None, None),
        ("DB  - Embase\nC5  - 24567890\n", None, "24567890"),
        ("DB  - Embase\nC7  - 24567890\n", None, "24567890"),
        ("C7  - 110242\n", None, None),
        ("N1  - PMID: 24567890\n", None, "24567890"),
        ("DB  - PTSDpubs; PubMed\nAN  - 869794613\n", None, None),
        ("UR  - https://pubmed.ncbi.nlm.nih.gov/24567890/\n", None, "24567890"),
    ],
)
def test_ids_are_read_where_programs_put_them(
    read_bytes: Read, lines: str, doi: str | None, pubmed_id: str | None
) -> None:
    [record] = read_bytes(GOOD.replace("ER  -", f"{lines}ER  -").encode()).records
    assert (record.doi, record.pubmed_id) == (doi, pubmed_id)


@PROPERTY
@given(st.binary(max_size=300))
def test_any_bytes_give_records_or_rejections(read_bytes: Read, rest: bytes) -> None:
    read_bytes(GOOD.encode() + rest)


@PROPERTY
@given(
    st.lists(
        st.sampled_from(["\n", "TY  - JOUR\n", "ER  - \n", "TI  - ", "AB  - ", "AU  - ,", " - ", "x", "AN  - ", "\r"]),
        max_size=30,
    )
)
def test_any_lines_give_records_or_rejections(read_bytes: Read, pieces: list[str]) -> None:
    assert read_bytes((GOOD + "".join(pieces) + "\n" + GOOD).encode()).records[-1].title == "Pruning"


@PROPERTY
@given(DAMAGES)
def test_a_damaged_file_gives_records_or_rejections(read_bytes: Read, damages: list[tuple[int, int, bytes]]) -> None:
    content = (ZOTERO + ENDNOTE).encode()
    for place, length, instead in damages:
        content = content[:place] + instead + content[place + length :]
    read_bytes(content)


@pytest.mark.parametrize("line", ["TY  - JOUR\n", "AU  - Lee, Ann\n", "x\n", "ER  - \n", "UR  - ", "\n"])
def test_a_giant_file_of_one_line_is_read(read_bytes: Read, line: str) -> None:
    read_bytes((GOOD + line * 20_000).encode())
