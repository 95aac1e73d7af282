"""The vectors of a hundred thousand and of a million papers: made, opened, searched, filtered, side by side.

    python -m eval.benchmarks vectors-at-size --work FOLDER      (ASKPAPERS_VECTORS=20000,100000 for other sizes)

The vectors are MiniLM's of real abstracts (the shared papers and SciFact's), mixed in pairs, with noise of the same
covariance, and asked by MiniLM's vectors of real questions and claims. The catalog and the token states have no part in
it. Chroma is made of them, and asked, up to ASKPAPERS_VECTORS_CHROMA papers.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from eval.benchmarks.shared import opened_storage, shared_folder
from eval.datasets.beir import load_corpus, load_queries
from eval.datasets.questions import load_questions
from rag.library import Library
from rag.settings import Settings
from rag.storage.index.checksums import changed_file, read_checksums, write_checksums
from rag.storage.index.chroma import embedded_vectors
from rag.storage.index.index import FolderIndex
from rag.storage.index.mending import make_anew
from rag.storage.index.scanning.keeping import keep_fresh
from rag.storage.index.token_store import TokenStore
from rag.storage.index.vector_store import VectorStore
from rag.storage.layout import IndexFolder
from rag.utils.arrays import Matrix, unit
from rag.utils.threads import one_blas_thread

SIZES, WITH_CHROMA = "100000,1000000", 100_000
BATCH, ASKED, WANTED, CANDIDATES = 10_000, 120, 10, 100
SHARES = (0.001, 0.01, 0.1, 0.5, 0.9)
THREADS = (1, 2, 4)


def measure(work: Path) -> str:
    """Return Markdown tables of seconds, bytes and recall."""
    real, questions = real_vectors(work)
    with_chroma = int(os.environ.get("ASKPAPERS_VECTORS_CHROMA", WITH_CHROMA))
    sizes = [int(size) for size in os.environ.get("ASKPAPERS_VECTORS", SIZES).split(",")]
    measured = [_measured(work, real, questions, papers, chroma=papers <= with_chroma) for papers in sizes]
    rows = ["| |" + "".join(f" {papers:,} papers |" for papers in sizes), "|---|" + "---|" * len(sizes)]
    names = dict.fromkeys(name for found in measured for name in found)
    return "\n".join(rows + [f"| {name} |" + "".join(f" {one.get(name, '')} |" for one in measured) for name in names])


def _measured(work: Path, real: Matrix, questions: Matrix, papers: int, *, chroma: bool) -> dict[str, str]:
    folder = work / f"vectors-{papers}"
    folder.mkdir(parents=True, exist_ok=True)
    vectors = mixed_vectors(real, papers)
    np.save(folder / "questions.npy", questions)
    _truth(folder, vectors, questions)
    found = _filled(folder, vectors)
    del vectors
    steps = ["file", "search", "filter", *(f"threads {count}" for count in THREADS), "locked 4"]
    for step in steps + (["chroma", "asked of chroma", "check"] if chroma else []):
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "eval.benchmarks.vectors.at_size", str(folder), step],
            check=True,
            stdout=subprocess.PIPE,
        )
        found |= json.loads(done.stdout)
    return found


def real_vectors(work: Path) -> tuple[Matrix, Matrix]:
    """Return the vectors of real abstracts and of real questions, embedded once a work folder."""
    kept = [work / f"{name}.npy" for name in ("real-papers", "real-questions")]
    if not all(path.is_file() for path in kept):
        scifact, source = shared_folder() / "bench" / "scifact", work / "scifact.jsonl"
        source.write_text("".join(json.dumps(row) + "\n" for row in load_corpus(scifact)), "utf-8")
        asked = [row.question for row in load_questions(shared_folder() / "gold" / "dev.jsonl")]
        asked += list(load_queries(scifact).values())
        with Library.open(work / "real.library", Settings()) as library:
            library.ingest([shared_folder() / "papers", source])
            with closing(opened_storage(library.folder)) as storage, storage.reading() as index:
                np.save(kept[0], index.loaded().matrix)
            np.save(kept[1], np.stack([one.vector for one in library.embedder().embed(asked, kind="query")]))
    papers_found, questions = (np.load(path).astype(np.float32) for path in kept)
    return unit(papers_found), unit(questions[:: max(len(questions) // ASKED, 1)][:ASKED])


def mixed_vectors(real: Matrix, papers: int) -> Matrix:
    """Return as many vectors: pairs of real ones mixed, with noise that has their covariance; 16 bits each."""
    rng = np.random.default_rng(5)
    spread = np.linalg.cholesky(np.cov(real.T) + 1e-6 * np.eye(real.shape[1])).astype(np.float32).T
    made = np.empty((papers, real.shape[1]), np.float16)
    for start in range(0, papers, BATCH):
        count = min(BATCH, papers - start)
        share = rng.uniform(0, 0.5, (count, 1)).astype(np.float32)
        pairs = real[rng.integers(0, len(real), count)], real[rng.integers(0, len(real), count)]
        noise = rng.standard_normal((count, real.shape[1]), dtype=np.float32) @ spread
        size = rng.uniform(0.3, 1.0, (count, 1)).astype(np.float32)
        made[start : start + count] = unit(pairs[0] * (1 - share) + pairs[1] * share + size * noise)
    return made.astype(np.float16)


def _truth(folder: Path, vectors: Any, questions: Matrix) -> None:
    """Keep the ids of the nearest by all vectors compared in 32 bits, also of those of each share that is allowed."""
    cosines = np.concatenate(
        [questions @ unit(vectors[n : n + BATCH].astype(np.float32)).T for n in range(0, len(vectors), BATCH)], axis=1
    )
    np.save(folder / "truth.npy", _best(cosines))
    for share in SHARES:
        np.save(folder / f"truth-{share}.npy", _best(np.where(_allowed(len(vectors), share), cosines, np.float32(-2))))


def _best(cosines: Matrix) -> Any:
    return np.stack([np.argpartition(-row, WANTED)[:WANTED] + 1 for row in cosines])


def _allowed(papers: int, share: float) -> Any:
    return np.random.default_rng(int(share * 1000)).random(papers) < share


def _filled(folder: Path, vectors: Any) -> dict[str, str]:
    index = IndexFolder(folder, folder)
    if index.vectors.exists():
        return {}
    begun, used = time.monotonic(), time.process_time()
    with closing(VectorStore(index.vectors, "")) as kept:
        for start in range(0, len(vectors), 1_000):
            batch = vectors[start : start + 1_000]
            kept.put([(start + n + 1, row[None]) for n, row in enumerate(batch)])
    return {"vectors kept (SQLite), s": _spent(begun, used), "bytes a paper": f"{_size(index.vectors, vectors):,.0f}"}


def _size(path: Path, vectors: Any) -> float:
    return path.stat().st_size / len(vectors)


def _spent(begun: float, used: float) -> str:
    return f"{time.monotonic() - begun:.1f}, of the processor {time.process_time() - used:.1f}"


def _step(folder: Path, step: str) -> dict[str, str]:
    """Do one step in this process, and return what was measured."""
    index, questions = IndexFolder(folder, folder), np.load(folder / "questions.npy")
    name, _, count = step.partition(" ")
    steps: dict[str, Callable[[], dict[str, str]]] = {
        "file": lambda: _file(index),
        "search": lambda: _search(index, questions),
        "filter": lambda: _filtered(index, questions),
        "threads": lambda: _side_by_side(index, questions, int(count), locked=False),
        "locked": lambda: _side_by_side(index, questions, int(count), locked=True),
        "chroma": lambda: _chroma(index),
        "asked": lambda: _asked_of_chroma(index, questions),
        "check": lambda: _check(index),
    }
    return steps[name]()


def _opened(index: IndexFolder) -> FolderIndex:
    return FolderIndex(index, create=False, lock=nullcontext)


def _file(index: IndexFolder) -> dict[str, str]:
    TokenStore(index.tokens, "").close()
    for old in index.path.glob("scan-*"):
        old.unlink()
    begun, used = time.monotonic(), time.process_time()
    with closing(VectorStore(index.vectors, "", create=False)) as kept:
        assert keep_fresh(index, kept)
        papers = kept.papers()
    [path] = index.path.glob("scan-*")
    told = {"mapped file made, s": _spent(begun, used), "its bytes a paper": f"{path.stat().st_size / papers:,.0f}"}
    return told | {"memory while it is made, MB": _memory()}


def _search(index: IndexFolder, questions: Matrix) -> dict[str, str]:
    before, begun, used = _memory(), time.monotonic(), time.process_time()
    with closing(_opened(index)) as opened, one_blas_thread():
        ready, ready_used = time.monotonic() - begun, time.process_time() - used
        opened.nearest(questions[0], CANDIDATES)
        first = time.monotonic() - begun
        walls, processor, found = _asked(lambda vector: opened.nearest(vector, CANDIDATES), questions)
    return {
        "opened, ms": f"{ready * 1e3:.0f}, of the processor {ready_used * 1e3:.0f}",
        "opened and first search, ms": f"{first * 1e3:.0f}",
        f"search of {CANDIDATES}, ms of the processor": f"{processor:.1f}",
        "p50 / p95 on the clock, ms": "{:.0f} / {:.0f}".format(*np.percentile(walls, (50, 95))),
        "memory of the process, MB (before)": f"{_memory()} ({before})",
        f"recall@{WANTED} against all compared": f"{_recall(index.path / 'truth.npy', found):.4f}",
    }


def _filtered(index: IndexFolder, questions: Matrix) -> dict[str, str]:
    told = {}
    with closing(_opened(index)) as opened, one_blas_thread():
        papers = opened.scan().rows
        for share in SHARES:
            allowed = np.flatnonzero(_allowed(papers, share)) + 1
            opened.nearest(questions[0], CANDIDATES, allowed)
            _, processor, found = _asked(lambda vector: opened.nearest(vector, CANDIDATES, allowed), questions)  # noqa: B023
            recall = _recall(index.path / f"truth-{share}.npy", found)
            told[f"{share:.1%} allowed: ms of the processor, recall"] = f"{processor:.1f}, {recall:.4f}"
    return told


def _side_by_side(index: IndexFolder, questions: Matrix, threads: int, *, locked: bool) -> dict[str, str]:
    """Search in some threads; `locked`: each holds a lock through a whole search, as it was before."""
    lock: Any = threading.Lock() if locked else nullcontext()
    with closing(_opened(index)) as opened, one_blas_thread():
        opened.nearest(questions[0], CANDIDATES)

        def search() -> None:
            for question in questions:
                with lock:
                    opened.nearest(question, CANDIDATES)

        begun, used = time.monotonic(), time.process_time()
        many = [threading.Thread(target=search) for _ in range(threads)]
        for one in many:
            one.start()
        for one in many:
            one.join()
        wall, processor = time.monotonic() - begun, time.process_time() - used
    name = f"{threads} threads{', one lock' if locked else ''}: searches a second (processors busy)"
    return {name: f"{threads * len(questions) / wall:.0f} ({processor / wall:.2f})"}


def _chroma(index: IndexFolder) -> dict[str, str]:
    begun, used = time.monotonic(), time.process_time()
    with closing(VectorStore(index.vectors, "", create=False)) as kept:
        make_anew(index, kept)
    return {"Chroma made anew, s": _spent(begun, used), "memory meanwhile, MB": _memory()}


def _asked_of_chroma(index: IndexFolder, questions: Matrix) -> dict[str, str]:
    begun = time.monotonic()
    with closing(embedded_vectors(index.chroma, "", create=False)) as chroma:
        chroma.nearest(questions[0], CANDIDATES)
        first = time.monotonic() - begun
        walls, processor, found = _asked(lambda vector: chroma.nearest(vector, CANDIDATES), questions)
    return {
        "Chroma opened and first search, ms": f"{first * 1e3:.0f}",
        f"Chroma, search of {CANDIDATES}, ms of the processor": f"{processor:.1f}",
        "Chroma, p50 / p95 on the clock, ms": "{:.0f} / {:.0f}".format(*np.percentile(walls, (50, 95))),
        "Chroma, memory of the process, MB": _memory(),
        f"Chroma, recall@{WANTED}": f"{_recall(index.path / 'truth.npy', found):.4f}",
    }


def _check(index: IndexFolder) -> dict[str, str]:
    write_checksums(index.path, None)
    kept = read_checksums(index.path)
    assert kept is not None
    told = {}
    for name, whole in (("some pages", False), ("whole", True)):
        used = time.process_time()
        assert changed_file(index.path, kept, whole=whole) is None
        told[f"Chroma's files compared, {name}, ms of the processor"] = f"{(time.process_time() - used) * 1e3:.1f}"
    return told


def _asked(nearest: Callable[[Any], Any], questions: Matrix) -> tuple[list[float], float, list[Any]]:
    """Return the milliseconds of each search on the clock, those of the processor on average, and what was found."""
    walls, found, used = [], [], time.process_time()
    for question in questions:
        begun = time.monotonic()
        found.append(nearest(question))
        walls.append((time.monotonic() - begun) * 1e3)
    return walls, (time.process_time() - used) * 1e3 / len(questions), found


def _recall(truth: Path, found: Sequence[Any]) -> float:
    pairs = zip(np.load(truth).tolist(), found, strict=True)
    return float(np.mean([len(set(right) & {i for i, _ in one[:WANTED]}) / WANTED for right, one in pairs]))


def _memory() -> str:
    """Return the most memory that this process had, in MB, pages of mapped files with it."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return f"{int(line.split()[1]) / 1e3:,.0f}"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_step(Path(sys.argv[1]), sys.argv[2])))
