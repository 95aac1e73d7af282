"""Whatever is read, edited, split and removed in whatever order: the catalog stays sound, and a second run is idle."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, permutations
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.ingestion.ingest import store_records
from rag.ingestion.merging import split
from rag.records import Paper, Record
from rag.records.canonical import compose
from rag.records.identity import fingerprint
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.merged_records import merges, records_of
from rag.storage.catalog.papers import keys_of
from rag.storage.catalog.sqlite import open_catalog

PROPERTY = settings(deadline=None, max_examples=25)
QUIET = (
    "We study quiet lattices that rest on sand and melt at forty degrees, which nobody measured before us in a lake."
)
MALARIA = "Parasites resist artemisinin in Cambodia, where clinics report twice as many failures as ten years ago."
LINES = "SELECT source, line FROM origins WHERE paper_id = ?"
File = list[Record]


@st.composite
def record(draw: st.DrawFn) -> Record:
    """A record out of a small world, so that many share an id, a title, a key or a text."""
    text = draw(st.sampled_from([QUIET, QUIET[:60], QUIET + " They sing.", MALARIA, MALARIA[:70]]))
    title = draw(st.sampled_from(["Quiet lattices", "Quiet lattices: a study", "QUIET LATTICES", "Malaria in clinics"]))
    return Record(
        title,
        text,
        1,
        key=draw(st.sampled_from([None, "k1", "k2"])),
        authors=draw(st.sampled_from([(), ("Ann Ash",), ("Ash, A.", "Bo Birch"), ("Zoe Zander",)])),
        year=draw(st.sampled_from([None, 2018, 2019, 2024])),
        doi=draw(st.sampled_from([None, None, "10.1000/q", "10.1000/m", "10.48550/arxiv.2001.00001"])),
        arxiv_id=draw(st.sampled_from([None, None, "2001.00001", "2001.00002"])),
        pubmed_id=draw(st.sampled_from([None, None, "11"])),
    )


def numbered(file: File) -> File:
    return [replace(found, line=line) for line, found in enumerate(file, start=1)]


LATTICES = Record("Quiet lattices", QUIET, 1)
STUDY = replace(LATTICES, title="Quiet lattices: a study")
# Few records, often the same under other names and on other lines, also many on the one line of a file without breaks.
CROWDED = st.lists(
    st.builds(
        replace,
        st.sampled_from([LATTICES, STUDY, replace(LATTICES, doi="10.1000/q"), replace(STUDY, doi="10.1000/m")]),
        key=st.sampled_from([None, "k1", "k2"]),
        line=st.integers(1, 4),
    ),
    max_size=5,
).map(lambda file: sorted(file, key=lambda one: one.line))
FILES = st.lists(st.lists(record(), min_size=1, max_size=4).map(numbered), min_size=1, max_size=3)


@contextmanager
def new_catalog() -> Iterator[Catalog]:
    folder = Path(tempfile.mkdtemp())
    catalog = open_catalog(folder)
    catalog.database.run("PRAGMA synchronous = OFF")  # hundreds of catalogs that no power cut has to spare
    try:
        yield catalog
    finally:
        catalog.close()
        shutil.rmtree(folder)


def ingest(catalog: Catalog, files: list[File]) -> dict[str, int]:
    found = chain.from_iterable([(f"/{n}.jsonl", one) for one in file] for n, file in enumerate(files))
    return dict(store_records(found, catalog)[0])


def assert_sound(catalog: Catalog) -> None:
    """Each paper is what its records say, found under their keys and under no others."""
    for paper_id in catalog.ids():
        [paper] = catalog.papers([paper_id])
        kept = records_of(catalog, paper_id)
        assert replace(compose(paper_id, [one.record for one in kept]), origins=paper.origins) == paper
        assert {(source, line) for source, line in catalog.database.all(LINES, paper_id)} <= {
            (one.source, one.record.line) for one in kept
        }
        assert set(paper.origins) == {one.source for one in kept}
        keys = {key for one in kept for key in keys_of(one.record, one.source)}
        assert {
            tuple(row)
            for row in catalog.database.all("SELECT scope, value FROM identifiers WHERE paper_id = ?", paper_id)
        } == keys
        assert catalog.database.one("SELECT count(*) FROM records WHERE paper_id = ?", paper_id) == (
            len(kept) if kept[1:] else 0
        )
    assert not catalog.damage()


def content(catalog: Catalog) -> list[Paper]:
    """Return the papers without what their order decides: their number, and what each source calls its own."""
    found = catalog.papers(sorted(catalog.ids()))
    return sorted((replace(paper, paper_id=0, key=None, url=None) for paper in found), key=repr)


@PROPERTY
@given(FILES)
def test_a_second_run_over_the_same_files_changes_nothing(files: list[File]) -> None:
    with new_catalog() as catalog:
        ingest(catalog, files)
        assert_sound(catalog)
        before, generation = catalog.papers(sorted(catalog.ids())), catalog.generation
        assert ingest(catalog, files).keys() <= {"unchanged"}
        assert (catalog.papers(sorted(catalog.ids())), catalog.generation) == (before, generation)


@PROPERTY
@given(FILES, FILES, FILES)
@example([[LATTICES]], [numbered([LATTICES, LATTICES, STUDY])], [[replace(LATTICES, key="k1")]])
@example([[LATTICES, replace(STUDY, line=2)]], [], [numbered([LATTICES, replace(STUDY, doi="10.1000/q"), LATTICES])])
def test_edited_files_leave_a_sound_catalog_that_a_second_run_does_not_change(
    one: list[File], two: list[File], three: list[File]
) -> None:
    with new_catalog() as catalog:
        for files in (one, two, three):
            ingest(catalog, files)
            assert_sound(catalog)
        assert ingest(catalog, three).keys() <= {"unchanged"}


@PROPERTY
@given(st.lists(CROWDED, min_size=1, max_size=4))
@example([[LATTICES, replace(LATTICES, key="k1")]])
@example([[LATTICES, replace(LATTICES, line=2)], [replace(LATTICES, line=2, key="k1"), replace(LATTICES, line=3)]])
def test_each_copy_in_a_file_is_held_on_its_line_under_its_name_however_often_the_file_was_edited(
    versions: list[File],
) -> None:
    with new_catalog() as catalog:
        for file in versions:
            ingest(catalog, [file])
            assert_sound(catalog)
            held = {
                (fingerprint(one.record), one.record.line, one.record.key)
                for paper_id in catalog.ids()
                for one in records_of(catalog, paper_id)
            }
            assert {(fingerprint(one), one.line, one.key) for one in file} <= held
            assert ingest(catalog, [file]).keys() <= {"unchanged"}


@PROPERTY
@given(FILES, st.data())
def test_what_was_split_stays_split_and_nothing_is_lost(files: list[File], data: st.DataObject) -> None:
    with new_catalog() as catalog:
        ingest(catalog, files)
        while found := merges(catalog):
            merge = data.draw(st.sampled_from(found))
            [kept] = [one for one in records_of(catalog, merge.paper_id) if one.record_id == merge.merge_id]
            with catalog.transaction():
                alone = split(merge.merge_id, catalog)
            assert_sound(catalog)
            [paper] = catalog.papers([alone])
            assert records_of(catalog, alone)[0].record == replace(kept.record, arxiv_id=paper.arxiv_id)
            assert ingest(catalog, files).keys() <= {"unchanged"}
        # The same records from another place find each its own paper, none joins what was taken apart.
        ingest(catalog, [[], [], [], *files])
        assert_sound(catalog)
        for merge in merges(catalog):
            prints = {fingerprint(one.record) for one in records_of(catalog, merge.paper_id)}
            for one in prints:
                apart = {row[0] for row in catalog.database.all("SELECT other FROM apart WHERE record = ?", one)}
                assert not apart & (prints - {one})


@PROPERTY
@given(
    st.lists(
        st.builds(
            Record,
            st.sampled_from(["Quiet lattices", "QUIET LATTICES", "Quiet lattices."]),
            st.sampled_from([QUIET, QUIET[:60], QUIET + " They sing."]),
            st.just(1),
            authors=st.sampled_from([(), ("Ann Ash",), ("Ash, A.", "Bo Birch")]),
            year=st.sampled_from([None, 2018, 2019]),
            doi=st.sampled_from([None, "10.1000/q", "10.48550/arxiv.2001.00001"]),
            arxiv_id=st.sampled_from([None, "2001.00001"]),
        ),
        min_size=2,
        max_size=3,
    )
)
def test_the_order_in_which_the_records_of_a_paper_come_does_not_matter(records: File) -> None:
    results = []
    for order in permutations(enumerate(records)):
        with new_catalog() as catalog:
            store_records(((f"/{number}.jsonl", one) for number, one in order), catalog)
            assert_sound(catalog)
            results.append(content(catalog))
    assert all(len(result) == 1 for result in results)
    assert all(result == results[0] for result in results)
