"""Notes in Markdown, saved web pages and tables on their side: a paper is read, anything else is told what it is."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.records import Record

PROPERTY = settings(deadline=None, max_examples=150)
Read = Callable[[bytes], Any]
OTTERS = Record("Otters: a study", "We test otters. And more.", 1, None, ("Jane Doe", "Richard Roe"), 2021, "10.1000/x")
BODY = "We test **otters**.\nAnd more.\n"

NOTES = {
    "Obsidian": '---\ntitle: "Otters: a study"\nauthors:\n  - "[[Jane Doe]]"\n  - Roe, Richard\ndate: 2021-03-01\n'
    f"DOI: https://doi.org/10.1000/x\ntags: [a]\n---\n# Mine\n## Abstract\n{BODY}## Notes\nMine.\n",
    "abstract at the top": "---\ntitle: 'Otters: a study'\nauthor: Jane Doe and Richard Roe\nyear: 2021\n"
    "doi: 10.1000/x\nabstract: |\n  We test otters.\n  And more.\n---\nMine.\n",
    "no YAML": "---\ntitle: Otters: a study\nauthor: [[Jane Doe]], [[Richard Roe]]\nyear: 2021\ndoi: 10.1000/x\n---\n\n"
    "> [!abstract]- Abstract\n> We test otters.\n> And more.\n\nMine.\n",
    "Logseq": "title:: Otters: a study\nauthors:: [[Jane Doe]], [[Richard Roe]]\ndate:: [[Mar 1st, 2021]]\n"
    "doi:: [10.1000/x](https://doi.org/10.1000/x)\n\n- [[Abstract]]\n"
    "\t- We test otters.\n\t  And more.\n- Notes\n\t- Mine.\n",
    "fields": "---\ncssclass: x\n---\n>[!md]\n> **FirstAuthor**:: Doe, Jane  \n> **Author**:: Roe, Richard  \n"
    "> **Title**:: Otters: a study\n> **Year**:: 2021\n> **DOI**:: 10.1000/x\n\n> [!Abstract]\n"
    "> We test otters.\n>\n> And more.\n",
    "headings": "# Otters: a study\n\n- **Authors**: Jane Doe, Richard Roe\n- **Year**: 2021\n"
    "- **DOI**: `10.1000/x`\n\n"
    "**Abstract:** We test otters.\nAnd more.\n\n**Notes:** mine\n",
    "TOML": "+++\ntitle = 'Otters: a study'\nauthors = ['Jane Doe', 'Richard Roe']\ndate = 2021-03-01\n"
    f"doi = '10.1000/x'\n+++\n## Abstract\n{BODY}",
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_read_however_it_is_kept(read_bytes: Read, name: str) -> None:
    found = read_bytes(NOTES[name].encode())
    assert found.records == [OTTERS]
    assert not found.rejections


def test_a_note_without_an_abstract_says_so(read_bytes: Read) -> None:
    assert "has no abstract" in read_bytes(b"---\ntitle: Otters\nyear: 2021\n---\nMine.\n").rejections[0].reason


def test_a_note_on_something_else_is_no_paper(read_bytes: Read) -> None:
    for text in ("---\nlayout: page\n---\nhello\n", "# Readme\n\nInstall it.\n"):
        assert "no reader knows" in read_bytes(text.encode()).rejections[0].reason


def test_a_note_whose_values_refer_to_themselves_is_read_line_by_line(read_bytes: Read) -> None:
    found = read_bytes(b"---\ntitle: Otters\nauthors: &a [*a, *a]\nabstract: We test.\n---\n")
    assert [one.title for one in found.records] == ["Otters"]


@PROPERTY
@given(
    st.lists(
        st.sampled_from([*"\n{[|", "---\n", "abstract: ", "- x", "[[a]]", "::", "> [!abstract]", "# ", "&a ", "*a"])
    )
)
def test_any_note_gives_a_record_or_why_there_is_none(read_bytes: Read, parts: list[str]) -> None:
    found = read_bytes(("---\ntitle: T\n" + "".join(parts)).encode())
    assert found.records or found.rejections


PAGE = """<!DOCTYPE html><html><head><title>Search | Index</title></head><body>
<table><tr><td>menu</td></tr></table>
<table><thead><tr><th>Title<th>Authors<th>Abstract<th>Year</thead>
<tr><td><a href="x">Ot<i>t</i>ers</a><td>Garcia Marquez, Jose<br>Roe, Ann<td>We test &lt;5 otters.<p>And more.<td>2021
<tr><td>Roofs<td>Poe, Bo<td>We c\xf6ol.<td>2020
</table></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_the_tables_of_papers_of_a_saved_page_are_read(read_bytes: Read, encoding: str) -> None:
    found = read_bytes(PAGE.encode(encoding))
    assert found.records == [
        Record("Otters", "We test <5 otters. And more.", 4, None, ("Jose Garcia Marquez", "Ann Roe"), 2021),
        Record("Roofs", "We c\xf6ol.", 5, None, ("Bo Poe",), 2020),
    ]
    assert not found.rejections


def test_a_page_without_a_table_of_papers_says_what_it_is(read_bytes: Read) -> None:
    [rejection] = read_bytes(b"<html><title>A &amp; B</title><p>We prune.").rejections
    assert rejection.reason == "a web page 'A & B' without a table of papers; export them from it, as RIS or BibTeX"


SIDE = """"TITLE","Otters, ""a"" study"
"AUTHOR NAMES","Doe J.","Roe R."
"SOURCE","Journal 1999 (2021) 12:1. Date of Publication: 1 May 2021"
"ABSTRACT","We test
otters."
"MEDLINE PMID","12"

"TITLE","Roofs"
"AUTHOR NAMES","Poe A."
"ABSTRACT","We cool."
"""


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_table_on_its_side_is_read_paper_by_paper(read_bytes: Read, delimiter: str) -> None:
    found = read_bytes(SIDE.replace('","', f'"{delimiter}"').encode())
    assert found.records == [
        Record('Otters, "a" study', "We test otters.", 1, None, ("J. Doe", "R. Roe"), 2021, pubmed_id="12"),
        Record("Roofs", "We cool.", 8, None, ("A. Poe",)),
    ]
    assert not found.rejections
