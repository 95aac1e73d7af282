"""Chroma made anew from the kept vectors, without embedding: where damage is seen, or a writer died over it.

A kill while Chroma writes its HNSW index to disk (every 1,000 chunks) destroys the collection. Some of it shows at
once, some only when it is opened a second time, by which whoever opens it is taken down; so the files are looked at
first.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import StorageError
from rag.storage.index.checksums import changed_file, drop_checksums, read_checksums, write_checksums
from rag.storage.index.chroma import ChromaVectors, embedded_vectors
from rag.storage.index.hnsw_files import LEVEL, grown, torn
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import CHROMA, CHROMA_FILE, PARTIAL, IndexFolder
from rag.utils.batching import batched

SQLITE = b"SQLite format 3\0"
LEVELLED = 500  # papers put at once


def seen_damage(folder: IndexFolder, *, whole: bool = False) -> str | None:
    """Return what the files of Chroma show to be wrong, without opening it; None when nothing does.

    `whole`: also large files are read to their end.
    """
    file = folder.chroma / CHROMA_FILE
    if not file.is_file():
        return f"{file} is gone"
    kept = read_checksums(folder.path)
    if kept is not None and (name := changed_file(folder.path, kept, whole=whole)):
        return f"{folder.path / name} is not what was written"
    if _is_cut(file):
        return f"{file} is cut, or no file of SQLite"
    for index in sorted(path.parent for path in folder.chroma.glob(f"*/{LEVEL}")):
        # What has checksums was written to its end.
        if damage := grown(index) or (torn(index) if kept is None else None):
            return damage
    return None


def make_anew(folder: IndexFolder, kept: VectorStore) -> None:
    """Make Chroma anew from the kept vectors, beside the old one, which it replaces in one step when it is whole.

    A kill before that leaves the old one and its damage, to be seen again. Raises LibraryDamagedError when a kept
    vector is damaged, StorageError.
    """
    with _writable(folder.path):
        for stale in folder.path.glob(f"{CHROMA}*{PARTIAL}"):
            shutil.rmtree(stale, ignore_errors=True)
        new = folder.next_chroma
        partial = new.with_name(f"{new.name}{PARTIAL}")
        try:
            with closing(embedded_vectors(partial, folder.advice)) as chroma:
                chroma.add(paper for page in kept.pages() for paper in page)
            drop_checksums(folder.path)
            partial.rename(new)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        for old in folder.chromas():
            if old != new:
                shutil.rmtree(old, ignore_errors=True)
    write_checksums(folder.path, None)


def level(chroma: ChromaVectors, kept: VectorStore) -> None:
    """Let Chroma hold what is kept where it holds fewer or more chunks: a kill came between the two writes."""
    if chroma.count() == kept.count():
        return
    there, wanted = chroma.chunks(), kept.chunks()
    differing = sorted(paper_id for paper_id in there.keys() | wanted if there.get(paper_id) != wanted.get(paper_id))
    for batch in batched(differing, LEVELLED):
        chroma.delete(batch)
        chroma.add(kept.get(batch).items())


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = f"{folder} can't be written ({error.strerror}). Make room, or copy the library."
        raise StorageError(msg) from error


def _is_cut(file: Path) -> bool:
    """Tell whether a file lacks what its own head says that it holds, or has no head of SQLite's."""
    with file.open("rb") as opened:
        head = opened.read(100)
    if len(head) < 100 or not head.startswith(SQLITE):
        return True
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    counted = head[24:28] == head[92:96]  # else the number of pages is that of an old program
    return counted and file.stat().st_size < pages * (65_536 if page == 1 else page)
