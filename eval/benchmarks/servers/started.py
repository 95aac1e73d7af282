"""Servers for one measure, and libraries of made-up papers in them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from eval.speed.at_size.made_up import paper
from eval.speed.at_size.quick_embedder import QuickEmbedder
from rag.ingestion.chunking import CHUNKER
from rag.ingestion.ingest import bring_in
from rag.storage.base import Storage
from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.testing.servers import ChromaServerProcess, PostgresServer


class Servers(NamedTuple):
    """Both, running."""

    postgres: PostgresServer
    chroma: ChromaServerProcess


@contextmanager
def started(work: Path, *, durable: bool = True) -> Iterator[Servers]:
    """Start both servers with their files in a folder. Raises MissingServerError."""
    postgres, chroma = PostgresServer(work / "postgres", durable=durable), ChromaServerProcess(work / "chroma")
    for server in (postgres, chroma):
        server.folder.mkdir(parents=True, exist_ok=True)
    with postgres, chroma:
        yield Servers(postgres, chroma)


@contextmanager
def opened(address: str, chroma: str, embedder: QuickEmbedder) -> Iterator[Storage]:
    """Open the library at an address, made when absent."""
    spec = IndexSpec(embedder.name, CHUNKER, lambda: embedder.dimension)
    with closing(ServerStorage.open(address, "the measured library", ChromaServer(chroma), spec)) as storage:
        yield storage


def fill(storage: Storage, embedder: QuickEmbedder, numbers: range) -> None:
    """Bring in the made-up papers of some numbers, as an ingest does."""
    with storage.writing() as index:
        bring_in((("made-up.jsonl", paper(number)) for number in numbers), storage.catalog, index, lambda: embedder)
