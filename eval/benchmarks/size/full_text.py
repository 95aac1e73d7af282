"""Full text as postings beside SQLite's FTS5: CPU of a search, the ranking, bytes, and what writing a paper takes.

    python -m eval.benchmarks full-text      (ASKPAPERS_FULL_TEXT_PAPERS=1000000 for more)

Papers are made of real sentences, of the development papers and SciFact's, in any order; each has two words that few
others have, for in a larger library there are more words. Asked are the development questions, of both in turns.
"""

import os
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from eval.benchmarks.shared import shared_folder
from eval.datasets.beir import load_corpus
from eval.datasets.questions import load_questions
from rag.errors import RagError
from rag.readers import read_file
from rag.records import Record
from rag.storage.allowed import Allowed
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.text.sentences import sentence_spans
from rag.text.words import as_searched, content_words
from rag.utils.batching import batched

PAPERS, BATCH, RARE = 100_000, 500, 1_000
FTS5 = """
    CREATE VIRTUAL TABLE t USING fts5 (
        title, abstract, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
    )
"""
ADD = "INSERT INTO papers (title, abstract, authors, title_key, year, indexed) VALUES (?, ?, '[]', '', ?, 1)"
Texts = tuple[str, str]
Done = TypeVar("Done")


def measure(work: Path) -> str:
    """Return a Markdown table."""
    head = (
        "papers", "CPU ms of a search, p50 / p95: postings", "FTS5", "postings, one paper in a thousand allowed",
        "top ten the same", "largest difference of a score", "MB: postings", "FTS5",
        "CPU µs to write a paper: postings", "FTS5", "to change one, ms", "count, µs", "stems of a letter, ms",
    )  # fmt: skip
    rows = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    real = _real()
    sizes = (len(real), int(os.environ.get("ASKPAPERS_FULL_TEXT_PAPERS", PAPERS)))
    for number, papers in zip(sizes, (real, _made_up(real, sizes[1])), strict=True):
        folder = work / f"full-text-{number}"
        folder.mkdir(exist_ok=True)
        rows.append(_row(folder, number, iter(papers)))
    return "\n".join(rows)


def _real() -> list[Texts]:
    """Return title and abstract of the development papers."""
    found = (record for path in sorted((shared_folder() / "papers").iterdir()) for _, record in read_file(path))
    return [(one.title, one.abstract) for one in found if isinstance(one, Record)]


def _made_up(real: Sequence[Texts], number: int) -> Iterator[Texts]:
    chance = random.Random(1)  # noqa: S311  (nothing secret)
    corpus = [(row["title"], row["text"]) for row in load_corpus(shared_folder() / "bench" / "scifact")]
    titles = [title for title, _ in (*real, *corpus)]
    sentences = [text[start:end] for _, text in (*real, *corpus) for start, end in sentence_spans(text)]
    for _ in range(number):
        rare = ["".join(chance.choices("abdegiklmnoprstu", k=chance.randint(4, 6))) for _ in range(2)]
        yield chance.choice(titles), " ".join((*chance.sample(sentences, chance.randint(5, 9)), *rare))


def _row(folder: Path, number: int, papers: Iterator[Texts]) -> str:
    asked = [
        list({word.stem: word.text for word in content_words(row.question)}.values())
        for row in load_questions(shared_folder() / "gold" / "dev.jsonl")
    ]
    asked = [words for words in asked if words]
    with closing(open_catalog(folder)) as catalog, closing(sqlite3.connect(folder / "fts5.sqlite3")) as database:
        writes = _written(catalog, database, papers)

        def postings(words: list[str]) -> list[tuple[int, float]]:
            return catalog.full_text.match(words, 100)

        def fts5(words: list[str]) -> list[tuple[int, float]]:
            query = " OR ".join(f'"{as_searched(word)}"' for word in words)
            return database.execute(
                "SELECT rowid, -rank FROM t WHERE t MATCH ? ORDER BY rank LIMIT 100", (query,)
            ).fetchall()

        some = Allowed.of(range(1, number + 1, RARE)).mask
        times: list[list[float]] = [[], [], []]
        same, apart = 0.0, 0.0
        for words in (*asked[:5], *asked):  # the first of each are slower
            ours, took = _timed(postings, words)
            theirs, took_fts5 = _timed(fts5, words)
            bounded = _timed(catalog.full_text.match, words, 100, some)[1]
            for kept, value in zip(times, (took, took_fts5, bounded), strict=True):
                kept.append(value * 1e3)
            same += len({i for i, _ in ours[:10]} & {i for i, _ in theirs[:10]}) / max(len(theirs[:10]), 1)
            pairs = zip(ours, theirs, strict=True)
            apart = max([apart, *(abs(one[1] - other[1]) / other[1] for one, other in pairs)])
        change = [_timed(_changed, catalog, i)[1] * 1e3 for i in range(1, 40)]
        count = _timed(lambda: [catalog.count() for _ in range(1_000)])[1] * 1e3
        letters = [_timed(catalog.full_text.vocabulary, letter)[1] * 1e3 for letter in "seaqx"]
        sizes = _bytes(catalog, database)
    shown = [f"{statistics.median(some):.1f} / {_p95(some):.1f}" for some in (kept[5:] for kept in times)]
    return (
        f"| {number:,} | {' | '.join(shown)} | {same / (len(asked) + 5):.4f} | {apart:.1g} "
        f"| {sizes[0] / 1e6:.1f} | {sizes[1] / 1e6:.1f} | {writes[0] / number * 1e6:.0f} "
        f"| {writes[1] / number * 1e6:.0f} | {statistics.median(change):.1f} | {count:.1f} | {max(letters):.1f} |"
    )


def _written(catalog: Catalog, database: sqlite3.Connection, papers: Iterator[Texts]) -> tuple[float, float]:
    """Write papers to both; return the CPU seconds that each full text took."""
    database.executescript(f"PRAGMA journal_mode = WAL; {FTS5}")
    ours = theirs = 0.0
    for batch in batched(papers, BATCH):
        with catalog.transaction():
            catalog.database.run_many(ADD, [(*texts, 1990 + len(texts[0]) % 30) for texts in batch])
            ours += _timed(catalog.full_text.catch_up)[1]
        rows = [(as_searched(title), as_searched(abstract)) for title, abstract in batch]
        theirs += _timed(database.executemany, "INSERT INTO t (title, abstract) VALUES (?, ?)", rows)[1]
        theirs += _timed(database.commit)[1]
    return ours, theirs


def _changed(catalog: Catalog, paper_id: int) -> None:
    with catalog.transaction():
        catalog.database.run("UPDATE papers SET abstract = abstract || ' changed' WHERE paper_id = ?", paper_id)


def _bytes(catalog: Catalog, database: sqlite3.Connection) -> tuple[int, int]:
    """Return how large both are: postings as dbstat tells it, without it their content."""
    try:
        sql = "SELECT sum(pgsize) FROM dbstat WHERE name IN ('postings', 'fresh_postings')"
        ours = int(catalog.database.one(sql))
    except RagError:  # an SQLite without it
        ours = int(catalog.database.one("SELECT sum(length(entries) + length(stem) + 8) FROM postings"))
    [(pages,)] = database.execute("PRAGMA page_count").fetchall()
    return ours, pages * 4096


def _timed(do: Callable[..., Done], *values: object) -> tuple[Done, float]:
    started = time.process_time()
    done = do(*values)
    return done, time.process_time() - started


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]
