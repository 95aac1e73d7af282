"""Several processes bring in overlapping files and embed at the same time: each work ends as one paper, whole."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.testing.made_up import SIZE
from rag.testing.servers import ChromaServerProcess, PostgresServer

WORKS, WRITERS = 60, 3
# Small batches, so that those of the writers meet; and a model that takes no time.
WRITER = """
import sys
from pathlib import Path
import numpy as np
from rag.ingestion.ingest import store_records
from rag.ingestion.working import work
from rag.models.embedders.base import Embedded
from rag.readers import read_file
from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage

class Quick:
    name, dimension, window = "made up", 8, 1000
    def length(self, text):
        return 1
    def embed(self, texts, *, kind="passage"):
        for _ in texts:
            yield Embedded(np.eye(8, dtype=np.float32)[0], np.ones((1, 384), np.float32), np.array([[0, 2]], np.int32))

address, chroma, path = sys.argv[1:]
spec = IndexSpec("made up", "one vector a paper", lambda: 8)
storage = ServerStorage.open(address, "it", ChromaServer(chroma), spec)
found = ((source, one) for source, one in read_file(Path(path)))
store_records(found, storage.catalog, size=7)
print(work(storage, Quick, once=True))
storage.close()
"""


def tell(path: Path, number: int) -> None:
    """Write all works but a few, in an order of the file's own, some without their DOI."""
    works = [work for work in range(WORKS) if work % 10 != number]
    works = works[number * 7 :] + works[: number * 7]
    path.write_text(
        "".join(
            json.dumps(
                {
                    "title": f"Quiet lattices of kind {work}" if number % 2 else f"QUIET LATTICES OF KIND {work}",
                    "abstract": f"We study lattices of kind {work} with care, on sand. They melt at {work} degrees.",
                    "authors": [f"Ada Love{work}"],
                    "year": 2001,
                    "doi": f"10.1000/{work}" if (work + number) % 3 else None,
                    "id": f"{number}-{work}",
                }
            )
            + "\n"
            for work in works
        )
    )


def test_writers_beside_each_other_make_one_paper_of_each_work_and_embed_it_once(
    postgres: PostgresServer, chroma: ChromaServerProcess, tmp_path: Path
) -> None:
    """None double, none lost, all found, and Chroma has what PostgreSQL has."""
    address = postgres.new_library("many_writers")
    files = [tmp_path / f"{number}.jsonl" for number in range(WRITERS)]
    for number, file in enumerate(files):
        tell(file, number)
    commands = [[sys.executable, "-c", WRITER, address, chroma.url, str(file)] for file in files]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    embedded = sum(int(writer.communicate(timeout=120)[0]) for writer in writers)
    spec = IndexSpec("made up", "one vector a paper", lambda: SIZE)
    with closing(ServerStorage.open(address, "postgresql://test", ChromaServer(chroma.url), spec)) as storage:
        catalog = storage.catalog
        papers = catalog.papers(sorted(catalog.ids()))
        assert sorted(int(paper.title.split()[-1]) for paper in papers) == list(range(WORKS))
        for paper in papers:
            work = int(paper.title.split()[-1])
            assert set(paper.origins) == {str(file) for number, file in enumerate(files) if work % 10 != number}
        assert embedded >= catalog.count(indexed=True) == WORKS
        [(number, collection)] = storage.database.all("SELECT number, collection FROM indexes WHERE current")
        assert storage.database.one(f"SELECT count(*) FROM unsent_{number}") == 0
        assert storage.chroma.count(collection) == WORKS
        assert catalog.workers() == []
        assert catalog.damage() == []
