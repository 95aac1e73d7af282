"""What a catalog counts is counted once, until anybody writes; what a filter lets through is kept as long."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from rag.records import Filters, Record
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import SqliteDatabase, open_catalog


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the statements that are asked from now on, but for what tells whether anything was written."""
    told: list[str] = []
    asks = SqliteDatabase.all

    def listening(database: SqliteDatabase, sql: str, *values: object) -> list[object]:
        if "data_version" not in sql:
            told.append(sql)
        return asks(database, sql, *values)

    monkeypatch.setattr(SqliteDatabase, "all", listening)
    return told


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(open_catalog(tmp_path)) as opened:
        store(opened, *range(2000, 2010))
        yield opened


def store(catalog: Catalog, *years: int) -> list[int]:
    with catalog.transaction():
        ids = [catalog.insert(Record(f"Lattices of {year}", "They rest.", 1, year=year)) for year in years]
        catalog.mark_indexed(ids)
    return ids


def test_what_was_asked_is_not_asked_again(catalog: Catalog, asked: list[str]) -> None:
    def ask() -> object:
        late = catalog.allowed(Filters(year_from=2008))
        return catalog.count(), catalog.count(indexed=True), catalog.count(indexed=False), late.ids, catalog.drawn(3)

    first = ask()
    assert asked
    asked.clear()
    assert ask() == first == (10, 10, 0, {9, 10}, (1, 5, 10))
    assert asked == []


def test_writes_of_this_and_of_another_opening_are_seen_at_once(catalog: Catalog, tmp_path: Path) -> None:
    late = Filters(year_from=2008)
    with closing(open_catalog(tmp_path)) as beside:
        for written, total in ((catalog, 11), (beside, 12), (catalog, 13)):
            [new] = store(written, 2020)
            for reader in (catalog, beside):
                assert reader.count() == reader.count(indexed=True) == total
                assert new in reader.allowed(late).ids
                assert reader.allowed(late).mask[new]
        beside.database.run("UPDATE papers SET indexed = 0 WHERE paper_id = 1")  # by whomever
        assert catalog.count(indexed=False) == 1


def test_what_was_undone_is_not_remembered(catalog: Catalog) -> None:
    with suppress(ZeroDivisionError), catalog.transaction():
        catalog.insert(Record("Undone", "Never there.", 1))
        assert catalog.count() == 11
        _ = 1 / 0
    assert catalog.count() == 10


def test_marks_change_what_a_filter_lets_through(catalog: Catalog) -> None:
    catalog.marks.add("tag", "read", [3])
    assert catalog.allowed(Filters(tag="read")).ids == {3}
    catalog.marks.add("tag", "read", [4])
    assert catalog.allowed(Filters(tag="read")).ids == {3, 4}


def test_all_papers_and_those_that_can_be_found_are_counted_together(catalog: Catalog, asked: list[str]) -> None:
    with catalog.transaction():
        catalog.insert(Record("Waiting", "It waits.", 1))
    asked.clear()
    assert (catalog.count(), catalog.count(indexed=True)) == (11, 10)
    assert len(asked) == 1
