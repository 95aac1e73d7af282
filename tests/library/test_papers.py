"""Keeping a library: pages of its papers, removing some, the title filter, and what readers thought of answers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import EmptyLibraryError, LibraryDamagedError, QuestionError
from rag.library import Library
from rag.records import Answer, Filters, Paper, Rating
from rag.settings import Settings


@pytest.fixture
def library(
    tmp_path: Path, write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]]
) -> Iterator[Library]:
    rows = [
        paper(1, title="Épreuves of Diffusion", authors=["Ada Lovelace"], year=2019),
        paper(2, title="Fast diffusion models", authors=["Alan Turing"], year=2021),
        paper(3, title="100% pruning", authors=["Grace Hopper"]),
        paper(4, title="A model of 1000 trees", year=2020),
    ]
    with Library.open(tmp_path / "l", Settings()) as opened:
        opened.ingest(write_jsonl(*rows))
        yield opened


def titles(found: tuple[list[Paper], int]) -> list[str]:
    return [paper.title for paper in found[0]]


def test_papers_come_in_the_order_in_which_they_were_added(library: Library) -> None:
    assert titles(library.papers()) == [
        "Épreuves of Diffusion",
        "Fast diffusion models",
        "100% pruning",
        "A model of 1000 trees",
    ]


def test_papers_are_sorted_and_those_without_a_value_come_last(library: Library) -> None:
    assert titles(library.papers(order="year", descending=True))[0] == "Fast diffusion models"
    assert titles(library.papers(order="year", descending=True))[-1] == "100% pruning"
    assert titles(library.papers(order="year"))[-1] == "100% pruning"
    assert titles(library.papers(order="author"))[-1] == "A model of 1000 trees"


def test_a_page_tells_how_many_papers_there_are(library: Library) -> None:
    page, total = library.papers(limit=1, offset=1, order="title")
    assert [paper.title for paper in page] == ["A model of 1000 trees"]
    assert total == 4


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("diffusion", {"Épreuves of Diffusion", "Fast diffusion models"}),
        ("epreuves", {"Épreuves of Diffusion"}),
        ("hopper", {"100% pruning"}),
        ("2021 turing", {"Fast diffusion models"}),
        ("diffusion 2020", set()),
        ("%", {"100% pruning"}),
        ("_", set()),
    ],
)
def test_papers_are_found_by_words_of_title_author_and_year(library: Library, text: str, found: set[str]) -> None:
    assert set(titles(library.papers(text))) == found


def test_an_order_that_is_none_is_an_error(library: Library) -> None:
    with pytest.raises(QuestionError, match="can't be sorted by 'size'"):
        library.papers(order="size")


def test_the_title_filter_wants_every_word_in_the_title(library: Library) -> None:
    found = library.search("method", filters=Filters(title="DIFFUSION épre"))
    assert [hit.paper.title for hit in found] == ["Épreuves of Diffusion"]
    with pytest.raises(EmptyLibraryError, match="No paper passes the filters"):
        library.search("method", filters=Filters(title="diffusion trees"))


def test_a_removed_paper_is_gone_from_every_place(
    library: Library, tmp_path: Path, write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]]
) -> None:
    gone = library.papers("pruning")[0][0]
    version = library.version
    assert library.remove([gone.paper_id, 999]) == 1
    assert library.paper(gone.paper_id) is None
    assert library.version > version
    assert len(library) == 3
    assert all(hit.paper.paper_id != gone.paper_id for hit in library.search("On the aaad method number 3"))
    with library._collection.storage.reading() as index:
        assert gone.paper_id not in index.ids()


def test_a_removed_paper_can_come_back_as_a_new_one(
    library: Library, write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]]
) -> None:
    gone = library.papers("pruning")[0][0]
    library.remove([gone.paper_id])
    report = library.ingest(write_jsonl(paper(3, title="100% pruning", authors=["Grace Hopper"])))
    assert report.added == 1
    assert library.papers("pruning")[0][0].paper_id > gone.paper_id


def test_all_papers_can_be_removed(library: Library) -> None:
    library.remove([paper.paper_id for paper in library.papers()[0]])
    with pytest.raises(EmptyLibraryError):
        library.search("diffusion")


def test_a_removal_that_was_cut_short_is_finished_by_the_next_writer(
    library: Library, tmp_path: Path, write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]]
) -> None:
    gone = library.papers("pruning")[0][0].paper_id
    with library._collection.storage.catalog.transaction():  # as after a kill between the catalog and the index
        library._collection.storage.catalog.remove([gone])
    library._collection.storage.catalog._sign(1)
    library.ingest(write_jsonl(paper(9), name="more.jsonl"))
    with library._collection.storage.reading() as index:
        assert gone not in index.ids()


def test_a_rating_is_kept_with_its_whole_answer(library: Library, tmp_path: Path) -> None:
    answer = library.ask("How many points does the aaab method reach?")
    library.rate(Rating("r1", answer, good=True))
    library.rate(Rating("r2", answer, good=False, note="half of it"))
    with Library.open(tmp_path / "l", Settings()) as again:
        first, second = again.ratings()
        assert (first.good, first.answer, second.note) == (True, answer, "half of it")
        assert first.at.endswith("+00:00")


def test_rating_again_is_a_change_of_mind(library: Library) -> None:
    answer = library.ask("How many points does the aaab method reach?")
    library.rate(Rating("r1", answer, good=True))
    library.rate(Rating("r1", answer, good=False))
    assert [rating.good for rating in library.ratings()] == [False]
    library.unrate("r1")
    assert library.ratings() == []


def test_a_damaged_rating_is_said(library: Library) -> None:
    answer = library.ask("How many points does the aaab method reach?")
    library.rate(Rating("r1", answer, good=True))
    with library._collection.storage.catalog.transaction():
        library._collection.storage.catalog.database.run("UPDATE ratings SET answer = '{}'")
    with pytest.raises(LibraryDamagedError, match="rating"):
        library.ratings()


def test_an_answer_given_as_history_before_the_title_filter_still_reads(samples: Library) -> None:
    answer = samples.ask("What is LoRA?")
    old = answer.to_dict()
    del old["searched"]["filters"]["title"]
    assert Answer.from_dict(old) == answer


def test_sources_name_where_papers_came_from(library: Library) -> None:
    assert [Path(source).name for source in library.sources()] == ["papers.jsonl"]


def test_answers_that_readers_found_good_are_questions_for_the_evaluation(library: Library) -> None:
    from eval.datasets.questions import rated_questions

    good = library.ask("How many points does the aaab method reach?")
    refused = library.ask("Who won the world cup in 2022?")
    library.rate(Rating("r1", good, good=True))
    library.rate(Rating("r2", library.ask("How many points does the aaac method reach?"), good=False))
    library.rate(Rating("r3", refused, good=True))
    rated = {one.id: one for one in rated_questions(library.ratings())}
    assert set(rated) == {"r1", "r3"}
    assert rated["r1"].gold_titles == {citation.paper.title for citation in good.citations}
    assert rated["r1"].answerable
    assert not rated["r3"].answerable


def test_a_word_of_a_title_is_found_as_it_is_written_also_by_its_beginning(
    tmp_path: Path, write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]]
) -> None:
    with Library.open(tmp_path / "w", Settings()) as library:
        library.ingest(write_jsonl(paper(1, title="The colour of <x> in CO<sub>2</sub>"), name="w.jsonl"))
        for word in ("colou", "colour", "<x>", "CO2"):
            assert library.papers(word)[1] == 1, word
            assert library.search("method", filters=Filters(title=word)), word
        assert library.papers("—")[1] == 0
        assert library.search("method", filters=Filters(title="— colour"))


BEYOND = 2**63  # more than SQLite counts
HALF = "\ud800"  # of a character: as an argument that is no UTF-8 brings it


def test_what_a_database_can_not_hold_is_nowhere_in_it(library: Library) -> None:
    assert library.paper(BEYOND) is None
    assert library.remove([BEYOND, -BEYOND * 2]) == 0
    assert library.take_out([BEYOND]).papers == ()
    assert library.papers(limit=BEYOND)[1] == 4
    assert library.papers(offset=BEYOND) == ([], 4)
    assert library.papers(filters=Filters(year_from=BEYOND)) == ([], 0)
    assert library.papers(HALF) == ([], 0)
    for unknown in (library.delete_collection, library.named):
        with pytest.raises(QuestionError):
            unknown(HALF)


def test_papers_are_listed_however_many_there_are(library: Library) -> None:
    many = range(1, 300_000)  # more than a statement of SQLite takes values
    assert len(library._collection.storage.catalog.papers(many)) == 4


@pytest.mark.parametrize("bounded", [False, True], ids=["text", "title"])
def test_a_whole_page_that_was_pasted_as_words_of_a_title_is_no_damage(library: Library, *, bounded: bool) -> None:
    def found(text: str) -> int:
        return library.papers(filters=Filters(title=text))[1] if bounded else library.papers(text)[1]

    assert found("diffusion " * 2_000) == 2
    assert found(" ".join(f"w{number}" for number in range(200))) == 0
    with pytest.raises(QuestionError, match="at most 200 fit"):
        found(" ".join(f"w{number}" for number in range(2_000)))


def test_a_file_whose_name_is_no_utf_8_is_a_source_as_any_other(
    library: Library, tmp_path: Path, write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]]
) -> None:
    odd = write_jsonl(paper(9), name="plain.jsonl").rename(tmp_path / "\udcff.jsonl")
    assert library.ingest(odd).added == 1
    assert library.ingest(odd).unchanged == 1
    assert list(library.gone(odd)) == []
    [source] = [one for one in library.sources() if one.endswith("\\udcff.jsonl")]
    assert len(library.remove_source(source).gone) == 1
