"""What can be read of a damaged catalog comes back, and what can't is told."""

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rag.errors import LibraryMissingError, StorageError
from rag.ingestion.ingest import store_records
from rag.maintenance.marks_file import bring_marks
from rag.maintenance.rescue import rescue
from rag.readers import read_file
from rag.records import Record
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.layout import CATALOG as FILE

MakePaper = Callable[..., dict[str, Any]]

PAPERS = 120


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalog of papers, one of them longer than a page; without vectors, for rescue needs none."""
    made = tmp_path / "old.library"
    made.mkdir()
    catalog = open_catalog(made)
    records = [
        Record(f"On method {number}", f"It reaches {number} points. " * (400 if number == 7 else 9), number + 1,
               key=f"k{number}", authors=("Émile Zola",), year=2001, doi=f"10.1000/{number}")
        for number in range(PAPERS)
    ]  # fmt: skip
    store_records([("/a.jsonl", record) for record in records], catalog)
    catalog.close()
    return made


def root_page(folder: Path, table: str) -> int:
    connection = sqlite3.connect(folder / FILE)
    [(page,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchall()
    connection.close()
    return int(page)


def trash(folder: Path, page: int) -> None:
    with (folder / FILE).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(random.Random(1).randbytes(4096))


def titles(path: Path) -> set[str]:
    return {json.loads(line)["title"] for line in path.read_text("utf-8").splitlines()}


def test_a_sound_catalog_is_rescued_whole_and_ingest_reads_it_back(folder: Path, tmp_path: Path) -> None:
    saved = rescue(folder, tmp_path / "out.jsonl")
    assert (saved.papers, saved.changed, saved.lost) == (PAPERS, (), ())
    found = [record for _, record in read_file(tmp_path / "out.jsonl")]
    assert all(isinstance(record, Record) for record in found)
    seventh = found[7]
    assert isinstance(seventh, Record)
    assert (seventh.key, seventh.authors, seventh.doi) == ("k7", ("Émile Zola",), "10.1000/7")
    assert seventh.abstract == ("It reaches 7 points. " * 400).strip()


@pytest.mark.parametrize("table", ["papers", "sqlite_schema"])
def test_all_papers_are_found_on_their_pages_when_the_way_there_is_gone(
    folder: Path, tmp_path: Path, table: str
) -> None:
    trash(folder, 1 if table == "sqlite_schema" else root_page(folder, table))
    with closing(sqlite3.connect(folder / FILE)) as connection, pytest.raises(sqlite3.Error):
        connection.execute("SELECT * FROM papers").fetchall()
    assert rescue(folder, tmp_path / "out.jsonl").papers == PAPERS
    assert titles(tmp_path / "out.jsonl") == {f"On method {number}" for number in range(PAPERS)}


def test_a_page_that_is_gone_costs_its_own_papers_and_they_are_told(folder: Path, tmp_path: Path) -> None:
    with (folder / FILE).open("rb") as file:
        content = file.read()
    place = content.index(b"It reaches 50 points.") // 4096 + 1
    trash(folder, place)
    saved = rescue(folder, tmp_path / "out.jsonl")
    assert 51 in saved.lost
    assert len(saved.lost) < 20
    assert saved.papers + len(saved.lost) == PAPERS


def test_a_flipped_bit_in_a_text_is_found_and_told(folder: Path, tmp_path: Path) -> None:
    content = bytearray((folder / FILE).read_bytes())
    content[content.index(b"It reaches 50 points.")] ^= 0x20  # the same word to the full text, another to a reader
    (folder / FILE).write_bytes(content)
    catalog = open_catalog(folder)
    assert catalog.damage() == ["paper 51 is not what was written"]
    catalog.close()
    saved = rescue(folder, tmp_path / "out.jsonl")
    assert (saved.papers, saved.changed, saved.lost) == (PAPERS, (51,), ())


def test_a_removed_paper_stays_removed(folder: Path, tmp_path: Path) -> None:
    catalog = open_catalog(folder)
    with catalog.transaction():
        catalog.remove(range(1, 100))
    catalog.close()
    trash(folder, root_page(folder, "papers"))
    assert rescue(folder, tmp_path / "out.jsonl").papers == PAPERS - 99


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.7, 0.999])
def test_a_cut_catalog_gives_what_is_left_of_it(folder: Path, tmp_path: Path, share: float) -> None:
    with (folder / FILE).open("r+b") as file:
        file.truncate(int((folder / FILE).stat().st_size * share))
    saved = rescue(folder, tmp_path / "out.jsonl")
    assert saved.papers == len(titles(tmp_path / "out.jsonl"))
    assert (saved.papers > 0) == (share > 0.5)


def test_the_damaged_catalog_is_left_as_it_was(folder: Path, tmp_path: Path) -> None:
    trash(folder, root_page(folder, "papers"))
    before = (folder / FILE).read_bytes()
    rescue(folder, tmp_path / "out.jsonl")
    assert (folder / FILE).read_bytes() == before
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_no_catalog_and_no_place_for_the_file_are_one_line(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LibraryMissingError, match="no catalog"):
        rescue(tmp_path, tmp_path / "out.jsonl")
    with pytest.raises(StorageError, match="can't be written"):
        rescue(folder, tmp_path / "none" / "out.jsonl")


def test_marks_are_saved_with_their_papers_and_brought_into_a_new_library(folder: Path, tmp_path: Path) -> None:
    catalog, out = open_catalog(folder), tmp_path / "out.jsonl"
    catalog.marks.add("collection", "Thesis", [3, 8])
    catalog.marks.add("tag", "read", [8])
    catalog.marks.note(8, "Mine,\non two lines.")
    kept = catalog.marks.of([3, 8])
    catalog.close()
    assert rescue(folder, out).marked == 2
    trash(folder, root_page(folder, "notes"))
    assert rescue(folder, out.with_name("less.jsonl")).marked == 2
    (tmp_path / "new").mkdir()
    with closing(open_catalog(tmp_path / "new")) as new:
        store_records(((source, found) for source, found in read_file(out) if isinstance(found, Record)), new)
        assert bring_marks(out, new) == 2
        assert bring_marks(out, new) == 2
        ids = {new.papers([paper_id])[0].key: marks for paper_id, marks in new.marks.of(new.ids()).items() if marks}
        assert ids == {"k2": kept[3], "k7": kept[8]}
        assert bring_marks(out.with_name("less.jsonl"), new) == 2
        assert bring_marks(folder / FILE, new) == bring_marks(tmp_path, new) == 0


@pytest.mark.parametrize(
    "line", ['{"askpapers": 1}', '{"askpapers": {"collections": [], "tags": 1, "note": ""}}', "[]"]
)
def test_marks_that_can_not_be_read_are_left_out(tmp_path: Path, line: str) -> None:
    (tmp_path / "odd.jsonl").write_text(f"{line}\n", "utf-8")
    with closing(open_catalog(tmp_path)) as catalog:
        assert bring_marks(tmp_path / "odd.jsonl", catalog) == 0
