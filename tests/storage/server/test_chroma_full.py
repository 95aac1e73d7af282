"""Chroma's disk full while vectors are sent: what is stored stays and is found, and is sent when there is room."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from rag.storage.index.token_embeddings import NO_TOKENS
from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest import mending
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.testing.made_up import record
from rag.testing.servers import ChromaServerProcess, PostgresServer
from rag.utils.arrays import Matrix, unit
from tests.storage.server.test_chroma_away import eventually, how_it_stands, unsent

SIZE, AT_ONCE, MOST = 384, 400, 20  # numbers a vector, papers a batch, and batches that no small disk holds


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of three megabytes where Chroma keeps its files."""
    place = tmp_path / "chroma" / "data"
    place.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("a file system can't be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def store(storage: ServerStorage, source: str) -> tuple[list[int], Matrix]:
    """Store papers with vectors of their own; return both."""
    made = np.random.default_rng(len(source)).standard_normal((AT_ONCE, SIZE)).astype(np.float32)
    vectors = unit(made)
    with storage.writing() as index:
        with storage.catalog.transaction():
            ids = [storage.catalog.insert(record(f"{source} {line}", line)) for line in range(1, AT_ONCE + 1)]
        index.put([(paper_id, [vector], NO_TOKENS) for paper_id, vector in zip(ids, vectors, strict=True)])
        with storage.catalog.transaction():
            storage.catalog.mark_indexed(ids)
    return ids, vectors


def are_found(storage: ServerStorage, ids: list[int], vectors: Matrix) -> bool:
    """Tell whether some of these are each the nearest to its vector."""
    with storage.reading() as index:
        return all(index.nearest(vectors[place], 1)[0][0] == ids[place] for place in range(0, AT_ONCE, 40))


def test_a_full_disk_loses_nothing_and_is_mended_when_there_is_room(
    postgres: PostgresServer, disk: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Chroma itself has to be started again, which the line says: of 1.5.9 each write hangs after that."""
    monkeypatch.setattr(mending, "PAUSE", 0.2)
    monkeypatch.setattr(mending, "LONGEST", 1.0)
    spec = IndexSpec("made up", "one vector a paper", lambda: SIZE)
    with ChromaServerProcess(disk.parent) as server:
        address = postgres.new_library(f"full_{os.getpid()}")
        with closing(ServerStorage.open(address, "postgresql://full", ChromaServer(server.url), spec)) as storage:
            for number in count():
                stored = store(storage, "x" * (number + 1))
                if "has no room" in caplog.text:
                    break
                assert number < MOST, caplog.text
            assert f"Chroma at {server.url} has no room (500: " in caplog.text
            assert "Make room and start it again" in caplog.text
            assert unsent(storage) >= AT_ONCE
            assert are_found(storage, *stored)
            server.stop()
            subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
            server.start()
            assert are_found(storage, *stored)  # which sees that it can be asked again
            eventually(lambda: not unsent(storage) and not how_it_stands(storage).suspect)
            with storage.reading() as index:
                chunks = index.chunks()
            assert storage.chroma.count(how_it_stands(storage).collection) == chunks == (number + 1) * AT_ONCE
            assert are_found(storage, *stored)
