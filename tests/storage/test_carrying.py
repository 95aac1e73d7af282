"""A rebuild takes over what is kept and sound, and embeds only what isn't."""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

import rag.maintenance.rebuild
from rag.ingestion.indexing import embed_papers
from rag.library import Library
from rag.maintenance.backup import back_up, restore
from rag.maintenance.doctor import check
from rag.maintenance.rebuild import rebuild
from rag.models.embedders.base import Embedder
from rag.records import Paper, Record
from rag.settings import Settings
from rag.storage.base import IndexedPaper


@pytest.fixture
def folder(five_papers: Path, tmp_path: Path) -> Path:
    """A library of five papers that a test may change."""
    return Path(shutil.copytree(five_papers, tmp_path / "copy.library"))


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the papers that a rebuild embeds."""
    ids: list[int] = []

    def told(embedder: Embedder, papers: Sequence[Paper]) -> Iterator[IndexedPaper]:
        ids.extend(paper.paper_id for paper in papers)
        return embed_papers(embedder, papers)

    monkeypatch.setattr(rag.maintenance.rebuild, "embed_papers", told)
    return ids


def found(folder: Path) -> list[tuple[str, float]]:
    with Library.open(folder, Settings()) as library:
        return [(hit.paper.title, round(hit.score, 4)) for hit in library.search("solar sails")]


def changed(folder: Path, file: str, sql: str) -> None:
    with closing(sqlite3.connect(folder / "vectors-1" / file)) as connection, connection:
        connection.execute(sql)


def is_sound(folder: Path) -> bool:
    return all(finding.sound for finding in check(folder, Settings()))


def test_what_is_kept_is_not_embedded_again(folder: Path, embedded: list[int]) -> None:
    expected = found(folder)
    for _ in range(2):
        assert rebuild(folder, Settings()) == 5
    assert embedded == []
    assert found(folder) == expected
    assert is_sound(folder)


def test_all_papers_are_embedded_where_that_is_asked_for(folder: Path, embedded: list[int]) -> None:
    expected = found(folder)
    rebuild(folder, Settings(), embed_all=True)
    assert embedded == [1, 2, 3, 4, 5]
    assert found(folder) == expected


@pytest.mark.parametrize(
    ("file", "sql"),
    [
        ("vectors.sqlite3", 'UPDATE vectors SET "values" = zeroblob(768) WHERE paper_id = 3'),
        ("vectors.sqlite3", "DELETE FROM vectors WHERE paper_id = 3"),
        ("states.sqlite3", "UPDATE states SET scales = zeroblob(length(scales)) WHERE paper_id = 3"),
        ("states.sqlite3", "DELETE FROM states WHERE paper_id = 3"),
    ],
)
def test_only_a_paper_whose_row_is_damaged_or_gone_is_embedded(
    folder: Path, embedded: list[int], file: str, sql: str
) -> None:
    expected = found(folder)
    changed(folder, file, sql)
    assert not is_sound(folder)
    rebuild(folder, Settings())
    assert embedded == [3]
    assert found(folder) == expected
    assert is_sound(folder)


def test_papers_that_wait_are_embedded_also_where_older_vectors_are_kept(folder: Path, embedded: list[int]) -> None:
    with Library.open(folder, Settings()) as library, library._collection.storage.catalog.transaction():
        catalog = library._collection.storage.catalog
        catalog.update(catalog.papers([2])[0], reindex=True)
        catalog.insert(Record("Zirconium lattices", "The zirconium lattice rests.", 1))
    assert rebuild(folder, Settings()) == 6
    assert embedded == [2, 6]
    assert is_sound(folder)


@pytest.mark.parametrize("file", ["vectors.sqlite3", "states.sqlite3"])
def test_where_a_file_can_not_be_read_all_papers_are_embedded(folder: Path, embedded: list[int], file: str) -> None:
    expected = found(folder)
    (folder / "vectors-1" / file).write_bytes(b"no database " * 1_000)
    rebuild(folder, Settings())
    assert embedded == [1, 2, 3, 4, 5]
    assert found(folder) == expected


def test_vectors_of_another_model_are_not_taken_over(folder: Path, embedded: list[int]) -> None:
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(manifest.replace("all-MiniLM-L6-v2-int8", "some-other-model"))
    rebuild(folder, Settings())
    assert embedded == [1, 2, 3, 4, 5]


def test_an_older_library_takes_its_vectors_from_chroma(folder: Path, embedded: list[int]) -> None:
    expected = found(folder)
    (folder / "vectors-1" / "vectors.sqlite3").unlink()
    [finding] = [finding for finding in check(folder, Settings()) if finding.what == "vectors"]
    assert finding.sound
    assert "kept in Chroma alone until the next ingest or rebuild" in finding.detail
    rebuild(folder, Settings())
    assert embedded == []
    assert found(folder) == expected
    assert (folder / "vectors-2" / "vectors.sqlite3").is_file()


def test_a_backup_with_vectors_carries_the_kept_ones_and_is_restored_without_embedding(
    folder: Path, embedded: list[int], tmp_path: Path
) -> None:
    expected = found(folder)
    shutil.rmtree(folder / "vectors-1" / "chroma")
    assert found(folder) == expected  # made anew
    (folder / "vectors-1" / "chroma").mkdir()  # an old one that a crash left is not kept
    (folder / "vectors-1" / "chroma" / "chroma.sqlite3").write_bytes(b"old")
    back_up(folder, tmp_path / "kept.zip", vectors=True)
    restored = tmp_path / "restored.library"
    restore(tmp_path / "kept.zip", restored)
    assert (restored / "vectors-1" / "vectors.sqlite3").is_file()
    assert [path.name for path in (restored / "vectors-1").glob("chroma*")] == ["chroma-2"]
    assert found(restored) == expected
    shutil.rmtree(restored / "vectors-1" / "chroma-2")
    rebuild(restored, Settings())
    assert embedded == []
    assert found(restored) == expected
