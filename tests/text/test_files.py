"""Files that take the place of others: whole, or not at all."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from rag.utils.files import replacing


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("contested", [True, False])
def test_a_file_takes_the_place_of_the_old_one_when_it_is_whole(
    tmp_path: Path, *, durable: bool, contested: bool
) -> None:
    place = tmp_path / "notes.txt"
    place.write_text("old")
    with replacing(place, durable=durable, contested=contested) as partial:
        partial.write_text("new")
        assert place.read_text() == "old"
        assert partial.name.startswith(".")  # hidden from an ingest of the folder
    assert place.read_text() == "new"
    assert os.listdir(tmp_path) == ["notes.txt"]  # noqa: PTH208


def test_after_an_error_the_old_file_stays_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "notes.txt"
    place.write_text("old")
    with pytest.raises(UnicodeEncodeError), replacing(place) as partial:
        partial.write_text("half \ud800", "utf-8")
    assert place.read_text() == "old"
    assert os.listdir(tmp_path) == ["notes.txt"]  # noqa: PTH208


def test_two_who_hold_no_lock_write_to_files_of_their_own(tmp_path: Path) -> None:
    place, both_write, written = tmp_path / "map.json", Barrier(2), list[Path]()

    def write(text: str) -> None:
        with replacing(place, contested=True) as partial:
            partial.write_text(text)
            both_write.wait()
            written.append(partial)

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, ("one", "two")))
    assert len(set(written)) == 2
    assert place.read_text() in {"one", "two"}


def test_what_a_kill_left_is_overwritten(tmp_path: Path) -> None:
    place = tmp_path / "notes.txt"
    with replacing(place) as partial:
        partial.write_text("half of what was written before a kill")
        partial.write_text("new")
    assert place.read_text() == "new"


def test_a_folder_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "gone" / "notes.txt") as partial:
        partial.write_text("new")
