"""The list of changes: what was done to a library, by whom, through Python as through commands; nothing secret."""

import getpass
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import SourceError
from rag.library import Library
from rag.records import Record
from rag.settings import Settings
from rag.storage.catalog.users import audit
from rag.utils.acting import acting_as
from tests.conftest import made_up

Told = tuple[str, int | None, str]


@pytest.fixture
def library(tmp_path: Path, write_jsonl: Callable[..., Path]) -> Iterator[Library]:
    """A library of five papers that came from one file."""
    with Library.open(tmp_path / "a.library", Settings(llm="extractive")) as opened:
        opened.ingest(write_jsonl(*(made_up(number) for number in range(5))))
        yield opened


def told(library: Library) -> list[Told]:
    """Return what was changed, the first change first."""
    return [(one.what, one.papers, one.about) for one in reversed(library.changes())]


def test_an_ingest_is_told_once_with_its_sources_and_what_it_changed(
    library: Library, write_jsonl: Callable[..., Path]
) -> None:
    assert told(library) == [("ingest", 5, "papers.jsonl: 5 added")]
    library.ingest(write_jsonl(*(made_up(number) for number in range(5))))
    assert len(told(library)) == 1, "nothing was changed"
    library.ingest(write_jsonl(made_up(0), made_up(7), name="more.jsonl"))
    assert told(library)[1:] == [("ingest", 2, "more.jsonl: 1 added, 1 merged")]
    library.ingest([Record("On solar sails", "We study solar sails with care.", 1)], name="a frame")
    assert told(library)[2:] == [("ingest", 1, "a frame: 1 added")]


def test_an_ingest_that_breaks_off_stays_told_without_a_number(library: Library) -> None:
    def broken() -> Iterator[Any]:
        yield "net", Record("On solar sails", "We study solar sails with care.", 1)
        msg = "the file ended"
        raise SourceError(msg)

    with pytest.raises(SourceError):
        library._collection.bring_in(broken(), batch=1)
    assert told(library)[-1] == ("ingest", None, "")
    assert len(library) == 5


def test_marks_removals_and_ways_back_are_told_and_no_note(library: Library) -> None:
    library.tag([1, 2], "read")
    library.tag([1, 2], "read")  # changes nothing
    library.collect("Mine", [3])
    library.uncollect("mine", [3])
    library.rename_collection("mine", "Ours")
    library.delete_collection("Ours")
    library.untag([2], "read")
    library.note(1, "A secret note.")
    removed = library.take_out([4, 5])
    library.put_back(removed)
    library.remove([5])
    library.remove_source(library.sources()[0])
    assert told(library)[1:] == [
        ("tag", 2, "read: 1, 2"),
        ("collect", 1, "Mine: 3"),
        ("uncollect", 1, "mine: 3"),
        ("rename collection", 0, "mine, now Ours"),
        ("delete collection", 0, "Ours"),
        ("untag", 1, "read: 2"),
        ("note", 1, "1"),
        ("remove", 2, "4, 5"),
        ("put back", 2, "4, 5"),
        ("remove", 1, "5"),
        ("remove source", 4, "papers.jsonl"),
    ]


def test_a_change_is_that_of_who_acts(library: Library) -> None:
    with acting_as("ada"):
        library.tag([1], "read")
    library.tag([2], "read")
    assert [one.who for one in library.changes()] == [getpass.getuser(), "ada", getpass.getuser()]


def test_a_change_that_fails_is_none(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: object, paper_ids: object) -> list[int]:
        del self, paper_ids
        raise SourceError

    monkeypatch.setattr("rag.storage.catalog.catalog.Catalog.remove", fails)
    with pytest.raises(SourceError):
        library.remove([1])
    assert len(told(library)) == 1


def test_only_the_latest_changes_are_kept_each_of_them_short(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MOST", 3)
    for number in range(6):
        library.tag([1], f"tag {number} {'x' * 60}")
    library.collect("y" * 80, range(1, 6))
    assert [one.what for one in library.changes()] == ["collect", "tag", "tag"]
    assert all(len(one.about) <= audit.LONGEST for one in library.changes())


def test_no_password_of_an_address_is_told(library: Library) -> None:
    library.ingest([Record("On solar sails", "We study solar sails.", 1)], name="https://me:secret@host/papers")
    assert "secret" not in str(library.changes())


def test_the_command_lists_changes_and_a_restored_library_has_them_too(
    library: Library, tmp_path: Path, cli: Callable[..., Any]
) -> None:
    library.backup(tmp_path / "b.zip")
    assert cli("restore", tmp_path / "b.zip", "--library", tmp_path / "c.library").code == 0
    done = cli("audit", "--library", tmp_path / "c.library")
    assert [line.split()[2] for line in done.out.splitlines()] == ["restore", "ingest"]
    as_json = cli("audit", "--library", tmp_path / "c.library", "--json", "--limit", 1)
    assert '"what": "restore"' in as_json.out
    assert '"papers": 5' in as_json.out
