"""Workers that write to one library on servers at the same time, and workers that are killed while they do.

What four make of files that overlap is compared with what the files tell, and with what one worker makes of them in a
folder. Then workers that read and embed are killed at random moments, and a last one ends their work.
"""

import argparse
import json
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

from eval.benchmarks.servers.works import Told, works_of, write, wrong
from eval.speed.at_size.quick_embedder import DIMENSION, NAME, QuickEmbedder
from rag.ingestion.chunking import CHUNKER
from rag.ingestion.ingest import READ_BATCH, store_records
from rag.ingestion.working import work
from rag.readers import read_file
from rag.records import Record, Rejection
from rag.records.progress import Progress
from rag.storage.base import Storage
from rag.storage.embedded import EmbeddedStorage
from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.testing.servers import ChromaServerProcess, PostgresServer

RECORDS, WORKERS = 80_000, 4
KILLED_RECORDS, KILLS = 8_000, 200
SPEC = IndexSpec(NAME, CHUNKER, lambda: DIMENSION)
FORK = multiprocessing.get_context("fork")  # everything is imported already: a worker begins at once
LONGEST = 4.0  # seconds before a worker is killed
SMALL = 25  # records a transaction of those that are killed, so that they come on
Where = tuple[str, str]  # of PostgreSQL's library and of Chroma


def measure(work: Path) -> str:
    """Return both tables."""
    return f"{_beside(work, RECORDS)}\n\n{_killed(work, KILLED_RECORDS, KILLS)}"


class Ran(NamedTuple):
    """How long something took, and the CPU seconds of its processes and of PostgreSQL."""

    seconds: float
    client: float
    server: float


def _beside(work: Path, records: int) -> str:
    """Let one worker store files, in a folder and on servers, and then four at once, a file each."""
    rows = [
        "| who stores | records | papers | s | records a second | CPU ms a record | PostgreSQL's | double | lost |",
        "|---" * 9 + "|",
    ]
    with (
        tempfile.TemporaryDirectory(dir=work) as folder,
        PostgresServer(Path(folder) / "postgres", durable=True) as postgres,
    ):
        told = write(Path(folder), records, WORKERS)
        library = Path(folder) / "embedded.library"
        makers: list[tuple[str, Callable[[], Storage], list[list[Path]]]] = [
            ("one, in a folder", lambda: EmbeddedStorage.open(library, SPEC), [told.files]),
            *(
                (name, _on_servers((postgres.new_library(schema), "http://127.0.0.1:1")), parts)
                for name, schema, parts in (
                    ("one, on servers", "one", [told.files]),
                    (f"{WORKERS} at once, on servers", "many", [[file] for file in told.files]),
                )
            ),
        ]
        same = []
        for name, opened, parts in makers:
            ran = _timed(postgres, [FORK.Process(target=_store, args=(opened, part, None)) for part in parts])
            with closing(opened()) as storage:
                (double, lost), papers = wrong(storage.catalog, told), storage.catalog.count()
                same.append({number: len(found) for number, found in works_of(storage.catalog).items()})
            per = 1_000 / records
            rows.append(
                f"| {name} | {records:,} | {papers:,} | {ran.seconds:,.0f} | {records / ran.seconds:,.0f} | "
                f"{ran.client * per:.2f} | {ran.server * per:.2f} | {double} | {lost} |"
            )
    rows.append(f"\nThe same works in each: {'yes' if same[0] == same[1] == same[2] else 'NO'}.")
    return "\n".join(rows)


def _on_servers(where: Where) -> Callable[[], Storage]:
    return lambda: ServerStorage.open(where[0], "postgresql://measured", ChromaServer(where[1]), SPEC)


def _store(opened: Callable[[], Storage], files: list[Path], log: Path | None) -> None:
    """Store the records of files; note in `log` how many of each are stored for certain."""
    with closing(opened()) as storage:
        for file in files:
            found = ((source, one) for source, one in read_file(file) if isinstance(one, Record | Rejection))
            size = READ_BATCH if log is None else SMALL
            store_records(found, storage.catalog, partial(_note, log, file), size=size)


def _note(log: Path | None, file: Path, progress: Progress) -> None:
    if log is not None:
        with log.open("a", encoding="utf-8") as notes:
            notes.write(json.dumps([str(file), progress.done]) + "\n")


