"""Web of Science's plain text to records; a broken record costs only itself."""

from collections.abc import Callable
from typing import Any

import pytest

from rag.records import Record

Read = Callable[[bytes], Any]

HEAD = "\ufeffFN Clarivate Analytics Web of Science\nVR 1.0\n"
FULL = """PT J
AU Vaswani, A
   van der Berg, JA
AF Vaswani, Ashish
   van der Berg, Jan A.
TI Attention is all
   you need
SO QUIET LETTERS
DE pruning; PT J
ID NETWORKS
AB We ran. We
   walked - slowly.
C1 [Vaswani, Ashish] Univ Quiet, Rest, Nowhere.
CR Lee A, 2001, NATURE
   Roe B, 2002, SCIENCE
PD OCT
PY 2019
AR arXiv:1706.03762
DI 10.1000/X
UT WOS:000401
PM 31452104
ER

"""
SHORT = "PT S\nAU Lee, A\nTI Pruning\nAB We prune.\nER\n\n"


def test_everything_that_a_record_says_is_read(read_bytes: Read) -> None:
    found = read_bytes((HEAD + FULL + SHORT + "EF\n").encode())
    assert found.records == [
        Record(
            "Attention is all you need", "We ran. We walked - slowly.", 3, "WOS:000401",
            ("Ashish Vaswani", "Jan A. van der Berg"), 2019, "10.1000/x", "1706.03762", pubmed_id="31452104",
        ),
        Record("Pruning", "We prune.", 26, authors=("A Lee",)),
    ]  # fmt: skip
    assert not found.rejections


@pytest.mark.parametrize("begin", [HEAD, "", "\n"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_it_is_told_with_and_without_its_head_whatever_ends_its_lines(
    read_bytes: Read, begin: str, ending: str
) -> None:
    found = read_bytes((begin + SHORT + SHORT).replace("\n", ending).encode())
    assert [record.title for record in found.records] == ["Pruning", "Pruning"]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("PT J\nTI Lonely\nER\n", "'Lonely' has no abstract"),
        ("PT J\nAB We prune.\nER\n", "no title"),
        ("PT J\nTI Cut\n", "'Cut' has no abstract"),
        ("PT J\nTI \udcffx\nAB We prune.\nER\n", "not UTF-8 text (byte 0xff"),
    ],
)
def test_a_broken_record_costs_only_itself(read_bytes: Read, broken: str, reason: str) -> None:
    found = read_bytes((HEAD + SHORT + broken + SHORT).encode("utf-8", "surrogateescape"))
    assert [record.title for record in found.records] == ["Pruning", "Pruning"]
    assert [reason in one.reason for one in found.rejections] == [True]
