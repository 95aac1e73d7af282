"""The texts that a source has for an abstract, from any format: which count, in which order, and what is told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.readers import read_file
from rag.readers.cleaning.abstracts import abstract_of, title_of
from rag.readers.cleaning.latex import with_letters
from rag.readers.inputs.source import Problem
from rag.readers.record_builder import build_record
from rag.records import Record, Rejection

WriteJsonl = Callable[..., Path]
ENGLISH = "We test whether river otters return to restored streams. Of 42 streams, 31 had otters."
RUSSIAN = "Изучено состояние рек."
COPYRIGHT = "Copyright of Streams is the property of Example Press Ltd and its content may not be copied."


@pytest.mark.parametrize(
    ("texts", "abstract"),
    [
        ([RUSSIAN, ENGLISH], f"{ENGLISH} {RUSSIAN}"),
        ([ENGLISH, COPYRIGHT], ENGLISH),
        ([COPYRIGHT, "N/A", ENGLISH], ENGLISH),
        ([ENGLISH, ENGLISH], ENGLISH),
        ([ENGLISH[:60], ENGLISH], ENGLISH),
        (["BACKGROUND: Otters left.", "RESULTS: 31 had otters."], "BACKGROUND: Otters left. RESULTS: 31 had otters."),
        (["Abstract\n\nCulture of otters is hard."], "Culture of otters is hard."),
    ],
)
def test_of_several_texts_the_abstracts_are_kept_once_the_english_one_first(texts: list[str], abstract: str) -> None:
    assert abstract_of(texts).abstract == abstract


@pytest.mark.parametrize("text", ["NA", "[No abstract available]", COPYRIGHT])
def test_a_record_without_an_abstract_says_what_stood_there(text: str) -> None:
    found = build_record(7, "Otters", [text], doi="10.1000/x")
    assert isinstance(found, Problem)
    assert found.reason == f"the title 'Otters' has no abstract, only {text[:60]!r}"
    assert found.partial is not None
    assert found.partial.doi == "10.1000/x"


def test_a_notice_in_the_place_of_an_abstract_is_kept_with_its_mark() -> None:
    found = build_record(7, "Otters", "This article has been withdrawn.")
    assert isinstance(found, Record)
    assert found.retracted == "This article has been withdrawn"


def test_a_placeholder_in_a_file_is_told_with_its_line(write_jsonl: WriteJsonl) -> None:
    path = write_jsonl({"title": "Otters", "abstract": ENGLISH}, {"title": "Owls", "abstract": "nan"})
    kept, rejected = (one for _, one in read_file(path))
    assert isinstance(kept, Record)
    assert isinstance(rejected, Rejection)
    assert str(rejected) == f"{path} line 2: the title 'Owls' has no abstract, only 'nan'"


@pytest.mark.parametrize(
    ("titles", "title"),
    [
        (["Состояние рек", "State of rivers"], "State of rivers (Состояние рек)"),
        (["State of rivers", "State of the rivers"], "State of rivers"),
        (["", "State of rivers"], "State of rivers"),
        (["State of rivers", ""], "State of rivers"),
    ],
)
def test_a_title_in_two_languages_begins_with_the_english_one(titles: list[str], title: str) -> None:
    assert title_of(titles) == title


def test_letters_that_tex_writes_are_letters_outside_of_formulas(tmp_path: Path) -> None:
    assert (
        with_letters(r"L\'evy, K\"{a}hler, {\L}: $\'x$, \alpha, 50\%, \\'x")
        == r"Lévy, Kähler, Ł: $\'x$, \alpha, 50\%, \\'x"
    )
    path = tmp_path / "arxiv.json"
    values = {
        "id": "0704.0001",
        "categories": "cs",
        "update_date": "2008-11-26",
        "title": r"Erd\H{o}s",
        "abstract": "We count.",
    }
    path.write_text(json.dumps(values))
    [(_, record)] = read_file(path)
    assert isinstance(record, Record)
    assert record.title == "Erdős"