def _timed(postgres: PostgresServer, processes: list[multiprocessing.process.BaseProcess]) -> Ran:
    begun, used, before = time.monotonic(), _children(), postgres.cpu_seconds()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0, process.exitcode
    return Ran(time.monotonic() - begun, _children() - used, postgres.cpu_seconds() - before)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _killed(work: Path, records: int, kills: int) -> str:
    """Kill workers in the middle of whatever they do; then let one end the work, and look at what is there."""
    with (
        tempfile.TemporaryDirectory(dir=work) as folder,
        PostgresServer(Path(folder) / "postgres") as postgres,
        ChromaServerProcess(Path(folder) / "chroma") as chroma,
    ):
        told = write(Path(folder), records, WORKERS)
        where, log = (postgres.new_library("killed"), chroma.url), Path(folder) / "acknowledged"
        done = _kill(where, told, log, kills)
        with closing(_on_servers(where)()) as storage:
            found = works_of(storage.catalog)
            pending = storage.catalog.count(indexed=False)
        missing = sum(
            not any(source in sources for _, sources in found.get(number, []))
            for source, stored in _acknowledged(log).items()
            for number in told.lines[source][:stored]
        )
        last = FORK.Process(target=_read_and_embed, args=(where, told.files, None))
        last.start()
        last.join()
        stored = sum(len(sources) for papers in found.values() for _, sources in papers)
        done += f" Then {stored:,} of {records:,} records were stored, {pending:,} papers waited for vectors."
        return f"{done}\n\n{_looked_at(where, told, missing)}"


def _read_and_embed(where: Where, files: list[Path], log: Path | None) -> None:
    """Be a worker: store, then embed."""
    opened = _on_servers(where)
    _store(opened, files, log)
    with closing(opened()) as storage:
        work(storage, QuickEmbedder, once=True)


def _embed(where: Where) -> None:
    with closing(_on_servers(where)()) as storage:
        work(storage, QuickEmbedder, once=False)


def _kill(where: Where, told: Told, log: Path, kills: int) -> str:
    """Keep some workers at work, and kill one after another, each at a random moment of its own."""
    chance = random.Random(5)
    _on_servers(where)().close()  # made by one
    for number in range(kills):
        reads = number % 3 > 0  # two of three read and embed, one embeds
        target, args = (
            (_read_and_embed, (where, chance.sample(told.files, len(told.files)), log)) if reads else (_embed, (where,))
        )
        beside = FORK.Process(target=_read_and_embed, args=(where, chance.sample(told.files, 1), log))
        process = FORK.Process(target=target, args=args)
        process.start()
        beside.start()
        time.sleep(chance.uniform(0.05, LONGEST))
        for one in (process, beside):
            assert one.pid is not None
            os.kill(one.pid, signal.SIGKILL)
            one.join()
    return f"{kills} times two workers were killed (-9) side by side, up to {LONGEST} s after they began."


def _acknowledged(log: Path) -> dict[str, int]:
    """Return how many records of each file were stored for certain; the last line may be cut."""
    most: dict[str, int] = {}
    for line in log.read_text("utf-8").splitlines() if log.exists() else []:
        if line.endswith("]"):
            source, done = json.loads(line)
            most[source] = max(done, most.get(source, 0))
    return most


def _looked_at(where: Where, told: Told, missing: int) -> str:
    """Return what is there after the last clean run."""
    with closing(ServerStorage.open(where[0], "measured", ChromaServer(where[1]), SPEC)) as storage:
        database = storage.database
        [(number, collection)] = database.all("SELECT number, collection FROM indexes WHERE current")
        double, lost = wrong(storage.catalog, told)
        rows = {
            "acknowledged records that were gone before the last run": missing,
            "works that are two papers": double,
            "works that lack a record": lost,
            "papers, and those that can be found": (storage.catalog.count(), storage.catalog.count(indexed=True)),
            "vectors in PostgreSQL, and in Chroma": (
                database.one(f"SELECT sum(chunks) FROM vectors_{number}"),
                storage.chroma.count(collection),
            ),
            "papers without token states": database.one(
                f"SELECT count(*) FROM papers WHERE paper_id NOT IN (SELECT paper_id FROM states_{number})"
            ),
            "changes not sent, claims, workers": tuple(
                database.one(f"SELECT count(*) FROM {table}") for table in (f"unsent_{number}", "claims", "workers")
            ),
            "damage found": len(storage.catalog.damage()),
        }
    return "\n".join(["| after the last clean run | |", "|---|---|", *(f"| {k} | {v} |" for k, v in rows.items())])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--killed-records", type=int, default=KILLED_RECORDS)
    parser.add_argument("--kills", type=int, default=KILLS)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        if args.records:
            sys.stdout.write(f"{_beside(Path(temporary), args.records)}\n")
        if args.kills:
            sys.stdout.write(f"{_killed(Path(temporary), args.killed_records, args.kills)}\n")
