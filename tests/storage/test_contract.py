"""The storages that ship keep the contract of all storages; a second one gets a class of its own here."""

from pathlib import Path

from rag.storage.base import Storage
from rag.storage.embedded import EmbeddedStorage
from rag.storage.manifest import IndexSpec
from rag.testing.storage import SIZE, StorageContract


class TestEmbeddedStorage(StorageContract):
    """A folder of this machine."""

    def open(self, place: Path) -> Storage:
        return EmbeddedStorage.open(place, IndexSpec("made up", "one vector a paper", lambda: SIZE))
