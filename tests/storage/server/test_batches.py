"""A batch that is worked out in memory gives what the catalog gives, whatever is read, merged and marked."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from rag.ingestion.ingest import store_records
from rag.ingestion.merging import split
from rag.records import Record
from rag.storage import tables
from rag.storage.catalog import catalog as catalogs
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.marks import COLLECTION, TAG
from rag.storage.catalog.merged_records import merges
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.storage.server.writers import batches, memory
from rag.testing.servers import PostgresServer

NOWHERE = ChromaServer("http://127.0.0.1:1")  # nothing here is embedded
SPEC = IndexSpec("made up", "one vector a paper", lambda: 8)
EMPTY = """
    TRUNCATE papers, origins, identifiers, records, labels, labelled, notes, stale_texts, claims RESTART IDENTITY;
    TRUNCATE apart, postings, fresh_postings;
    UPDATE state SET value = 0;
"""
COLUMNS = """
    SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?
"""
QUIET = (
    "We study quiet lattices that rest on sand and melt at forty degrees, which nobody measured before us in a lake."
)
MALARIA = "Parasites resist artemisinin in Cambodia, where clinics report twice as many failures as ten years ago."
RECORDS = st.builds(
    Record,
    st.sampled_from(["Quiet lattices", "Quiet lattices: a study", "QUIET LATTICES", "Malaria in clinics"]),
    st.sampled_from([QUIET, QUIET[:60], QUIET + " They sing.", MALARIA, MALARIA[:70]]),
    st.integers(1, 4),
    key=st.sampled_from([None, "k1", "k2"]),
    authors=st.sampled_from([(), ("Ann Ash",), ("Ash, A.", "Bo Birch"), ("Zoe Zander",)]),
    year=st.sampled_from([None, 2018, 2019, 2024]),
    doi=st.sampled_from([None, None, "10.1000/q", "10.1000/m", "10.48550/arxiv.2001.00001"]),
    arxiv_id=st.sampled_from([None, None, "2001.00001", "2001.00002"]),
    pubmed_id=st.sampled_from([None, None, "11"]),
)
FILES = st.lists(st.tuples(st.sampled_from(["/a.bib", "/b.bib", "/c.bib"]), RECORDS), min_size=1, max_size=8)
LATTICES = Record("Quiet lattices", QUIET, 1, key="k1")


@pytest.fixture(scope="module")
def storage(postgres: PostgresServer) -> Iterator[ServerStorage]:
    """A library in PostgreSQL."""
    with closing(ServerStorage.open(postgres.new_library("batches"), "postgresql://test", NOWHERE, SPEC)) as opened:
        yield opened


def content(catalog: Catalog) -> dict[str, list[Any]]:
    """Return all rows that a batch may write, times aside, with the number of the changes."""
    found = {}
    for table in (memory.PAPERS, tables.ORIGINS, tables.IDENTIFIERS, tables.NOTES, tables.LABELLED, tables.APART):
        found[table.name] = catalog.database.all(f"SELECT {', '.join(table.columns)} FROM {table.name}")
    found["records"] = catalog.database.all("SELECT record_id, paper_id, source, reason, record FROM records")
    return {name: sorted(map(tuple, rows), key=repr) for name, rows in found.items()}


def mark(catalog: Catalog) -> None:
    """Mark all papers, so that whatever joins has marks to join."""
    for paper_id in sorted(catalog.ids()):
        catalog.marks.add(COLLECTION, "Mine", [paper_id])
        catalog.marks.add(TAG, f"tag {paper_id % 3}", [paper_id])
        catalog.marks.note(paper_id, f"note {paper_id}")


@settings(
    deadline=None,
    max_examples=20,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(files=st.lists(FILES, min_size=1, max_size=4), size=st.integers(1, 9), sharing=st.sampled_from([2, 50]))
@example(
    files=[[("/a.bib", replace(LATTICES, doi="10.1000/q")), ("/a.bib", replace(LATTICES, key=None))]], size=9, sharing=2
)
def test_what_is_stored_in_batches_is_what_the_catalog_makes_of_it_record_by_record(
    storage: ServerStorage, files: list[Any], size: int, sharing: int
) -> None:
    """Papers, keys, records, marks and numbers; also when more papers share a key than are looked at."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        for module in (catalogs, batches):
            patch.setattr(module, "SHARING", sharing)
        with storage.database.writes():
            storage.database.script(EMPTY)
        with closing(open_catalog(Path(folder))) as plain:
            plain.database.run("PRAGMA synchronous = OFF")
            for file in files:
                told = [store_records(file, catalog, size=size)[0] for catalog in (plain, storage.catalog)]
                assert told[0] == told[1]
                assert content(storage.catalog) == content(plain)
                assert storage.catalog.generation == plain.generation
                for catalog in (plain, storage.catalog):
                    mark(catalog)
                    if found := merges(catalog):
                        with catalog.transaction():
                            split(found[0].merge_id, catalog)
        assert storage.catalog.full_text.damage() == []


def test_the_tables_in_memory_have_the_columns_of_the_server(storage: ServerStorage) -> None:
    """A column that is added there must be known here, or a batch would lose it."""
    ours = {"labelled": {"labelled_id"}, "papers": {"version"}}  # the server's own
    for table in (*memory.MADE, tables.LABELS):
        there = {row[0] for row in storage.database.all(COLUMNS, table.name)}
        assert there == set(table.columns) | ours.get(table.name, set())


def _fail(stored: int) -> None:
    raise LookupError(stored)


def test_a_batch_that_fails_leaves_nothing(storage: ServerStorage) -> None:
    """Whole or absent."""
    with storage.database.writes():
        storage.database.script(EMPTY)
    with pytest.raises(LookupError), storage.catalog.storing([("/a.bib", LATTICES)]) as lent:
        _fail(lent.insert(LATTICES))
    assert storage.catalog.ids() == set()
    store_records([("/a.bib", LATTICES)], storage.catalog)
    assert len(storage.catalog.ids()) == 1
