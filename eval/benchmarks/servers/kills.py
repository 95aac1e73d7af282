"""kill -9 of PostgreSQL and of Chroma while somebody ingests and others ask: what is lost, and what is answered.

A worker brings in papers, some at a time, and begins again where it was cut short; what an ingest said it had brought
in counts as acknowledged. Searchers ask for acknowledged papers by their titles all the while: each must be found, or
an error say why not. Half of Chroma's kills come when a file of its index changes: in the flush that damages it.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from eval.benchmarks.servers.running import Servers, both
from eval.speed.at_size.made_up import paper
from eval.speed.at_size.quick_embedder import QuickEmbedder
from rag.collection import Collection
from rag.errors import RagError
from rag.library import Library
from rag.storage.server.nearest.sending import is_waiting, send
from rag.storage.server.nearest.standing import standing
from rag.storage.server.storage import ServerStorage
from rag.testing.servers import Server

KILLS, BATCH, SEARCHERS, FIRST = 20, 50, 2, 1_500
TOP = 10  # hits of which the paper must be one, unless one who opens the library anew doesn't find it there either
PATIENCE = 300.0  # seconds that anything may take on a busy machine
FLUSHED = "data/*/*.bin"


class Told:
    """What happened, as all threads tell it."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []  # numbers of made-up papers
        self.counts: Counter[str] = Counter()
        self.over = threading.Event()


def measure(work: Path, kills: int = KILLS) -> str:
    """Return a Markdown table: kills of each server, and what came of them."""
    del work
    lines = [
        "| server killed | kills | acknowledged | lost | double | searches | wrong | refused | cut short |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in ("Chroma", "PostgreSQL"):
        with both(durable=True) as servers:
            lines.append(_line(name, servers, kills))
    return "\n".join(lines)


def _line(name: str, servers: Servers, kills: int) -> str:
    told, address = Told(), servers.postgres.new_library("killed")
    server: Server = servers.chroma if name == "Chroma" else servers.postgres
    with _opened(address, servers) as worker, _opened(address, servers) as asked:
        _bring_in(worker, told, FIRST)
        anew = partial(_opened, address, servers)
        threads = [threading.Thread(target=_work, args=(worker, told))]
        threads += [threading.Thread(target=_search, args=(asked, told, seed, anew)) for seed in range(SEARCHERS)]
        for thread in threads:
            thread.start()
        dice = random.Random(name)
        for number in range(kills):
            _wait_for_moment(servers, dice, in_flush=name == "Chroma" and number % 2 == 0)
            server.kill()
            time.sleep(dice.random() * 2)
            server.start()
            _recover(told)
        told.over.set()
        for thread in threads:
            thread.join()
        lost, double = _lost(worker, told)
    counts = told.counts
    return (
        f"| {name} | {kills} | {len(told.acknowledged):,} | {lost} | {double} | {counts['searches']:,} | "
        f"{counts['wrong']} | {counts['told']} | {counts['cut short']} |"
    )


@contextmanager
def _opened(address: str, servers: Servers) -> Iterator[Collection]:
    collection = Collection.open(address, servers.settings(), embedder=QuickEmbedder())
    try:
        yield collection
    finally:
        collection.close()


def _bring_in(collection: Collection, told: Told, count: int) -> None:
    first = len(told.acknowledged) + 1
    numbers = range(first, first + count)
    collection.bring_in(("made-up.jsonl", paper(number)) for number in numbers)
    told.acknowledged.extend(numbers)


def _work(collection: Collection, told: Told) -> None:
    while not told.over.is_set():
        try:
            _bring_in(collection, told, BATCH)
        except RagError:
            told.counts["cut short"] += 1
            time.sleep(0.5)


def _search(asked: Collection, told: Told, seed: int, anew: Callable[[], AbstractContextManager[Collection]]) -> None:
    library, dice = Library(asked), random.Random(seed)
    while not told.over.is_set():
        number = dice.choice(told.acknowledged)
        told.counts["searches"] += 1
        try:
            if not _finds(library, number):
                with anew() as opened:  # made-up papers share their words: some are found by nobody
                    told.counts["wrong"] += _finds(Library(opened), number)
        except RagError:
            told.counts["told"] += 1
            time.sleep(0.2)


def _finds(library: Library, number: int) -> bool:
    made = paper(number)
    return any(hit.paper.key == f"made-up-{number}" for hit in library.search(made.title, limit=TOP))


def _wait_for_moment(servers: Servers, dice: random.Random, *, in_flush: bool) -> None:
    """Wait for a random moment, or for one at which Chroma writes files of an index."""
    time.sleep(dice.random() * 3)
    before, until = _written(servers), time.monotonic() + 60
    while in_flush and time.monotonic() < until and _written(servers) == before:
        time.sleep(0.001)


def _written(servers: Servers) -> dict[str, tuple[int, int]]:
    found = {}
    for path in servers.chroma.folder.glob(FLUSHED):
        try:
            found[str(path)] = (path.stat().st_mtime_ns, path.stat().st_size)
        except FileNotFoundError:
            continue
    return found


def _recover(told: Told) -> None:
    """Wait until papers are brought in again and searches find them."""
    there, asked = len(told.acknowledged), told.counts["searches"] - told.counts["told"]
    _until(lambda: len(told.acknowledged) > there and told.counts["searches"] - told.counts["told"] > asked)


def _lost(collection: Collection, told: Told) -> tuple[int, int]:
    """Return how many acknowledged papers are lost, also from the vectors and from Chroma, and how many are double."""
    storage = collection.storage
    assert isinstance(storage, ServerStorage)
    with storage.reading() as index:
        _until(lambda: send(storage.database, storage.chroma, index) and not is_waiting(storage.database, index.number))
        vectors, held = index.ids(), storage.chroma.count(standing(storage.database, index.number).collection)
    rows = storage.database.all("SELECT paper_id, key FROM papers")
    there = Counter(key for paper_id, key in rows if paper_id in vectors)
    lost = sum(f"made-up-{number}" not in there for number in told.acknowledged)
    return lost + abs(held - len(vectors)), sum(number - 1 for number in there.values())


def _until(what: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.05)
