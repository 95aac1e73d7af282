"""Chroma is made anew from the kept vectors, by itself and without embedding, wherever damage of it is seen."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from rag.errors import LibraryDamagedError
from rag.storage.embedded import EmbeddedStorage
from rag.storage.index.chroma import embedded_vectors
from rag.storage.index.index import FolderIndex
from rag.storage.index.mending import make_anew, seen_damage
from rag.storage.index.token_embeddings import NO_TOKENS
from rag.storage.layout import IndexFolder, index_folder
from rag.storage.manifest import IndexSpec
from rag.testing.made_up import SIZE, record
from rag.utils.arrays import unit

PAPERS = 1_100  # so many that Chroma keeps its index in files
SPEC = IndexSpec("made up", "one vector a paper", lambda: SIZE)
Found = list[tuple[int, float]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of made-up papers; to be copied."""
    folder = tmp_path_factory.mktemp("mending") / "made.library"
    vectors = unit(np.random.default_rng(1).standard_normal((PAPERS, SIZE)).astype(np.float32))
    with closing(opened(folder)) as storage, storage.writing() as index:
        with storage.catalog.transaction():
            ids = [storage.catalog.insert(record(f"Paper {number}")) for number in range(PAPERS)]
        index.put([(paper_id, [vector], NO_TOKENS) for paper_id, vector in zip(ids, vectors, strict=True)])
        with storage.catalog.transaction():
            storage.catalog.mark_indexed(ids)
    return folder


