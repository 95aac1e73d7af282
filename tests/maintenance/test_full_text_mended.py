"""A full text that isn't that of its papers: named by doctor, mended by rebuild, and whole in every backup."""

from contextlib import closing
from pathlib import Path

import pytest

from rag.library import Library
from rag.maintenance.backup.backup import back_up
from rag.maintenance.backup.restore import restore
from rag.maintenance.doctor import check
from rag.maintenance.rebuild import rebuild
from rag.settings import Settings
from rag.storage.catalog.sqlite import open_catalog
from tests.conftest import MakePaper, WriteJsonl


@pytest.fixture
def damaged(tmp_path: Path, write_jsonl: WriteJsonl, paper: MakePaper) -> Path:
    """Return a library in which one stem is another."""
    folder = tmp_path / "a.library"
    with Library.open(folder, Settings()) as library:
        library.ingest([write_jsonl(*map(paper, range(3)))])
    with closing(open_catalog(folder)) as catalog:
        for table in ("postings", "fresh_postings"):
            catalog.database.run(f"UPDATE {table} SET stem = 'zzz' WHERE stem = 'method'")
    return folder


def trouble(folder: Path) -> list[str]:
    return [f"{finding.what}: {finding.detail}" for finding in check(folder, Settings()) if not finding.sound]


def test_doctor_names_it_and_rebuild_mends_it(damaged: Path) -> None:
    [told] = trouble(damaged)
    assert told.startswith("full text: ")
    assert "askpapers rebuild" in told
    rebuild(damaged, Settings())
    assert trouble(damaged) == []


def test_a_backup_holds_one_that_is_of_the_papers(damaged: Path, tmp_path: Path) -> None:
    back_up(damaged, tmp_path / "kept.zip")
    restore(tmp_path / "kept.zip", tmp_path / "b.library")
    with closing(open_catalog(tmp_path / "b.library")) as catalog:
        assert catalog.damage() == []
        assert len(catalog.full_text.match(["method"], 9)) == 3
