"""Chroma down, hung, killed, emptied, or behind a proxy that refuses: searches go on, and all is mended by itself."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import VectorsAwayError
from rag.ingestion.working import work
from rag.storage.manifest import IndexSpec
from rag.storage.server.database import LOCK_SENDING
from rag.storage.server.nearest import mending, proposing
from rag.storage.server.nearest import standing as standing_module
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.nearest.sending import check_count, make_anew, send
from rag.storage.server.nearest.standing import Standing, standing, suspect
from rag.storage.server.storage import ServerStorage
from rag.testing.made_up import SIZE, TITLES, axis, fill, indexed
from rag.testing.servers import ChromaServerProcess, PostgresServer
from rag.utils.arrays import Vector

SPEC = IndexSpec("made up", "one vector a paper", lambda: SIZE)
PATIENCE = 90  # seconds: the machine may be busy


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServerProcess]:
    """Start a Chroma of a test's own, to be stopped and broken."""
    with ChromaServerProcess(tmp_path / "chroma") as started:
        yield started


@pytest.fixture
def opened(postgres: PostgresServer, server: ChromaServerProcess, tmp_path: Path) -> Iterator[ServerStorage]:
    """Open a new library that asks this Chroma, which has a second for an answer."""
    with closing(open_library(postgres, ChromaServer(server.url, seconds=1.0), tmp_path)) as storage:
        yield storage


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every library for one whose vectors are too many to compare."""
    monkeypatch.setattr(proposing, "EXACT_LIMIT", 0)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mending, "PAUSE", 0.2)


def open_library(postgres: PostgresServer, chroma: ChromaServer, place: Path) -> ServerStorage:
    """Open the library of a test."""
    address = postgres.new_library(f"away_{abs(hash(place))}")
    return ServerStorage.open(address, "postgresql://test", chroma, SPEC)


def nearest(storage: ServerStorage, number: int) -> dict[int, float]:
    """Return the paper nearest to an axis."""
    with storage.reading() as index:
        return dict(index.nearest(axis(number), 1))


def how_it_stands(storage: ServerStorage) -> Standing:
    """Return how the collection of the library stands."""
    with storage.reading() as index:
        return standing(storage.database, index.number)


def unsent(storage: ServerStorage) -> int:
    """Return how many changes Chroma lacks."""
    with storage.reading() as index:
        return int(storage.database.one(f"SELECT count(*) FROM unsent_{index.number}"))


def eventually(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, "it never came to be so"
        time.sleep(0.1)


# --- Away


def test_a_small_library_is_searched_without_chroma(opened: ServerStorage, server: ChromaServerProcess) -> None:
    """Its vectors are few enough to be compared one by one."""
    ids = fill(opened)
    server.stop()
    assert nearest(opened, 1) == {ids[1]: pytest.approx(1.0, abs=1e-3)}


def test_what_is_stored_while_chroma_is_away_is_found_at_once_and_sent_later(
    opened: ServerStorage, server: ChromaServerProcess
) -> None:
    """Nothing acknowledged is lost."""
    ids = fill(opened)
    server.stop()
    nearest(opened, 0)  # keeps the vectors of now
    [late] = fill(opened, ["Late arrivals"], "/b.bib")
    with opened.writing() as index:
        index.put([indexed(late, axis(6))])
        index.delete([ids[0]])
    assert list(nearest(opened, 6)) == [late]
    assert ids[0] not in nearest(opened, 0)
    server.start()
    nearest(opened, 0)  # sees that it can be asked again
    eventually(lambda: not unsent(opened) and not how_it_stands(opened).suspect)
    assert opened.chroma.count(how_it_stands(opened).collection) == len(TITLES)


@pytest.mark.usefixtures("large")
def test_a_large_library_says_that_chroma_is_away(opened: ServerStorage, server: ChromaServerProcess) -> None:
    """In one line that names it and what to do; a few papers are still compared."""
    ids = fill(opened)
    server.stop()
    with opened.reading() as index:
        with pytest.raises(VectorsAwayError, match=f"Chroma at {server.url} .*Check that it runs"):
            index.nearest(axis(1), 1)
        assert [paper_id for paper_id, _ in index.nearest(axis(1), 1, ids[1:])] == [ids[1]]


@pytest.mark.usefixtures("large")
def test_a_chroma_that_hangs_is_waited_for_once(opened: ServerStorage, server: ChromaServerProcess) -> None:
    """Other searches don't wait; it is asked again when it goes on, and isn't taken for damaged."""
    fill(opened)
    server.pause()
    for _ in range(2):
        with pytest.raises(VectorsAwayError, match=r"no answer in 1 s|didn't answer in time"):
            nearest(opened, 1)
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(VectorsAwayError, match="didn't answer in time"):
            nearest(opened, 1)
    assert time.monotonic() - began < 10, "twenty searches waited"
    server.resume()
    assert not how_it_stands(opened).suspect

    def found() -> bool:
        try:
            return bool(nearest(opened, 1))
        except VectorsAwayError:
            return False

    eventually(found)


# --- Damaged and lost


def test_a_chroma_killed_soon_after_something_was_sent_is_made_anew(
    opened: ServerStorage, server: ChromaServerProcess
) -> None:
    """Whoever meets it notes that it isn't to be read; all is mended when it runs again, and the old one is dropped."""
    ids = fill(opened)
    old = how_it_stands(opened).collection
    server.kill()
    assert list(nearest(opened, 1)) == [ids[1]]
    assert how_it_stands(opened).suspect
    server.start()
    eventually(lambda: not how_it_stands(opened).suspect)
    new = how_it_stands(opened).collection
    assert new != old
    assert opened.chroma.count(new) == len(TITLES)
    eventually(lambda: old not in opened.chroma.names())
    assert list(nearest(opened, 1)) == [ids[1]]


