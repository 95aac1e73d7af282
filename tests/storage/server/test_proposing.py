"""Chroma proposes: of what it finds, only papers are read and compared that may be among the nearest."""

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest

from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.nearest.proposing import Wanted
from rag.storage.server.storage import ServerStorage
from rag.testing.made_up import SIZE, axis, fill
from rag.testing.servers import ChromaServerProcess, PostgresServer

SPEC = IndexSpec("made up", "one vector a paper", lambda: SIZE)


@pytest.fixture
def opened(postgres: PostgresServer, chroma: ChromaServerProcess) -> Iterator[ServerStorage]:
    """Open a new library."""
    address = postgres.new_library(f"proposing_{uuid4().hex[:8]}")
    with closing(ServerStorage.open(address, "postgresql://test", ChromaServer(chroma.url), SPEC)) as storage:
        yield storage


def test_what_lies_behind_the_last_that_is_wanted_is_left_out_unless_it_is_as_near(opened: ServerStorage) -> None:
    """Twice as many chunks are asked for, as a paper may have several."""
    ids = fill(opened, [f"Lattices {number}" for number in range(6)])
    with opened.reading() as index:
        assert opened.proposer.proposed(index, Wanted(axis(1), 1, None)) == {ids[1]}
        among = {ids[2], ids[4]}
        assert opened.proposer.proposed(index, Wanted(axis(4), 1, among)) == {ids[4]}
        as_near = opened.proposer.proposed(index, Wanted(axis(7), 2, None))  # all are: Chroma gave four of them
        assert len(as_near) == 4


def test_a_paper_is_as_near_as_its_nearest_chunk(opened: ServerStorage) -> None:
    """Its others don't keep papers out."""
    a, b, c = fill(opened)
    with opened.writing() as index:
        index.put([(a, [axis(1), axis(5), axis(6)], index.stored([a])[0][2])])
    with opened.reading() as index:
        assert opened.proposer.proposed(index, Wanted(axis(1), 2, None)) == {a, b}
        assert opened.proposer.proposed(index, Wanted(axis(2), 1, None)) == {c}
