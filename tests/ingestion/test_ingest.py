"""Papers in: what the report counts, what is merged, and that a second run changes nothing."""

import json
import zipfile
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import rag.ingestion.ingest
from rag.errors import SourceError
from rag.library import Library
from rag.records import Filters, IngestReport, Paper
from rag.records.progress import Progress
from rag.settings import Settings

MakePaper = Callable[..., dict[str, Any]]
WriteJsonl = Callable[..., Path]

SHORT = "We study quiet lattices. They rest."
FULL = f"{SHORT} Their zirconium phase melts at 41 degrees, which nobody had measured."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "papers.library", Settings()) as opened:
        yield opened


def counts(report: IngestReport) -> dict[str, int]:
    """Return the counts of a report that are not zero."""
    named = {name: getattr(report, name) for name in ("added", "updated", "unchanged", "merged", "embedded")}
    return {name: count for name, count in (named | {"rejected": len(report.rejected)}).items() if count}


def papers(library: Library) -> list[Paper]:
    found = library._collection.storage.catalog.all_papers(limit=1_000)
    return library._collection.storage.catalog.papers([paper.paper_id for paper in found])


def lattices(abstract: str = FULL, **fields: Any) -> dict[str, Any]:
    return {"title": "Quiet lattices", "abstract": abstract, **fields}


def test_new_papers_are_added_and_found(library: Library, write_jsonl: WriteJsonl, paper: MakePaper) -> None:
    report = library.ingest([write_jsonl(*map(paper, range(5)))])
    assert counts(report) == {"added": 5, "embedded": 5}
    for number in range(5):
        assert library.search(paper(number)["title"], limit=1)[0].paper.key == f"k{number}"


def test_a_report_lists_the_first_of_very_many_rejections_and_counts_all(
    library: Library, write_jsonl: WriteJsonl, paper: MakePaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.ingestion.ingest, "MOST_REJECTIONS", 2)
    report = library.ingest([write_jsonl("no", "json", paper(1), "at all")])
    assert [rejection.line for rejection in report.rejected] == [1, 2]
    assert (report.rejections, report.stored) == (3, 1)


