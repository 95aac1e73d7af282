"""A library moved between a folder and a database by a backup: all of it, and nothing of it changed."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import BackupError, StorageError
from rag.fetching import Wanted
from rag.ingestion.indexing import embed_papers
from rag.library import Library
from rag.maintenance.backup import back_up, restore
from rag.maintenance.doctor import check
from rag.maintenance.rebuild import rebuild
from rag.records import Rating
from rag.settings import load_settings
from rag.storage.base import Storage
from rag.storage.catalog.queries import put_query
from rag.storage.catalog.users.conversations import RowChange
from rag.storage.choosing import AnyPlace, open_storage
from rag.storage.copying import copy_catalog
from rag.storage.server.index import ServerIndex
from rag.storage.tables import TABLES

NewDatabase = Callable[[], str]


@pytest.fixture
def lived_in(write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]], tmp_path: Path) -> Path:
    """The folder of a library to which about everything was done that can be; two of its papers wait for vectors."""
    first = write_jsonl(*(paper(number) for number in range(12)), name="first.jsonl")
    later = [paper(number, doi=f"10.1/{number}", authors=["Ada Łódź"], year=2000 + number) for number in range(4, 8)]
    second = write_jsonl(*later, paper(3, retracted="2020"), name="second.jsonl")
    folder = tmp_path / "lived-in.library"
    with Library.open(folder) as library:
        library.ingest([first])
        library.ingest([second])
        library.split(library.merges()[0].merge_id)
        library.collect("Thesis", [1, 2])
        library.tag([2, 5], "to read")
        library.tag([12], "gone soon")
        library.note(2, "Compare with section 3: ± 5 %\n\nand 'this'")
        library.remove([11, 12])
        library.rate(Rating("one", library.ask("What is the abbb method?"), good=True, note="right", at="2026-01-01"))
        catalog = library._collection.storage.catalog
        library.kept_for("ada").change([RowChange("conversation", "c1", "c1", {"title": "Ł"})], lambda _, row: row)
        put_query(catalog.database, str(Wanted("arxiv", "late interaction")), datetime.now(UTC).isoformat())
        with catalog.transaction():
            for paper_id in (1, 3):
                catalog.update(catalog.papers([paper_id])[0], reindex=True)
    return folder


def content(storage: Storage) -> dict[str, Any]:
    """Return all that a library holds: rows, last ids, what can be found, and vectors and token states to the bit."""
    database = storage.catalog.database
    found: dict[str, Any] = {
        table.name: sorted(map(tuple, database.all(f"SELECT {', '.join(table.columns)} FROM {table.name}")), key=repr)
        for table in TABLES
    }
    found["audit"] = [row for row in found["audit"] if "restore" not in row]  # of which each restoring adds one
    found["last ids"] = {name: last for name, last in database.last_ids().items() if name not in {"labelled", "audit"}}
    found["findable"] = sorted(storage.catalog.indexed_ids())
    mask, text = storage.catalog.allowed().mask, storage.catalog.full_text
    # Of papers that wait a database takes in the words with the vectors.
    found["by words"] = [sorted(dict(text.match([word], 99, mask))) for word in ("method", "abbb", "accc", "aeee")]
    made = storage.made_with()
    found["made with"] = made and (made.embedding, made.dimension, made.chunker, made.distance)
    with storage.reading() as index:
        found["vectors"] = [
            (paper_id, np.stack(vectors).astype("<f2").tobytes(), *(part.tobytes() for part in tokens[:3]), tokens.form)
            for paper_id, vectors, tokens in index.stored(found["findable"])
        ]
    return found


def opened(place: AnyPlace) -> Any:
    return closing(open_storage(place, None, load_settings(), create=False))


def asked(place: AnyPlace) -> list[Any]:
    """Return what a library finds and answers."""
    with Library.open(place, load_settings()) as library:
        hits = library.search("the abbb method reaches points", limit=20)
        answer = library.ask("What is the accc method?")
        # The words of papers that wait count in a folder, and in a database not yet: so scores may differ.
        return [sorted((hit.paper for hit in hits), key=str), answer.text, answer.citations]


@pytest.fixture
def moved(lived_in: Path, new_database: NewDatabase, tmp_path: Path) -> tuple[Path, str]:
    """A library in a folder, and the same in a database."""
    address = new_database()
    back_up(lived_in, tmp_path / "folder.zip", vectors=True)
    made = restore(tmp_path / "folder.zip", address, load_settings())
    assert (made.papers, made.vectors) == (11, True)
    return lived_in, address


def test_a_folder_s_library_is_the_same_in_a_database(moved: tuple[Path, str]) -> None:
    folder, address = moved
    with opened(folder) as one, opened(address) as other:
        before, after = content(one), content(other)
        assert before["findable"] == [2, *range(4, 11), 13]
        assert all(before[table.name] for table in TABLES)
        for what, found in before.items():
            assert after[what] == found, what
        assert other.catalog.count(indexed=False) == 2
        assert other.catalog.generation > 0
    assert asked(address) == asked(folder)
    findings = {finding.what: finding for finding in check(address, load_settings())}
    assert not findings.pop("unfinished ingest").sound
    assert all(finding.sound for finding in findings.values()), findings


def test_a_database_s_library_is_the_same_in_a_folder_and_in_another_database(
    moved: tuple[Path, str], new_database: NewDatabase, tmp_path: Path
) -> None:
    folder, address = moved
    made = back_up(address, tmp_path / "database.zip", load_settings(), vectors=True)
    assert {part.name for part in made.parts} == {
        "catalog.sqlite3",
        "manifest.json",
        "vectors-1/vectors.sqlite3",
        "vectors-1/states.sqlite3",
    }
    again = new_database()
    for place in (tmp_path / "again.library", again):
        assert restore(tmp_path / "database.zip", place, load_settings()) == made
        with opened(address) as one, opened(place) as other:
            assert content(other) == content(one)
        assert asked(place) == asked(folder)
    findings = {finding.what: finding for finding in check(tmp_path / "again.library", load_settings())}
    assert not findings.pop("unfinished ingest").sound
    assert all(finding.sound for finding in findings.values()), findings


def test_without_vectors_all_papers_wait_and_rebuild_makes_them(moved: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = moved
    made = back_up(address, tmp_path / "small.zip", load_settings())
    assert {part.name for part in made.parts} == {"catalog.sqlite3", "manifest.json"}
    restore(tmp_path / "small.zip", tmp_path / "again.library")
    assert rebuild(tmp_path / "again.library", load_settings()) == 11
    assert rebuild(folder, load_settings()) == 11
    with opened(folder) as one, opened(tmp_path / "again.library") as other:
        assert content(one) == content(other)


def test_the_vectors_of_a_database_are_made_anew_and_taken_over_where_they_are_kept(
    moved: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, address = moved
    embedded: list[int] = []
    whole = embed_papers

    def counting(embedder: Any, papers: Any) -> Any:
        embedded.extend(paper.paper_id for paper in papers)
        return whole(embedder, papers)

    monkeypatch.setattr("rag.maintenance.rebuild.embed_papers", counting)
    with opened(address) as storage:
        before = content(storage)
    assert rebuild(address, load_settings()) == 11
    assert embedded == [1, 3]  # those that waited
    with opened(address) as storage:
        after = content(storage)
        assert len(after["findable"]) == 11
        assert set(before["vectors"]) < set(after["vectors"])
    assert rebuild(address, load_settings(), embed_all=True) == 11
    assert len(embedded) == 13


def test_a_database_with_anything_in_it_is_left_alone(moved: tuple[Path, str], tmp_path: Path) -> None:
    _, address = moved
    with opened(address) as storage:
        before = content(storage)
    with pytest.raises(BackupError, match=r"postgresql://postgres@.* holds a library already") as caught:
        restore(tmp_path / "folder.zip", address, load_settings())
    assert "secret" not in str(caught.value)
    with opened(address) as storage:
        assert content(storage) == before


def test_ids_are_never_given_twice_after_a_library_was_moved(
    moved: tuple[Path, str], write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]]
) -> None:
    for place in moved:
        with Library.open(place, load_settings()) as library:
            library.ingest([write_jsonl(paper(99), name="new.jsonl")])
            library.collect("New", [2])
            assert library.papers(order="added", descending=True)[0][0].paper_id == 14
    with opened(moved[0]) as one, opened(moved[1]) as other:
        assert other.catalog.database.all("SELECT label_id, name FROM labels ORDER BY 1") == [
            tuple(row) for row in one.catalog.database.all("SELECT label_id, name FROM labels ORDER BY 1")
        ]


def test_a_restore_that_fails_over_the_vectors_leaves_the_papers_and_says_what_makes_it_whole(
    lived_in: Path, new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = new_database()
    back_up(lived_in, tmp_path / "folder.zip", vectors=True)
    with monkeypatch.context() as patch:
        patch.setattr(ServerIndex, "put", lambda *_: raised(StorageError("No room.")))
        with pytest.raises(
            BackupError, match=r"but their vectors aren't \(No room\)\. Make them with: askpapers rebuild"
        ):
            restore(tmp_path / "folder.zip", address, load_settings())
    with opened(address) as storage:
        assert (storage.catalog.count(), storage.catalog.count(indexed=True)) == (11, 0)
    assert rebuild(address, load_settings()) == 11
    assert len(asked(address)[0]) == 11


def raised(error: Exception) -> None:
    raise error


def test_a_backup_is_of_one_moment_whoever_writes_meanwhile(
    moved: tuple[Path, str], new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Papers, marks and vectors that others change while it is made are in it as they were when it began."""
    _, address = moved
    with opened(address) as storage:
        before = content(storage)

    def changing(source: Any, target: Any) -> None:
        copy_catalog(source, target)
        with Library.open(address, load_settings()) as library:
            library.remove([2, 4])
            library.note(5, "Later.")

    with monkeypatch.context() as patch:
        patch.setattr("rag.maintenance.backup.moving.copy_catalog", changing)
        back_up(address, tmp_path / "database.zip", load_settings(), vectors=True)
    restore(tmp_path / "database.zip", tmp_path / "again.library")
    with opened(tmp_path / "again.library") as storage:
        assert content(storage) == before


def test_a_backup_of_before_vectors_were_kept_gives_those_that_its_chroma_holds(
    lived_in: Path, new_database: NewDatabase, tmp_path: Path
) -> None:
    with opened(lived_in) as storage:
        before = content(storage)
    for path in lived_in.glob("vectors-1/vectors.sqlite3*"):
        path.unlink()
    back_up(lived_in, tmp_path / "old.zip", vectors=True)
    address = new_database()
    restore(tmp_path / "old.zip", address, load_settings())
    with opened(address) as storage:
        after = content(storage)
    assert {what for what in before if after[what] != before[what]} <= {"vectors"}
    assert [row[2:] for row in after["vectors"]] == [row[2:] for row in before["vectors"]]  # token states
    for one, other in zip(before["vectors"], after["vectors"], strict=True):
        assert np.frombuffer(other[1], "<f2") == pytest.approx(np.frombuffer(one[1], "<f2"), abs=1e-3)