@pytest.fixture(params=["all compared", "asked of Chroma"])
def folder(request: pytest.FixtureRequest, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, of few papers for this machine, or of too many to compare them all."""
    if request.param == "asked of Chroma":
        monkeypatch.setattr("rag.storage.index.index.SCANNED", 100)
    return Path(shutil.copytree(made, tmp_path / "papers.library"))


def opened(folder: Path) -> EmbeddedStorage:
    return EmbeddedStorage.open(folder, SPEC)


def index_of(folder: Path) -> IndexFolder:
    return index_folder(folder, "vectors-1")


def found(folder: Path) -> Found:
    with closing(opened(folder)) as storage, storage.reading() as index:
        question = unit(np.arange(SIZE, dtype=np.float32))
        return [(paper_id, round(score, 4)) for paper_id, score in index.nearest(question, 10)]


def written(folder: Path) -> None:
    """Store a paper again, as it was."""
    with closing(opened(folder)) as storage, storage.writing() as index:
        index.put([(1, list(index.kept.get([1])[1]), NO_TOKENS)])


def in_chroma(folder: Path) -> int:
    index = index_of(folder)
    with closing(embedded_vectors(index.chroma, index.advice, create=False)) as chroma:
        return chroma.count()


def one_of(folder: Path, name: str) -> Path:
    [path] = index_of(folder).chroma.rglob(name)
    return path


def left_by_a_kill(folder: Path) -> None:
    """Leave what a writer leaves that was killed: no checksums, and the sign of unfinished work."""
    (folder / "vectors-1" / "seal.json").unlink()
    with closing(sqlite3.connect(folder / "catalog.sqlite3")) as connection, connection:
        connection.execute("UPDATE state SET value = 1 WHERE name = 'unfinished'")


def grown(folder: Path) -> None:
    """Let the links grow in apparent size, as the second opening of a damaged index does."""
    left_by_a_kill(folder)
    with one_of(folder, "link_lists.bin").open("r+b") as file:
        file.truncate(1 << 40)


def torn(folder: Path) -> None:
    """Leave what a kill in a flush leaves that changed no size."""
    left_by_a_kill(folder)
    path = one_of(folder, "data_level0.bin")
    path.write_bytes(path.read_bytes())


def cut(name: str, share: float) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        left_by_a_kill(folder)
        path = one_of(folder, name)
        times = path.stat().st_mtime
        os.truncate(path, int(path.stat().st_size * share))
        os.utime(path, (times, times))

    return change


def flipped(folder: Path) -> None:
    path = one_of(folder, "data_level0.bin")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: one_of(folder, name).unlink()


DAMAGES = {
    "the folder gone": lambda folder: shutil.rmtree(index_of(folder).chroma),
    "its database gone": without("chroma.sqlite3"),
    "its database random bytes": lambda folder: one_of(folder, "chroma.sqlite3").write_bytes(os.urandom(90_000)),
    "its database cut short": cut("chroma.sqlite3", 0.5),
    "a file gone": without("header.bin"),
    "a bit flipped": flipped,
    "links out of proportion": grown,
    "a flush cut short": torn,
    "the level cut short": cut("data_level0.bin", 0.3),
    "the header cut to nothing": cut("header.bin", 0),
    "the links cut short": cut("link_lists.bin", 0.5),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_chroma_is_made_anew_at_opening_and_told_in_a_line(
    folder: Path, what: str, capfd: pytest.CaptureFixture[str]
) -> None:
    expected = found(folder)
    DAMAGES[what](folder)
    capfd.readouterr()
    assert found(folder) == expected
    [line] = capfd.readouterr().err.splitlines()
    assert line.endswith(f"Chroma is made anew from the {PAPERS:,} kept vectors, without embedding.")
    assert [path.name for path in index_of(folder).chromas()] == ["chroma-2"]
    for _ in range(2):
        written(folder)
        assert found(folder) == expected
    assert (in_chroma(folder), capfd.readouterr().err) == (PAPERS, "")


@pytest.mark.parametrize("what", ["a bit flipped", "links out of proportion", "a flush cut short"])
def test_a_writer_makes_a_damaged_chroma_anew_before_it_writes(folder: Path, what: str) -> None:
    expected = found(folder)
    DAMAGES[what](folder)
    written(folder)
    assert [path.name for path in index_of(folder).chromas()] == ["chroma-2"]
    assert (found(folder), in_chroma(folder)) == (expected, PAPERS)


def test_what_chroma_lacks_or_has_too_much_is_levelled_without_making_it_anew(folder: Path) -> None:
    expected, index = found(folder), index_of(folder)
    with closing(embedded_vectors(index.chroma, index.advice, create=False)) as chroma:
        chroma.delete([1, 2, 3])
        chroma.put([(9_999, [np.ones(SIZE, np.float32)])])
    (index.path / "seal.json").unlink()
    written(folder)
    assert [path.name for path in index.chromas()] == ["chroma"]
    assert (found(folder), in_chroma(folder)) == (expected, PAPERS)


KILLED = """
import os, signal, sys
from pathlib import Path
from rag.storage.index import mending
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import IndexFolder
kill = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
folder, moment = IndexFolder(Path(sys.argv[1]), Path("papers.library")), sys.argv[2]
if moment == "filling":
    mending.embedded_vectors(folder.path / "chroma-2.partial", "").close()
    VectorStore.pages = kill
elif moment == "before the switch":
    mending.drop_checksums = kill
elif moment == "after the switch":
    mending.shutil.rmtree = lambda path, **_: kill() if Path(path).name == "chroma" else None
mending.make_anew(folder, VectorStore(folder.vectors, "", create=False))
"""


@pytest.mark.parametrize("moment", ["filling", "before the switch", "after the switch"])
def test_a_kill_while_it_is_made_anew_leaves_a_library_that_mends_again(folder: Path, moment: str) -> None:
    expected = found(folder)
    flipped(folder)
    command = [sys.executable, "-c", KILLED, str(index_of(folder).path), moment]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert found(folder) == expected
    written(folder)
    assert (found(folder), in_chroma(folder)) == (expected, PAPERS)
    assert len([path for path in index_of(folder).path.iterdir() if path.name.endswith(".partial")]) == 0


def test_a_reader_compares_all_vectors_while_somebody_else_writes(folder: Path) -> None:
    expected = found(folder)
    flipped(folder)
    with FileLock(folder / "write.lock"):
        assert found(folder) == expected
        assert [path.name for path in index_of(folder).chromas()] == ["chroma"]
    assert found(folder) == expected
    assert [path.name for path in index_of(folder).chromas()] == ["chroma-2"]


def test_a_reader_of_a_folder_that_can_not_be_written_compares_all_vectors(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = found(folder)
    flipped(folder)
    monkeypatch.setattr("rag.storage.embedded.is_read_only", lambda path: path == folder)
    assert found(folder) == expected
    assert [path.name for path in index_of(folder).chromas()] == ["chroma"]


def test_a_damaged_kept_vector_is_never_put_into_chroma(folder: Path) -> None:
    with closing(sqlite3.connect(index_of(folder).vectors)) as connection, connection:
        connection.execute('UPDATE vectors SET "values" = zeroblob(length("values")) WHERE paper_id = 7')
    shutil.rmtree(index_of(folder).chroma)
    with pytest.raises(LibraryDamagedError, match=r"other vectors of paper 7 .*askpapers rebuild"):
        found(folder)
    assert index_of(folder).chromas() == []


def older(folder: Path) -> None:
    """Make a library as it was before vectors were kept."""
    for path in index_of(folder).path.glob("vectors.sqlite3*"):
        path.unlink()


def test_a_library_of_before_vectors_were_kept_is_read_and_keeps_them_when_it_is_written_to(folder: Path) -> None:
    expected = found(folder)
    older(folder)
    read = found(folder)
    assert [paper_id for paper_id, _ in read] == [paper_id for paper_id, _ in expected]
    assert [score for _, score in read] == pytest.approx([score for _, score in expected], abs=1e-3)
    assert not index_of(folder).vectors.exists()
    written(folder)
    assert index_of(folder).vectors.is_file()
    assert found(folder) == expected
    shutil.rmtree(index_of(folder).chroma)
    assert found(folder) == expected


def test_a_damaged_library_of_before_vectors_were_kept_says_what_mends_it(folder: Path) -> None:
    older(folder)
    shutil.rmtree(index_of(folder).chroma)
    for use in (found, written):
        with pytest.raises(LibraryDamagedError, match="askpapers rebuild"):
            use(folder)


def test_the_same_is_found_in_a_chroma_that_was_made_anew(folder: Path) -> None:
    questions = unit(np.random.default_rng(2).standard_normal((30, SIZE)).astype(np.float32))

    def asked() -> list[Found]:
        with closing(opened(folder)) as storage, storage.reading() as index:
            return [index.nearest(question, 10) for question in questions]

    before, index = asked(), FolderIndex(index_of(folder), create=False)
    with closing(index):
        make_anew(index_of(folder), index.kept)
    assert seen_damage(index_of(folder)) is None
    for one, other in zip(before, asked(), strict=True):
        assert [paper_id for paper_id, _ in one] == [paper_id for paper_id, _ in other]
        assert [score for _, score in one] == pytest.approx([score for _, score in other], abs=1e-3)
