"""The shared folder of papers, questions and benchmarks, and what measures look at below the facade."""

import os
from pathlib import Path

from rag.ingestion.chunking import CHUNKER
from rag.models.embedders.minilm import NAME
from rag.storage.embedded import EmbeddedStorage
from rag.storage.manifest import IndexSpec


def shared_folder() -> Path:
    """Return the folder of papers, questions and benchmarks: ASKPAPERS_SHARED, by default ../shared."""
    return Path(os.environ.get("ASKPAPERS_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def opened_storage(folder: Path) -> EmbeddedStorage:
    """Open the storage of a library made with the default settings: its catalog and index, below the facade."""
    return EmbeddedStorage.open(folder, IndexSpec(NAME, CHUNKER, lambda: 0), create=False)  # no index is made