@pytest.mark.usefixtures("large")
def test_a_suspect_collection_is_not_read(opened: ServerStorage) -> None:
    """It might take the whole server down."""
    fill(opened)
    with opened.reading() as index:
        collection = standing(opened.database, index.number).collection
        opened.chroma.nearest = lambda *_: pytest.fail("it was read")  # type: ignore[method-assign]
        opened.proposer.close()  # nobody mends it
        assert suspect(opened.database, index.number, collection)
        with pytest.raises(VectorsAwayError, match=r"may be damaged.*made anew by whoever may write"):
            index.nearest(axis(1), 1)


def test_a_collection_that_is_gone_is_made_anew(opened: ServerStorage) -> None:
    """Somebody emptied the server."""
    ids = fill(opened)
    opened.chroma.drop(how_it_stands(opened).collection)
    assert list(nearest(opened, 1)) == [ids[1]]
    [late] = fill(opened, ["Late arrivals"], "/b.bib")
    assert opened.chroma.count(how_it_stands(opened).collection) == len({*ids, late})


def test_a_collection_of_another_time_is_seen_by_its_count(opened: ServerStorage) -> None:
    """Its volume was put back from a copy: a chunk is missing."""
    ids = fill(opened)
    opened.chroma.delete(how_it_stands(opened).collection, [f"{ids[0]}.0"])
    with opened.reading() as index:
        check_count(opened.database, opened.chroma, index)
        assert how_it_stands(opened).suspect
        assert send(opened.database, opened.chroma, index)
    assert opened.chroma.count(how_it_stands(opened).collection) == len(ids)


def test_collections_that_nobody_uses_are_dropped_and_those_of_others_stay(opened: ServerStorage) -> None:
    """Whoever was making one died over it."""
    fill(opened)
    library = opened.database.one("SELECT id FROM library")
    for name in (f"papers-{library}-999", "papers-another-1"):
        opened.chroma.make(name)
    with opened.reading() as index:
        make_anew(opened.database, opened.chroma, index)
    assert set(opened.chroma.names()) == {"papers-another-1", how_it_stands(opened).collection}


def test_changes_while_it_is_made_anew_are_sent_after(opened: ServerStorage) -> None:
    """Also one whose transaction began before and ended meanwhile."""
    ids = fill(opened)
    with opened.reading() as index:
        pages = index.pages

        def slowly() -> Iterator[object]:
            yield from pages()
            writer = threading.Thread(target=fill, args=(opened, ["Late arrivals"], "/b.bib"))
            writer.start()
            writer.join()

        index.pages = slowly  # type: ignore[method-assign,assignment]
        make_anew(opened.database, opened.chroma, index)
    assert unsent(opened) == 0
    assert opened.chroma.count(how_it_stands(opened).collection) == len(ids) + 1


