"""A library as one file: whole, consistent, and never put in the place of anything unless it is both."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import BackupError, LibraryDamagedError, LibraryLockedError, LibraryMissingError, RagError
from rag.library import Library
from rag.maintenance.backup import back_up, restore
from rag.maintenance.doctor import check
from rag.maintenance.rebuild import rebuild
from rag.settings import Settings


@pytest.fixture(scope="module")
def kept(five_papers: Path) -> Path:
    """A backup with vectors; to be read only."""
    with Library.open(five_papers, Settings()) as library:
        library.backup(five_papers.parent / "kept.zip", vectors=True)
    return five_papers.parent / "kept.zip"


def found(folder: Path) -> list[tuple[str, float]]:
    with Library.open(folder, Settings()) as library:
        return [(hit.paper.title, round(hit.score, 4)) for hit in library.search("river deltas")]


def repacked(kept: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write a backup anew with other files in it."""
    with zipfile.ZipFile(kept) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    change(content)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, some in content.items():
            archive.writestr(name, some)
    return target


def test_a_backup_with_vectors_is_searched_as_soon_as_it_is_restored(
    five_papers: Path, kept: Path, tmp_path: Path
) -> None:
    made = restore(kept, tmp_path / "again.library")
    assert (made.papers, made.vectors) == (5, True)
    assert found(tmp_path / "again.library") == found(five_papers)
    assert all(finding.sound for finding in check(tmp_path / "again.library", Settings()))


def test_a_backup_without_vectors_says_what_is_missing_and_rebuild_makes_it(five_papers: Path, tmp_path: Path) -> None:
    with Library.open(five_papers, Settings()) as library:
        assert not library.backup(tmp_path / "small.zip").vectors
    restore(tmp_path / "small.zip", tmp_path / "again.library")
    with pytest.raises(LibraryDamagedError, match="askpapers rebuild"):
        found(tmp_path / "again.library")
    assert rebuild(tmp_path / "again.library", Settings()) == 5
    assert found(tmp_path / "again.library") == found(five_papers)


def test_a_backup_is_made_while_somebody_writes_and_holds_what_was_committed(five_papers: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(five_papers, tmp_path / "busy.library"))
    with Library.open(folder, Settings()) as library, FileLock(folder / "write.lock"):
        with library._collection.storage.catalog.transaction():
            library._collection.storage.catalog.remove([1])
            assert library.backup(tmp_path / "b.zip").papers == 5
        with pytest.raises(LibraryLockedError):
            library.backup(tmp_path / "b.zip", vectors=True)
        assert library.backup(tmp_path / "b.zip").papers == 4


def test_a_damaged_library_never_takes_the_place_of_a_good_backup(five_papers: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(five_papers, tmp_path / "broken.library"))
    content = bytearray((folder / "catalog.sqlite3").read_bytes())
    content[content.index(b"We study river")] ^= 0x20
    with Library.open(folder, Settings()) as library:
        library.backup(tmp_path / "b.zip")
        before = (tmp_path / "b.zip").read_bytes()
    (folder / "catalog.sqlite3").write_bytes(content)
    with Library.open(folder, Settings()) as library, pytest.raises(LibraryDamagedError, match="askpapers rescue"):
        library.backup(tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "broken.library"]


def test_what_is_damaged_in_a_library_that_can_not_be_written_is_named_by_its_own_place(
    five_papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is copied to be read, and removed again: nobody could mend anything there."""
    folder = Path(shutil.copytree(five_papers, tmp_path / "l"))
    (folder / "vectors-1" / "vectors.sqlite3").write_bytes(b"damaged" * 1_000)
    monkeypatch.setattr("rag.maintenance.backup.backup.is_read_only", lambda path: True)
    with pytest.raises(LibraryDamagedError, match=f"^{folder}/vectors-1/vectors.sqlite3 .* --library {folder}$"):
        back_up(folder, tmp_path / "l.zip", vectors=True)


def test_a_folder_with_something_in_it_is_left_alone(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    restore(kept, tmp_path / "mine")  # an empty one may be filled
    before = sorted(path.name for path in (tmp_path / "mine").iterdir())
    with pytest.raises(BackupError, match="is there already"):
        restore(kept, tmp_path / "mine")
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == before


def lying(file: str, **claims: object) -> Callable[[dict[str, bytes]], None]:
    """Let the list of a backup say something else of one of its files."""

    def change(content: dict[str, bytes]) -> None:
        listed = json.loads(content["backup.json"])
        next(part for part in listed["parts"] if part["name"] == file).update(claims)
        content["backup.json"] = json.dumps(listed).encode()

    return change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda content: content.update({"../evil": b"x"}), id="a file more"),
        pytest.param(lambda content: content.pop("catalog.sqlite3"), id="a file less"),
        pytest.param(lambda content: content.pop("backup.json"), id="no list"),
        pytest.param(lambda content: content.update({"backup.json": b"[" * 90_000}), id="a list nested deep"),
        pytest.param(lambda content: content.update({"backup.json": b'{"format": 99}'}), id="newer"),
        pytest.param(lambda content: content.update({"manifest.json": b"{}"}), id="another content"),
        pytest.param(lying("catalog.sqlite3", size=10**15), id="larger than the disk"),
        pytest.param(lying("catalog.sqlite3", size=10), id="longer than it says"),
        pytest.param(lying("catalog.sqlite3", name="../../catalog.sqlite3"), id="a name that leads out"),
    ],
)
def test_a_backup_that_is_not_what_it_says_is_one_line_and_leaves_nothing(
    kept: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    file = repacked(kept, tmp_path / "b.zip", change)
    with pytest.raises(RagError) as caught:
        restore(file, tmp_path / "new.library")
    assert len(str(caught.value).splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]


@settings(max_examples=40, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_any_damage_is_refused_or_harmless(
    five_papers: Path,
    kept: Path,
    place: float,
    bit: int,
    cut: bool,  # noqa: FBT001
) -> None:
    content, file, folder = bytearray(kept.read_bytes()), kept.with_name("damaged.zip"), kept.with_name("new.library")
    at = int(len(content) * place)
    content[at] ^= 1 << bit
    file.write_bytes(content[:at] if cut else content)
    shutil.rmtree(folder, ignore_errors=True)
    refused = ""
    try:
        restore(file, folder)
    except RagError as error:
        refused = str(error)
    if refused:
        assert len(refused.splitlines()) == 1
        assert not folder.exists()
    else:
        with Library.open(folder, Settings()) as library, Library.open(five_papers, Settings()) as whole:
            assert list(library.selected()) == list(whole.selected())


def test_no_library_is_one_line_and_makes_no_file(tmp_path: Path) -> None:
    from rag.maintenance.backup import back_up

    with pytest.raises(LibraryMissingError):
        back_up(tmp_path / "none.library", tmp_path / "b.zip")
    assert list(tmp_path.iterdir()) == []


def test_the_commands_keep_and_bring_back(five_papers: Path, tmp_path: Path) -> None:
    def askpapers(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ui.cli", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert "5 papers" in askpapers("backup", tmp_path / "b.zip", "--library", five_papers).stdout
    assert "5 papers restored" in askpapers("restore", tmp_path / "b.zip", "--library", tmp_path / "r.library").stdout
    assert found(tmp_path / "r.library") == found(five_papers)
    refused = askpapers("restore", tmp_path / "b.zip", "--library", tmp_path / "r.library")
    assert refused.stderr.startswith("Error: ")
    assert askpapers("rescue", "--library", five_papers, "--out", tmp_path / "o.jsonl").returncode == 0
