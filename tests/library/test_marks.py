"""Collections, tags and notes: what readers do with papers, and what becomes of it when papers are joined or split."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rag.errors import EmptyLibraryError, QuestionError
from rag.library import Library
from rag.maintenance.backup import restore
from rag.maintenance.doctor import check
from rag.maintenance.rebuild import rebuild
from rag.records import Answer, Filters, PaperMarks, Tag
from rag.settings import Settings

NUL, HALF = "a\0b", "half \ud83d"


@pytest.fixture
def library(
    tmp_path: Path, write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]]
) -> Iterator[Library]:
    """Four papers, 1 to 4."""
    with Library.open(tmp_path / "l", Settings()) as opened:
        opened.ingest(write_jsonl(*(paper(number, doi=f"10.1000/{number}") for number in range(1, 5))))
        yield opened


def names(library: Library) -> list[tuple[str, int]]:
    return [(one.name, one.papers) for one in library.collections()]


def test_a_collection_is_made_when_papers_are_put_into_it_and_counts_each_once(library: Library) -> None:
    assert library.collect("Thesis", [1, 2, 2]) == 2
    assert library.collect("Thesis", iter([2, 3])) == 1
    assert library.uncollect("Thesis", [1, 4]) == 1
    assert names(library) == [("Thesis", 2)]


def test_a_name_is_trimmed_and_compared_without_case_and_stays_as_it_was_first_written(library: Library) -> None:
    library.collect("  Über   alles ", [1])
    library.collect("U\u0308BER ALLES", [2])
    library.tag([1], "Straße")
    library.tag([2], "STRASSE")
    assert names(library) == [("Über alles", 2)]
    assert library.tags() == [Tag("Straße", 2)]


@pytest.mark.parametrize("name", ["", "  ", "\u200b\u200d", "x" * 81, NUL, HALF, "red\x1b[31m"])
def test_a_name_that_can_not_be_used_is_one_line_and_makes_nothing(library: Library, name: str) -> None:
    for put in (partial(library.collect, name, [1]), partial(library.tag, [1], name)):
        with pytest.raises(QuestionError) as error:
            put()
        assert str(error.value).isprintable()
    assert library.collections() == []
    assert library.tags() == []


@pytest.mark.parametrize("name", ["x" * 80, "读过", "קרא", "C++ / C#", "100%", "a'b\"c", "👩‍🔬 to do"])
def test_any_other_name_of_up_to_80_characters_is_kept_as_it_is(library: Library, name: str) -> None:
    library.collect(name, [1])
    library.tag([1], name)
    assert library.marks([1]) == {1: PaperMarks((name,), (name,))}
    assert [paper.paper_id for paper in library.papers(filters=Filters(collection=name, tag=name))[0]] == [1]


def test_papers_that_are_not_there_are_left_out(library: Library) -> None:
    assert library.collect("Thesis", [1, 99, -1, 2**70]) == 1
    assert library.tag([99], "read") == 0
    assert library.tags() == []
    assert library.marks([99]) == {99: PaperMarks()}
    with pytest.raises(QuestionError, match="no paper 99"):
        library.note(99, "x")


def test_a_renamed_collection_keeps_its_papers_and_takes_no_other_s_name(library: Library) -> None:
    library.collect("Thesis", [1])
    library.collect("Later", [2])
    library.rename_collection("thesis", "THESIS")
    library.rename_collection("Later", "Much later")
    assert names(library) == [("Much later", 1), ("THESIS", 1)]
    with pytest.raises(QuestionError, match="already"):
        library.rename_collection("Thesis", "much LATER")
    with pytest.raises(QuestionError, match="Much later, THESIS"):
        library.rename_collection("Later", "x")


def test_a_deleted_collection_comes_back_with_the_papers_it_told(library: Library) -> None:
    library.collect("Thesis", [3, 1])
    gone = library.delete_collection("thesis")
    assert gone == (1, 3)
    assert library.collections() == []
    assert len(library) == 4
    assert library.collect("Thesis", gone) == 2


def test_what_is_not_there_is_told_with_what_is(library: Library) -> None:
    with pytest.raises(QuestionError, match="There is no collection here yet"):
        library.search("method", filters=Filters(collection="Thesis"))
    library.collect("Thesis", [1])
    library.tag([1], "read")
    for filters in (Filters(collection="Tesis"), Filters(tag="Thesis")):
        with pytest.raises(QuestionError, match=r"The collections here: Thesis|The tags here: read"):
            library.search("method", filters=filters)
    for undo in (library.delete_collection, lambda name: library.uncollect(name, [1])):
        with pytest.raises(QuestionError, match="The collections here: Thesis"):
            undo("Tesis")
    with pytest.raises(QuestionError, match="The tags here: read"):
        library.untag([1], "unread")


def test_a_note_is_replaced_kept_as_it_was_written_and_removed_by_nothing(library: Library) -> None:
    library.note(1, "First.")
    library.note(1, "Second,\n\n  on <b>two</b> lines.\n")
    assert library.marks([1])[1].note == "Second,\n\n  on <b>two</b> lines."
    library.note(1, HALF)
    assert library.marks([1])[1].note == "half ?"
    library.note(1, " \n")
    assert not library.marks([1])[1]
    with pytest.raises(QuestionError, match="20,001"):
        library.note(1, "x" * 20_001)


def test_searches_and_answers_keep_to_a_collection_a_tag_and_chosen_papers(library: Library) -> None:
    library.collect("Thesis", [1, 2])
    library.tag([2, 3], "read")
    for filters, found in (
        (Filters(collection="thesis"), {1, 2}),
        (Filters(tag="READ "), {2, 3}),
        (Filters(papers=(4, 1, 99)), {1, 4}),
        (Filters(collection="Thesis", tag="read", papers=(2, 3)), {2}),
    ):
        assert {hit.paper.paper_id for hit in library.search("method", filters=filters)} == found
        assert {paper.paper_id for paper in library.selected(filters)} == found
        assert {paper.paper_id for paper in library.papers(filters=filters)[0]} == found
        answer = library.ask("What is the method?", filters=filters)
        assert {citation.paper.paper_id for citation in answer.citations} | {
            p.paper_id for p in answer.nearest
        } <= found
        again = Answer.from_dict(json.loads(json.dumps(answer.to_dict())))
        assert again.searched.filters == filters


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (Filters(papers=()), "none is of 0 chosen papers"),
        (Filters(collection="Later"), "none is of the collection 'Later'"),
        (Filters(year_from=2090, collection="Thesis"), r"none is of 2090\.\."),
        (Filters(title="zebra", papers=(99,)), "none is with 'zebra' in the title or of 1 chosen paper"),
        (Filters(tag="read", collection="Thesis"), "together: of the collection 'Thesis', tagged 'read'"),
    ],
)
def test_it_is_told_which_filter_leaves_nothing(library: Library, filters: Filters, told: str) -> None:
    library.collect("Later", [])
    library.collect("Thesis", [1])
    library.tag([2], "read")
    with pytest.raises(EmptyLibraryError, match=told) as error:
        library.search("method", filters=filters)
    assert "--" not in str(error.value)


def test_a_list_bounded_by_filters_is_searched_sorted_and_paged(library: Library) -> None:
    library.collect("Thesis", [1, 2, 4])
    found, total = library.papers(filters=Filters(collection="Thesis"), descending=True, limit=2)
    assert ([paper.paper_id for paper in found], total) == ([4, 2], 3)
    assert library.papers("zebra", filters=Filters(collection="Thesis")) == ([], 0)


def test_many_papers_can_be_chosen_at_once(library: Library) -> None:
    many = tuple(range(-50_000, 50_000))
    assert len(library.search("method", filters=Filters(papers=many))) == 4
    assert library.collect("All", many) == 4
    assert len(library.marks(many)) == len(many)


def test_papers_that_turn_out_to_be_one_keep_the_marks_of_both_and_split_leaves_them(
    library: Library, write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]]
) -> None:
    library.collect("Thesis", [1])
    library.tag([1], "read")
    library.note(1, "Mine.")
    twin = paper(1, doi="10.1000/1")
    library.ingest(write_jsonl(twin, name="again.jsonl"))
    [merge] = library.merges()
    alone = library.split(merge.merge_id)
    assert library.marks([1, alone.paper_id]) == {
        1: PaperMarks(("Thesis",), ("read",), "Mine."),
        alone.paper_id: PaperMarks(),
    }


def test_a_backup_carries_marks_and_doctor_sees_a_flipped_bit_in_any(library: Library, tmp_path: Path) -> None:
    library.collect("Thesis", [1])
    library.tag([1], "read")
    library.note(1, "Mine.")
    library.backup(tmp_path / "kept.zip")
    restore(tmp_path / "kept.zip", tmp_path / "again")
    rebuild(tmp_path / "again", Settings())
    assert all(finding.sound for finding in check(tmp_path / "again", Settings()))
    with Library.open(tmp_path / "again", Settings()) as again:
        assert again.marks([1]) == library.marks([1])
        database = again._collection.storage.catalog.database
        for table, change in (
            ("labels", "name = 'Tesis' WHERE name = 'Thesis'"),
            ("labelled", "paper_id = 2"),
            ("notes", "text = 'Nine.'"),
        ):
            assert again._collection.storage.catalog.damage() == []
            database.run("BEGIN")
            database.run(f"DROP TRIGGER {table}_resummed")
            database.run(f"UPDATE {table} SET {change}")
            assert "is not what was written" in str(again._collection.storage.catalog.damage())
            database.run("ROLLBACK")


def test_marks_leave_the_version_as_it_is_so_that_the_map_stays(library: Library) -> None:
    before = library.version
    library.collect("Thesis", [1])
    library.tag([1], "read")
    library.note(1, "Mine.")
    library.delete_collection("Thesis")
    assert library.version == before
