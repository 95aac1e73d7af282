"""What sources say of a retraction: the marks of publishers and databases are known, nothing else is taken for one."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.readers.record_builder import build_record
from rag.readers.retractions import retraction_in, tagged_so
from rag.records import Record

Read = Callable[[bytes], Any]

TITLE = "River otters return to restored streams"
TEXT = "We test whether river otters return to restored streams. Of 42 streams, 31 had otters after three years."


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("RETRACTED: {}", "Retracted"),
        ("Retracted: {}", "Retracted"),
        ("RETRACTED ARTICLE: {}", "Retracted article"),
        ("Retracted Chapter: {}", "Retracted Chapter"),
        ("[Retracted] {}", "Retracted"),
        ("[RETRACTED ARTICLE] {}", "Retracted article"),
        ("[Retracted: {}.]", "Retracted"),
        ("WITHDRAWN: {}", "Withdrawn"),
        ("Withdrawn \N{EN DASH} {}", "Withdrawn"),
        ("TEMPORARY REMOVAL: {}", "Temporary removal"),
        ("{} (Retracted Article)", "Retracted Article"),
        ("{} (Retracted article. See vol. 12, pg. 34, 2015)", "Retracted article"),
        ("{} [Retracted]", "Retracted"),
        ("{} - RETRACTED", "Retracted"),
    ],
)
def test_a_mark_before_or_behind_a_title_is_no_part_of_it(written: str, said: str) -> None:
    told = retraction_in(written.format(TITLE))
    assert (told.title.rstrip("."), told.retracted) == (TITLE, said)


@pytest.mark.parametrize(
    "title",
    [
        "Retracted papers in biology: a study of ten years",
        "Retracted science and the retraction index",
        "Withdrawn from care: what mothers say",
        "Withdrawing life support in children",
        "Retraction of the lens in pigeons",
        "Why are articles retracted?",
        "Removed organs: a history",
        f"Erratum to: {TITLE}",
    ],
)
def test_a_paper_about_retractions_or_anything_else_is_not_marked(title: str) -> None:
    assert retraction_in(title, TEXT, ["Journal Article", "Cites a retracted article", "Not retracted"]) == (
        title,
        None,
    )


@pytest.mark.parametrize(
    ("title", "said"),
    [
        (f"Retraction: {TITLE}", "Retracted"),
        (f"Retraction note to: {TITLE}", ""),
        (f"Retraction of: {TITLE}", ""),
        (f"Statement of Retraction: {TITLE}", "Retracted"),
        (f"{TITLE} (Retraction of vol 3, pg 5, 2010)", "Retraction"),
        (f"Retracted: {TITLE}", "Retraction of Publication"),
        (f"Retracted: {TITLE}", "retraction of 10.1000/1"),
        (TITLE, "Journal Article; Retraction of Publication"),
    ],
)
def test_the_notice_of_a_retraction_is_another_work_and_was_not_retracted(title: str, said: str) -> None:
    assert retraction_in(title, "It is retracted at the authors' request.", [said]) == (title, None)


def test_a_notice_that_is_titled_as_the_paper_is_known_by_its_text() -> None:
    told = retraction_in(f"Retracted: {TITLE}", "[This retracts the article DOI: 10.1000/1.].")
    assert told == (f"Retracted: {TITLE}", None)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Retracted Publication", "Retracted Publication"),
        ("Article; Retracted Publication", "Retracted Publication"),
        ("Retraction in: J Otters. 2020;15(1):e02", "Retraction in: J Otters. 2020;15(1):e02"),
        ("retraction: 10.1000/notice", "Retraction: 10.1000/notice"),
        ("withdrawal: https://doi.org/10.1000/notice", "Withdrawal: https://doi.org/10.1000/notice"),
        ("PMID: 1\nRetracted", "Retracted"),
        ("RETRACTED ARTICLE", "Retracted article"),
        ("Retracted in 2020", "Retracted in 2020"),
        ("This article has since been retracted.", None),
        ("This paper has been withdrawn by the author.", "This paper has been withdrawn"),
        ("true", "Retracted"),
        ("false", None),
        ("1", None),  # the number of an issue
    ],
)
def test_kinds_and_notes_that_tell_of_a_retraction_are_known(said: str, kept: str | None) -> None:
    told = retraction_in(TITLE, TEXT, [said])
    assert told == (TITLE, kept)
    assert retraction_in(TITLE, TEXT, [kept or ""]).retracted == kept, "as it is read back from an export"


@pytest.mark.parametrize(
    ("abstract", "said"),
    [
        (
            "This article has been retracted: please see Policy on Article Withdrawal.",
            "This article has been retracted",
        ),
        ("The authors have withdrawn this manuscript because of an error.", "Withdrawn by its authors"),
    ],
)
def test_an_abstract_that_begins_with_it_tells_of_it(abstract: str, said: str) -> None:
    assert retraction_in(TITLE, abstract).retracted == said


def test_only_a_tag_that_is_just_that_tells_of_a_retraction() -> None:
    assert tagged_so(["otters; Retracted; streams", "retracted articles", "Retraction"]) == ["Retracted"]


@given(st.text(max_size=80), st.text(max_size=80), st.lists(st.text(max_size=40), max_size=3))
def test_whatever_is_said_a_title_stays_and_nothing_is_said_twice(title: str, abstract: str, said: list[str]) -> None:
    told = retraction_in(title, abstract, said)
    assert bool(told.title) == bool(title)
    assert retraction_in(f"RETRACTED: {TITLE}", abstract, [*said, "Retracted Publication"]).title == TITLE


@pytest.mark.parametrize("mark", ["RETRACTED: ", "[Retracted] ", "Retracted article: "])
def test_a_record_has_its_own_title_and_the_mark(mark: str) -> None:
    record = build_record(1, f"{mark}{TITLE}", TEXT)
    assert isinstance(record, Record)
    assert (record.title, bool(record.retracted)) == (TITLE, True)


RIS = "TY  - JOUR\nTI  - {title}\nAB  - {text}\n{more}\nER  - \n"
NBIB = "PMID- 31452104\nTI  - {title}\nAB  - {text}\n{more}\n"
BIB = "@article{{k1,\n title = {{{title}}},\n abstract = {{{text}}},\n {more}\n}}\n"
WOS = "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nTI {title}\nAB {text}\n{more}\nER\n\nEF\n"
XML = (
    '<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">31452104</PMID><Article>'
    "<ArticleTitle>{title}</ArticleTitle><Abstract><AbstractText>{text}</AbstractText></Abstract>{more}"
)
XML_END = "</MedlineCitation></PubmedArticle></PubmedArticleSet>"
KINDS = "<PublicationTypeList><PublicationType>{}</PublicationType></PublicationTypeList></Article>"
CORRECTIONS = (
    '</Article><CommentsCorrectionsList><CommentsCorrections RefType="{}"><RefSource>J Otters. 2020;15:2</RefSource>'
    "<PMID>7</PMID></CommentsCorrections></CommentsCorrectionsList>"
)


@pytest.mark.parametrize(
    ("form", "more", "said"),
    [
        (RIS, "M3  - Retracted", "Retracted"),
        (RIS, "N1  - This article has been retracted.", "This article has been retracted"),
        (RIS, "KW  - otters\nKW  - Retracted", "Retracted"),
        (RIS, "M1  - 1\nN1  - Cited 3 times", None),
        (NBIB, "PT  - Journal Article\nPT  - Retracted Publication", "Retracted Publication"),
        (NBIB, "RIN - J Otters. 2020;15:2. PMID: 7", "Retraction in: J Otters. 2020;15:2. PMID: 7"),
        (NBIB, "PT  - Retraction of Publication\nROF - J Otters. 2019;1:2", None),
        (BIB, "note = {Retracted},", "Retracted"),
        (BIB, "type = {Article; Retracted Publication},", "Retracted Publication"),
        (BIB, "keywords = {otters, Retracted},", "Retracted"),
        (BIB, "note = {cited by 7},", None),
        (WOS, "DT Article; Retracted Publication", "Retracted Publication"),
        (WOS, "DT Retraction", None),
        (XML, KINDS.format("Retracted Publication") + XML_END, "Retracted Publication"),
        (XML, CORRECTIONS.format("RetractionIn") + XML_END, "Retraction in: J Otters. 2020;15:2"),
        (XML, CORRECTIONS.format("RetractionOf") + XML_END, None),
        (XML, CORRECTIONS.format("ErratumIn") + XML_END, None),
    ],
)
def test_every_format_hands_over_what_it_says_of_a_retraction(
    read_bytes: Read, form: str, more: str, said: str | None
) -> None:
    [record] = read_bytes(form.format(title=TITLE, text=TEXT, more=more).encode()).records
    assert (record.title, record.retracted) == (TITLE, said)
