"""What papers lack, filled in from open indexes: nothing that is there changes, all is listed and can be undone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.benchmarks.fetching.index_server import Fault, IndexServer
from eval.benchmarks.fetching.made_papers import Made, made
from rag.errors import FetchError
from rag.ingestion.filling import ids_by_paper, telling
from rag.library import Library
from rag.maintenance.doctor import check
from rag.records import Paper, Record

TABLES = ("papers", "origins", "identifiers", "records", "checksums")
WriteJsonl = Any


@pytest.fixture
def library(tmp_path: Path, indexes: IndexServer) -> Iterator[Library]:
    """An empty library, whose indexes are on this machine."""
    with Library.open(tmp_path / "own.library", indexes.settings(tmp_path)) as opened:
        yield opened


def row(paper: Made, **known: Any) -> dict[str, Any]:
    """Return a paper as a file has it: title, text, and what is said besides."""
    return {"id": f"k{paper.number}", "title": paper.title, "abstract": paper.abstract, **known}


def stored(library: Library) -> dict[str, list[Any]]:
    """Return all that the catalog holds of papers, and that it is sound."""
    database = library._collection.storage.catalog.database
    assert all(finding.sound for finding in check(library.folder, library.settings))
    return {table: sorted(database.all(f"SELECT * FROM {table}"), key=repr) for table in TABLES}


def first(library: Library) -> Paper:
    found = library.paper(1)
    assert found is not None
    return found


def test_what_a_paper_lacks_is_filled_in_listed_and_taken_back(library: Library, write_jsonl: WriteJsonl) -> None:
    one, two = made(2)
    library.ingest(write_jsonl(row(one, doi=one.doi), row(two, doi=two.doi, year=1999, authors=["Some Body"])))
    before, generation = stored(library), library.version
    report = library.enrich()
    assert (report.asked, report.known, report.without_id, report.remarks) == (2, 2, 0, ())
    told = {(change.paper_id, change.field): change.new for change in report.changes}
    names = ", ".join(f"{given} {family}" for given, family in one.authors)
    assert told[1, "authors"] == names
    assert told[1, "year"] == str(one.year)
    assert told[1, "pubmed_id"] == one.pubmed_id
    assert not {(2, "authors"), (2, "year")} & told.keys()
    assert all(change.old == "" and change.new for change in report.changes)
    assert f"{one.title}: year: nothing → {one.year}" in map(str, report.changes)
    paper = first(library)
    assert (paper.year, paper.pubmed_id, paper.doi) == (one.year, one.pubmed_id, one.doi)
    assert library.named(one.pubmed_id).paper_id == 1
    assert library.paper(2).year == 1999  # type: ignore[union-attr]
    assert library.merges() == []
    assert library.version > generation
    assert all(finding.sound for finding in check(library.folder, library.settings))
    undone = library.unenrich()
    assert {(c.paper_id, c.field, c.old) for c in undone.changes} == {
        (c.paper_id, c.field, c.new) for c in report.changes
    }
    assert stored(library) == before


def test_a_dry_run_tells_the_same_changes_and_stores_none(library: Library, write_jsonl: WriteJsonl) -> None:
    library.ingest(write_jsonl(*(row(one, doi=one.doi) for one in made(3))))
    before = stored(library)
    would = library.enrich(dry_run=True)
    assert would.changes
    assert stored(library) == before
    assert library.enrich().changes == would.changes
    assert library.enrich().changes == ()


def test_a_paper_without_an_id_is_counted_and_left(
    library: Library, write_jsonl: WriteJsonl, indexes: IndexServer
) -> None:
    library.ingest(write_jsonl(*(row(one) for one in made(2))))
    report = library.enrich()
    assert (report.asked, report.without_id, report.changes) == (0, 2, ())
    assert indexes.asked == []


def test_an_id_of_another_paper_changes_nothing_and_is_remarked(library: Library, write_jsonl: WriteJsonl) -> None:
    one, other = made(2)
    wrong = row(
        one, doi=other.doi, title="Solar sails of thin foil", abstract="Sails of thin foil are pushed by light."
    )
    library.ingest(write_jsonl(wrong))
    report = library.enrich()
    assert report.changes == ()
    assert any(other.title[:20] in remark.text and "Solar sails" in remark.text for remark in report.remarks)


def test_an_id_that_another_paper_here_has_is_left_out(library: Library, write_jsonl: WriteJsonl) -> None:
    one, two = made(2)
    # The same PubMed id stands on a paper that is surely another one.
    taken = {"title": "Solar sails of thin foil", "abstract": "Sails of thin foil are pushed by light.",
             "pmid": one.pubmed_id}  # fmt: skip
    library.ingest(write_jsonl(row(one, doi=one.doi), taken, row(two, doi=two.doi)))
    library.enrich()
    assert first(library).pubmed_id is None
    assert first(library).year == one.year


def test_what_a_source_says_later_comes_before_what_was_filled_in(library: Library, write_jsonl: WriteJsonl) -> None:
    one = made(1)[0]
    library.ingest(write_jsonl(row(one, doi=one.doi)))
    library.enrich()
    report = library.ingest(write_jsonl(row(one, doi=one.doi, year=1988)))
    assert (report.updated, report.added) == (1, 0)
    assert first(library).year == 1988
    assert first(library).pubmed_id == one.pubmed_id
    library.ingest(write_jsonl(row(one, doi=one.doi, year=1987, id="other"), name="b.jsonl"))
    assert first(library).year == 1987
    library.unenrich()
    assert (first(library).year, first(library).pubmed_id) == (1987, None)


def test_a_later_record_with_an_id_that_was_filled_in_joins_the_paper(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    one = made(1)[0]
    library.ingest(write_jsonl(row(one, doi=one.doi)))
    library.enrich()
    other = {"title": f"{one.title} (with notes)", "abstract": one.abstract, "pmid": one.pubmed_id}
    report = library.ingest(write_jsonl(other, name="b.jsonl"))
    assert report.added == 0
    [merge] = report.merges
    assert library.split(merge.merge_id).pubmed_id == one.pubmed_id
    assert first(library).year == one.year  # what its own DOI told stays with it
    library.unenrich()
    assert first(library).year is None
    assert all(finding.sound for finding in check(library.folder, library.settings))


def test_what_was_filled_in_by_the_id_of_a_record_that_was_split_off_goes(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    one = made(1)[0]
    library.ingest(write_jsonl(row(one)))
    report = library.ingest(write_jsonl({**row(one, doi=one.doi), "id": "b"}, name="b.jsonl"))
    library.enrich()
    assert first(library).year == one.year
    library.split(report.merges[0].merge_id)
    assert (first(library).year, first(library).doi) == (None, None)
    assert all(finding.sound for finding in check(library.folder, library.settings))


def test_a_source_that_is_gone_takes_what_was_filled_in_along(library: Library, write_jsonl: WriteJsonl) -> None:
    one, two = made(2)
    library.ingest(write_jsonl(row(one, doi=one.doi), row(two, doi=two.doi)))
    library.enrich()
    before = stored(library)
    removed = library.remove_source(library.sources()[0])
    assert len(library) == 0
    library.put_back(removed)
    assert stored(library) == before
    library.put_back(library.take_out([1, 2]))
    assert stored(library) == before


def test_an_index_that_fails_is_left_out_and_told_and_the_others_fill_in(
    library: Library, write_jsonl: WriteJsonl, indexes: IndexServer
) -> None:
    library.ingest(write_jsonl(*(row(one, doi=one.doi) for one in made(2))))
    indexes.misbehaves("openalex", Fault(403))
    report = library.enrich()
    assert {change.field for change in report.changes} >= {"year", "authors"}
    assert [remark.source for remark in report.remarks] == ["OpenAlex"]
    library.unenrich()
    for name in ("openalex", "crossref", "arxiv", "pubmed"):
        indexes.misbehaves(name, *[Fault(403)] * 9)
    library.ingest(write_jsonl(row(made(3)[2], doi=made(3)[2].doi, pmid=made(3)[2].pubmed_id, arxiv="2001.10003")))
    with pytest.raises(FetchError):
        library.enrich()


def test_records_of_a_file_that_lack_only_their_abstract_come_in_and_go_again(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    one, two, three = made(3)
    path = write_jsonl(
        row(one, doi=one.doi),
        {"title": two.title, "doi": two.doi},
        {"title": "Known nowhere at all", "doi": "10.5555/none"},
    )
    library.ingest(path)
    assert len(library) == 1
    would = library.enrich(path, dry_run=True)
    assert ("abstract", two.abstract) in {(change.field, change.new) for change in would.changes}
    assert len(library) == 1
    report = library.enrich(path)
    assert report.brought is not None
    assert (report.brought.added, len(report.brought.rejected)) == (1, 1)
    assert {paper.title for paper in library.selected()} == {one.title, two.title}
    assert library.search("The heron", limit=1)
    library.unenrich()
    assert [paper.title for paper in library.selected()] == [one.title]
    assert three.title not in {paper.title for paper in library.selected()}


def test_that_a_paper_was_retracted_is_filled_in_though_its_title_says_so_there(
    library: Library, write_jsonl: WriteJsonl, indexes: IndexServer
) -> None:
    one = made(1)[0]
    library.ingest(write_jsonl(row(one, doi=one.doi, year=one.year, authors=["Some Body"])))
    work = {"id": "https://openalex.org/W1", "doi": f"https://doi.org/{one.doi}", "title": f"RETRACTED: {one.title}",
            "publication_year": one.year, "is_retracted": True}  # fmt: skip
    indexes.misbehaves("openalex", Fault(body=json.dumps({"meta": {"count": 1}, "results": [work]}).encode()))
    report = library.enrich()
    assert ("retracted", True) in {(change.field, bool(change.new)) for change in report.changes}
    assert first(library).retracted
    assert first(library).title == one.title
    library.unenrich()
    assert first(library).retracted is None


def test_a_mark_of_retraction_is_no_part_of_a_title_and_a_notice_of_one_is_another_work() -> None:
    paper = Paper(1, "River otters return to the delta (Retracted article. See vol. 3)", "Text.", doi="10.1000/1")
    known = ids_by_paper([paper])[0]
    one, notice = "River otters return to the delta", "Retraction: River otters return to the delta"
    for title, of_it in ((one, [(1, "doi 10.1000/1")]), (notice, [])):
        assert list(telling(Record(title, "", 1, doi="10.1000/1"), known, [], "OpenAlex")) == of_it


def test_a_filled_paper_that_came_in_again_meanwhile_is_joined_with_what_was_taken_out(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    one = made(1)[0]
    path = write_jsonl(row(one, doi=one.doi))
    library.ingest(path)
    library.enrich()
    removed = library.take_out([1])
    library.ingest(path)
    library.put_back(removed)
    [paper] = library.selected()
    assert (paper.title, paper.abstract, paper.doi) == (one.title, one.abstract, one.doi)
