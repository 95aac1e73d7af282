"""A catalog of every released form is brought to the present one, whole, and nothing in it is lost."""

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from rag.library import Library
from rag.maintenance.doctor import check
from rag.maintenance.rebuild import rebuild
from rag.records import Answer, Outcome, Searched
from rag.settings import Settings
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.migrations import MIGRATIONS
from rag.storage.catalog.ratings import all_ratings
from rag.storage.catalog.schema import VERSION, prepare, schema_version
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.layout import CATALOG as FILE

PAPERS = 12
OUTCOME = Outcome.NO_RELEVANT_PAPERS
ANSWER = Answer("What is old?", OUTCOME, "", (), (), (), Searched(PAPERS, "What is old?"), "extractive")
# Migrates copies of a catalog, each in a process of its own that dies by SIGKILL: before the first statement, before
# the second, and so on until one lives.
DYING = """
import itertools, os, shutil, signal, sqlite3, sys
from pathlib import Path
from rag.storage.catalog.schema import migrate, prepare

def migrate_until(path, last):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    prepare(connection)
    statements = itertools.count(1)
    connection.set_trace_callback(lambda sql: next(statements) == last and os.kill(os.getpid(), signal.SIGKILL))
    migrate(connection)

home, original = map(Path, sys.argv[1:])
for last in itertools.count(1):
    path = home / str(last) / "catalog.sqlite3"
    path.parent.mkdir()
    if original.exists():
        shutil.copyfile(original, path)
    child = os.fork()
    if not child:
        migrate_until(path, last)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if status != signal.SIGKILL:
        sys.exit(status)
"""
# Opens a catalog at a moment that others choose too.
TOGETHER = """
import sys, time
from pathlib import Path
from rag.storage.catalog.sqlite import open_catalog

while not Path(sys.argv[2]).exists():
    time.sleep(0.001)
open_catalog(Path(sys.argv[1])).close()
"""


def made(path: Path, version: int) -> Path:
    """Make a catalog as an askpapers of that version did: papers, one of them pending, and ratings if it knew any."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    prepare(connection)
    for number, script in enumerate(MIGRATIONS[:version], start=1):
        connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
    for number in range(1, PAPERS + 1):
        connection.execute(
            "INSERT INTO papers (title, abstract, key, authors, year, doi, title_key, indexed) "
            "VALUES (?, ?, ?, ?, 2001, ?, ?, ?)",
            (f"Lattices part {number}", f"Poincar\\'e's lattice number {number}.", f"k{number}", '["Ada Lovelace"]',
             f"10.1000/{number}", f"lattices part {number}", number < PAPERS),
        )  # fmt: skip
        connection.execute("INSERT INTO origins VALUES (?, '/old/papers.jsonl', ?)", (number, number))
        connection.execute("INSERT INTO identifiers VALUES ('doi', ?, ?)", (f"10.1000/{number}", number))
    if version > 1:
        connection.execute(
            "INSERT INTO ratings (rating_id, at, good, note, answer) VALUES ('r1', '2025', 1, 'fine', ?)",
            (json.dumps(ANSWER.to_dict()),),
        )
    connection.close()
    return path


def assert_all_there(catalog: Catalog, version: int) -> None:
    assert catalog.damage() == []
    papers = catalog.all_papers(limit=99)
    assert [paper.title for paper in papers] == [f"Lattices part {number}" for number in range(1, PAPERS + 1)]
    assert all(paper.authors == ("Ada Lovelace",) and paper.year == 2001 for paper in papers)
    assert (catalog.count(indexed=True), catalog.count(indexed=False)) == (PAPERS - 1, 1)
    assert catalog.sources() == ["/old/papers.jsonl"]
    assert len(catalog.full_text.match(["lattice"], 99)) == len(catalog.full_text.match(["Poincare"], 99)) == PAPERS
    assert catalog.with_key("doi", "10.1000/3") == [3]
    assert [rating.answer for rating in all_ratings(catalog.database)] == [ANSWER] * (version > 1)


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_a_catalog_of_every_version_opens_with_all_that_was_in_it(tmp_path: Path, version: int) -> None:
    catalog = open_catalog(made(tmp_path / FILE, version).parent)
    assert_all_there(catalog, version)
    assert catalog.database.one("PRAGMA user_version") == VERSION
    catalog.close()


@pytest.mark.parametrize("version", range(1, VERSION))
def test_an_old_catalog_that_several_open_at_once_is_migrated_by_one_of_them(tmp_path: Path, version: int) -> None:
    made(tmp_path / FILE, version)
    go = tmp_path / "go"
    opening = [
        subprocess.Popen([sys.executable, "-c", TOGETHER, str(tmp_path), str(go)], stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    time.sleep(1.5)  # seconds, in which they are started
    go.touch()
    assert [one.communicate()[1] for one in opening] == [b""] * 4
    catalog = open_catalog(tmp_path)
    assert_all_there(catalog, version)
    catalog.close()


@pytest.mark.parametrize("version", range(1, VERSION))
def test_an_old_catalog_is_searched_after_a_rebuild(tmp_path: Path, version: int) -> None:
    made(tmp_path / FILE, version)
    assert rebuild(tmp_path, Settings()) == PAPERS
    with Library.open(tmp_path, Settings()) as library:
        assert len(library.search("lattices", limit=50)) == PAPERS
    assert all(finding.sound for finding in check(tmp_path, Settings()))


def test_papers_of_an_old_catalog_are_watched_for_flipped_bits_as_new_ones_are(tmp_path: Path) -> None:
    catalog = open_catalog(made(tmp_path / FILE, 1).parent)
    for change in ("DROP TRIGGER papers_resummed", "UPDATE papers SET year = 2002 WHERE paper_id = 4"):
        catalog.database.run(change)
    assert catalog.damage() == ["paper 4 is not what was written"]
    catalog.close()


@pytest.mark.parametrize("version", range(VERSION))
def test_a_migration_cut_short_is_whole_or_absent(tmp_path: Path, version: int) -> None:
    original = made(tmp_path / "original.sqlite3", version) if version else tmp_path / "none"
    home = tmp_path / "cut"
    home.mkdir()
    subprocess.run([sys.executable, "-c", DYING, str(home), str(original)], check=True)
    paths = list(home.glob(f"*/{FILE}"))
    assert len(paths) > 5
    for path in paths:
        with closing(sqlite3.connect(path)) as connection:
            assert version <= schema_version(connection) <= VERSION
        with closing(open_catalog(path.parent)) as catalog:
            assert catalog.database.one("PRAGMA user_version") == VERSION
            if version:
                assert_all_there(catalog, version)
