"""Full text in blocks: FTS5's stems, BM25 and ranking, whatever is written, folded and reopened meanwhile."""

import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rag.errors import LibraryDamagedError
from rag.records import Record
from rag.storage.allowed import Allowed
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.postings import writing
from rag.storage.postings.stemming import stemmer
from rag.text.words import as_searched, words

WORDS = ("lattice", "lattices", "running", "run", "Poincaré", "ﬁne", "x²", "naïve", "of", "the", "quark", "deep")
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
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


def plain_bm25(texts: Mapping[int, Sequence[str]], asked: Sequence[str]) -> dict[int, float]:
    """Return BM25 as FTS5 defines it, by the stems of each text, written as plainly as it can be."""
    mean = sum(map(len, texts.values())) / len(texts) if texts else 0.0
    scores: Counter[int] = Counter()
    for stem in asked:
        holding = {paper_id: found.count(stem) for paper_id, found in texts.items() if stem in found}
        weight = math.log((len(texts) - len(holding) + 0.5) / (len(holding) + 0.5))
        for paper_id, often in holding.items():
            length = 1.2 * (1 - 0.75 + 0.75 * len(texts[paper_id]) / mean)
            scores[paper_id] += (weight if weight > 0 else 1e-6) * often * 2.2 / (often + length)
    return dict(scores)


def assert_ranked(found: list[tuple[int, float]], expected: Mapping[int, float], limit: int) -> None:
    order = sorted(expected.items(), key=lambda one: (-one[1], one[0]))[:limit]
    assert [score for _, score in found] == pytest.approx([score for _, score in order], rel=1e-9)
    assert dict(found) == pytest.approx({paper_id: expected[paper_id] for paper_id, _ in found}, rel=1e-9)


class FullTextMachine(RuleBasedStateMachine):
    """Any papers written, changed, taken out, undone, folded and reopened give what a plain BM25 over them gives."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.catalog = self._opened()
        self.beside = self._opened()
        self.papers: dict[int, tuple[str, str]] = {}

    def _opened(self) -> Catalog:
        catalog = open_catalog(Path(self.folder.name))
        catalog.database.run("PRAGMA synchronous = OFF")  # no power cut comes to these
        return catalog

    def teardown(self) -> None:
        assert self.catalog.damage() == []
        self.catalog.close()
        self.beside.close()
        self.folder.cleanup()

    @rule(texts=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
    def insert(self, texts: list[tuple[str, str]]) -> None:
        with self.catalog.transaction():
            for title, abstract in texts:
                self.papers[self.catalog.insert(Record(title, abstract, 1))] = title, abstract

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), title=TEXT, abstract=TEXT, undone=st.booleans())
    def change(self, data: st.DataObject, title: str, abstract: str, undone: bool) -> None:  # noqa: FBT001
        paper_id = data.draw(st.sampled_from(sorted(self.papers)))
        [paper] = self.catalog.papers([paper_id])
        changed = type(paper)(paper_id, title, abstract)
        with suppress(ZeroDivisionError), self.catalog.transaction():
            self.catalog.update(changed, reindex=False)
            self.papers[paper_id] = self.papers[paper_id] if 1 // (not undone) == 0 else (title, abstract)

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), again=st.booleans())
    def take_out(self, data: st.DataObject, again: bool) -> None:  # noqa: FBT001
        paper_id = data.draw(st.sampled_from(sorted(self.papers)))
        [paper] = self.catalog.papers([paper_id])
        with self.catalog.transaction():
            self.catalog.remove([paper_id])
            if again:
                self.catalog.insert_again(paper)
        if not again:
            del self.papers[paper_id]

    @rule()
    def fold(self) -> None:
        with self.catalog.transaction():
            writing.fold(self.catalog.database)

    @rule()
    def reopen(self) -> None:
        self.catalog.close()
        self.catalog = self._opened()

    @rule(asked=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), limit=st.integers(1, 6), data=st.data())
    def ask(self, asked: list[str], limit: int, data: st.DataObject) -> None:
        asked = list({stem: word for word in asked for stem in stemmer().stems([word])[0]}.values())
        stems = [stem for word in asked for stem in stemmer().stems([as_searched(word)])[0]]
        texts = {i: stemmer().stems([f"{title}\n{abstract}"])[0] for i, (title, abstract) in self.papers.items()}
        expected = plain_bm25(texts, stems)
        for catalog in (self.catalog, self.beside):
            assert_ranked(catalog.full_text.match(asked, limit), expected, limit)
        some = data.draw(st.sets(st.sampled_from(sorted(self.papers)))) if self.papers else set()
        found = self.beside.full_text.match(asked, limit, Allowed.of(some).mask)
        assert_ranked(found, {i: score for i, score in expected.items() if i in some}, limit)
        held = {stem: n for stem in stems if (n := sum(stem in found for found in texts.values()))}
        assert self.beside.full_text.document_frequency(stems) == held
        vocabulary = Counter(stem for found in texts.values() for stem in set(found) if stem.startswith("l"))
        assert self.beside.full_text.vocabulary("l") == vocabulary

    @invariant()
    def counts(self) -> None:
        assert self.beside.count() == len(self.papers)


@pytest.fixture(autouse=True)
def _soon_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PART", 3)
    monkeypatch.setattr(writing, "FOLDED", 7)
    monkeypatch.setattr(writing, "BATCH", 2)
    monkeypatch.setattr(writing, "STEMS", 4)


TestFullText = FullTextMachine.TestCase
TestFullText.settings = settings(
    max_examples=40, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)


def fts5(texts: Sequence[str]) -> sqlite3.Connection:
    """Return a database with a full text as catalogs of earlier versions had it."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = 'porter unicode61 remove_diacritics 2')")
    database.execute("CREATE VIRTUAL TABLE v USING fts5vocab ('t', 'instance')")
    database.executemany("INSERT INTO t VALUES (?)", [(text,) for text in texts])
    return database


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_stems_are_those_of_fts5_whatever_the_text(text: str) -> None:
    database = fts5([text])
    expected = [row[0] for row in database.execute("SELECT term FROM v ORDER BY offset")]
    assert stemmer().stems([text]) == [expected]
    database.close()


