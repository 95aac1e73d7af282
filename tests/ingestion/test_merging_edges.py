"""Records at the edges of being one paper: placeholders, dirty and clean texts, errata, retractions."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from eval.benchmarks.exports import merged
from rag.ingestion.ingest import store_records
from rag.records import Record
from rag.records.canonical import compose
from rag.records.identity import clearly_different, same_paper
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog

ABSTRACT = (
    "We test whether river otters return to restored streams. Of 42 streams, 31 had otters after three years, and dams "
    "were the reason wherever none came back."
)
PAPER = Record(
    "River otters return to restored streams", ABSTRACT, 1, authors=("Jane Doe",), year=2019, doi="10.5555/o"
)
DIRTY = replace(
    PAPER, abstract=f"Abstract {ABSTRACT} Copyright of Streams is the property of Press Ltd and may not be sold."
)
NOTHING = replace(PAPER, abstract="[No abstract available]")
ERRATUM = replace(PAPER, title=f"Erratum to: {PAPER.title}", year=2020)


def papers(folder: Path, *records: Record) -> list[str]:
    """Return the abstracts of the papers that records from as many sources become."""
    catalog: Catalog = open_catalog(folder)
    try:
        store_records(((f"/{number}.jsonl", record) for number, record in enumerate(records)), catalog)
        return [paper.abstract for paper in catalog.all_papers(limit=100)]
    finally:
        catalog.close()


@pytest.mark.parametrize("records", list(permutations([PAPER, DIRTY, NOTHING])))
def test_a_clean_abstract_stands_before_a_dirty_one_and_both_before_none(records: tuple[Record, ...]) -> None:
    assert compose(1, records).abstract == ABSTRACT
    assert compose(1, [one for one in records if one is not PAPER]).abstract == DIRTY.abstract


def test_a_clean_text_that_is_far_shorter_does_not_win() -> None:
    assert compose(1, [replace(PAPER, abstract=ABSTRACT[:56]), DIRTY]).abstract == DIRTY.abstract


@pytest.mark.parametrize("records", list(permutations([PAPER, DIRTY, NOTHING])))
def test_what_an_older_library_holds_becomes_one_paper(tmp_path: Path, records: tuple[Record, ...]) -> None:
    assert papers(tmp_path, *(replace(one, doi=None) for one in records)) == [ABSTRACT]


@pytest.mark.parametrize("doi", ["10.5555/o", "10.5555/o.err", None])
def test_an_erratum_is_not_the_paper_though_text_and_id_are_the_same(tmp_path: Path, doi: str | None) -> None:
    assert len(papers(tmp_path, PAPER, replace(ERRATUM, doi=doi))) == 2
    assert clearly_different(PAPER, ERRATUM)
    assert not clearly_different(ERRATUM, replace(ERRATUM, title=f"Erratum: {PAPER.title}"))


@pytest.mark.parametrize("mark", ["RETRACTED: ", "Retracted Article: ", "[Retracted] ", "WITHDRAWN: "])
def test_a_paper_that_is_marked_as_retracted_is_the_paper(mark: str) -> None:
    assert same_paper(replace(PAPER, doi=None), replace(PAPER, title=mark + PAPER.title, doi=None))


def test_a_notice_of_retraction_is_not_the_paper() -> None:
    notice = replace(PAPER, title=f"Retraction notice to: {PAPER.title}")
    assert not same_paper(replace(PAPER, doi=None), replace(notice, doi=None))
    assert clearly_different(PAPER, notice)


def test_a_meeting_abstract_of_the_year_before_is_not_the_article() -> None:
    early = replace(
        PAPER,
        year=2018,
        doi=None,
        abstract="First data from a pilot at five streams hint that otters come back; more later.",
    )
    assert not same_paper(replace(PAPER, doi=None), early)


def test_one_search_in_five_databases_gives_each_work_once(tmp_path: Path) -> None:
    rows = [line.split("|") for line in merged.measure(tmp_path).splitlines() if line.startswith("| ") and "." in line]
    assert len(rows) == 5
    assert min(float(row[4]) for row in rows) >= 0.995
    assert min(float(row[5]) for row in rows) >= 0.97
