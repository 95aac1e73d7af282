"""An index of so many papers that a file of their vectors is made: written to, searched and opened again."""

import os
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import numpy as np
import pytest

from rag.storage.index import exact, index
from rag.storage.index.checksums import changed_file, read_checksums, write_checksums
from rag.storage.index.index import FolderIndex
from rag.storage.index.scanning import keeping
from rag.storage.index.token_embeddings import NO_TOKENS
from rag.storage.layout import IndexFolder
from rag.testing.made_up import SIZE
from rag.utils.arrays import Matrix, Vector, unit

Found = list[tuple[int, float]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IndexFolder:
    for module in (keeping, index):
        monkeypatch.setattr(module, "FRESH", 50)
    return IndexFolder(tmp_path / "vectors-1", tmp_path)


@pytest.fixture
def written(folder: IndexFolder) -> Iterator[FolderIndex]:
    """An index of 200 papers, as its writer has it."""
    with closing(FolderIndex(folder)) as made:
        for first in range(1, 201, 25):
            put(made, dict(enumerate(rows(25, seed=first), start=first)))
        made.finish()
        yield made


def rows(count: int, seed: int) -> Matrix:
    return unit(np.random.default_rng(seed).standard_normal((count, SIZE)).astype(np.float32))


def put(made: FolderIndex, papers: dict[int, Vector]) -> None:
    made.put([(paper_id, [vector], NO_TOKENS) for paper_id, vector in papers.items()])


def opened(folder: IndexFolder) -> FolderIndex:
    return FolderIndex(folder, create=False, lock=nullcontext)


def compared(made: FolderIndex, question: Vector) -> list[int]:
    return [paper_id for paper_id, _ in exact.nearest(made.kept.load(), question, 10)]


def ids(found: Found) -> list[int]:
    return [paper_id for paper_id, _ in found]


def test_what_is_written_is_found_at_once_and_by_who_opens_it_later(written: FolderIndex, folder: IndexFolder) -> None:
    [question] = rows(1, seed=7)
    assert written.scan().base is not None
    assert ids(written.nearest(question, 10)) == compared(written, question)
    put(written, {5: question, 900: question})
    assert ids(written.nearest(question, 2)) == [5, 900]
    written.delete([5])
    assert ids(written.nearest(question, 10)) == compared(written, question)
    assert ids(written.nearest(question, 3, {5, 6, 900})) == [900, 6]
    with closing(opened(folder)) as read:
        assert read.scan().changed.tolist() == [5, 900]
        assert ids(read.nearest(question, 10)) == compared(written, question)
        assert read.paper_vectors()[0].tolist() == [n for n in range(1, 201) if n != 5] + [900]


def test_a_search_goes_on_with_what_it_has_while_much_is_written(written: FolderIndex, folder: IndexFolder) -> None:
    [question] = rows(1, seed=7)
    before = written.scan()
    first = before.nearest(question, 10)
    for start in range(1_000, 1_300, 50):
        put(written, dict(enumerate(rows(50, seed=start), start=start)))
    assert len(list(folder.path.glob("scan-*"))) == 1
    assert before.nearest(question, 10) == first
    assert ids(written.nearest(question, 10)) == compared(written, question)


def test_a_file_that_changed_under_a_search_is_thrown_away_and_the_search_answered(
    written: FolderIndex, folder: IndexFolder
) -> None:
    [question] = rows(1, seed=7)
    expected = written.nearest(question, 10)
    [path] = folder.path.glob("scan-*")
    with path.open("r+b") as file:
        file.seek(-200 * SIZE * 2, 2)
        file.write(bytes(200 * SIZE * 2))
    found = written.nearest(question, 10)
    assert ids(found) == ids(expected)
    assert list(folder.path.glob("scan-*")) == []
    with closing(opened(folder)) as read:  # made anew by whoever opens it
        assert ids(read.nearest(question, 10)) == ids(expected)
    assert len(list(folder.path.glob("scan-*"))) == 1


def test_a_reader_of_many_neither_opens_chroma_nor_mends_it(
    written: FolderIndex, folder: IndexFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "EXACT_LIMIT", 100)
    [question] = rows(1, seed=7)
    expected = ids(written.nearest(question, 10))
    written.close()
    (folder.chroma / "chroma.sqlite3").write_bytes(b"no database")
    with closing(opened(folder)) as read:
        assert ids(read.nearest(question, 10)) == expected
    assert [path.name for path in folder.chromas()] == ["chroma"]
    with closing(FolderIndex(folder, create=False)) as writer:
        assert writer.chroma.count() == 200
    assert [path.name for path in folder.chromas()] == ["chroma-2"]


@pytest.mark.parametrize("small", [True, False])
def test_of_a_large_file_some_pages_are_compared_unless_it_was_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, small: bool
) -> None:
    place = tmp_path / "chroma" / "1" / "data_level0.bin"
    place.parent.mkdir(parents=True)
    (place.parent / "index_metadata.pickle").write_bytes(b"kept")
    content = bytearray(10_000_000)
    place.write_bytes(content)
    monkeypatch.setattr("rag.storage.index.checksums.SMALL", len(content) if small else 0)
    write_checksums(tmp_path, None)
    kept = read_checksums(tmp_path)
    assert kept is not None
    assert changed_file(tmp_path, kept) is None
    changed = place.stat().st_mtime_ns
    for position, seen in ((len(content) - 1, True), (50_000, small)):  # between the first two pages that are read
        with place.open("r+b") as file:
            file.seek(position)
            file.write(b"1")
        os.utime(place, ns=(changed, changed))
        name = "chroma/1/data_level0.bin"
        assert changed_file(tmp_path, kept) == (name if seen else None)
        assert changed_file(tmp_path, kept, whole=True) == name
        os.utime(place)
        assert changed_file(tmp_path, kept) == name
        place.write_bytes(content)
        os.utime(place, ns=(changed, changed))
    assert changed_file(tmp_path, kept) is None
    os.truncate(place, 9_999_999)
    assert changed_file(tmp_path, kept) == name
