"""Whatever is read, marked, split, taken out and put back in whatever order: no mark is lost, none is of nothing."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.ingestion.ingest import store_records
from rag.ingestion.merging import split
from rag.ingestion.run import Run
from rag.ingestion.taking import put_back, remove_source, take_out
from rag.records import PaperMarks
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.marks import COLLECTION, TAG
from rag.storage.catalog.merged_records import merges
from tests.ingestion.test_merging_property import FILES, File, new_catalog

NAMES = st.sampled_from(["Thesis", "THESIS", "later", "Über", "u\u0308ber"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["read", "collect", "uncollect", "tag", "untag", "note", "split", "take", "source", "put"]),
        st.integers(0, 9),
        NAMES,
    ),
    max_size=14,
)
TABLES = ("papers", "origins", "identifiers", "records", "notes", "checksums", "apart")
Dump = dict[str, list[tuple[object, ...]]]


def dumped(catalog: Catalog) -> Dump:
    """Return all that a catalog holds; of `indexed` nothing, for nothing is embedded here."""
    rows: Dump = {table: sorted(catalog.database.all(f"SELECT * FROM {table}"), key=repr) for table in TABLES}
    members = "SELECT kind, name, paper_id FROM labelled JOIN labels USING (label_id)"
    return rows | {"labelled": sorted(catalog.database.all(members))}


def all_marks(catalog: Catalog) -> set[tuple[str, str]]:
    """Return every name that a paper is under, and every paragraph that is noted."""
    found = catalog.marks.of(catalog.ids()).values()
    names = {("collection", name) for one in found for name in one.collections}
    names |= {("tag", name) for one in found for name in one.tags}
    return names | {("note", part) for one in found for part in one.note.split("\n\n") if part}


def marked(catalog: Catalog, step: str, number: int, name: str) -> None:
    """Do a step with marks, of a paper that is there or not."""
    kind = COLLECTION if "collect" in step else TAG
    if step in {"collect", "tag"}:
        catalog.marks.add(kind, name, [number])
    with suppress(QuestionError):  # there is no such paper, or no such name
        if step == "note":
            catalog.marks.note(number, name)
        elif step in {"uncollect", "untag"}:
            catalog.marks.take(kind, name, [number])


@given(FILES, STEPS)
@settings(deadline=None, max_examples=60)
def test_marks_are_of_papers_and_outlive_merges_splits_and_undone_removals(
    files: list[File], steps: list[tuple[str, int, str]]
) -> None:
    with new_catalog() as catalog:
        left = [(f"/{number}.jsonl", record) for number, file in enumerate(files) for record in file]
        store_records(left[:2], catalog)
        for step, number, name in steps:
            before, marks = dumped(catalog), all_marks(catalog)
            if step == "read":
                store_records(left[number : number + 3], catalog)
                assert marks <= all_marks(catalog)
            elif step == "split":
                for merge in merges(catalog)[:1]:
                    with catalog.transaction():
                        split(merge.merge_id, catalog)
                    assert all_marks(catalog) == marks
            elif step in {"take", "source"}:
                with catalog.transaction():
                    removed = (
                        take_out([number, number + 1], catalog)
                        if step == "take"
                        else remove_source(f"/{number % 3}.jsonl", catalog)
                    )
                assert catalog.marks.of(removed.gone) == dict.fromkeys(removed.gone, PaperMarks())
                with catalog.transaction():
                    assert put_back(removed, catalog, Run()) == len(removed.papers)
                assert dumped(catalog) == before
            elif step == "put":
                with catalog.transaction():
                    removed = take_out([number], catalog)
                store_records(left, catalog)
                with catalog.transaction():
                    put_back(removed, catalog, Run())
                assert marks <= all_marks(catalog)
            else:
                marked(catalog, step, number, name)
            check(catalog)


def check(catalog: Catalog) -> None:
    """Check what always holds."""
    assert catalog.damage() == []
    assert all(tag.papers for tag in catalog.marks.tags())
    for kind, counted in ((COLLECTION, catalog.marks.collections()), (TAG, catalog.marks.tags())):
        for one in counted:
            members = {
                i for i, marks in catalog.marks.of(catalog.ids()).items() if one.name in getattr(marks, f"{kind}s")
            }
            assert len(members) == one.papers
        assert len({one.name.casefold() for one in counted}) == len(counted)