def test_who_may_only_read_never_reads_what_broke_the_server(
    postgres: PostgresServer, opened: ServerStorage, server: ChromaServerProcess
) -> None:
    """He can't note it for others, and says what is to be done."""
    ids = fill(opened)
    schema = opened.database.one("SELECT current_schema()")
    address = postgres.address(schema) + "%20-cdefault_transaction_read_only%3Don"
    with closing(ServerStorage.open(address, "postgresql://reader", ChromaServer(server.url), SPEC)) as reader:
        collection = how_it_stands(reader).collection
        server.kill()
        assert list(nearest(reader, 1)) == [ids[1]]
        server.start()
        reader.proposer.chroma.nearest = lambda *_: pytest.fail("it was read again")  # type: ignore[method-assign]
        assert list(nearest(reader, 1)) == [ids[1]]
        assert how_it_stands(opened)[:2] == (collection, False)


# --- While it is sent


def test_a_paper_that_is_sent_while_somebody_searches_is_not_missed(
    opened: ServerStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After Chroma answered without it, and before what it lacks is looked at."""
    fill(opened)
    with opened.database.holding(LOCK_SENDING):  # somebody else sends: it is left to him
        [late] = fill(opened, ["Late arrivals"], "/b.bib")
    ask = opened.chroma.nearest
    with opened.reading() as index:

        def slowly(name: str, vector: Vector, limit: int) -> list[tuple[int, float]]:
            found = ask(name, vector, limit)
            assert late not in dict(found)
            assert send(opened.database, opened.chroma, index)
            return found

        monkeypatch.setattr(opened.chroma, "nearest", slowly)
        assert late in dict(index.nearest(axis(0), 10))


# --- Much that it lacks


def test_of_a_small_library_all_are_compared_whatever_chroma_lacks(
    opened: ServerStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what was stored after the vectors were read."""
    monkeypatch.setattr(standing_module, "UNSENT", 1)
    fill(opened)
    with opened.database.holding(LOCK_SENDING):  # somebody else sends, slowly
        for number in range(3):
            ids = fill(opened, ["Late arrivals", "Later ones", "Last ones"], f"/{number}.bib")
            with opened.reading() as index:
                assert set(ids) <= dict(index.nearest(axis(1), 20)).keys()


@pytest.mark.usefixtures("large")
def test_a_large_library_says_that_chroma_lacks_many_and_gives_what_is_found_all_the_same(
    opened: ServerStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are sent by itself."""
    monkeypatch.setattr(standing_module, "UNSENT", 1)
    monkeypatch.setattr(proposing, "UNSENT", 1)
    ids = fill(opened)
    with opened.database.holding(LOCK_SENDING):
        late = fill(opened, ["Late arrivals", "Later ones", "Last ones"], "/b.bib")
        with (
            opened.reading() as index,
            pytest.raises(VectorsAwayError, match="More than 1 papers were not sent") as told,
        ):
            index.nearest(axis(1), 1)
        assert ids[1] in dict(told.value.near)
        assert [paper_id for paper_id, _ in opened_nearest(opened, late)] == [late[1]]
    eventually(lambda: not unsent(opened))
    assert set(nearest(opened, 1)) <= {ids[1], late[1]}


def opened_nearest(storage: ServerStorage, among: list[int]) -> list[tuple[int, float]]:
    """Return the paper of some that is nearest to the second axis."""
    with storage.reading() as index:
        return index.nearest(axis(1), 1, among)


def test_a_worker_with_nothing_to_embed_brings_chroma_what_it_lacks(
    opened: ServerStorage, server: ChromaServerProcess
) -> None:
    """Its files were lost, and nobody searches or ingests."""
    ids = fill(opened)
    opened.chroma.drop(how_it_stands(opened).collection)
    assert work(opened, lambda: pytest.fail("nothing is to be embedded"), once=True) == 0
    assert opened.chroma.count(how_it_stands(opened).collection) == len(ids)


def test_who_writes_while_chroma_is_away_is_told_once(
    opened: ServerStorage, server: ChromaServerProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """Which server, and what to do; and again after it was there."""
    server.stop()
    for number in range(2):
        fill(opened, ["Late arrivals"], f"/{number}.bib")
    told = [one.getMessage() for one in caplog.records if "can't be asked" in one.getMessage()]
    assert len(told) == 1
    assert f"Chroma at {server.url}" in told[0]
