"""Papers taken out and put back, sources removed and restored: all is as it was, or joined with what came since."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import QuestionError
from rag.library import Library
from rag.maintenance.doctor import check
from rag.records import Filters, PaperMarks, Removed
from rag.settings import Settings

TABLES = ("papers", "origins", "identifiers", "records", "labels", "notes", "checksums", "apart")


@pytest.fixture
def library(
    tmp_path: Path, write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]]
) -> Iterator[Library]:
    """Papers 1 to 3 of a.jsonl, of which b.jsonl has 1 with a longer text and 2, and 4 of its own; marked."""
    rows = {number: paper(number, doi=f"10.1000/{number}") for number in range(1, 5)}
    longer = {**rows[1], "abstract": f"{rows[1]['abstract']} It is longer here.", "id": "other"}
    with Library.open(tmp_path / "l", Settings()) as opened:
        opened.ingest(write_jsonl(rows[1], rows[2], rows[3], name="a.jsonl"))
        opened.ingest(write_jsonl(longer, rows[2], rows[4], name="b.jsonl"))
        opened.collect("Thesis", [1, 2])
        opened.tag([1, 4], "read")
        opened.note(4, "Mine.")
        yield opened


def source(library: Library, name: str) -> str:
    return next(one for one in library.sources() if one.endswith(name))


def stored(library: Library) -> dict[str, object]:
    """Return all that the catalog holds, and that it is sound and searched whole."""
    database = library._collection.storage.catalog.database
    rows: dict[str, object] = {table: database.all(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in TABLES[:1]}
    rows |= {table: sorted(database.all(f"SELECT * FROM {table}"), key=repr) for table in TABLES[1:]}
    rows["labelled"] = database.all("SELECT name, paper_id FROM labelled JOIN labels USING (label_id) ORDER BY 1, 2")
    assert all(finding.sound for finding in check(library.folder, library.settings))
    return rows


def take_all(library: Library) -> Removed:
    return library.take_out(range(1, 9))


@pytest.mark.parametrize(
    ("take", "gone"),
    [
        (lambda library: library.take_out([1, 99]), (1,)),
        (take_all, (1, 2, 3, 4)),
        (lambda library: library.remove_source(source(library, "a.jsonl")), (3,)),
        (lambda library: library.remove_source(source(library, "b.jsonl")), (4,)),
    ],
    ids=["one paper", "all papers", "the first source", "the second source"],
)
def test_what_is_put_back_is_as_it_was(
    library: Library, take: Callable[[Library], Removed], gone: tuple[int, ...]
) -> None:
    before, hits = stored(library), library.search("method", limit=9)
    removed = take(library)
    assert removed.gone == gone
    assert {paper.paper_id for paper in library.selected()} == {1, 2, 3, 4} - set(gone)
    assert stored(library) != before
    assert library.put_back(removed) == len(removed.papers)
    assert stored(library) == before | {"labels": stored(library)["labels"]}
    assert library.search("method", limit=9) == hits


def test_a_source_is_gone_with_the_papers_that_came_from_nowhere_else(library: Library) -> None:
    removed = library.remove_source(source(library, "b.jsonl"))
    assert [one.endswith("a.jsonl") for one in library.sources()] == [True]
    first = library.paper(1)
    assert first is not None
    assert "longer" not in first.abstract
    assert removed.papers[0].paper.abstract.endswith("It is longer here.")
    assert library.marks([1])[1] == PaperMarks(("Thesis",), ("read",))
    assert library.papers(filters=Filters(tag="read"))[1] == 1


def test_a_source_that_nothing_came_from_is_told_with_those_there_are(library: Library) -> None:
    with pytest.raises(QuestionError, match=r"a\.jsonl, b\.jsonl"):
        library.remove_source("c.jsonl")
    assert len(library) == 4


def test_putting_back_twice_or_nothing_changes_nothing(library: Library) -> None:
    removed = library.take_out([1, 4])
    library.put_back(removed)
    before = stored(library)
    assert library.put_back(removed) == 2
    assert library.put_back(library.take_out([99])) == 0
    assert stored(library) == before


def test_a_paper_that_was_ingested_again_meanwhile_is_no_second_one_and_has_the_marks_of_both(
    library: Library, tmp_path: Path
) -> None:
    removed = take_all(library)
    library.ingest([tmp_path / "a.jsonl"])
    [new] = [one.paper_id for one in library.papers("")[0] if one.doi == "10.1000/1"]
    library.tag([new], "again")
    assert library.put_back(removed) == 4
    assert sorted(paper.doi or "" for paper in library.selected()) == [f"10.1000/{number}" for number in range(1, 5)]
    assert library.marks([new])[new] == PaperMarks(("Thesis",), ("again", "read"))
    joined = library.paper(new)
    assert joined is not None
    assert len(joined.origins) == 2
    assert joined.abstract.endswith("It is longer here.")
    assert all(finding.sound for finding in check(library.folder, library.settings))


def test_what_came_to_a_paper_after_its_source_was_removed_stays(
    library: Library, write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]]
) -> None:
    removed = library.remove_source(source(library, "b.jsonl"))
    library.ingest(write_jsonl(paper(2, doi="10.1000/2"), name="c.jsonl"))
    library.note(2, "Since.")
    library.put_back(removed)
    second = library.paper(2)
    assert second is not None
    assert [Path(one).name for one in second.origins] == ["a.jsonl", "b.jsonl", "c.jsonl"]
    assert library.marks([2])[2] == PaperMarks(("Thesis",), (), "Since.")
    assert library.papers()[1] == 4


def test_what_a_reader_split_stays_apart_when_it_is_put_back(library: Library) -> None:
    library.split(library.merges()[0].merge_id)
    before = stored(library)
    library.put_back(take_all(library))
    assert stored(library) == before | {"labels": stored(library)["labels"]}


def test_a_collection_that_was_deleted_meanwhile_comes_back_with_the_papers_in_it(library: Library) -> None:
    removed = library.take_out([1])
    library.delete_collection("Thesis")
    library.put_back(removed)
    assert [(one.name, one.papers) for one in library.collections()] == [("Thesis", 1)]


def test_a_crash_before_the_vectors_leaves_papers_that_wait(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    removed = library.take_out([1, 2])

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("rag.collection.index_pending", crash)
        with pytest.raises(KeyboardInterrupt):
            library.put_back(removed)
    assert (library.papers()[1], len(library)) == (4, 2)
    library.put_back(removed)
    assert len(library) == 4


def test_a_paper_of_a_catalog_from_before_records_were_kept_comes_back_too(library: Library) -> None:
    catalog = library._collection.storage.catalog
    with catalog.transaction():
        catalog.database.run("INSERT INTO identifiers VALUES ('earlier', '3', 3)")
    before = stored(library)
    library.put_back(library.take_out([3]))
    assert stored(library) == before