def test_the_ranking_is_the_one_of_fts5_to_the_last_digit(tmp_path: Path) -> None:
    chance = random.Random(1)
    made = ["".join(chance.choices("aeiourstln", k=chance.randint(2, 7))) for _ in range(400)]
    texts = [" ".join(chance.choices(made, np.arange(len(made), 0, -1) ** 2, k=60)) for _ in range(900)]
    database, catalog = fts5(texts), open_catalog(tmp_path)
    for start in range(0, len(texts), 100):
        with catalog.transaction():
            for text in texts[start : start + 100]:
                catalog.insert(Record("!", text, 1))
    for _ in range(50):
        asked = list({word.stem: word.text for word in words(" ".join(chance.choices(made, k=6)))}.values())
        query = " OR ".join(f'"{word}"' for word in asked)
        expected = database.execute("SELECT -rank FROM t WHERE t MATCH ? ORDER BY rank LIMIT 100", (query,)).fetchall()
        assert [score for _, score in catalog.full_text.match(asked, 100)] == [row[0] for row in expected]
    catalog.close()
    database.close()


def test_papers_beyond_one_block_are_found_and_come_by_score_then_id(tmp_path: Path) -> None:
    catalog = open_catalog(tmp_path)
    ids = [3, 65_535, 65_536, 200_000]
    with catalog.transaction():
        for paper_id in ids:
            text = "quark quark" if paper_id == 200_000 else "quark dust"
            catalog.database.run(
                "INSERT INTO papers (paper_id, title, abstract, authors, title_key) VALUES (?, 'A', ?, '[]', 'a')",
                paper_id, text,
            )  # fmt: skip
        writing.fold(catalog.database)
    assert [paper_id for paper_id, _ in catalog.full_text.match(["quark"], 3)] == [200_000, 3, 65_535]
    allowed = Allowed.of([65_536, 7]).mask
    assert [paper_id for paper_id, _ in catalog.full_text.match(["quark"], 3, allowed)] == [65_536]
    assert catalog.damage() == []
    catalog.close()


