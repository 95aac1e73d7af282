"""EndNote's `.enw`, RefWorks, Cochrane, Ovid, PubMed's text, NoteExpress, CNKI and fields behind names to records."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.benchmarks.readers.fuzz_seeds import PAPERS
from eval.benchmarks.readers.fuzz_seeds_tagged import tagged_seeds
from rag.records import Record

PROPERTY = settings(deadline=None, max_examples=60)
Read = Callable[[bytes], Any]
SEEDS = tagged_seeds(PAPERS)
PLAIN = st.text(st.characters(codec="ascii", categories=["L"]), min_size=3, max_size=12)
SENTENCE = st.lists(PLAIN, min_size=3, max_size=12).map(lambda words: " ".join(words).capitalize() + ".")
PIECES = st.sampled_from(
    "\n|\n\n|%0 |%T |%X|%|RT |T1 |AB |Record #1 of 2\n|ID: |TI: |<1>\n|Title\n|  x\n|Abstract\n|1. J. 2020.\n\n"
    "|PMID: 1\n|DOI: |{Title}: "
    "|{Reference Type}: |Title: |x|Abstract: |Author: |____\n|OWN - ERIC\n|UI  - |TI  - |AB  - | - |; "
    "|a and b".split("|")
)
FORMS: dict[str, Callable[[str, str], str]] = {
    "EndNote": lambda title, abstract: f"%0 Journal Article\n%A Doe, Jane\n%T {title}\n%X {abstract}\n\n",
    "refer": lambda title, abstract: f"%A Doe, Jane\n%T {title}\n%X {abstract}\n\n",
    "RefWorks": lambda title, abstract: f"RT Journal Article\nA1 Doe,Jane\nT1 {title}\nAB {abstract}\n\n",
    "Cochrane": lambda title, abstract: f"Record #1 of 9\nID: CN-1\nAU: Doe J\nTI: {title}\nAB: {abstract}\n\n",
    "NoteExpress": lambda t, a: (
        f"{{Reference Type}}: Journal Article\n{{Title}}: {t}\n{{Author}}: Doe, Jane;\n{{Abstract}}: {a}\n\n"
    ),
    "CNKI": lambda t, a: f"SrcDatabase-来源库: 期刊\nTitle-题名: {t}\nAuthor-作者: Doe, Jane;\nSummary-摘要: {a}\n\n",
    "Ovid": lambda t, a: f"<1>\nUnique Identifier\n  123\nTitle\n  {t}\nAuthors\n  Doe J.\nAbstract\n  {a}\n\n",
    "PubMed": lambda t, a: f"1. J Streams. 2021 Jan;12(1):1-9.\n\n{t}\n\nDoe J(1).\n\n{a}\n\nPMID: 123\n\n\n",
    "ERIC": lambda t, a: f"OWN - ERIC\nTI  - {t}\nAU  - Doe, Jane\nAB  - {a}\n\n",
    "Ovid's MEDLINE": lambda t, a: f"<1>\nUI  - 123\nTI  - {t}\nAU  - Doe J\nAB  - {a}\n\n",
    "named": lambda t, a: f"Title: {t}\nAuthor: Doe, Jane\nAbstract: {a}\nPublication title: Streams\n\n",
}


@PROPERTY
@given(st.sampled_from([*FORMS]), st.lists(st.tuples(SENTENCE, SENTENCE), min_size=1, max_size=4, unique=True))
def test_what_a_form_is_written_with_is_read(read_bytes: Read, form: str, papers: list[tuple[str, str]]) -> None:
    found = read_bytes("".join(FORMS[form](title, abstract) for title, abstract in papers).encode())
    assert [(one.title, one.abstract) for one in found.records] == papers
    assert {one.authors for one in found.records} <= {("Jane Doe",), ("J Doe",)}
    assert not found.rejections


@PROPERTY
@given(st.sampled_from([*SEEDS.values()]), st.binary(max_size=300))
def test_any_bytes_give_records_or_rejections(read_bytes: Read, sound: bytes, rest: bytes) -> None:
    read_bytes(sound + rest)


@PROPERTY
@given(st.lists(PIECES, max_size=30))
def test_any_lines_give_records_or_rejections(read_bytes: Read, pieces: list[str]) -> None:
    read_bytes("".join(pieces).encode())


@pytest.mark.parametrize(
    "line", ["%A Doe, J\n", "%0 x\n", "A1 Doe,J\n", "AU: Doe J; Roe R\n", "<1>\n", "1. J 2020\n\n", "x; "]
)
@pytest.mark.parametrize("name", SEEDS)
def test_a_giant_file_of_one_line_is_read(read_bytes: Read, name: str, line: str) -> None:
    read_bytes(SEEDS[name] + line.encode() * 20_000)


def test_all_that_endnote_says_is_read(read_bytes: Read) -> None:
    found = read_bytes(
        "%0 Journal Article\n%T Состояние рек\n%Q State of the rivers and otters\n%A Doe, Jane; Roe, Richard\n"
        "%D 2021\n%U https://doi.org/10.5555/x\n%F doe1\n%~ PubMed\n%M 34000001\n"
        "%X We test.\n\nTwo paragraphs.\n".encode()
    )
    assert found.records == [
        Record(
            "State of the rivers and otters (Состояние рек)", "We test. Two paragraphs.", 1, "doe1",
            ("Jane Doe", "Richard Roe"), 2021, "10.5555/x", None, "https://doi.org/10.5555/x", "34000001",
        )
    ]  # fmt: skip


def test_a_line_of_an_abstract_that_looks_like_a_tag_stays_in_it(read_bytes: Read) -> None:
    [record] = read_bytes(b"RT Journal Article\nT1 Otters return\nAB We test.\nUS adults saw them.\nYR 2020\n").records
    assert (record.abstract, record.year) == ("We test. US adults saw them.", 2020)
    [record] = read_bytes(
        b"Title: Otters return\nAbstract: Background: They left.\nMethods: We looked.\nLinks: https://a.org\n"
    ).records
    assert (record.abstract, record.url) == ("Background: They left. Methods: We looked.", "https://a.org")


def test_cochranes_number_of_pubmed_is_read_and_that_of_embase_is_not(read_bytes: Read) -> None:
    [record] = read_bytes(b"Record #1 of 1\nID: CN-1\nTI: Otters return\nAB: We test.\nPM: PUBMED 34000001\n").records
    assert record.pubmed_id == "34000001"
    [record] = read_bytes(b"Record #1 of 1\nID: CN-1\nTI: Otters return\nAB: We test.\nXR: EMBASE 34000001\n").records
    assert record.pubmed_id is None


def test_what_pubmed_prints_around_an_abstract_is_no_part_of_it(read_bytes: Read) -> None:
    text = """1. J Streams. 2021 Jan;12(1):1-9. doi: 10.5555/otter.2021. Epub 2020
