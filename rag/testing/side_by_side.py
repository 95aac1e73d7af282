"""What every storage keeps to when searches of one process are under way at the same time, as tests."""

import threading
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path

from rag.storage.base import Storage
from rag.testing.made_up import axis, fill, indexed, record

SOON = 30  # seconds that nothing here takes, unless it waits for what it must not wait for
Found = list[tuple[int, float]]


class Slow(Collection[int]):
    """Papers that are allowed, but told only when somebody lets them be: a search with them is slow inside."""

    def __init__(self, allowed: set[int]) -> None:
        """Hold them back."""
        self.begun, self.told = threading.Event(), threading.Event()
        self._allowed = allowed

    def __iter__(self) -> Iterator[int]:
        self.begun.set()
        assert self.told.wait(SOON)
        return iter(self._allowed)

    def __len__(self) -> int:
        return len(self._allowed)

    def __contains__(self, paper_id: object) -> bool:
        return paper_id in self._allowed


@contextmanager
def slow_search(storage: Storage, allowed: set[int]) -> Iterator[tuple[Slow, Future[Found]]]:
    """Search in another thread, which is inside the index until it is told who is allowed."""
    slow = Slow(allowed)

    def search() -> Found:
        with storage.reading() as index:
            near = index.nearest(axis(1), 3, slow)
            assert index.token_embeddings([near[0][0]])  # its files are still open
            return near

    with ThreadPoolExecutor(1) as threads:
        found = threads.submit(search)
        assert slow.begun.wait(SOON)
        try:
            yield slow, found
        finally:
            slow.told.set()


def add(storage: Storage, number: int) -> int:
    """Store one paper more, along the axis of that number; return its id."""
    with storage.writing() as index:
        with storage.catalog.transaction():
            paper_id = storage.catalog.insert(record(f"Paper {number}", number))
        index.put([indexed(paper_id, axis(number))])
        with storage.catalog.transaction():
            storage.catalog.mark_indexed([paper_id])
    return paper_id


def nearest(storage: Storage, number: int) -> int:
    """Return the paper nearest to an axis, by another thread."""

    def search() -> int:
        with storage.reading() as index:
            return index.nearest(axis(number), 1)[0][0]

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(search).result(SOON)


class SideBySideContract:
    """The tests of it; what `storage`, `beside` and `open` are, `rag.testing.storage` tells."""

    def open(self, place: Path) -> Storage:
        """Open the storage of the library at `place`."""
        raise NotImplementedError

    def test_a_search_is_not_held_up_by_another_that_is_slow(self, storage: Storage) -> None:
        """One is inside of the index while another begins and ends."""
        a, b, c = fill(storage)
        with slow_search(storage, {a, c}) as (slow, found):
            assert nearest(storage, 1) == b
            assert not found.done()
            slow.told.set()
            assert [paper_id for paper_id, _ in found.result(SOON)] == [a, c]

    def test_a_writer_of_this_process_waits_for_no_search_and_the_next_sees_what_it_wrote(
        self, storage: Storage
    ) -> None:
        """The search that was under way goes on with all that was there when it began."""
        a, b, c = fill(storage)
        with slow_search(storage, {a, b, c}) as (slow, found):
            with ThreadPoolExecutor(1) as threads:
                added = threads.submit(add, storage, 5).result(SOON)
            assert nearest(storage, 5) == added
            slow.told.set()
            assert [paper_id for paper_id, _ in found.result(SOON)] == [b, a, c]

    def test_a_search_goes_on_when_somebody_else_wrote_and_the_index_is_opened_anew(
        self, storage: Storage, beside: Storage
    ) -> None:
        """What is replaced stays open for who has it."""
        a, b, c = fill(storage)
        assert nearest(storage, 1) == b
        with slow_search(storage, {a, b, c}) as (slow, found):
            added = add(beside, 5)
            assert nearest(storage, 5) == added
            slow.told.set()
            assert [paper_id for paper_id, _ in found.result(SOON)] == [b, a, c]
        assert nearest(storage, 1) == b

    def test_a_search_that_is_under_way_goes_on_when_somebody_closes(self, tmp_path: Path) -> None:
        """A search never meets a closed file: who holds one waits with closing it."""
        storage = self.open(tmp_path / "closed.library")
        a, b, c = fill(storage)
        with closing(storage), slow_search(storage, {a, b, c}) as (slow, found), ThreadPoolExecutor(1) as threads:
            closed = threads.submit(storage.close)
            wait([closed], 0.3)  # who is wrong is done by then
            slow.told.set()
            assert [paper_id for paper_id, _ in found.result(SOON)] == [b, a, c]
            closed.result(SOON)
