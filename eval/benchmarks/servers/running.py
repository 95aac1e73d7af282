"""Real servers for measures, a folder's library copied to them, and what they take of the processor."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from rag.maintenance.backup.moving import fill_library
from rag.settings import Settings
from rag.storage.choosing import open_storage
from rag.testing.servers import ChromaServerProcess, PostgresServer, Server

TICKS = os.sysconf("SC_CLK_TCK")  # of a processor's second
TAKEN = (11, 12, 13, 14)  # places in /proc/PID/stat after the name: user, system, and those of children that ended
MEMORY = {"shared_buffers": "512MB"}


class Servers(NamedTuple):
    """Both servers of a library."""

    postgres: PostgresServer
    chroma: ChromaServerProcess

    def settings(self) -> Settings:
        """Return the settings of a library on them that answers with sentences of the papers."""
        return Settings(llm="extractive", reranker="", check="off", chroma=self.chroma.url)

    def filled(self, name: str, folder: Path) -> str:
        """Copy the library in a folder to a new one of a name, as `askpapers restore` does; return its address."""
        address = self.postgres.new_library(name)
        with closing(open_storage(address, None, self.settings())) as storage:
            if not storage.catalog.count():
                fill_library(folder, storage)
                self.postgres.settle()
        return address


@contextmanager
def both(*, durable: bool = False) -> Iterator[Servers]:
    """Start both servers on empty folders, and end them."""
    with TemporaryDirectory() as folder:
        postgres = PostgresServer(Path(folder) / "postgres", durable=durable, settings=MEMORY)
        with postgres, ChromaServerProcess(Path(folder) / "chroma") as chroma:
            yield Servers(postgres, chroma)


def processor(server: Server) -> float:
    """Return the seconds of the processor that a server has taken, with all processes that it started; on Linux."""
    return sum(map(_taken, server.processes())) / TICKS


def memory(server: Server) -> float:
    """Return the MB that a server's processes have in memory; on Linux."""
    pages = sum(int(Path(f"/proc/{one}/statm").read_text("ascii").split()[1]) for one in server.processes())
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _taken(process: int) -> int:
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(fields[place]) for place in TAKEN)