def test_what_changed_behind_its_back_is_taken_in_when_the_catalog_is_opened(tmp_path: Path) -> None:
    catalog = open_catalog(tmp_path)
    with catalog.transaction():
        catalog.insert(Record("Old", "An old lattice.", 1))
    catalog.database.run("UPDATE papers SET title = 'A quark'")  # as a program that knows no postings
    assert catalog.damage() == ["paper 1 is not what was written"] or not catalog.damage()
    catalog.close()
    again = open_catalog(tmp_path)
    assert len(again.full_text.match(["quark"], 9)) == 1
    assert again.full_text.document_frequency(["quark", "old"]) == {"quark": 1, "old": 1}
    again.close()


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Catalog]:
    catalog = open_catalog(tmp_path)
    with catalog.transaction():
        for number in range(9):
            catalog.insert(Record(f"Lattice {number}", "Of quarks and lattices.", 1))
        writing.fold(catalog.database)
        catalog.insert(Record("Fresh", "A fresh quark.", 1))
    yield catalog
    catalog.close()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM postings WHERE stem = 'quark'",
        "DELETE FROM fresh_postings WHERE stem = 'fresh'",
        "UPDATE postings SET stem = 'quirk' WHERE stem = 'quark'",
        "UPDATE fresh_postings SET more = 2 WHERE stem = 'fresh'",
        "UPDATE postings SET entries = zeroblob(length(entries)) WHERE stem = ''",
        "UPDATE postings SET entries = x'01' WHERE stem = 'quark'",
    ],
)
def test_postings_that_are_not_those_of_the_papers_are_damage_until_made_anew(written: Catalog, change: str) -> None:
    assert written.damage() == []
    written.database.run(change)
    assert len(written.damage()) == 1
    with written.transaction():
        written.full_text.renew()
    assert written.damage() == []
    assert len(written.full_text.match(["quark"], 99)) == 10


def test_a_row_that_can_not_be_read_is_told_as_damage(written: Catalog) -> None:
    written.database.run("UPDATE postings SET entries = x'01' WHERE stem = 'quark'")
    with pytest.raises(LibraryDamagedError, match="full text"):
        written.full_text.match(["quark"], 9)


def test_a_writer_killed_at_any_moment_leaves_the_full_text_of_the_papers(tmp_path: Path) -> None:
    chance = random.Random(3)
    for seed in range(8):
        arguments = [sys.executable, "-c", WRITER, str(tmp_path), str(seed), " ".join(WORDS)]
        writer = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        assert writer.stdout
        assert writer.stdout.readline() == "open\n"
        for _ in range(chance.randint(1, 12)):
            writer.stdout.readline()
        time.sleep(chance.random() * 0.02)
        os.kill(writer.pid, signal.SIGKILL)
        assert writer.wait() == -signal.SIGKILL
        catalog = open_catalog(tmp_path)
        assert catalog.damage() == []
        assert len(catalog.full_text.match(WORDS, 999)) == catalog.count() > 0
        catalog.close()


def test_searches_beside_a_writer_that_folds_find_all_papers_of_one_moment(tmp_path: Path) -> None:
    """Each paper holds a word that all do: however many there are, all are found, none twice."""
    catalog = open_catalog(tmp_path)
    arguments = [sys.executable, "-c", WRITER, str(tmp_path), "5", "quark"]
    writer = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert writer.stdout
    assert writer.stdout.readline() == "open\n"
    seen = set()
    try:
        while len(seen) < 12:
            found = [paper_id for paper_id, _ in catalog.full_text.match(["quarks"], 9_999)]
            [(papers, held)] = catalog.database.all(
                "SELECT (SELECT count(*) FROM papers), (SELECT sum(n) FROM postings WHERE stem = '') "
                "+ (SELECT coalesce(sum(more), 0) FROM fresh_postings WHERE stem = '')"
            )
            assert papers == held
            assert len(found) == len(set(found))
            seen.add(len(found))
    finally:
        writer.kill()
        writer.wait()
    assert catalog.damage() == []
    catalog.close()
