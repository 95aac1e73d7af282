"""All vectors looked through by 8 bits, compared by 16: as exact as comparing all, whatever is allowed or changed."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import LibraryLockedError
from rag.storage.folder.readonly import copied
from rag.storage.index import exact
from rag.storage.index.scanning import keeping, mapped_file, scan
from rag.storage.index.scanning.keeping import keep_fresh, read_scan
from rag.storage.index.scanning.mapped_file import open_base, remove_bases
from rag.storage.index.scanning.scan import Scan, ScanDamagedError
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import IndexFolder
from rag.utils.arrays import Matrix, unit

DIMENSION = 24
ROOT = Path(__file__).resolve().parents[2]
Papers = list[tuple[int, Matrix]]


@pytest.fixture
def folder(tmp_path: Path) -> IndexFolder:
    return IndexFolder(tmp_path, tmp_path)


@pytest.fixture
def kept(folder: IndexFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[VectorStore]:
    """Kept vectors of 300 papers of one to three chunks, so many that a file is made of them."""
    monkeypatch.setattr(keeping, "FRESH", 100)
    monkeypatch.setattr(scan, "BLOCK", 64)
    store = VectorStore(folder.vectors, "Make them anew.")
    store.put(papers(300))
    yield store
    store.close()


def papers(count: int, seed: int = 1, first: int = 1) -> Papers:
    """Make up papers in groups, so that neighbours are near, of one to three chunks."""
    rng = np.random.default_rng(seed)
    groups = rng.standard_normal((7, DIMENSION))
    return [
        (first + 2 * number, vectors(groups[number % 7] + rng.standard_normal((1 + number % 3, DIMENSION)) * 0.6))
        for number in range(count)
    ]


def vectors(rows: Any) -> Matrix:
    return unit(np.asarray(rows, np.float32)).astype(np.float16).astype(np.float32)


def questions(count: int = 12) -> Matrix:
    return unit(np.random.default_rng(9).standard_normal((count, DIMENSION)).astype(np.float32))


def same(one: list[tuple[int, float]], other: list[tuple[int, float]]) -> bool:
    assert [paper_id for paper_id, _ in one] == [paper_id for paper_id, _ in other]
    assert [score for _, score in one] == pytest.approx([score for _, score in other], abs=1e-6)
    return True


def made(folder: IndexFolder, kept: VectorStore) -> Scan:
    assert keep_fresh(folder, kept)
    found = read_scan(folder, kept)
    assert found.base is not None
    return found


@pytest.mark.parametrize("few", [1, 8, 10_000])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5, 1.0])
def test_of_those_allowed_the_best_are_found_however_many_they_are(
    folder: IndexFolder, kept: VectorStore, share: float, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "FEW", few)
    found, everything = made(folder, kept), kept.load()
    ids = np.array([paper_id for paper_id in range(602) if paper_id % 100 < share * 100], np.int64)
    for question in questions():
        expected = exact.nearest(everything, question, 10, ids)
        for allowed in (ids, set(ids.tolist()), frozenset(ids.tolist()), ids[::-1]):
            assert same(found.nearest(question, 10, allowed), expected)
    assert len(expected) == min(10, len(np.intersect1d(everything.papers, ids)))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    limit=st.integers(0, 80),
    spread=st.sampled_from([0.0, 1e-4, 0.05, 1.0]),
    changed=st.sets(st.integers(0, 130), max_size=30),
)
def test_nothing_is_missed_whatever_the_vectors_and_whatever_changed_since(
    tmp_path_factory: pytest.TempPathFactory, seed: int, limit: int, spread: float, changed: set[int]
) -> None:
    """Many vectors nearly or quite the same are what 8 bits can't tell apart."""
    rng, place = np.random.default_rng(seed), tmp_path_factory.mktemp("scan")
    folder, middle = IndexFolder(place, place), rng.standard_normal(DIMENSION)
    store = VectorStore(folder.vectors, "")
    store.put(
        [(n, vectors(middle + spread * rng.standard_normal((rng.integers(1, 4), DIMENSION)))) for n in range(100)]
    )
    stamp = mapped_file.make_base(folder, store.pages(), store.papers(), store.count())
    assert stamp is not None
    store.mark_scanned(stamp)
    store.delete([paper_id for paper_id in changed if paper_id % 2])
    store.put([(n, vectors(middle + spread * rng.standard_normal((2, DIMENSION)))) for n in changed if not n % 2])
    found = read_scan(folder, store)
    assert found.changed.tolist() == sorted({n for n in changed if n < 100 or not n % 2})
    question = unit((middle + rng.standard_normal(DIMENSION)).astype(np.float32))
    everything = store.load()
    for some in (None, set(range(0, 130, 3))):
        scores, cosines = (
            dict(found.nearest(question, limit, some)),
            dict(exact.nearest(everything, question, 200, some)),
        )
        assert list(scores.values()) == pytest.approx(list(cosines.values())[:limit], abs=1e-6)
        assert scores == pytest.approx({paper_id: cosines[paper_id] for paper_id in scores}, abs=1e-6)
    store.close()


