"""Damage is told in one line that names the way out, never hidden, and never made worse."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import LibraryDamagedError
from rag.ingestion.ingest import store_records
from rag.library import Library
from rag.maintenance.doctor import check
from rag.records import Record
from rag.settings import Settings
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.folder.sqlite_files import sqlite_trouble
from rag.storage.index.index import FolderIndex
from rag.storage.index.mending import seen_damage
from rag.storage.index.token_embeddings import NO_TOKENS
from rag.storage.layout import IndexFolder

MakePaper = Callable[..., dict[str, Any]]
WriteJsonl = Callable[..., Path]
Cli = Callable[..., Any]


@pytest.fixture
def small(made_up_folder: Path, tmp_path: Path) -> Path:
    """A library of five made-up papers."""
    return Path(shutil.copytree(made_up_folder, tmp_path / "small.library"))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = open_catalog(tmp_path)
    yield opened
    opened.close()


def assert_one_line(done: Any) -> None:
    assert "Traceback" not in done.err, done.err[-400:]
    assert done.code == 1, done
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("Error: ")


@pytest.mark.parametrize("gone", ["", "states.sqlite3"])
def test_a_library_whose_vectors_are_gone_says_so(
    small: Path, cli: Cli, write_jsonl: WriteJsonl, paper: MakePaper, gone: str
) -> None:
    target = small / "vectors-1" / gone
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    assert_one_line(cli("search", "aaad method", "--library", small))
    assert not target.exists()
    assert_one_line(cli("ingest", write_jsonl(paper(7), name="b.jsonl"), "--library", small))


def trash(path: Path, table: str) -> None:
    """Fill the first page of one of the catalog's tables with random bytes."""
    connection = sqlite3.connect(path)
    [(page,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchall()
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(random.Random(1).randbytes(4096))


@pytest.mark.parametrize("table", ["fresh_postings", "stale_texts", "papers_pending"])
def test_writing_to_a_damaged_catalog_is_one_line_that_says_so(
    small: Path, cli: Cli, write_jsonl: WriteJsonl, paper: MakePaper, table: str
) -> None:
    trash(small / "catalog.sqlite3", table)
    done = cli("ingest", write_jsonl(*map(paper, range(40, 60)), name="b.jsonl"), "--library", small)
    assert_one_line(done)
    assert "cannot rollback" not in done.err


@pytest.mark.parametrize("table", ["postings", "fresh_postings"])
def test_searching_a_damaged_full_text_is_one_line_that_says_so(small: Path, cli: Cli, table: str) -> None:
    trash(small / "catalog.sqlite3", table)
    assert_one_line(cli("search", "aaad method", "--library", small))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE records SET record = replace(record, 'quiet', 'quilt') WHERE record_id = 2", "merged record 2"),
        ("UPDATE ratings SET note = 'fins'", "rating r1"),
        ("UPDATE papers SET year = 2021", "paper 1"),
    ],
)
def test_a_flipped_bit_in_what_is_stored_once_is_found(catalog: Catalog, change: str, told: str) -> None:
    abstract = "We study quiet lattices that rest on sand."
    twice = [Record("Quiet lattices", abstract, line, doi="10.1000/1", year=2020, key=f"k{line}") for line in (1, 2)]
    store_records([("/a.jsonl", twice[0]), ("/b.jsonl", twice[1])], catalog)
    for note in ("bad", "fine"):
        with catalog.transaction():
            catalog.database.run(
                "INSERT OR REPLACE INTO ratings (rating_id, at, good, note, answer) VALUES ('r1', '2026', 1, ?, '{}')",
                note,
            )
    assert catalog.damage() == []
    for name in catalog.database.all("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%resummed'"):
        catalog.database.run(f"DROP TRIGGER {name[0]}")
    catalog.database.run(change)
    assert catalog.damage() == [f"{told} is not what was written"]


def test_another_programs_database_in_place_of_the_catalog_is_one_line(small: Path, cli: Cli) -> None:
    (small / "catalog.sqlite3").unlink()
    connection = sqlite3.connect(small / "catalog.sqlite3")
    connection.execute("CREATE TABLE mine (x)")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    assert_one_line(cli("search", "aaad method", "--library", small))


def test_a_second_run_changes_nothing_though_a_paper_has_two_dois(catalog: Catalog) -> None:
    abstract = "We study quiet lattices that rest on sand."
    records = [
        ("/published.jsonl", Record("Quiet lattices", abstract, 1, doi="10.1000/published")),
        ("/preprint.jsonl", Record("Quiet lattices", abstract, 1, doi="10.48550/arxiv.1")),
        ("/export.jsonl", Record("Quiet lattices: a study", abstract, 1, doi="10.48550/arxiv.1")),
    ]
    first, _ = store_records(records, catalog)
    assert catalog.count() == 1, f"{dict(first)}: the preprint's DOI was known, yet the third record is a new paper"
    before = catalog.all_papers(limit=9)
    second, _ = store_records(records, catalog)
    assert dict(second) == {"unchanged": 3}
    assert catalog.all_papers(limit=9) == before


def test_the_command_that_mends_damaged_vectors_names_the_library(small: Path, cli: Cli) -> None:
    (small / "vectors-1" / "states.sqlite3").write_bytes(b"x" * 9_000)
    done = cli("search", "aaad method", "--library", small)
    assert f"askpapers rebuild --library {small}" in done.err
    [finding] = [finding for finding in check(small, Settings()) if finding.what == "vectors"]
    assert finding.detail.count("askpapers rebuild") == 1
    assert f"askpapers rebuild --library {small}" in finding.detail


