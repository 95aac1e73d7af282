"""What files hold that no title, word or query is: a server stores it too, and everything around it."""

import random
import string
from collections.abc import Iterator
from contextlib import closing

import pytest

from eval.speed.at_size.quick_embedder import DIMENSION, NAME, QuickEmbedder
from rag.ingestion.chunking import CHUNKER
from rag.ingestion.ingest import bring_in
from rag.records import Record
from rag.storage.catalog.queries import all_queries, put_query
from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.testing.servers import ChromaServerProcess, PostgresServer

chance = random.Random(4)
LONG = "".join(chance.choices(string.ascii_letters, k=20_000))  # no index of PostgreSQL makes it shorter


@pytest.fixture
def opened(postgres: PostgresServer, chroma: ChromaServerProcess) -> Iterator[ServerStorage]:
    """Open a new library."""
    spec = IndexSpec(NAME, CHUNKER, lambda: DIMENSION)
    address = postgres.new_library(f"odd_{chance.getrandbits(40):x}")
    with closing(ServerStorage.open(address, "postgresql://odd", ChromaServer(chroma.url), spec)) as storage:
        yield storage


@pytest.mark.parametrize(
    "odd",
    [
        Record(f"A whole text in the place of a title {LONG}", "We study it with care.", 1),
        Record("A picture in the text", f"We study it with care. {LONG} It is old.", 1),
        Record(
            "Half a letter \ud800 and none \x00",
            "We study \ud800 it with care\x00.",
            1,
            key="\x00",
            authors=("\ud83d",),
        ),
    ],
    ids=["title", "word", "letters"],
)
def test_one_odd_record_keeps_no_other_from_being_stored(opened: ServerStorage, odd: Record) -> None:
    usual = [Record(f"Quiet lattices {number}", "We study lattices with care.", number) for number in (2, 3)]
    for _ in range(2):
        with opened.writing() as index:
            records = [("/a.jsonl", record) for record in (odd, *usual)]
            report = bring_in(records, opened.catalog, index, QuickEmbedder)
    assert report.added == 0
    assert opened.catalog.count(indexed=True) == 3
    assert len(opened.catalog.full_text.match(["lattices"], 9)) == 2
    assert opened.catalog.damage() == []


def test_a_query_of_any_length_is_kept_once(opened: ServerStorage) -> None:
    number = put_query(opened.catalog.database, LONG, "2026-01-01")
    assert put_query(opened.catalog.database, LONG, "2026-01-02", "2026-01-02") == number
    assert [(one.query_id, one.at, one.refreshed) for one in all_queries(opened.catalog.database)] == [
        (number, "2026-01-01", "2026-01-02")
    ]
