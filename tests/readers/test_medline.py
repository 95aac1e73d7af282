"""MEDLINE to records, as PubMed saves it; a broken record costs only itself."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.records import Record

PROPERTY = settings(deadline=None, max_examples=100)
Read = Callable[[bytes], Any]

FULL = """
PMID- 31452104
OWN - NLM
STAT- MEDLINE
IS  - 1460-2350 (Electronic)
DP  - 2019 Oct 2
TI  - Attention is all
      you need.
PG  - 1-2
LID - 10.1000/X [doi]
LID - e42 [pii]
AB  - BACKGROUND: We ran. METHODS: We
      walked - slowly.
CI  - (c) 2019 The Authors.
FAU - Vaswani, Ashish
AU  - Vaswani A
FAU - van der Berg, Jan A
AU  - van der Berg JA
PHST- 2019/08/28 06:00 [pubmed]
AID - 10.1000/X [doi]
"""
SHORT = "\nPMID- 2\nTI  - Pruning\nAB  - We prune.\nAU  - van der Berg JA Jr\nAU  - Lee A\n"
DAMAGES = st.lists(st.tuples(st.integers(0, 600), st.integers(0, 200), st.binary(max_size=4)), max_size=6)


def test_everything_that_a_record_says_is_read(read_bytes: Read) -> None:
    found = read_bytes((FULL + SHORT).encode())
    assert found.records == [
        Record(
            "Attention is all you need.", "BACKGROUND: We ran. METHODS: We walked - slowly.", 2, "31452104",
            ("Ashish Vaswani", "Jan A van der Berg"), 2019, "10.1000/x", pubmed_id="31452104",
        ),
        Record("Pruning", "We prune.", 22, "2", ("JA van der Berg Jr", "A Lee"), pubmed_id="2"),
    ]  # fmt: skip
    assert not found.rejections


def test_who_signed_for_the_authors_is_named_when_they_are_not(read_bytes: Read) -> None:
    [record] = read_bytes(SHORT.replace("AU  - van der Berg JA Jr\nAU  - Lee A", "CN  - ATLAS Group").encode()).records
    assert record.authors == ("ATLAS Group",)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("\nPMID- 3\nTI  - Lonely\n", "'Lonely' has no abstract"),
        ("\nPMID- 3\nAB  - We prune.\n", "no title"),
        ("\nPMID- 3\n", "no title"),
        ("\nPMID- 3\nTI  - \udcffx\nAB  - We prune.\n", "not UTF-8 text (byte 0xff"),
        ("\nPMID- 3\nTI  - T\nAB  - " + "      a b\n" * 400_000, "a record of over 1,000,000 characters"),
    ],
    ids=lambda value: value[:30],
)
def test_a_broken_record_costs_only_itself(read_bytes: Read, broken: str, reason: str) -> None:
    found = read_bytes((SHORT + broken + SHORT).encode("utf-8", "surrogateescape"))
    assert [record.title for record in found.records] == ["Pruning", "Pruning"]
    [rejection] = found.rejections
    assert reason in rejection.reason
    assert 8 <= rejection.line <= 9


@PROPERTY
@given(st.binary(max_size=300))
def test_any_bytes_give_records_or_rejections(read_bytes: Read, rest: bytes) -> None:
    read_bytes(SHORT.encode() + rest)


@PROPERTY
@given(
    st.lists(
        st.sampled_from(["\n", "PMID- 1\n", "PMID-", "TI  - ", "AB  - ", "      x", "- ", "AU  - ", "LID - [doi]"]),
        max_size=30,
    )
)
def test_any_lines_give_records_or_rejections(read_bytes: Read, pieces: list[str]) -> None:
    assert read_bytes((SHORT + "".join(pieces) + "\n" + SHORT).encode()).records[-1].title == "Pruning"


@PROPERTY
@given(DAMAGES)
def test_a_damaged_file_gives_records_or_rejections(read_bytes: Read, damages: list[tuple[int, int, bytes]]) -> None:
    content = (FULL + SHORT).encode()
    for place, length, instead in damages:
        content = content[:place] + instead + content[place + length :]
    read_bytes(content)


@pytest.mark.parametrize("line", ["PMID- 1\n", "AU  - Lee A\n", "      x\n", "LID - 10.1/x [doi]\n", "- ", "\n"])
def test_a_giant_file_of_one_line_is_read(read_bytes: Read, line: str) -> None:
    read_bytes((SHORT + line * 20_000).encode())
