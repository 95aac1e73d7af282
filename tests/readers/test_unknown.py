"""A file that no reader knows: what was seen in it, and what to do next."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.readers.unknown import told

Read = Callable[[bytes], Any]


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"\\documentclass{article}\n\\begin{document}\nOtters\n", "a LaTeX document; give the .bib file"),
        (b"\\begin{thebibliography}{9}\n\\bibitem{a} Doe, J. Otters. 2020.\n", "which holds no abstracts"),
        (b"From: jane@example.org\nSubject: otters\n\nHello\n", "a mail"),
        (b"import os\n\ndef main():\n    pass\n", "program code"),
        (b"Scopus\nEXPORT DATE: 01 Jan 2021\n\nDoe, J.\nOtters\n(2021) Streams, 12, pp. 1-9.\n", "Scopus' plain text"),
        (b"1: Doe J. Otters return to streams. J Streams. 2021 Jan;12(1):1-9. PMID: 34.\n", "PubMed's summary"),
        (b"10.5555/otter.2021\nhttps://doi.org/10.5555/roof\n", "a list of DOIs"),
        (b"2004.12832\narXiv:1706.03762v5\n", "a list of arXiv ids"),
        (b"34000001\n34000002\n", "a list of PubMed ids"),
        (b"https://a.org/1\nhttps://a.org/2\n", "a list of links"),
        (b"Doe, J. (2021). Otters return. Streams, 12(1).\nPoe, A. (2020). Roofs. R, 3.\n", "references in a style"),
        (b"[1] J. Doe, 'River otters return,' Streams, vol. 12, pp. 1-9, 2021.\n", "references in a style"),
        (b"River otters return to streams\nGreen roofs cool buildings\n", "a list of 2 lines, perhaps titles"),
        (b"Once there was an otter; it swam,\nand it ate fish, as ever:\nand so on.\n", "plain text without fields"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_was_seen_is_said_with_the_next_step(read_bytes: Read, content: bytes, seen: str) -> None:
    [rejection] = read_bytes(content).rejections
    assert rejection.reason.startswith("no reader knows this format: ")
    assert seen in rejection.reason
    assert any(verb in rejection.reason for verb in ("export", "give ", "save", "fetch", "see docs"))


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF; export the reference instead"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "an old Excel or Word file"),
        (b"{\\rtf1\\ansi We prune.}", "formatted text (RTF); export"),
        (b"SQLite format 3\0\x10\0enl_refs", "an EndNote library; export"),
        (b"SQLite format 3\0\x10\0CREATE TABLE itemAttachments", "Zotero's database; export"),
        (b"SQLite format 3\0\x10\0", "a database (SQLite)"),
        (b"\x93NUMPY\1\0", "an array of NumPy; write"),
        (b"%!PS-Adobe-3.0\n", "a printed page (PostScript or DjVu); export"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture; export"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_of_another_program_is_told_by_its_first_bytes(read_bytes: Read, content: bytes, seen: str) -> None:
    [rejection] = read_bytes(content).rejections
    assert rejection.reason.startswith(seen)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=300))
def test_any_text_is_told_in_one_line(text: str) -> None:
    assert "\n" not in told(text)


def test_a_file_whose_records_lack_only_abstracts_is_told_as_such(read_bytes: Read) -> None:
    lonely = b"TY  - JOUR\nTI  - Otters return\nER  - \n"
    assert any("no abstracts in it" in remark for remark in read_bytes(lonely * 2).remarks)
    assert not read_bytes(lonely + lonely.replace(b"ER", b"AB  - We test.\nER")).remarks
