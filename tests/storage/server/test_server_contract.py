"""A library on servers keeps the contract of all storages."""

from pathlib import Path
from zlib import crc32

import pytest

from rag.storage.base import Storage
from rag.storage.manifest import IndexSpec
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.storage import ServerStorage
from rag.testing.servers import ChromaServerProcess, PostgresServer
from rag.testing.storage import SIZE, StorageContract


class TestServerStorage(StorageContract):
    """PostgreSQL and a Chroma server."""

    many_writers = True

    @pytest.fixture(autouse=True)
    def _servers(self, postgres: PostgresServer, chroma: ChromaServerProcess) -> None:
        self.postgres, self.chroma = postgres, chroma

    def open(self, place: Path) -> Storage:
        address = self.postgres.new_library(f"library_{crc32(str(place).encode())}")
        spec = IndexSpec("made up", "one vector a paper", lambda: SIZE)
        return ServerStorage.open(address, "postgresql://test", ChromaServer(self.chroma.url), spec)
