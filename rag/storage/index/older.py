"""Libraries of before vectors were kept: read from Chroma as they were, and kept from there by the first who writes."""

from contextlib import closing

import numpy as np

from rag.errors import LibraryDamagedError, RagError, StorageError
from rag.storage.index.checksums import Checksums, changed_file, read_checksums
from rag.storage.index.chroma import ChromaVectors, embedded_vectors
from rag.storage.index.exact import EXACT_LIMIT, ChunkVectors, checksum
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import PARTIAL, IndexFolder
from rag.utils.arrays import unit


def open_unkept(folder: IndexFolder) -> tuple[ChromaVectors, ChunkVectors | None]:
    """Open the Chroma of an index without kept vectors, and return these too where all are compared.

    Raises LibraryDamagedError, also when they are not what the last writer left, StorageError.
    """
    seal = read_checksums(folder.path)
    if seal is not None and (name := changed_file(folder.path, seal)):
        _refuse(folder, seal, f"{folder.path / name} is not what was written")
    chroma = embedded_vectors(folder.chroma, folder.advice, create=False)
    try:
        if chroma.count() > EXACT_LIMIT:
            return chroma, None
        loaded = chroma.load()
        if seal is not None and seal.vectors not in {None, checksum(loaded)}:
            _refuse(folder, seal, f"The vectors in {folder.path} are not what was written")
    except RagError:
        chroma.close()  # else Chroma would go on with what it has read
        raise
    return chroma, loaded._replace(matrix=unit(loaded.matrix.astype(np.float32)))  # as kept vectors are compared


def keep_vectors(folder: IndexFolder, chroma: ChromaVectors) -> None:
    """Keep what a Chroma holds, all of it or nothing. Raises LibraryDamagedError, StorageError."""
    partial = folder.vectors.with_name(f"{folder.vectors.name}{PARTIAL}")
    try:
        for stale in folder.path.glob(f"{partial.name}*"):  # with its log
            stale.unlink()
        with closing(VectorStore(partial, folder.advice)) as kept:
            kept.put_all(chroma.load())
        partial.rename(folder.vectors)
    except OSError as error:
        msg = f"{folder.vectors} can't be written ({error.strerror}). Make room, or copy the library."
        raise StorageError(msg) from error


def _refuse(folder: IndexFolder, kept: Checksums, reason: str) -> None:
    """Raise LibraryDamagedError, unless a writer dropped the checksums meanwhile."""
    if read_checksums(folder.path) == kept:
        raise LibraryDamagedError(f"{reason}. {folder.advice}")
