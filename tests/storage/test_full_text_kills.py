"""Full text beside a writer: one that is killed at any moment, and one that folds while others search."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.records import Record
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.layout import CATALOG

WORDS = ("lattice", "lattices", "running", "run", "Poincaré", "ﬁne", "x²", "naïve", "of", "the", "quark", "deep")
# Writes to the library at argv[1] for ever, many kinds of changes, one transaction after the other; tells each.
WRITER = """
import random, sys
from pathlib import Path
from dataclasses import replace
from rag.records import Record
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.postings import writing

writing.FOLDED = writing.PART = 8
chance, words = random.Random(int(sys.argv[2])), sys.argv[3].split()
catalog = open_catalog(Path(sys.argv[1]))
print("open", flush=True)
while True:
    with catalog.transaction():
        for _ in range(chance.randint(1, 9)):
            text = " ".join(chance.choices(words, k=9))
            ids = sorted(catalog.ids())
            what = chance.random()
            if what < 0.5 or len(ids) < 20:
                catalog.insert(Record(text[:20], text, 1))
            elif what < 0.8:
                [paper] = catalog.papers([chance.choice(ids)])
                catalog.update(replace(paper, abstract=text), reindex=False)
            else:
                catalog.remove([chance.choice(ids)])
    print("done", flush=True)
"""


# Opens the catalog at argv[1], whose papers are taken in two by two; tells when the first are.
TAKER = """
import sys
from pathlib import Path
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.postings import full_text

full_text.STEP = 2
full_text.time.sleep = lambda seconds: print("some", flush=True)
open_catalog(Path(sys.argv[1])).close()
"""


@contextmanager
def writer(folder: Path, seed: int, made_of: str) -> Iterator[subprocess.Popen[str]]:
    """Start a process that writes for ever; it is killed in the end, and gone."""
    arguments = [sys.executable, "-c", WRITER, str(folder), str(seed), made_of]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as started:
        try:
            assert told(started) == "open\n"
            yield started
        finally:
            started.kill()


def told(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def test_a_writer_killed_at_any_moment_leaves_the_full_text_of_the_papers(tmp_path: Path) -> None:
    chance = random.Random(3)
    for seed in range(8):
        with writer(tmp_path, seed, " ".join(WORDS)) as started:
            for _ in range(chance.randint(1, 12)):
                told(started)
            time.sleep(chance.random() * 0.02)
        assert started.returncode == -signal.SIGKILL
        with closing(open_catalog(tmp_path)) as catalog:
            assert catalog.damage() == []
            assert len(catalog.full_text.match(WORDS, 999)) == catalog.count() > 0


def test_searches_beside_a_writer_that_folds_find_all_papers_of_one_moment(tmp_path: Path) -> None:
    """Each paper holds a word that all do: however many there are, all are found, none twice."""
    seen = set[int]()
    with closing(open_catalog(tmp_path)) as catalog, writer(tmp_path, 5, "quark"):
        while len(seen) < 12:
            before = catalog.database.version()
            found = [paper_id for paper_id, _ in catalog.full_text.match(["quarks"], 9_999)]
            papers, after = catalog.ids(), catalog.database.version()
            assert len(found) == len(set(found))
            if before == after:
                assert set(found) == papers
                seen.add(len(found))
    with closing(open_catalog(tmp_path)) as catalog:
        assert catalog.damage() == []


def test_a_catalog_of_an_earlier_version_that_was_taken_in_by_half_is_gone_on_with(tmp_path: Path) -> None:
    with closing(open_catalog(tmp_path)) as catalog:
        with catalog.transaction():
            for number in range(400):
                catalog.insert(Record(f"Quark {number}", "A quark.", 1))
        for sql in (
            "DELETE FROM postings",
            "DELETE FROM fresh_postings",
            "INSERT INTO stale_texts (paper_id) SELECT paper_id FROM papers",
        ):
            catalog.database.run(sql)
    taker = [sys.executable, "-c", TAKER, str(tmp_path)]
    with subprocess.Popen(taker, stdout=subprocess.PIPE, text=True) as started:
        assert told(started) == "some\n"
        started.kill()
    with closing(sqlite3.connect(tmp_path / CATALOG)) as connection:
        [(left,)] = connection.execute("SELECT count(*) FROM stale_texts").fetchall()
    assert 0 < left < 400
    with closing(open_catalog(tmp_path)) as catalog:
        assert catalog.damage() == []
        assert len(catalog.full_text.match(["quarks"], 999)) == 400