def test_vectors_of_papers_that_wait_are_not_stray(small: Path) -> None:
    with Library.open(small, Settings()) as library, library._collection.storage.catalog.transaction():
        for paper in library._collection.storage.catalog.papers(
            [1, 2]
        ):  # as after a kill between reading fuller abstracts and embedding
            library._collection.storage.catalog.update(paper, reindex=True)
    assert [finding.what for finding in check(small, Settings()) if not finding.sound] == ["unfinished ingest"]


def test_a_library_whose_catalog_is_gone_says_so_and_is_not_begun_anew(small: Path, cli: Cli) -> None:
    for change in (Path.unlink, Path.touch):
        for path in small.glob("catalog.sqlite3*"):
            path.unlink()
        if change is Path.touch:
            (small / "catalog.sqlite3").touch()
        assert_one_line(cli("search", "aaad method", "--library", small))


def test_an_id_used_twice_in_one_source_costs_no_paper(catalog: Catalog) -> None:
    pruning = Record("Pruning", "We prune networks by their gradients.", 1, key="1")
    malaria = Record("Malaria", "Parasites resist the usual drugs in clinics.", 2, key="1")
    for expected in ({"added": 2}, {"unchanged": 2}):
        kinds, _ = store_records([("/a.jsonl", pruning), ("/a.jsonl", malaria)], catalog)
        assert dict(kinds) == expected


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of so many vectors that Chroma keeps its own index in files; to be read only."""
    folder = tmp_path_factory.mktemp("large") / "large.library" / "vectors-1"
    vectors = np.random.default_rng(1).standard_normal((1_100, 8)).astype(np.float32)
    index = FolderIndex(IndexFolder(folder, folder.parent))
    index.put([(number, [vector], NO_TOKENS) for number, vector in enumerate(vectors, start=1)])
    index.finish()
    index.close()
    return folder


def test_opening_and_reading_leaves_the_seal_whole(large: Path) -> None:
    for _ in range(2):
        index = FolderIndex(IndexFolder(large, large.parent), create=False)
        assert len(index.ids()) == 1_100
        index.close()
    assert seen_damage(IndexFolder(large, large.parent)) is None


@pytest.mark.parametrize("name", ["header.bin", "link_lists.bin", "data_level0.bin", "index_metadata.pickle"])
def test_a_flipped_bit_in_chromas_index_is_seen_before_chroma_opens_it(large: Path, tmp_path: Path, name: str) -> None:
    folder = IndexFolder(Path(shutil.copytree(large, tmp_path / "l" / "vectors-1")), tmp_path / "l")
    [path] = folder.path.rglob(name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert seen_damage(folder) == f"{path} is not what was written"
    path.unlink()
    assert seen_damage(folder) == f"{path} is not what was written"


def test_a_flipped_bit_in_a_kept_vector_is_told_and_never_searched(small: Path, cli: Cli) -> None:
    path = small / "vectors-1" / "vectors.sqlite3"
    connection = sqlite3.connect(path)
    [(vector,)] = connection.execute('SELECT "values" FROM vectors WHERE paper_id = 3').fetchall()
    connection.execute('UPDATE vectors SET "values" = ? WHERE paper_id = 3', (bytes([vector[0] ^ 1]) + vector[1:],))
    connection.commit()
    connection.close()
    done = cli("search", "aaad method", "--library", small)
    assert_one_line(done)
    assert "other vectors of paper 3 than were written" in done.err
    [finding] = [finding for finding in check(small, Settings()) if not finding.sound]
    assert "other vectors of paper 3" in finding.detail
    assert f"askpapers rebuild --library {small}" in finding.detail


def test_flipped_token_states_are_told_and_never_used(small: Path, cli: Cli) -> None:
    path = small / "vectors-1" / "states.sqlite3"
    connection = sqlite3.connect(path)
    [(sentences,)] = connection.execute("SELECT sentences FROM states WHERE paper_id = 3").fetchall()
    connection.execute("UPDATE states SET sentences = ? WHERE paper_id = 3", (b"\7" + sentences[1:],))
    connection.commit()
    connection.close()
    assert_one_line(cli("search", "aaac method", "--library", small))
    [finding] = [finding for finding in check(small, Settings()) if not finding.sound]
    assert "other token states of paper 3" in finding.detail


def test_token_states_cut_to_nothing_are_gone_not_empty(small: Path, cli: Cli) -> None:
    (small / "vectors-1" / "states.sqlite3").write_bytes(b"")
    assert_one_line(cli("search", "aaad method", "--library", small))


def test_token_states_of_before_there_were_checksums_are_read(small: Path, write_jsonl: WriteJsonl) -> None:
    connection = sqlite3.connect(small / "vectors-1" / "states.sqlite3")
    connection.execute("ALTER TABLE states DROP COLUMN checksum")
    connection.close()
    with Library.open(small, Settings()) as library:
        assert library.search("aaad method", limit=1)[0].paper.key == "k3"
    assert all(finding.sound for finding in check(small, Settings()))


def test_authors_that_can_not_be_read_are_damage_that_names_the_paper(catalog: Catalog) -> None:
    store_records([("/a.jsonl", Record("Pruning", "We prune networks.", 1, authors=("Ann Lee",)))], catalog)
    for authors in ('["Ann L', "7", "{"):
        catalog.database.run("UPDATE papers SET authors = ? WHERE paper_id = 1", authors)
        with pytest.raises(LibraryDamagedError, match=r"the authors of paper 1 are .*askpapers rescue"):
            catalog.papers([1])


def test_a_damaged_schema_is_told_in_one_line(tmp_path: Path) -> None:
    error = sqlite_trouble(
        sqlite3.DatabaseError("malformed database schema (x):\n  CREATE\n  TABLE"), tmp_path / "c", "Restore it."
    )
    assert "\n" not in str(error)
    assert "malformed database schema (x): CREATE TABLE" in str(error)
