"""Queries that are kept come through whatever a library goes through: backup, merging, splitting, rescue."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from eval.benchmarks.fetching.index_server import IndexServer
from rag.gathering.kept import KeptQuery
from rag.library import Library
from rag.maintenance.backup import restore
from rag.maintenance.doctor import check
from rag.maintenance.rescue import rescue
from rag.settings import Settings
from rag.storage.layout import CATALOG
from tests.conftest import Cli


@pytest.fixture
def library(tmp_path: Path, indexes: IndexServer) -> Iterator[Library]:
    """A library of papers of two indexes that keeps a query of each."""
    with Library.open(tmp_path / "own.library", indexes.settings(tmp_path)) as opened:
        opened.fetch("openalex", "otters é", author="Lindqvist", year_from=2001, limit=4, keep=True)
        opened.fetch("europepmc", "otters", limit=4, keep=True)
        yield opened


def said(queries: list[KeptQuery]) -> list[tuple[object, str, str | None]]:
    """Return queries without their numbers, which are a library's own."""
    return [(one.wanted, one.at, one.refreshed) for one in queries]


def test_a_backup_carries_them(library: Library, tmp_path: Path) -> None:
    library.backup(tmp_path / "b.zip", vectors=True)
    restore(tmp_path / "b.zip", tmp_path / "back.library")
    with Library.open(tmp_path / "back.library", Settings()) as back:
        assert back.queries() == library.queries()


def test_papers_that_join_split_and_go_change_none(library: Library) -> None:
    before = library.queries()
    assert library.merges()
    library.split(library.merges()[0].merge_id)
    library.remove_source("openalex: otters é, by Lindqvist, from 2001")
    library.remove(paper.paper_id for paper in list(library.selected()))
    assert library.queries() == before
    assert len(before) == 2


def test_rescue_saves_them_and_ingest_brings_them_back(library: Library, tmp_path: Path, cli: Cli) -> None:
    before = said(library.queries())
    library.close()
    saved = rescue(library.folder, tmp_path / "out.jsonl")
    assert (saved.papers, saved.marked, saved.queries) == (4, 0, 2)
    assert "2 kept queries. Bring them" in cli("rescue", "--library", library.folder, "--out", "out.jsonl").out
    with Library.open(tmp_path / "new.library", Settings()) as new:
        assert new.ingest(tmp_path / "out.jsonl").added == 4
        assert new.queries() == []
        for _ in range(2):
            assert new.bring_marks(tmp_path / "out.jsonl") == 0
            assert said(new.queries()) == before


def test_a_query_that_was_changed_in_the_file_is_found_as_damage(library: Library) -> None:
    library.close()
    with closing(sqlite3.connect(library.folder / CATALOG)) as connection, connection:
        connection.create_function("checksum", -1, lambda *values: 0)
        connection.execute("DROP TRIGGER queries_resummed")
        connection.execute("UPDATE queries SET query = replace(query, 'otters', 'newts')")
    told = [finding.detail for finding in check(library.folder, Settings()) if not finding.sound]
    assert any("kept query 1 is not what was written" in one for one in told)


def test_a_file_with_a_query_that_can_t_be_read_brings_the_others(tmp_path: Path) -> None:
    line = '{"title": "On otters", "abstract": "Otters swim.", "askpapers": {"queries": %s}}\n'
    good = json.dumps({"index": "dblp", "text": "x"})
    queries = [["{", "2026", None], ["[1]", "2026", None], 7, [good, "2026", None]]
    (tmp_path / "out.jsonl").write_text(line % json.dumps(queries))
    with Library.open(tmp_path / "new.library", Settings()) as new:
        new.ingest(tmp_path / "out.jsonl")
        new.bring_marks(tmp_path / "out.jsonl")
        assert [one.source for one in new.queries()] == ["dblp: x"]
