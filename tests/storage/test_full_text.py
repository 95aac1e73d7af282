"""Full text in blocks: FTS5's stems, BM25 and ranking, whatever is written, folded and reopened meanwhile."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import LibraryDamagedError
from rag.records import Record
from rag.storage.allowed import Allowed
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.sqlite import SqliteDatabase, open_catalog
from rag.storage.postings import folding, keeping, writing
from rag.storage.postings.stemming import stemmer
from rag.text.words import words


@pytest.fixture(autouse=True)
def _soon_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PART", 3)
    monkeypatch.setattr(writing, "FOLDED", 7)
    monkeypatch.setattr(writing, "BATCH", 2)
    monkeypatch.setattr(folding, "STEMS", 4)


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
    texts = [" ".join(chance.choices(made, [place**2 for place in range(len(made), 0, -1)], k=60)) for _ in range(900)]
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
        folding.fold(catalog.database)
    assert [paper_id for paper_id, _ in catalog.full_text.match(["quark"], 3)] == [200_000, 3, 65_535]
    allowed = Allowed.of([65_536, 7]).mask
    assert [paper_id for paper_id, _ in catalog.full_text.match(["quark"], 3, allowed)] == [65_536]
    assert catalog.damage() == []
    catalog.close()


def test_postings_are_read_once_until_a_text_changes_whoever_changes_it(
    written: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    asks = SqliteDatabase.all

    def listening(database: SqliteDatabase, sql: str, *values: object) -> list[object]:
        read.extend(["postings"] if "entries" in sql else [])
        return asks(database, sql, *values)

    with closing(open_catalog(tmp_path)) as beside:
        assert len(written.full_text.match(["quark"], 99)) == 10
        monkeypatch.setattr(SqliteDatabase, "all", listening)
        assert len(written.full_text.match(["quarks"], 99)) == 10
        assert written.full_text.document_frequency(["quark"]) == {"quark": 10}
        assert read == []
        assert written.full_text.document_frequency(["quark", "lattic", "zebra"]) == {"quark": 10, "lattic": 9}
        assert written.full_text.document_frequency(["zebra"]) == {}
        assert read == ["postings"]
        for number, catalog in enumerate([beside, written], start=1):
            with catalog.transaction():
                catalog.insert(Record("Another", "One more quark.", 1))
            assert written.full_text.document_frequency(["quark"]) == {"quark": 10 + number}
            assert len(written.full_text.match(["quark"], 99)) == 10 + number


def test_of_postings_that_were_read_no_more_is_kept_than_there_is_room_for(
    written: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST", 3 * keeping.ROOM)
    terms = keeping.KeptTerms(written.database)
    for _ in range(2):
        for word in ("quark", "lattic", "fresh", "zebra", "of"):
            [(stem, term)] = terms.get([word]).by_stem.items()
            assert (stem, bool(term.blocks)) == (word, word != "zebra")
            assert terms.kept <= 3 * keeping.ROOM
    assert terms.kept > keeping.ROOM


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
        folding.fold(catalog.database)
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
