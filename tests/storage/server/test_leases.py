"""Pending papers are embedded once each by workers beside each other, whatever becomes of one of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from rag.records import Record
from rag.storage.manifest import IndexSpec
from rag.storage.pending import Claimed, Claims
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.storage.server.writers import leases
from rag.testing.made_up import SIZE, axis, indexed, record
from rag.testing.servers import ChromaServerProcess, PostgresServer

SPEC = IndexSpec("made up", "one vector a paper", lambda: SIZE)
WORKER = """
import sys, time
from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
spec = IndexSpec("made up", "one vector a paper", lambda: 8)
storage = ServerStorage.open(sys.argv[1], "it", ChromaServer("http://127.0.0.1:1"), spec)
with storage.writing(), storage.catalog.claiming() as claims:
    print(len(claims.take(3)), flush=True)
    time.sleep(60)
"""


@pytest.fixture
def address(postgres: PostgresServer, request: pytest.FixtureRequest) -> str:
    """An empty library."""
    return postgres.new_library(f"leases_{abs(hash(request.node.name))}")


@pytest.fixture
def storage(address: str, chroma: ChromaServerProcess) -> Iterator[ServerStorage]:
    """The library, opened, with six papers that wait."""
    with closing(opened(address, chroma)) as one:
        with one.catalog.transaction():
            for number in range(6):
                one.catalog.insert(record(f"Paper {number}"))
        yield one


def opened(address: str, chroma: ChromaServerProcess) -> ServerStorage:
    return ServerStorage.open(address, "postgresql://test", ChromaServer(chroma.url), SPEC)


def ids(claimed: list[Claimed]) -> list[int]:
    return [one.paper.paper_id for one in claimed]


def embed(storage: ServerStorage, claims: Claims, claimed: list[Claimed], direction: int = 0) -> int:
    """Store what a model would make of papers, and let them be found; return how many can be."""
    with storage.writing() as index:
        index.put(
            [indexed(i, axis(direction)) for i in ids(claimed)], {one.paper.paper_id: one.version for one in claimed}
        )
    return claims.done(claimed)


def test_two_workers_never_have_the_same_paper_and_together_have_all(storage: ServerStorage) -> None:
    """The second is given what the first left."""
    with storage.catalog.claiming() as one, storage.catalog.claiming() as other:
        mine, others, rest = one.take(4), other.take(4), one.take(4)
    assert (len(mine), len(others), len(rest)) == (4, 2, 0)
    assert sorted(ids(mine) + ids(others)) == sorted(storage.catalog.ids())


def test_what_was_claimed_and_not_embedded_is_given_back_at_the_end(storage: ServerStorage) -> None:
    """So that nobody waits for the claim to run out."""
    with storage.catalog.claiming() as one:
        mine = one.take(6)
        assert leases.workers(storage.database)[0].claimed == 6
    assert leases.workers(storage.database) == []
    with storage.catalog.claiming() as other:
        assert ids(other.take(6)) == ids(mine)


def test_a_worker_that_was_killed_has_nothing_claimed_any_more(storage: ServerStorage, address: str) -> None:
    """Its connection is gone, and its lock with it."""
    command = [sys.executable, "-c", WORKER, address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker, storage.catalog.claiming() as other:
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == "3"
        assert len(other.take(6)) == 3
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        assert len(eventually(other)) == 3


def eventually(claims: Claims) -> list[Claimed]:
    """Return what can be claimed as soon as anything can: a server takes a moment to see that a process is gone."""
    until = time.monotonic() + 20
    while not (found := claims.take(6)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def test_a_claim_of_a_worker_that_hangs_runs_out(storage: ServerStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else embeds the papers; what the first one makes of them later does no harm."""
    with storage.catalog.claiming() as slow, storage.catalog.claiming() as quick:
        monkeypatch.setattr(leases, "SECONDS", 0)
        late = slow.take(6)
        monkeypatch.undo()
        taken = quick.take(6)
        assert ids(taken) == ids(late)
        assert embed(storage, quick, taken) == 6
        assert embed(storage, slow, late) == 0
    assert storage.catalog.count(indexed=False) == 0


def test_a_paper_that_is_edited_while_it_is_embedded_waits_for_its_new_text(storage: ServerStorage) -> None:
    """The others can be found."""
    with storage.catalog.claiming() as claims:
        claimed = claims.take(6)
        edited = claimed[0].paper
        with storage.catalog.transaction():
            storage.catalog.update(replace(edited, title="Another title"), reindex=True)
        assert embed(storage, claims, claimed) == 5
        [again] = claims.take(6)
        assert (again.paper.title, again.version) == ("Another title", claimed[0].version + 1)
        assert embed(storage, claims, [again]) == 1


def test_vectors_of_an_older_text_never_take_the_place_of_those_of_a_later_one(
    storage: ServerStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that hung for long comes back and stores what nobody wants any more: states neither."""
    with ExitStack() as stack:
        slow, quick = (stack.enter_context(storage.catalog.claiming()) for _ in range(2))
        monkeypatch.setattr(leases, "SECONDS", 0)
        [late, *_] = slow.take(1)
        monkeypatch.undo()
        with storage.catalog.transaction():
            storage.catalog.update(replace(late.paper, abstract="Another abstract."), reindex=True)
        assert embed(storage, quick, quick.take(6), direction=1) == 6
        assert embed(storage, slow, [late], direction=2) == 0
    with storage.reading() as index:
        assert dict(index.nearest(axis(1), 6))[late.paper.paper_id] == pytest.approx(1.0, abs=1e-3)


def test_a_paper_without_vectors_is_not_let_be_found(storage: ServerStorage) -> None:
    """Only what is stored counts."""
    with storage.writing(), storage.catalog.claiming() as claims:
        assert claims.done(claims.take(6)) == 0
        assert len(claims.take(6)) == 6


def test_a_new_paper_is_found_by_its_words_as_soon_as_it_is_embedded(storage: ServerStorage) -> None:
    """The full text takes it in then, and not before: it couldn't be found."""
    with storage.catalog.transaction():
        storage.catalog.insert(Record("Zebras", "They graze.", 1))
    assert storage.catalog.full_text.match(["zebras"], 3) == []
    with storage.catalog.claiming() as claims:
        assert embed(storage, claims, claims.take(9)) == 7
    assert len(storage.catalog.full_text.match(["zebras"], 3)) == 1
    assert storage.catalog.full_text.damage() == []
