"""Records that are one paper: how they are joined, told, taken apart again, and kept apart."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import MergeError
from rag.ingestion.ingest import store_records
from rag.ingestion.run import Ids, Run
from rag.library import Library
from rag.maintenance.doctor import check
from rag.records import IngestReport, Merge, Paper, Record
from rag.records.progress import Progress
from rag.settings import Settings
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.merged_records import records_of
from rag.storage.catalog.migrations import MIGRATIONS
from rag.storage.catalog.sqlite import open_catalog
from ui.page.views import library as library_view

WriteJsonl = Callable[..., Path]

SHORT = "We study quiet lattices that rest on sand."
FULL = f"{SHORT} They melt at 41 degrees, which nobody had measured in a lake."
OTHER = "Malaria parasites resist artemisinin in Cambodia, where clinics report more failures."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "papers.library", Settings()) as opened:
        yield opened


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = open_catalog(tmp_path)
    yield opened
    opened.close()


def lattices(abstract: str = FULL, **fields: Any) -> dict[str, Any]:
    return {"title": "Quiet lattices", "abstract": abstract, "authors": ["Ann Ash"], **fields}


def papers(library: Library) -> list[Paper]:
    return library.papers(limit=1_000)[0]


def counts(report: IngestReport) -> dict[str, int]:
    """Return the counts of a report that are not zero."""
    named = {name: getattr(report, name) for name in ("added", "updated", "unchanged", "merged", "embedded")}
    return {name: count for name, count in named.items() if count}


def store(catalog: Catalog, *records: Record, source: str = "/a.jsonl") -> dict[str, int]:
    return dict(store_records([(source, record) for record in records], catalog)[0])


# --- Joined


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_preprint_and_its_publication_become_one_paper_with_both_ids(
    library: Library, write_jsonl: WriteJsonl, order: tuple[int, int]
) -> None:
    rows = [
        lattices(SHORT, doi="10.48550/arXiv.2001.00001", year=2019),
        lattices(doi="10.1000/q", arxiv_id="2001.00001v3", year=2020, title="Loud lattices after all"),
    ]
    library.ingest([write_jsonl(rows[number], name=f"{number}.jsonl") for number in order])
    [paper] = papers(library)
    assert (paper.doi, paper.arxiv_id, paper.abstract) == ("10.1000/q", "2001.00001", FULL)
    assert paper.link == "https://doi.org/10.1000/q"
    [merge] = library.merges()
    assert merge.reason == "arxiv_id"


def test_the_doi_of_arxiv_is_an_arxiv_id_also_of_the_old_kind(catalog: Catalog) -> None:
    store(catalog, Record("Flows", SHORT, 1, arxiv_id="math.DG/0211159"))
    assert store(catalog, Record("Flows and entropy", FULL, 1, doi="10.48550/arxiv.math/0211159"), source="/b") == {
        "updated": 1
    }


def test_a_record_with_the_ids_of_two_papers_makes_them_one(library: Library, write_jsonl: WriteJsonl) -> None:
    published = write_jsonl(lattices(doi="10.1000/q"), name="a.jsonl")
    preprint = write_jsonl(lattices(SHORT, title="Lattices at rest", arxiv_id="2001.00001"), name="b.jsonl")
    library.ingest([published, preprint])
    first, second = papers(library)
    link = write_jsonl(lattices(OTHER[:40], doi="10.1000/q", arxiv_id="2001.00001"), name="c.jsonl")
    report = library.ingest(link)
    assert {merge.reason for merge in report.merges} == {"doi", "arxiv_id"}
    [paper] = papers(library)
    assert (paper.paper_id, paper.doi, paper.arxiv_id) == (first.paper_id, "10.1000/q", "2001.00001")
    assert len(paper.origins) == 3
    with library._collection.storage.reading() as index:
        assert second.paper_id not in index.ids()
    assert counts(library.ingest([published, preprint, link])) == {"unchanged": 3}


def test_an_ingest_that_is_stopped_after_two_papers_became_one_leaves_no_vectors_behind(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    rows = [lattices(doi="10.1000/q"), lattices(SHORT, title="Lattices at rest", arxiv_id="2001.00001")]
    library.ingest(write_jsonl(*rows))

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    link = write_jsonl(lattices(SHORT, doi="10.1000/q", arxiv_id="2001.00001"), name="c.jsonl")
    with pytest.raises(KeyboardInterrupt):
        library.ingest(link, stop)
    assert len(papers(library)) == 1
    assert all(finding.sound for finding in check(library.folder, Settings()))


def test_papers_are_not_gone_when_the_transaction_that_joined_them_failed(catalog: Catalog) -> None:
    store(catalog, Record("Flows", SHORT, 1, doi="10.1000/q"), Record("Rest", SHORT, 2, arxiv_id="2001.00001"))
    run = Run()

    def records() -> Iterator[tuple[str, Record]]:
        yield "/b", Record("Flows", SHORT, 1, doi="10.1000/q", arxiv_id="2001.00001")
        catalog.database.run("DELETE FROM nowhere")

    with pytest.raises(sqlite3.Error):
        store_records(records(), catalog, run=run)
    assert (catalog.count(), run.gone) == (2, [])


def test_papers_with_other_arxiv_ids_are_not_joined_by_a_third_record(catalog: Catalog) -> None:
    store(catalog, Record("Flows", SHORT, 1, doi="10.1000/q", arxiv_id="2001.00001"))
    store(catalog, Record("Rest", OTHER, 1, arxiv_id="2001.00002"), source="/b")
    store(catalog, Record("Flows", SHORT, 1, doi="10.1000/q", arxiv_id="2001.00002"), source="/c")
    assert catalog.count() == 2


def test_every_merge_is_told_with_its_titles_its_reason_and_its_place(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    library.ingest(write_jsonl(lattices(SHORT, doi="10.1000/q", pubmed_id="11"), name="a.jsonl"))
    more = write_jsonl(
        lattices(SHORT, title="QUIET {Lattices}", year=2020),
        lattices(FULL, title="Lattices that rest", pmid="11"),
        lattices(OTHER, title="Quiet lattices", doi="10.1000/q"),
        name="b.jsonl",
    )
    report = library.ingest(more)
    assert (report.merged, report.updated) == (1, 2)
    told = [(merge.paper_title, merge.title, merge.reason, merge.line) for merge in report.merges]
    assert told == [
        ("Quiet lattices", "QUIET {Lattices}", "title", 1),
        ("Quiet lattices", "Lattices that rest", "pubmed_id", 2),
        ("Quiet lattices", "Quiet lattices", "doi", 3),
    ]
    assert {merge.source for merge in report.merges} == {str(more)}
    assert library.merges() == list(report.merges)
    assert json.loads(json.dumps(report.to_dict()))["merges"][0]["reason"] == "title"


def test_a_report_holds_the_first_thousand_merges_and_counts_them_all(catalog: Catalog) -> None:
    run = Run()
    rows = [Record(f"On {number} things", f"Thing {number} is told apart.", number) for number in range(1_100)]
    kinds, _ = store_records([(source, row) for source in ("/a", "/b") for row in rows], catalog, run=run)
    assert (kinds["merged"], len(run.joined)) == (1_100, 1_000)


def test_a_doi_that_stands_on_another_paper_by_mistake_joins_nothing_and_is_remarked(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    path = write_jsonl(lattices(doi="10.1000/book"), {"title": "Malaria", "abstract": OTHER, "doi": "10.1000/book"})
    report = library.ingest(path)
    assert counts(report) == {"added": 2, "embedded": 2}
    [remark] = report.remarks
    assert "line 2" in remark.text
    assert "10.1000/book" in remark.text
    assert "kept apart" in remark.text
    again = library.ingest(path)
    assert (counts(again), again.remarks) == ({"unchanged": 2}, ())
    more = write_jsonl(lattices(SHORT, doi="10.1000/book"), name="b.jsonl")
    assert counts(library.ingest(more)) == {"merged": 1}


def test_many_editorials_stay_apart_and_a_second_run_changes_nothing(catalog: Catalog) -> None:
    words = [f"{chr(97 + n % 26)}{chr(97 + n // 26)}wort" for n in range(400)]
    rows = [
        Record("Editorial", f"{word} {word}er {word}est.", n, authors=("Mary Norton",)) for n, word in enumerate(words)
    ]
    assert store(catalog, *rows) == {"added": 400}
    assert store(catalog, *rows) == {"unchanged": 400}


def test_a_copy_in_another_file_is_a_merge_too(library: Library, write_jsonl: WriteJsonl) -> None:
    files = [write_jsonl(lattices(id=name), name=f"{name}.jsonl") for name in "abc"]
    assert counts(library.ingest(files)) == {"added": 1, "merged": 2, "embedded": 1}
    assert len(library.merges()) == 2


# --- Edited


def test_an_edit_replaces_what_the_record_said_also_by_less(library: Library, write_jsonl: WriteJsonl) -> None:
    library.ingest(write_jsonl(lattices(FULL, id="q", year=2019, doi="10.1000/wrong")))
    edited = write_jsonl(lattices(SHORT, id="q", year=2020, doi="10.1000/right"))
    assert counts(library.ingest(edited)) == {"updated": 1, "embedded": 1}
    [paper] = papers(library)
    assert (paper.abstract, paper.year, paper.doi) == (SHORT, 2020, "10.1000/right")
    assert counts(library.ingest(edited)) == {"unchanged": 1}
    wrong = write_jsonl({"title": "Malaria", "abstract": OTHER, "doi": "10.1000/wrong"}, name="b.jsonl")
    assert counts(library.ingest(wrong)) == {"added": 1, "embedded": 1}


def test_an_edit_of_a_record_without_an_id_is_known_by_its_line(library: Library, write_jsonl: WriteJsonl) -> None:
    library.ingest(write_jsonl(lattices(FULL)))
    assert counts(library.ingest(write_jsonl(lattices(SHORT)))) == {"updated": 1, "embedded": 1}
    assert papers(library)[0].abstract == SHORT
    assert library.merges() == []


def test_an_edit_is_known_by_its_line_also_after_rows_were_put_above_it(catalog: Catalog) -> None:
    first = Record("Malaria in clinics", OTHER, 1)
    store(catalog, Record("Quiet lattices", FULL, 1))
    assert store(catalog, first, Record("Quiet lattices", FULL, 2)) == {"added": 1, "unchanged": 1}
    assert store(catalog, first, Record("Quiet lattices", SHORT, 2)) == {"unchanged": 1, "updated": 1}
    assert [paper.abstract for paper in catalog.papers([1, 2])] == [SHORT, OTHER]


def test_a_record_with_a_new_name_is_found_by_that_and_not_by_the_old_one(catalog: Catalog) -> None:
    store(catalog, Record("Quiet lattices", FULL, 1, key="ash"))
    assert store(catalog, Record("Quiet lattices", FULL, 7, key="ash19")) == {"updated": 1}
    assert [paper.key for paper in catalog.papers([1])] == ["ash19"]
    assert (catalog.with_key("/a.jsonl", "ash19"), catalog.with_key("/a.jsonl", "ash")) == ([1], [])


def test_a_file_without_line_breaks_that_holds_a_paper_twice_changes_nothing_when_it_is_read_again(
    library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "one_line.json"
    path.write_text(json.dumps([lattices(id="a"), lattices(id="b")]), encoding="utf-8")
    assert counts(library.ingest(path)) == {"added": 1, "merged": 1, "embedded": 1}
    assert counts(library.ingest(path)) == {"unchanged": 2}


def test_an_edit_of_a_merged_record_is_taken_over_and_the_others_stay(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    one = write_jsonl(lattices(SHORT, id="a", doi="10.1000/q"), name="a.jsonl")
    library.ingest([one, write_jsonl(lattices(FULL, id="b", doi="10.1000/q"), name="b.jsonl")])
    edited = write_jsonl(lattices(f"{SHORT} Or so.", id="b", doi="10.1000/q", year=2021), name="b.jsonl")
    assert counts(library.ingest(edited)) == {"updated": 1, "embedded": 1}
    [paper] = papers(library)
    assert (paper.abstract, paper.year) == (f"{SHORT} Or so.", 2021)
    assert counts(library.ingest([one, edited])) == {"unchanged": 2}
    assert len(library.merges()) == 1


def test_a_merged_record_whose_wrong_doi_was_mended_is_a_paper_of_its_own(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    one = write_jsonl(lattices(FULL, id="a", doi="10.1000/q"), name="a.jsonl")
    wrong = write_jsonl(
        {"id": "b", "title": "Lattices in art", "abstract": FULL[:60], "doi": "10.1000/q"}, name="b.jsonl"
    )
    library.ingest([one, wrong])
    assert len(papers(library)) == 1
    mended = write_jsonl(
        {"id": "b", "title": "Lattices in art", "abstract": FULL[:60], "doi": "10.1000/art"}, name="b.jsonl"
    )
    assert counts(library.ingest([one, mended])) == {"unchanged": 1, "added": 1, "embedded": 1}
    assert [paper.doi for paper in papers(library)] == ["10.1000/q", "10.1000/art"]
    assert library.merges() == []


def test_two_records_under_one_id_of_their_source_do_not_push_each_other_out(
    library: Library, write_jsonl: WriteJsonl
) -> None:
    both = write_jsonl(lattices(SHORT, id="q"), lattices(FULL, id="q", year=2020))
    assert counts(library.ingest(both)) == {"added": 1, "updated": 1, "embedded": 1}
    assert counts(library.ingest(both)) == {"unchanged": 2}
    other = write_jsonl(lattices(f"{SHORT} Indeed.", id="q"), lattices(f"{FULL} Indeed.", id="q"))
    library.ingest(other)
    assert counts(library.ingest(other)) == {"unchanged": 2}
    assert len(papers(library)) == 1


def test_an_edit_that_brings_an_id_joins_two_papers(library: Library, write_jsonl: WriteJsonl) -> None:
    one = write_jsonl(lattices(FULL, id="a", doi="10.1000/q"), name="a.jsonl")
    library.ingest([one, write_jsonl(lattices(SHORT, id="b", title="Lattices at rest"), name="b.jsonl")])
    assert len(papers(library)) == 2
    library.ingest(write_jsonl(lattices(SHORT, id="b", title="Lattices at rest", doi="10.1000/q"), name="b.jsonl"))
    assert [paper.doi for paper in papers(library)] == ["10.1000/q"]
    assert [merge.reason for merge in library.merges()] == ["doi"]


# --- Split


@pytest.fixture
def merged(library: Library, write_jsonl: WriteJsonl) -> tuple[Library, list[Path], Merge]:
    """A library of one paper, made of two records with one DOI that are two papers in truth."""
    files = [
        write_jsonl(lattices(SHORT, id="a", doi="10.1000/q"), name="a.jsonl"),
        write_jsonl(lattices(FULL, id="b", doi="10.1000/q", title="Lattices in lakes", year=2020), name="b.jsonl"),
    ]
    library.ingest(files)
    [merge] = library.merges()
    return library, files, merge


def test_a_split_gives_each_record_its_paper_and_both_are_found(merged: tuple[Library, list[Path], Merge]) -> None:
    library, files, merge = merged
    alone = library.split(merge.merge_id)
    assert (alone.title, alone.abstract, alone.year, alone.key) == ("Lattices in lakes", FULL, 2020, "b")
    assert alone.origins == (str(files[1]),)
    left = library.paper(merge.paper_id)
    assert left is not None
    assert (left.title, left.abstract, left.year, left.origins) == ("Quiet lattices", SHORT, None, (str(files[0]),))
    assert {hit.paper.paper_id for hit in library.search("quiet lattices")} == {left.paper_id, alone.paper_id}
    assert library.search("melt at 41 degrees in a lake")[0].paper == alone
    assert library.merges() == []
    assert all(finding.sound for finding in check(library.folder, Settings()))


def test_what_was_split_is_not_joined_again_from_the_same_files_or_others(
    merged: tuple[Library, list[Path], Merge], write_jsonl: WriteJsonl
) -> None:
    library, files, merge = merged
    alone = library.split(merge.merge_id)
    assert counts(library.ingest(files)) == {"unchanged": 2}
    copy = write_jsonl(lattices(FULL, id="z", doi="10.1000/q", title="Lattices in lakes", year=2020), name="c.jsonl")
    assert counts(library.ingest(copy)) == {"merged": 1}
    [joined] = library.merges()
    assert joined.paper_id == alone.paper_id
    edited = write_jsonl(lattices(FULL, id="b", doi="10.1000/q", title="Lattices in lakes", year=2021), name="b.jsonl")
    library.ingest(edited)
    assert len(papers(library)) == 2


def test_what_was_split_is_not_joined_again_when_the_other_paper_was_removed(
    merged: tuple[Library, list[Path], Merge],
) -> None:
    library, files, merge = merged
    alone = library.split(merge.merge_id)
    library.remove([merge.paper_id])
    assert counts(library.ingest(files)) == {"added": 1, "unchanged": 1, "embedded": 1}
    library.remove([alone.paper_id])
    assert counts(library.ingest(files)) == {"added": 1, "unchanged": 1, "embedded": 1}


def test_a_copy_can_be_split_and_each_file_keeps_its_own(library: Library, write_jsonl: WriteJsonl) -> None:
    files = [write_jsonl(lattices(id=name), name=f"{name}.jsonl") for name in "ab"]
    library.ingest(files)
    library.split(library.merges()[0].merge_id)
    assert counts(library.ingest(files)) == {"unchanged": 2}
    assert [paper.key for paper in papers(library)] == ["a", "b"]


@pytest.mark.parametrize("case", ["twice", "unknown", "removed"])
def test_a_merge_that_is_not_there_can_not_be_split(merged: tuple[Library, list[Path], Merge], case: str) -> None:
    library, _, merge = merged
    if case == "twice":
        library.split(merge.merge_id)
    elif case == "removed":
        library.remove([merge.paper_id])
    wrong = 99 if case == "unknown" else merge.merge_id
    before = papers(library)
    with pytest.raises(MergeError, match=f"no merge {wrong}.*askpapers merges") as caught:
        library.split(wrong)
    assert len(str(caught.value).splitlines()) == 1
    assert papers(library) == before


def test_the_first_record_of_a_paper_is_no_merge(merged: tuple[Library, list[Path], Merge]) -> None:
    library, _, merge = merged
    [first] = [
        one
        for one in records_of(library._collection.storage.catalog, merge.paper_id)
        if one.record_id != merge.merge_id
    ]
    assert first.record_id is not None
    with pytest.raises(MergeError):
        library.split(first.record_id)


def test_a_removed_paper_leaves_no_records(merged: tuple[Library, list[Path], Merge]) -> None:
    library, _, merge = merged
    library.remove([merge.paper_id])
    for table in ("records", "identifiers", "origins"):
        assert library._collection.storage.catalog.database.one(f"SELECT count(*) FROM {table}") == 0


def test_a_split_that_was_cut_short_is_embedded_by_the_next_run(merged: tuple[Library, list[Path], Merge]) -> None:
    library, files, merge = merged
    from rag.ingestion.merging import split

    with library._collection.storage.catalog.transaction():  # as after a kill between the catalog and the index
        split(merge.merge_id, library._collection.storage.catalog)
    assert counts(library.ingest(files)) == {"unchanged": 2, "embedded": 2}
    assert len(library.search("lattices")) == 2


# --- A catalog from before records were kept


@pytest.fixture
def old_catalog(tmp_path: Path) -> Path:
    """A catalog of the second schema with one paper, made of records that nobody kept from two files."""
    path = tmp_path / "catalog.sqlite3"
    connection = sqlite3.connect(path)
    for script in MIGRATIONS[:2]:
        connection.executescript(script)
    connection.execute(
        "INSERT INTO papers (title, abstract, authors, year, doi, title_key, indexed) VALUES (?, ?, ?, ?, ?, ?, 1)",
        ("Quiet <i>lattices</i>", FULL, '["Ann Ash"]', 2019, "10.1000/q", "quietilatticesi"),
    )
    connection.executemany("INSERT INTO origins VALUES (1, ?, 1)", [("/a.jsonl",), ("/b.jsonl",)])
    connection.executemany(
        "INSERT INTO identifiers VALUES (?, ?, 1)", [("doi", "10.1000/q"), ("doi", "10.48550/arxiv.2001.00001")]
    )
    connection.execute("PRAGMA user_version = 2")
    connection.commit()
    connection.close()
    return path


def test_an_older_catalog_finds_its_papers_by_every_key_of_today(old_catalog: Path) -> None:
    for record in (
        Record("Quiet lattices", SHORT, 1),
        Record("Quiet lattices: rest", FULL, 1, authors=("A. Ash",)),
        Record("Rest", FULL, 1, arxiv_id="2001.00001"),
    ):
        catalog = open_catalog(old_catalog.parent)
        store(catalog, record, source="/c")
        assert catalog.count() == 1, record
        catalog.close()


def test_what_an_older_catalog_was_made_of_changes_nothing_when_it_is_read_again(old_catalog: Path) -> None:
    catalog = open_catalog(old_catalog.parent)
    read = [
        Record("Quiet <i>lattices</i>", FULL, 1, authors=("Ann Ash",), year=2019),
        Record("Quiet lattices", SHORT, 4),
    ]
    assert store(catalog, read[0]) == {"unchanged": 1}
    assert store(catalog, read[1], source="/b.jsonl") == {"unchanged": 1}
    new = Record("Quiet lattices", f"{FULL} They sing.", 1, doi="10.1000/q")
    assert store(catalog, new, source="/new") == {"updated": 1}
    assert store(catalog, read[0]) == {"unchanged": 1}
    assert catalog.papers([1])[0].abstract == new.abstract
    catalog.close()


def test_a_split_gives_back_the_paper_of_an_older_catalog_as_it_stood(tmp_path: Path, old_catalog: Path) -> None:
    catalog = open_catalog(old_catalog.parent)
    before = catalog.papers([1])
    store(catalog, Record("Quiet lattices", f"{FULL} They sing.", 1, doi="10.1000/q"), source="/new")
    from rag.ingestion.merging import split
    from rag.storage.catalog.merged_records import merges

    with catalog.transaction():
        split(merges(catalog)[0].merge_id, catalog)
    assert catalog.papers([1]) == before
    assert catalog.count() == 2
    catalog.close()


# --- Told


def test_the_page_tells_which_records_were_merged(merged: tuple[Library, list[Path], Merge]) -> None:
    _, _, merge = merged
    shown = library_view.report(IngestReport(updated=1, merges=(merge,)))
    assert "Lattices in lakes → Quiet lattices (the same DOI, b.jsonl line 1)" in shown
    assert "What was merged" not in library_view.report(IngestReport(added=1))


def test_the_command_line_lists_merges_and_splits_them(
    merged: tuple[Library, list[Path], Merge], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ui.cli.app import main

    library, _, merge = merged

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["askpapers", *map(str, arguments), "--library", str(library.folder)])
        capsys.readouterr()
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0), *capsys.readouterr()
        return 0, *capsys.readouterr()

    code, out, _ = run("merges")
    assert (code, out) == (0, "   2 joined by the same DOI: Lattices in lakes → Quiet lattices (b.jsonl line 1)\n")
    assert json.loads(run("merges", "--json")[1])[0]["merge_id"] == merge.merge_id
    code, out, _ = run("split", merge.merge_id)
    assert (code, out) == (0, "paper 2 by itself: Lattices in lakes\n")
    code, out, err = run("split", merge.merge_id)
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert err.startswith(f"Error: There is no merge {merge.merge_id}")
    assert run("merges")[1] == "No record was joined with another.\n"


def test_ids_take_a_byte_each_and_know_what_was_added() -> None:
    ids = Ids()
    for number in (5, 1_000_000, 0):
        assert number not in ids
        ids.add(number)
        assert number in ids
    assert 6 not in ids
    assert 2_000_000 not in ids
