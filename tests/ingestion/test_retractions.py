"""That a paper was retracted: learnt from any of its records, kept, moved with the record that says so."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.ingestion.ingest import store_records
from rag.ingestion.merging import split
from rag.ingestion.run import Run
from rag.ingestion.taking import put_back, remove_source
from rag.maintenance.rescue import rescue
from rag.records import Filters, Record
from rag.records.canonical import compose
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.merged_records import merges
from rag.storage.catalog.migrations import MIGRATIONS
from rag.storage.catalog.schema import prepare
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.layout import CATALOG as FILE

TEXT = "We study quiet lattices that rest on sand, and how they melt at 41 degrees in a lake."
PLAIN = Record("Quiet lattices rest on sand", TEXT, 3, key="k1", authors=("Ann Ash",), doi="10.1000/1")
MARKED = replace(PLAIN, retracted="Retracted Publication")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(open_catalog(tmp_path)) as opened:
        yield opened


def store(catalog: Catalog, *records: Record, source: str = "/a.nbib") -> dict[str, int]:
    return dict(store_records([(source, record) for record in records], catalog)[0])


def said(catalog: Catalog) -> list[str | None]:
    return [paper.retracted for paper in catalog.all_papers(limit=99)]


def test_a_file_in_which_a_paper_is_now_marked_is_an_update_and_then_changes_nothing(catalog: Catalog) -> None:
    assert store(catalog, PLAIN) == {"added": 1}
    catalog.mark_indexed([1])
    assert store(catalog, MARKED) == {"updated": 1}
    assert said(catalog) == ["Retracted Publication"]
    assert catalog.count(indexed=True) == 1, "its text is the same: nothing is to be embedded again"
    assert store(catalog, MARKED) == {"unchanged": 1}
    assert catalog.damage() == []


def test_a_paper_once_marked_stays_so_in_a_file_that_says_nothing_of_it_any_more(catalog: Catalog) -> None:
    store(catalog, MARKED)
    assert store(catalog, PLAIN) == {"unchanged": 1}
    assert store(catalog, replace(PLAIN, line=9)) == {"unchanged": 1}
    assert store(catalog, replace(PLAIN, abstract=f"{TEXT} It is cold.")) == {"updated": 1}
    assert said(catalog) == ["Retracted Publication"]
    assert store(catalog, replace(PLAIN, abstract=f"{TEXT} It is cold.")) == {"unchanged": 1}


def test_one_record_that_says_so_marks_the_paper_of_many(catalog: Catalog) -> None:
    store(catalog, PLAIN)
    assert store(catalog, replace(MARKED, key="wos1"), source="/b.ciw") == {"updated": 1}
    store(catalog, replace(PLAIN, key="s1"), source="/c.csv")
    assert said(catalog) == ["Retracted Publication"]


def test_a_mark_goes_with_its_record_when_it_is_taken_apart(catalog: Catalog) -> None:
    store(catalog, PLAIN)
    store(catalog, MARKED, source="/b.ciw")
    [merge] = merges(catalog)
    with catalog.transaction():
        split(merge.merge_id, catalog)
    assert said(catalog) == [None, "Retracted Publication"]


def test_a_mark_that_came_meanwhile_outlives_what_is_put_back(catalog: Catalog) -> None:
    store(catalog, PLAIN)
    store(catalog, PLAIN, source="/b.ciw")
    with catalog.transaction():
        removed = remove_source("/b.ciw", catalog)
    store(catalog, MARKED)
    with catalog.transaction():
        put_back(removed, catalog, Run())
    assert said(catalog) == ["Retracted Publication"]


def test_what_is_said_doesnt_hang_on_the_order_of_the_records() -> None:
    records = [PLAIN, MARKED, replace(PLAIN, retracted="RETRACTED"), replace(PLAIN, retracted="Withdrawn")]
    told = {compose(1, order).retracted for order in (records, records[::-1])}
    assert told == {"Retracted Publication"}


def test_the_notice_in_the_place_of_an_abstract_never_wins_over_the_abstract(catalog: Catalog) -> None:
    notice = "This article has been retracted: please see the policy of its publisher. " * 3
    store(catalog, replace(MARKED, abstract=notice), source="/b.ris")
    store(catalog, PLAIN)
    [paper] = catalog.all_papers(limit=9)
    assert (paper.abstract, paper.retracted) == (TEXT, "Retracted Publication")


def test_retracted_papers_are_left_out_by_a_filter(catalog: Catalog) -> None:
    other = Record("Malaria parasites resist artemisinin", "Clinics in Cambodia report more failures.", 2)
    store(catalog, MARKED, other)
    catalog.mark_indexed([1, 2])
    assert catalog.indexed_ids(Filters(without_retracted=True)) == {2}
    assert catalog.indexed_ids(Filters()) == {1, 2}
    assert Filters(without_retracted=True).told() == ("not retracted",)
    assert not Filters(without_retracted=False)


def test_a_damaged_paper_doesnt_become_sound_by_the_migration(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as connection:
        prepare(connection)
        for number, script in enumerate(MIGRATIONS[:5], start=1):
            connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
        put = "INSERT INTO papers (title, abstract, authors, year, title_key) VALUES (?, 'Words.', '[]', 2001, 'x')"
        connection.executemany(put, [("One",), ("Two",)])
        connection.execute("DROP TRIGGER papers_resummed")
        connection.execute("UPDATE papers SET year = 2002 WHERE paper_id = 2")
        connection.executescript("CREATE TRIGGER papers_resummed AFTER UPDATE ON papers BEGIN SELECT 1; END;")
    assert rescue(tmp_path, tmp_path / "old.jsonl").changed == (2,), "an old catalog's checksums are read too"
    with closing(open_catalog(tmp_path)) as catalog:
        assert catalog.damage() == ["paper 2 is not what was written"]
        assert store(catalog, MARKED) == {"added": 1}
    rescued = rescue(tmp_path, tmp_path / "new.jsonl")
    assert (rescued.papers, rescued.changed) == (3, (2,))
    assert '"retracted": "Retracted Publication"' in (tmp_path / "new.jsonl").read_text("utf-8")
