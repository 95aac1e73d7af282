"""Libraries with token states in the form of before: read on, added to, and made smaller by a rebuild."""

import dataclasses
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.ingestion import indexing
from rag.library import Library
from rag.maintenance.doctor import check
from rag.maintenance.info import describe
from rag.maintenance.rebuild import rebuild
from rag.settings import Settings
from rag.storage.index.token_embeddings import Form, compress
from rag.storage.index.token_store import TokenStore
from rag.storage.manifest import FORMAT, read_manifest, write_manifest
from ui.cli.app import app

QUESTION = "solar sails near the sun"


@pytest.fixture
def old(five_papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of five papers as it was made before there were two forms."""
    folder = Path(shutil.copytree(five_papers, tmp_path / "old.library"))
    with monkeypatch.context() as before:
        before.setattr(indexing, "compress", lambda tokens, sentences, *_: compress(tokens, sentences))
        rebuild(folder, Settings(), embed_all=True)
    manifest = read_manifest(folder)
    assert manifest is not None
    write_manifest(folder, dataclasses.replace(manifest, format=1))
    return folder


def states(folder: Path) -> Path:
    manifest = read_manifest(folder)
    assert manifest is not None
    return folder / manifest.vectors / "states.sqlite3"


def forms(folder: Path) -> tuple[int, int]:
    with closing(TokenStore(states(folder), "")) as store:
        return len(store.in_form(Form.SIGNED)), len(store.in_form(Form.PRINCIPAL))


def found(folder: Path) -> dict[str, float]:
    with Library.open(folder, Settings()) as library:
        return {hit.paper.title: hit.score for hit in library.search(QUESTION)}


def told(folder: Path) -> str:
    [finding] = [finding for finding in check(folder, Settings()) if finding.what == "vectors"]
    assert finding.sound
    return finding.detail


def test_new_papers_are_stored_in_the_form_of_now(five_papers: Path) -> None:
    assert forms(five_papers) == (0, 5)
    assert json.loads((five_papers / "manifest.json").read_text())["format"] == FORMAT == 2
    assert not describe(five_papers).smaller_anew
    assert "smaller" not in told(five_papers)


def test_a_library_of_before_is_searched_as_it_was_and_stays_as_it_is(old: Path, five_papers: Path) -> None:
    assert forms(old) == (5, 0)
    assert list(found(old))[:1] == list(found(five_papers))[:1]
    with Library.open(old, Settings()) as library:
        assert library.ask(QUESTION).text == Library.open(five_papers, Settings()).ask(QUESTION).text
    manifest = read_manifest(old)
    assert manifest is not None
    assert manifest.format == 1


def test_papers_that_come_in_stand_beside_those_of_before_and_both_are_found(
    old: Path, five_papers: Path, tmp_path: Path
) -> None:
    [best] = [title for title, score in found(five_papers).items() if score == max(found(five_papers).values())]
    with Library.open(old, Settings()) as library:
        [gone] = [paper for paper in library.selected() if paper.title == best]
        source = tmp_path / "again.jsonl"
        source.write_text(json.dumps({"title": gone.title, "abstract": gone.abstract}) + "\n", "utf-8")
        library.remove([gone.paper_id])
        library.ingest([source])
    assert forms(old) == (4, 1)
    manifest = read_manifest(old)
    assert manifest is not None
    assert manifest.format == FORMAT  # an older version would take the new rows for damage
    mixed, whole = found(old), found(five_papers)
    assert next(iter(mixed)) == best
    assert mixed.keys() == whole.keys()
    assert "4 papers' token states would be smaller made anew: askpapers rebuild --library" in told(old)
    assert describe(old).smaller_anew


def test_a_rebuild_brings_the_form_of_now_and_the_vectors_stay(old: Path) -> None:
    before, size = found(old), states(old).stat().st_size
    assert describe(old).smaller_anew
    assert rebuild(old, Settings()) == 5
    assert forms(old) == (0, 5)
    assert found(old).keys() == before.keys()
    assert not describe(old).smaller_anew
    assert states(old).stat().st_size <= size
    assert "smaller" not in told(old)


def test_info_tells_in_one_line_that_a_rebuild_makes_it_smaller(old: Path) -> None:
    shown = CliRunner().invoke(app, ["info", "--library", str(old)]).output
    assert "smaller made anew, with askpapers rebuild" in " ".join(shown.split())


def test_rows_that_hold_no_form_are_what_doctor_finds(old: Path) -> None:
    rebuild(old, Settings())
    with closing(sqlite3.connect(states(old))) as connection, connection:
        connection.execute("UPDATE states SET scales = 'axes 8x1' WHERE paper_id = 2")
    [finding] = [finding for finding in check(old, Settings()) if not finding.sound]
    assert "paper 2" in finding.detail
    assert "askpapers rebuild" in finding.detail