Dec 1.

River otters return to restored
streams.

[Article in Ruritanian]

Doe J(1)(2), van der Berg JA Jr(3); Otter Study Group.

Author information:
(1)Example University.

Comment in
    J Otters. 2022.

BACKGROUND: They left.
METHODS: We looked at:
1. streams.

CONCLUSIONS: They return.

Copyright © 2021 Example Press.

DOI: 10.5555/otter.2021
PMCID: PMC1
PMID: 34000001

Conflict of interest statement: None.


2. J Roofs. 2020.

Green roofs cool.

They do.

PMID: 34000002
"""
    found = read_bytes(text.encode())
    assert [(one.title, one.abstract) for one in found.records] == [
        (
            "River otters return to restored streams.",
            "BACKGROUND: They left. METHODS: We looked at: 1. streams. CONCLUSIONS: They return.",
        ),
        ("Green roofs cool.", "They do."),
    ]
    assert found.records[0].authors[:2] == ("J Doe", "JA van der Berg Jr")
    assert (found.records[0].pubmed_id, found.records[0].doi) == ("34000001", "10.5555/otter.2021")


def test_a_number_of_ovid_is_a_pubmed_id_in_medline_only(read_bytes: Read) -> None:
    text = "<1>\nUnique Identifier\n  34000001\nTitle\n  Otters return.\nAbstract\n  We test.\n"
    assert read_bytes(text.encode()).records[0].pubmed_id == "34000001"
    assert read_bytes(f"{text}Database\n  Embase\n".encode()).records[0].pubmed_id is None
    assert read_bytes(text.replace("34000001", "2020123456").encode()).records[0].pubmed_id is None


@pytest.mark.parametrize("form", FORMS)
def test_a_record_without_an_abstract_costs_only_itself(read_bytes: Read, form: str) -> None:
    good = FORMS[form]("Otters return to streams.", "We test whether they do.")
    lonely = FORMS[form]("Roofs are green here.", "")
    found = read_bytes((good + lonely + good).encode())
    assert len(found.records) == 2
    [rejection] = found.rejections
    assert "has no abstract" in rejection.reason
    assert rejection.partial.title == "Roofs are green here."