def test_a_member_of_an_archive_is_a_source_that_search_can_be_bound_to(
    library: Library, tmp_path: Path, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for number, name in enumerate(("old.jsonl", "new.jsonl")):
            archive.write(write_jsonl(paper(number), name=name), f"in/{name}")
    library.ingest([tmp_path / "all.zip"])
    hits = library.search("method", limit=5, filters=Filters(origin="new.jsonl"))
    assert [hit.paper.key for hit in hits] == ["k1"]


def test_the_same_file_twice_changes_nothing(library: Library, write_jsonl: WriteJsonl, paper: MakePaper) -> None:
    path = write_jsonl(*map(paper, range(5)))
    library.ingest([path])
    before = papers(library), library._collection.storage.catalog.generation
    assert counts(library.ingest([path])) == {"unchanged": 5}
    assert (papers(library), library._collection.storage.catalog.generation) == before


def test_the_same_paper_in_three_files_is_one_paper_with_three_origins(
    library: Library, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    files = [write_jsonl(paper(1, id=name), paper(number), name=name) for number, name in enumerate("abc", start=2)]
    assert counts(library.ingest(files)) == {"added": 4, "merged": 2, "embedded": 4}
    [shared] = [found for found in papers(library) if found.title == paper(1)["title"]]
    assert shared.origins == tuple(str(path) for path in files)
    assert [hit.paper.paper_id for hit in library.search(shared.title, limit=4)].count(shared.paper_id) == 1
    assert counts(library.ingest(files)) == {"unchanged": 6}


def test_the_same_paper_twice_in_one_new_file_counts_as_added_and_merged(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    report = library.ingest([write_jsonl(lattices(), lattices(title="QUIET LATTICES."))])
    assert counts(report) == {"added": 1, "merged": 1, "embedded": 1}


def test_a_fuller_abstract_updates_a_paper_which_is_found_by_its_new_words(
    library: Library, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    library.ingest([write_jsonl(lattices(SHORT), *map(paper, range(5)), name="short.jsonl")])
    assert library.search("zirconium phase", limit=1)[0].paper.title != "Quiet lattices"
    assert counts(library.ingest([write_jsonl(lattices(), name="full.jsonl")])) == {"updated": 1, "embedded": 1}
    [hit] = library.search("zirconium phase", limit=1)
    assert hit.paper.abstract == FULL
    assert "zirconium" in hit.passages[0].text


def test_a_shorter_abstract_changes_nothing(library: Library, write_jsonl: WriteJsonl) -> None:
    library.ingest([write_jsonl(lattices(), name="full.jsonl")])
    assert counts(library.ingest([write_jsonl(lattices(SHORT), name="short.jsonl")])) == {"merged": 1}
    assert papers(library)[0].abstract == FULL


def test_the_order_of_files_does_not_matter(tmp_path: Path, write_jsonl: WriteJsonl) -> None:
    files = [
        write_jsonl(lattices(SHORT, year=2020, doi="10.1000/q"), name="a.jsonl"),
        write_jsonl(lattices(title="Quiet Lattices"), name="b.jsonl"),
        write_jsonl(lattices("We study quiet lattices.", authors=["Ann Ash"]), name="c.jsonl"),
    ]
    results = set()
    for number, order in enumerate(permutations(files)):
        with Library.open(tmp_path / f"{number}.library", Settings()) as library:
            library.ingest(order)
            results.update(papers(library))
    [result] = results
    assert (result.title, result.abstract) == ("Quiet Lattices", FULL)
    assert (result.year, result.doi, result.authors) == (2020, "10.1000/q", ("Ann Ash",))


def test_missing_fields_are_filled_and_known_ones_kept_without_embedding_again(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    library.ingest([write_jsonl(lattices(year=2020), name="a.jsonl")])
    more = lattices(year=2021, doi="10.1000/Q", authors="Ann Ash and Bo Birch", url="https://example.org/q", id="q1")
    assert counts(library.ingest([write_jsonl(more, name="b.jsonl")])) == {"updated": 1}
    [found] = papers(library)
    assert (found.year, found.doi, found.authors) == (2020, "10.1000/q", ("Ann Ash", "Bo Birch"))
    assert (found.url, found.key) == ("https://example.org/q", "q1")
    assert library.search("lattices")[0].paper == found


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lattices("Poets of the baroque wrote sonnets on clocks and mirrors."), id="another abstract"),
        pytest.param(lattices(doi="10.1000/other"), id="another DOI"),
        pytest.param(lattices(year=1990), id="another year"),
        pytest.param(lattices(authors=["Zoe Zander"]), id="other authors"),
    ],
)
def test_different_papers_with_the_same_title_stay_apart(
    library: Library, write_jsonl: WriteJsonl, other: dict[str, Any]
) -> None:
    first = lattices(doi="10.1000/q", year=2020, authors=["Ann Ash"])
    report = library.ingest([write_jsonl(first, name="a.jsonl"), write_jsonl(other, name="b.jsonl")])
    assert counts(report) == {"added": 2, "embedded": 2}


def test_a_record_with_the_same_key_in_the_same_source_is_the_same_paper_though_its_title_was_edited(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    library.ingest([write_jsonl(lattices(SHORT, id="q1"))])
    report = library.ingest([write_jsonl(lattices(id="q1", title="Loud lattices"))])
    assert counts(report) == {"updated": 1, "embedded": 1}
    assert [(found.title, found.abstract) for found in papers(library)] == [("Loud lattices", FULL)]
    elsewhere = write_jsonl(lattices(id="q1", title="Some other thing"), name="b.jsonl")
    assert counts(library.ingest([elsewhere])) == {"added": 1, "embedded": 1}


def test_a_rejected_record_does_not_cost_its_neighbours(library: Library, tmp_path: Path, paper: MakePaper) -> None:
    good = [json.dumps(paper(number)).encode() for number in range(4)]
    lines = [good[0], b'{"title": ', good[1], b'{"title": "Bl\xff"}', good[2], b'{"title": "No abstract"}', good[3]]
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(b"\n".join(lines))
    report = library.ingest([path])
    assert counts(report) == {"added": 4, "rejected": 3, "embedded": 4}
    assert [(found.source, found.line) for found in report.rejected] == [(str(path), line) for line in (2, 4, 6)]
    assert report.stored + len(report.rejected) == len(lines)


def test_progress_is_told_and_ends_at_its_total(library: Library, write_jsonl: WriteJsonl, paper: MakePaper) -> None:
    told: list[Progress] = []
    library.ingest([write_jsonl(*map(paper, range(40)))], told.append)
    read = [progress for progress in told if progress.stage == "read"]
    embed = [progress for progress in told if progress.stage == "embed"]
    assert told == read + embed
    assert read[-1].done == 40
    assert [progress.done for progress in embed] == [0, 32, 40]
    assert {progress.total for progress in embed} == {40}


def test_an_interrupted_ingest_keeps_what_was_told_and_the_next_run_does_the_rest(
    library: Library, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == "embed" and progress.done:
            raise KeyboardInterrupt

    path = write_jsonl(*map(paper, range(40)))
    with pytest.raises(KeyboardInterrupt):
        library.ingest([path], stop)
    assert len(library) == 32
    assert library.search(paper(3)["title"], limit=1)[0].paper.key == "k3"
    assert counts(library.ingest([path])) == {"unchanged": 40, "embedded": 8}
    assert library.search(paper(39)["title"], limit=1)[0].paper.key == "k39"


def test_a_long_abstract_is_stored_found_and_cited(library: Library, write_jsonl: WriteJsonl, paper: MakePaper) -> None:
    filler = " ".join(f"Sentence {number} speaks of ordinary weather and of rain." for number in range(930))
    abstract = f"{filler[:48_900]}. The zirconium probe reached 87 percent of accuracy."
    long = paper(9, abstract=abstract)
    library.ingest([write_jsonl(long, *map(paper, range(5)))])
    [hit] = library.search("accuracy of the zirconium probe", limit=1)
    assert hit.paper.abstract == abstract
    assert len(hit.paper.abstract) > 48_900
    answer = library.ask("What accuracy did the zirconium probe reach?")
    [cited] = answer.claims[-1].citations
    assert cited.start > 48_000
    assert cited.quote == abstract[cited.start : cited.end] == "The zirconium probe reached 87 percent of accuracy."


def test_a_path_that_does_not_exist_is_told_before_anything_is_stored(
    library: Library, write_jsonl: WriteJsonl, paper: MakePaper, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.jsonl does not exist"):
        library.ingest([write_jsonl(paper(1)), tmp_path / "nowhere.jsonl"])
    assert papers(library) == []
