"""The catalog: migrations, whole transactions, full text, filters, generations."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import LibraryDamagedError, LibraryMismatchError, QuestionError, StorageError
from rag.records import Filters, Record
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.schema import VERSION
from rag.storage.catalog.sqlite import open_catalog
from rag.text.words import stems


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = open_catalog(tmp_path)
    yield opened
    opened.close()


def record(title: str, abstract: str = "Nothing is said here.", **fields: Any) -> Record:
    return Record(title, abstract, fields.pop("line", 1), **fields)


def store(catalog: Catalog, *records: Record, source: str = "/papers/a.jsonl") -> list[int]:
    """Store records as papers that can be found, and return their ids."""
    with catalog.transaction():
        ids = [catalog.insert(found) for found in records]
        for paper_id, found in zip(ids, records, strict=True):
            catalog.add_origin(paper_id, source, found)
        catalog.mark_indexed(ids)
    return ids


def found(catalog: Catalog, words: str) -> list[int]:
    return [paper_id for paper_id, _ in catalog.full_text.match(stems(words), 10)]


def run(path: Path, sql: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(sql).fetchall()
        connection.commit()
        return rows
    finally:
        connection.close()


def test_a_new_catalog_has_had_every_migration(catalog: Catalog) -> None:
    assert run(Path(catalog.database.place), "PRAGMA user_version") == [(VERSION,)]
    assert catalog.damage() == []


def test_opening_a_catalog_again_keeps_its_papers(catalog: Catalog) -> None:
    [paper_id] = store(catalog, record("Kept", year=2020, authors=("Ann Ash", "Bo Bö")))
    again = open_catalog(Path(catalog.database.library))
    [paper] = again.papers([paper_id])
    again.close()
    assert (paper.title, paper.year, paper.authors) == ("Kept", 2020, ("Ann Ash", "Bo Bö"))
    assert paper.origins == ("/papers/a.jsonl",)


def test_a_newer_catalog_is_refused_with_the_command_that_mends_it(catalog: Catalog) -> None:
    run(Path(catalog.database.place), f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(LibraryMismatchError, match="pip install --upgrade"):
        open_catalog(Path(catalog.database.library))


def test_a_file_that_is_no_database_is_damage_of_one_line(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    path.write_bytes(b"this is no database " * 500)
    with pytest.raises(LibraryDamagedError, match="not a database") as caught:
        open_catalog(path.parent)
    assert len(str(caught.value).splitlines()) == 1
    assert path.read_bytes() == b"this is no database " * 500


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    run(path, "CREATE TABLE origins (mine)")  # in the way of the second table that the migration makes
    with pytest.raises(LibraryDamagedError):
        open_catalog(path.parent)
    assert run(path, "SELECT name FROM sqlite_master") == [("origins",)]
    assert run(path, "PRAGMA user_version") == [(0,)]


def test_a_transaction_that_fails_leaves_nothing(catalog: Catalog) -> None:
    kept = store(catalog, record("Kept"))
    before = catalog.generation
    lost = record("Lost photons")
    with pytest.raises(sqlite3.IntegrityError), catalog.transaction():
        catalog.add_origin(catalog.insert(lost) + 1, "/papers/a.jsonl", lost)  # of a paper that isn't there
    assert catalog.indexed_ids() == set(kept)
    assert found(catalog, "photons") == []
    assert catalog.generation == before


def test_a_reader_sees_a_transaction_only_when_it_is_whole(catalog: Catalog) -> None:
    reader = open_catalog(Path(catalog.database.library))
    with catalog.transaction():
        catalog.insert(record("First"))
        assert reader.count() == 0
        catalog.insert(record("Second"))
    assert reader.count() == 2
    reader.close()


def test_a_transaction_that_does_not_fit_is_told_and_leaves_nothing(catalog: Catalog) -> None:
    kept = store(catalog, record("Kept"))
    [(pages,)] = run(Path(catalog.database.place), "PRAGMA page_count")
    catalog.database.run(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StorageError, match="make room") as caught, catalog.transaction():
        catalog.insert(record("Lost", "word " * 9_000))
    assert len(str(caught.value).splitlines()) == 1
    catalog.database.run("PRAGMA max_page_count = 100000")
    assert catalog.indexed_ids() == set(kept)
    assert catalog.damage() == []
    assert len(store(catalog, record("Fits now", "word " * 9_000))) == 1


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("networks", "A neural network"),
        ("ATTENDED", "Attending to graphs"),
        ("muller", "The Müller lattice"),
        ("Müller", "The Müller lattice"),
        ("naive", "Naïve baselines"),
    ],
)
def test_full_text_finds_by_stem_and_without_accents(catalog: Catalog, query: str, title: str) -> None:
    titles = ["A neural network", "Attending to graphs", "The Müller lattice", "Naïve baselines"]
    ids = dict(zip(titles, store(catalog, *map(record, titles)), strict=True))
    assert found(catalog, query) == [ids[title]]


def test_full_text_ranks_by_how_telling_the_words_are_and_forgets_replaced_text(catalog: Catalog) -> None:
    first, second = store(
        catalog, record("Graph kernels", "A graph of a graph."), record("Trees", "One graph, long ago.")
    )
    assert found(catalog, "graphs") == [first, second]
    assert all(score > 0 for _, score in catalog.full_text.match(stems("kernels"), 10))
    [paper] = catalog.papers([first])
    with catalog.transaction():
        catalog.update(type(paper)(first, "Rings", "About rings."), reindex=False)
    assert found(catalog, "kernels") == []
    assert found(catalog, "rings") == [first]


def test_document_frequency_counts_papers_not_occurrences(catalog: Catalog) -> None:
    store(catalog, record("Graphs", "A graph and a graph."), record("Trees", "No graph."), record("Rings"))
    assert catalog.full_text.document_frequency(stems("graphs trees quasars")) == {"graph": 2, "tree": 1}


def test_years_are_inclusive_and_papers_without_a_year_pass_no_year_filter(catalog: Catalog) -> None:
    old, middle, new, none = store(catalog, *(record(f"Of {year}", year=year) for year in (2018, 2020, 2022, None)))
    assert catalog.indexed_ids(Filters(year_from=2020)) == {middle, new}
    assert catalog.indexed_ids(Filters(year_to=2020)) == {old, middle}
    assert catalog.indexed_ids(Filters(year_from=2020, year_to=2020)) == {middle}
    assert catalog.indexed_ids() == {old, middle, new, none}


def test_papers_are_filtered_by_the_name_the_path_or_a_glob_of_their_origin(catalog: Catalog) -> None:
    [one] = store(catalog, record("One"), source="/papers/one.jsonl")
    [two] = store(catalog, record("Two", year=2020), source="/papers/two.jsonl")
    [page] = store(catalog, record("Page"), source="/pages/saved.txt")
    for origin, expected in [
        ("one.jsonl", {one}),
        ("/papers/two.jsonl", {two}),
        ("*.jsonl", {one, two}),
        ("/pages/*", {page}),
    ]:
        assert catalog.indexed_ids(Filters(origin=origin)) == expected
    assert catalog.indexed_ids(Filters(origin="*.jsonl", year_from=2000)) == {two}


def test_an_unknown_origin_is_told_with_the_sources_there_are(catalog: Catalog) -> None:
    store(catalog, record("One"), source="/papers/one.jsonl")
    with pytest.raises(QuestionError, match=r"'nowhere\.bib'.*one\.jsonl"):
        catalog.indexed_ids(Filters(origin="nowhere.bib"))


def test_a_changed_text_hides_a_paper_until_it_is_indexed_anew(catalog: Catalog) -> None:
    [paper_id] = store(catalog, record("Old"))
    [paper] = catalog.papers([paper_id])
    with catalog.transaction():
        catalog.update(paper, reindex=True)
    assert catalog.indexed_ids() == set()
    assert [pending.paper_id for pending in catalog.all_papers(pending_only=True, limit=5)] == [paper_id]


def test_the_generation_grows_with_every_change_and_every_reader_sees_it(catalog: Catalog) -> None:
    reader, seen = open_catalog(Path(catalog.database.library)), [catalog.generation]
    [paper_id] = store(catalog, record("One"))
    seen.append(reader.generation)
    with catalog.transaction():
        catalog.update(catalog.papers([paper_id])[0], reindex=False)
    seen.append(reader.generation)
    reader.close()
    assert seen == sorted(set(seen))


def test_the_id_of_a_removed_paper_is_never_used_again(catalog: Catalog) -> None:
    ids = store(catalog, record("One"), record("Two"))
    with catalog.transaction():
        catalog.remove(ids[-1:])
    assert store(catalog, record("Three"))[0] > ids[-1]


def test_unfinished_work_leaves_a_sign_while_it_lasts(catalog: Catalog) -> None:
    reader = open_catalog(Path(catalog.database.library))
    with catalog.unfinished_work():
        assert reader.unfinished
    assert not reader.unfinished
    reader.close()


@pytest.mark.parametrize("word", ["databases", "sparse", "dense", "noise", "diffusion", "representation", "embedding"])
def test_full_text_finds_a_word_whose_stem_would_be_stemmed_again(catalog: Catalog, word: str) -> None:
    with catalog.transaction():
        paper_id = catalog.insert(Record(f"On {word} things", f"Only {word} matters.", 1))
    assert [found for found, _ in catalog.full_text.match([word], 5)] == [paper_id]


def test_document_frequency_knows_words_with_accents(catalog: Catalog) -> None:
    with catalog.transaction():
        catalog.insert(Record("The Müller lattice", "Of Müller.", 1))
    assert catalog.full_text.document_frequency(stems("Müller")) == {"muller": 1}


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("Poincaré", "Poincar\\'e"),
        ("Poincare", "Poincar\\'e"),
        ("Poincar\\'e", "Poincaré"),
        ("Lojasiewicz", "Łojasiewicz"),
        ("Sorensen", "S\\o rensen"),
        ("weisse", "wei\\ss{}e"),
        ("quoted", '\\"quoted\\"'),
        ("Poincaré", "Poincar{\\'{e}}"),
        ("Hölder", 'H\\"older'),
        ("Schrödinger", 'Schr{\\"{o}}dinger'),
        ("Erdős", "Erd\\H{o}s"),
        ("Łojasiewicz", "{\\L}ojasiewicz"),
        ("Škoda", "{\\v{S}}koda"),
        ("Poincaré", "Poincaré"),
    ],
)
def test_a_word_with_accents_is_found_however_it_is_written(catalog: Catalog, word: str, written: str) -> None:
    [_, paper_id] = store(catalog, record("Other", "On plain maps."), record("Maps", f"On {written}-type maps."))
    assert [found for found, _ in catalog.full_text.match([word], 5)] == [paper_id]
