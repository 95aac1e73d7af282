"""Checking a library and making its vectors anew."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from rag.errors import LibraryDamagedError, LibraryLockedError, LibraryMismatchError, LibraryMissingError
from rag.library import Library
from rag.maintenance.doctor import check
from rag.maintenance.rebuild import rebuild
from rag.records import Record
from rag.records.progress import Progress
from rag.settings import Settings
from rag.storage.index.index import FolderIndex
from rag.storage.layout import CATALOG, index_folder
from rag.storage.manifest import read_manifest


@pytest.fixture
def folder(five_papers: Path, tmp_path: Path) -> Path:
    """A library of five papers that a test may change."""
    return Path(shutil.copytree(five_papers, tmp_path / "copy.library"))


def problems(folder: Path) -> dict[str, str]:
    """Return what `check` finds unsound, and what it says of it."""
    return {finding.what: finding.detail for finding in check(folder, Settings()) if not finding.sound}


def found(folder: Path, query: str = "solar sails") -> list[tuple[str, float]]:
    with Library.open(folder, Settings()) as library:
        return [(hit.paper.title, round(hit.score, 4)) for hit in library.search(query)]


def change_index(folder: Path, change: Callable[[FolderIndex], None]) -> None:
    index = FolderIndex(index_folder(folder, "vectors-1"))
    index._change()  # as a writer does: no damage, but work that went wrong
    change(index)
    index.finish()
    index.close()


def askpapers(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ui.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_sound_library_is_found_sound_in_every_part(five_papers: Path) -> None:
    findings = check(five_papers, Settings())
    assert [finding.what for finding in findings] == ["embedding model", "manifest", "catalog", "vectors"]
    assert all(finding.sound for finding in findings)


def test_a_missing_library_is_no_finding_but_an_error(tmp_path: Path) -> None:
    for refused in (check, rebuild):
        with pytest.raises(LibraryMissingError, match="askpapers ingest"):
            refused(tmp_path / "none.library", Settings())
    assert not (tmp_path / "none.library").exists()


def test_an_empty_library_is_sound_and_can_be_rebuilt(tmp_path: Path) -> None:
    Library.open(tmp_path / "new.library", Settings()).close()
    assert problems(tmp_path / "new.library") == {}
    assert rebuild(tmp_path / "new.library", Settings()) == 0
    assert problems(tmp_path / "new.library") == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda index: index.kept.delete([1, 2]), "2 papers without vectors", id="kept vectors"),
        pytest.param(lambda index: index.chroma.delete([1, 2]), "2 papers without vectors", id="Chroma's vectors"),
        pytest.param(lambda index: index.tokens.delete([1, 2, 3]), "3 without token states", id="states"),
        pytest.param(
            lambda index: index.kept.put([(999, [next(iter(index.loaded().matrix))])]), "1 stray vectors", id="stray"
        ),
    ],
)
def test_what_is_missing_or_too_much_is_counted_and_rebuild_mends_it(
    folder: Path, change: Callable[[FolderIndex], None], told: str
) -> None:
    expected = found(folder)
    change_index(folder, change)
    assert told in problems(folder)["vectors"]
    assert f"askpapers rebuild --library {folder}" in problems(folder)["vectors"]
    rebuild(folder, Settings())
    assert problems(folder) == {}
    assert found(folder) == expected


def test_an_unfinished_ingest_is_named_and_rebuild_finishes_it(folder: Path) -> None:
    with Library.open(folder, Settings()) as library, library._collection.storage.catalog.transaction():
        library._collection.storage.catalog.insert(Record("Zirconium lattices", "The zirconium lattice rests.", 1))
    assert "1 papers can't be found yet" in problems(folder)["unfinished ingest"]
    assert "Zirconium lattices" not in [title for title, _ in found(folder, "zirconium")]
    assert rebuild(folder, Settings()) == 6
    assert problems(folder) == {}
    assert found(folder, "zirconium")[0][0] == "Zirconium lattices"


def test_a_damaged_catalog_is_named_and_never_rebuilt_over(folder: Path) -> None:
    content = (folder / CATALOG).read_bytes()
    (folder / CATALOG).write_bytes(content[: len(content) // 2])
    assert "malformed" in problems(folder)["catalog"]
    with pytest.raises(LibraryDamagedError):
        rebuild(folder, Settings())
    assert (folder / "vectors-1").is_dir()


def test_vectors_of_another_model_are_named_with_the_command_that_mends_them(folder: Path) -> None:
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(manifest.replace("all-MiniLM-L6-v2-int8", "some-other-model"))
    assert re.search("some-other-model.*askpapers rebuild", problems(folder)["manifest"])
    rebuild(folder, Settings())
    assert not problems(folder)


def test_a_newer_library_is_refused_and_never_rebuilt_over(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": 99}')
    assert "pip install --upgrade askpapers" in problems(folder)["manifest"]
    for refused in (Library.open, rebuild):
        with pytest.raises(LibraryMismatchError, match="pip install --upgrade askpapers"):
            refused(folder, Settings())
    assert [path.name for path in folder.glob("vectors-*")] == ["vectors-1"]


def test_a_manifest_that_can_not_be_read_is_made_anew(folder: Path) -> None:
    expected = found(folder)
    (folder / "manifest.json").write_text('{"format": 1, ')
    assert "askpapers rebuild" in problems(folder)["manifest"]
    rebuild(folder, Settings())
    assert found(folder) == expected


def test_rebuilding_gives_the_same_results_in_a_new_folder_and_removes_the_old(folder: Path) -> None:
    expected = found(folder)
    for number in (2, 3):
        told: list[Progress] = []
        assert rebuild(folder, Settings(), told.append) == 5
        assert told[-1] == Progress("embed", 5, 5)
        manifest = read_manifest(folder)
        assert manifest is not None
        assert [path.name for path in folder.glob("vectors-*")] == [manifest.vectors] == [f"vectors-{number}"]
        assert found(folder) == expected


def test_a_library_that_is_open_sees_that_its_vectors_were_made_anew(folder: Path) -> None:
    with Library.open(folder, Settings()) as library:
        before = library.search("river deltas")
        rebuild(folder, Settings())
        assert library.search("river deltas") == before
        with library._collection.storage.reading() as index:
            assert isinstance(index, FolderIndex)
            assert index.folder.path.name == "vectors-2"


def test_a_rebuild_that_is_stopped_leaves_the_old_vectors_and_nothing_else(folder: Path) -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    expected, manifest = found(folder), read_manifest(folder)
    with pytest.raises(KeyboardInterrupt):
        rebuild(folder, Settings(), stop)
    assert read_manifest(folder) == manifest
    assert [path.name for path in folder.glob("vectors-*")] == ["vectors-1"]
    assert found(folder) == expected


def test_nothing_is_rebuilt_while_somebody_else_writes(folder: Path) -> None:
    with FileLock(folder / "write.lock"), pytest.raises(LibraryLockedError, match="Another process is writing"):
        rebuild(folder, Settings())
    assert [path.name for path in folder.glob("vectors-*")] == ["vectors-1"]


@pytest.mark.parametrize("keep", [0.5, 0.0], ids=["cut short", "gone"])
def test_damaged_token_states_are_one_line_doctor_names_them_and_rebuild_mends_them(folder: Path, keep: float) -> None:
    expected, path = found(folder), folder / "vectors-1" / "states.sqlite3"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    done = askpapers("search", "solar sails", "--library", folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch("Error: .*\n", done.stderr)
    assert "vectors" in problems(folder)
    assert askpapers("doctor", "--library", folder).returncode == 1
    assert askpapers("rebuild", "--library", folder).returncode == 0
    assert found(folder) == expected
