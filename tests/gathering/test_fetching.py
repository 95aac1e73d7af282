"""Papers fetched into a library: as an ingest brings them, from the query as their source, again and again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.benchmarks.fetching.index_server import Fault, IndexServer
from eval.benchmarks.fetching.made_papers import made
from rag.errors import FetchError, QuestionError
from rag.fetching import Wanted
from rag.library import Library
from rag.records.progress import Progress
from rag.settings import load_settings


@pytest.fixture
def library(tmp_path: Path, indexes: IndexServer) -> Iterator[Library]:
    """An empty library, whose indexes are on this machine."""
    with Library.open(tmp_path / "own.library", indexes.settings(tmp_path)) as opened:
        yield opened


def test_a_query_brings_its_papers_once(library: Library) -> None:
    told: list[Progress] = []
    report = library.fetch("openalex", "otters", limit=12, watch=told.append)
    assert (report.added, report.embedded, report.rejected) == (12, 12, ())
    assert library.sources() == ["openalex: otters"]
    assert library.search("animals that came back", limit=3)
    assert Progress("fetch", 12, None) in told
    again = library.fetch("openalex", "otters", limit=12)
    assert (again.unchanged, again.added, again.updated) == (12, 0, 0)


def test_nothing_is_sent_before_something_is_fetched(library: Library, indexes: IndexServer) -> None:
    library.queries()
    library.refresh()
    assert indexes.asked == []


def test_ids_alone_choose_their_indexes(library: Library, indexes: IndexServer) -> None:
    one, two, three = made(3)
    report = library.fetch(f"arxiv:{one.arxiv_id} doi:{two.doi} pmid:{three.pubmed_id}")
    assert report.added == 3
    assert {asked.index for asked in indexes.asked} >= {"arxiv", "crossref", "pubmed"}
    assert {paper.title.rstrip(".") for paper in library.selected()} == {one.title, two.title, three.title}


def test_papers_of_two_indexes_are_one_paper_each_and_a_source_can_be_taken_out(library: Library) -> None:
    library.fetch("openalex", "otters", limit=8)
    report = library.fetch(Wanted("europepmc", "otters", limit=10))
    assert report.added == 2
    assert len(library) == 10
    removed = library.remove_source("europepmc: otters")
    assert (len(removed.gone), len(library)) == (2, 8)
    assert library.put_back(removed) == 10
    assert len(library) == 10


@pytest.mark.parametrize("wrong", ["opnalex otters", "", "otters"])
def test_what_is_no_index_and_no_id_is_told_with_the_indexes(library: Library, wrong: str) -> None:
    with pytest.raises(QuestionError, match=r"no index and no id.*arxiv, openalex"):
        library.fetch(*wrong.split(maxsplit=1)) if wrong else library.fetch("")


def test_names_of_indexes_are_read_however_they_are_written(library: Library) -> None:
    assert library.fetch("Semantic-Scholar", "otters", limit=3).added == 3
    assert library.sources() == ["semantic_scholar: otters"]


def test_what_came_before_an_index_failed_is_stored_and_the_error_is_told(
    library: Library, indexes: IndexServer
) -> None:
    indexes.papers["openalex"] = made(150)
    indexes.misbehaves("openalex", None, Fault(403))
    report = library.fetch("openalex", "otters", limit=150)
    assert report.added == 100
    assert [one.line for one in report.rejected] == [None]
    assert "OpenAlex" in report.rejected[0].reason
    before = len(indexes.asked)
    assert library.fetch("openalex", "otters", limit=150).added == 50
    assert len(indexes.asked) == before + 1  # the first page is kept


def test_an_index_that_gives_nothing_at_all_is_an_error(library: Library, indexes: IndexServer) -> None:
    indexes.misbehaves("openalex", Fault(403))
    with pytest.raises(FetchError, match="OpenAlex"):
        library.fetch("openalex", "otters")
    assert len(library) == 0


def test_a_preview_tells_how_many_and_the_first_ten_and_stores_nothing(library: Library, indexes: IndexServer) -> None:
    indexes.bare["openalex"] = {2}
    [preview] = library.preview("openalex", "otters", limit=20)
    assert (preview.total, preview.coming, len(preview.papers)) == (30, 20, 10)
    assert [bool(one.abstract) for one in preview.papers[:3]] == [True, False, True]
    assert len(library) == 0
    before = len(indexes.asked)
    library.fetch("openalex", "otters", limit=20)
    assert [one.index for one in indexes.asked[before:]].count("openalex") == 0  # the preview had this page


# --- Queries that are kept


def test_a_kept_query_brings_what_is_new(library: Library, indexes: IndexServer) -> None:
    assert library.fetch("openalex", "otters", limit=100, keep=True).added == 30
    indexes.papers["openalex"] = made(33)
    [(query, report)] = library.refresh()
    assert (query.source, report.added, report.unchanged) == ("openalex: otters", 3, 30)
    assert library.sources() == ["openalex: otters"]
    asked = indexes.asked[-1].said
    assert "sort" in asked
    assert "from_publication_date" in asked["filter"]
    assert library.refresh()[0][1].added == 0


def test_a_query_is_kept_once_and_forgotten_without_its_papers(library: Library) -> None:
    for _ in range(2):
        library.fetch("openalex", "otters", limit=5, keep=True)
    library.fetch("dblp", "otters", limit=5, keep=True)
    first, second = library.queries()
    assert (first.wanted, first.source) == (Wanted("openalex", "otters", limit=5), "openalex: otters")
    assert library.forget_query(first.query_id) == first
    assert [one.query_id for one in library.queries()] == [second.query_id]
    assert len(library) == 5
    with pytest.raises(QuestionError, match="no kept query"):
        library.forget_query(first.query_id)
    with pytest.raises(QuestionError, match="no kept query 99"):
        library.refresh([99])


def test_an_index_that_fails_leaves_the_other_queries_and_is_asked_for_all_again(
    library: Library, indexes: IndexServer
) -> None:
    library.fetch("openalex", "otters", limit=5, keep=True)
    library.fetch("europepmc", "herons", limit=5, keep=True)
    before = library.queries()
    indexes.misbehaves("openalex", Fault(403))
    done = library.refresh()
    assert [len(report.rejected) for _, report in done] == [1, 0]
    assert library.queries()[0].refreshed == before[0].refreshed


def test_settings_of_the_environment_lead_to_the_indexes(tmp_path: Path, indexes: IndexServer) -> None:
    with Library.open(tmp_path / "other.library", load_settings()) as opened:
        assert opened.fetch("arxiv", "otters", limit=2).added == 2
    assert [one.index for one in indexes.asked] == ["arxiv"]