def test_what_changes_after_the_file_was_made_is_seen_and_the_scan_of_before_stays_as_it_was(
    folder: IndexFolder, kept: VectorStore
) -> None:
    before, [question] = made(folder, kept), questions(1)
    first = before.nearest(question, 5)
    best = first[0][0]
    kept.put([(4, question[None].astype(np.float16)), (9, papers(1, seed=3)[0][1])])
    kept.delete([best])
    after, opened = before.after({4, 9, best}, kept.get([4, 9, best])), read_scan(folder, kept)
    expected = exact.nearest(kept.load(), question, 5)
    assert expected[0][0] == 4
    assert same(after.nearest(question, 5), expected)
    assert same(opened.nearest(question, 5), expected)
    kept.delete([4])
    assert same(after.after([4], {}).nearest(question, 5), exact.nearest(kept.load(), question, 5))
    assert same(before.nearest(question, 5), first)


def test_many_in_memory_without_a_file_take_what_changes_as_it_is_kept(
    folder: IndexFolder, kept: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.storage.index.vector_store.EXACT_LIMIT", 100)
    before, [question] = read_scan(folder, kept), questions(1)
    assert before.base is None
    assert before.fresh.matrix.itemsize == 2
    kept.put([(4, (question * 0.5)[None])])
    after = before.after([4], kept.get([4]))
    assert dict(after.nearest(question, 1)) == {4: pytest.approx(1.0, abs=1e-3)}
    assert same(after.nearest(question, 5), exact.nearest(kept.load(), question, 5))


def test_a_file_is_made_anew_when_a_sixteenth_changed_and_the_one_before_is_removed(
    folder: IndexFolder, kept: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "FRESH", 10)
    made(folder, kept)
    [first] = folder.path.glob("scan-*")
    kept.put(papers(17))
    assert not keep_fresh(folder, kept)
    kept.put(papers(17, first=1_001))
    assert not keep_fresh(folder, kept, share=4)
    assert keep_fresh(folder, kept)
    [second] = folder.path.glob("scan-*")
    found = read_scan(folder, kept)
    assert (first != second, len(found.changed), found.rows) == (True, 0, kept.count())


def test_few_papers_need_no_file(folder: IndexFolder, kept: VectorStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "FRESH", 300)
    assert not keep_fresh(folder, kept)
    assert list(folder.path.glob("scan-*")) == []


def test_a_reader_who_can_not_have_the_lock_reads_all_into_memory(folder: IndexFolder, kept: VectorStore) -> None:
    def locked() -> Iterator[None]:
        raise LibraryLockedError

    assert not keep_fresh(folder, kept, locked)  # type: ignore[arg-type]
    assert read_scan(folder, kept).base is None


def cut(content: bytes) -> bytes:
    return content[:-100]


def longer(content: bytes) -> bytes:
    return content + b"0"


def flipped(place: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:place] + bytes([content[place] ^ 0x40]) + content[place + 1 :]


def code_flipped(content: bytes) -> bytes:
    """Hides a paper: its codes may say that it is far away."""
    return flipped(len(content) // 3)(content)


@pytest.mark.parametrize(
    "change",
    [
        cut,
        longer,
        flipped(3),
        flipped(4_100),
        flipped(4_096 * 2 + 5),
        code_flipped,
        lambda _: b"",
        lambda _: b"{}\n0\n",
    ],
)
def test_a_file_that_is_not_what_was_written_is_not_opened_and_made_anew(
    folder: IndexFolder, kept: VectorStore, change: Callable[[bytes], bytes]
) -> None:
    expected = made(folder, kept).nearest(questions(1)[0], 10)
    [path] = folder.path.glob("scan-*")
    path.write_bytes(change(path.read_bytes()))
    found = read_scan(folder, kept)
    assert found.base is None
    assert same(found.nearest(questions(1)[0], 10), expected)
    assert same(made(folder, kept).nearest(questions(1)[0], 10), expected)


@pytest.mark.parametrize("what", ["codes", "numbers"])
def test_vectors_that_changed_in_the_file_are_noticed_by_the_search_that_meets_them(
    folder: IndexFolder, kept: VectorStore, what: str
) -> None:
    found = made(folder, kept)
    assert found.base is not None
    array = np.array(getattr(found.base, what)[np.arange(found.rows)])
    best = found.nearest(questions(1)[0], 1)[0][0]
    array[found.base.starts[np.searchsorted(found.base.papers, best)] :][:3] *= -1
    damaged = found.base._replace(**{what: array})  # type: ignore[arg-type]
    with pytest.raises(ScanDamagedError):
        Scan(damaged, found.changed, found.fresh).nearest(-questions(1)[0], 300)


def test_vectors_that_can_not_be_read_any_more_are_noticed(folder: IndexFolder, kept: VectorStore) -> None:
    found = made(folder, kept)
    [path] = folder.path.glob("scan-*")
    os.truncate(path, path.stat().st_size - 4_000)
    for allowed in (None, {599}):
        with pytest.raises(ScanDamagedError):
            found.nearest(questions(1)[0], 300, allowed)


KILLED = """
import os, signal, sys
from pathlib import Path
from rag.storage.index.scanning import keeping, mapped_file
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import IndexFolder
from rag.storage.folder.readonly import copied
kill = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
folder, moment = IndexFolder(Path(sys.argv[1]), Path("papers.library")), sys.argv[2]
keeping.FRESH = 100
if moment == "writing":
    mapped_file._checksum = kill
elif moment == "before it is named":
    VectorStore.mark_scanned = kill
elif moment == "after it is named":
    keeping.remove_bases = kill
keeping.keep_fresh(folder, VectorStore(folder.vectors, "", create=False))
"""


@pytest.mark.parametrize("moment", ["writing", "before it is named", "after it is named"])
def test_a_kill_while_the_file_is_made_does_no_harm(folder: IndexFolder, kept: VectorStore, moment: str) -> None:
    made(folder, kept)
    kept.put(papers(200, seed=2))
    [question] = questions(1)
    expected = exact.nearest(kept.load(), question, 10)
    command = [sys.executable, "-c", KILLED, str(folder.path), moment]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120, env=environment)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert same(read_scan(folder, kept).nearest(question, 10), expected)
    kept.put(papers(200, seed=2))
    assert same(made(folder, kept).nearest(question, 10), expected)
    assert len(list(folder.path.glob("scan-*"))) == 1


def test_no_room_for_the_file_is_no_error(
    folder: IndexFolder, kept: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mapped_file, "_write", full)
    assert not keep_fresh(folder, kept)
    assert read_scan(folder, kept).base is None


def test_a_file_of_another_index_is_not_taken(folder: IndexFolder, kept: VectorStore) -> None:
    made(folder, kept)
    [path] = folder.path.glob("scan-*")
    assert open_base(path, "another") is None
    path.rename(folder.scan("another"))
    assert read_scan(folder, kept).base is None
    remove_bases(folder)
    assert list(folder.path.glob("scan-*")) == []


@given(st.lists(st.floats(width=16, allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
def test_numbers_of_16_bits_are_widened_bit_by_bit_as_numpy_does(numbers: list[float]) -> None:
    half = np.array(numbers, np.float16)[None]
    assert exact.widened(half).tobytes() == half.astype(np.float32).tobytes()


@pytest.mark.parametrize("tokens", [False, True])
def test_the_file_is_not_copied_for_a_library_that_can_not_be_written(tmp_path: Path, *, tokens: bool) -> None:
    inside = tmp_path / "papers.library" / "vectors-1"
    inside.mkdir(parents=True)
    (inside / "scan-1.bin").write_bytes(b"vectors")
    place = copied(inside.parent, tokens=tokens)
    assert (place / "vectors-1" / "scan-1.bin").is_symlink()
    assert (place / "vectors-1" / "scan-1.bin").read_bytes() == b"vectors"
    shutil.rmtree(place)
