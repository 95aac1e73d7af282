"""Keeping a library from the command line: list, show, remove, info, and what is gone from its sources."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner, Result

from rag.errors import LibraryMissingError, QuestionError, SourceError
from rag.library import Library
from rag.maintenance.info import describe
from rag.settings import Settings
from tests.copies import copied
from ui.cli.app import app

Call = Callable[..., Result]
MakePaper = Callable[..., dict[str, Any]]


@pytest.fixture
def folder(sample_folder: Path, tmp_path: Path) -> Path:
    """A library of the sample papers that a test may change."""
    return copied(sample_folder, tmp_path / "copy.library")


@pytest.fixture
def call(folder: Path) -> Call:
    def run(*arguments: object, answer: str | None = None) -> Result:
        return CliRunner().invoke(app, [*map(str, arguments), "--library", str(folder)], input=answer)

    return run


@pytest.fixture
def write(tmp_path: Path, paper: MakePaper) -> Callable[..., Path]:
    """Write made-up papers, by number, into a file of the folder `papers`."""

    def written(name: str, *numbers: int) -> Path:
        path = tmp_path / "papers" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(paper(number)) + "\n" for number in numbers), "utf-8")
        return path

    return written


def test_papers_are_listed_by_words_and_the_rest_is_counted(call: Call) -> None:
    assert call("list", "vaswani").stdout.split("\n")[0].strip().startswith("1 Attention Is All You Need. Vaswani")
    shown = call("list", "--limit", 3, "--sort", "year").stdout
    assert len(shown.splitlines()) == 4
    assert "37 more" in shown
    assert [row["year"] for row in json.loads(call("list", "attention", "2017", "--json").stdout)] == [2017]


@pytest.mark.parametrize(
    "name",
    ["1", "1706.03762", "https://arxiv.org/abs/1706.03762v5", "vaswani2017attention", "attention IS all you need"],
)
def test_a_paper_is_shown_by_any_of_its_names(call: Call, name: str) -> None:
    shown = call("show", name).stdout
    assert shown.startswith("Attention Is All You Need\n")
    assert "scaled dot-product attention" in shown
    assert "sample_papers.jsonl" in shown


def test_a_name_of_several_papers_lists_them_and_one_of_none_says_so(samples: Library) -> None:
    with pytest.raises(QuestionError, match=r"'learning' names \d+ papers. Name one by its number: \d+ "):
        samples.named("learning")
    for name in ("", "zzz", "10.1000/nowhere", "999"):
        with pytest.raises(QuestionError, match="No paper is called"):
            samples.named(name)


def test_a_paper_is_removed_when_somebody_agrees_and_only_then(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = call("remove", "1706.03762")
    assert "say --yes" in str(refused.exception)
    monkeypatch.setattr("ui.cli.options._asked", lambda: True)
    assert call("remove", "1706.03762", answer="n\n").exit_code == 1
    assert describe(folder).papers == 40
    assert call("remove", "1706.03762", "1", answer="y\n").exit_code == 0
    assert describe(folder).papers == 39
    assert call("remove", "2", "--yes").stdout == "1 paper removed.\n"


def test_info_tells_what_is_there_and_what_it_was_made_with(call: Call, folder: Path) -> None:
    told = json.loads(call("info", "--json").stdout)
    assert (told["papers"], told["waiting"], len(told["sources"])) == (40, 0, 1)
    assert told["sources"][0][1] == 40
    assert told["embedding"] == "all-MiniLM-L6-v2-int8"
    assert told["vectors_bytes"] > 500_000
    assert "40 from " in call("info").stdout
    with pytest.raises(LibraryMissingError):
        describe(folder.parent / "nowhere")


def test_what_is_gone_from_its_source_is_offered_for_removal(
    call: Call, folder: Path, write: Callable[..., Path]
) -> None:
    write("a.jsonl", 1, 2, 3)
    write("b.jsonl", 3, 4)
    papers = write("c.jsonl", 5).parent
    assert call("ingest", papers, "--sync").exit_code == 0
    assert describe(folder).papers == 45
    write("a.jsonl", 1)
    (papers / "c.jsonl").unlink()
    offered = call("ingest", papers, "--sync")
    assert "Gone from" in offered.stderr
    assert "Remove 2 papers that no other source holds?" in str(offered.exception)
    assert describe(folder).papers == 45
    assert "2 papers removed." in call("ingest", papers, "--sync", "--yes").stderr
    with Library.open(folder, Settings()) as library:
        assert library.papers("number3")[1] == library.papers("number4")[1] == 1
        assert library.papers("number2")[1] == library.papers("number5")[1] == 0
        assert not list(library.gone(papers))
    assert "Every paper is still in its source." in call("ingest", papers, "--sync").stderr


def test_a_library_beside_its_papers_is_not_read_as_one_of_them(call: Call, folder: Path, paper: MakePaper) -> None:
    (folder.parent / "a.jsonl").write_text(json.dumps(paper(1)), "utf-8")
    done = call("ingest", folder.parent, "--sync")
    assert done.exit_code == 0
    assert f"{folder}: 1 added." in done.stdout
    assert "is a library, no source of papers" in str(call("ingest", folder).exception)


def test_papers_in_an_archive_are_there_as_long_as_their_members_are(
    call: Call, folder: Path, write: Callable[..., Path]
) -> None:
    parts = [write("a.jsonl", 1, 2), write("b.jsonl", 3)]
    archive = parts[0].with_name("shelf.zip")

    def pack(*paths: Path) -> None:
        with ZipFile(archive, "w") as file:
            for path in paths:
                file.writestr(f"in/{path.name}", path.read_text("utf-8"))

    pack(*parts)
    for path in parts:
        path.rename(folder.parent / path.name)
    parts = [folder.parent / path.name for path in parts]
    assert "Every paper is still in its source." in call("ingest", archive.parent, "--sync").stderr
    with Library.open(folder, Settings()) as library:
        for root in (archive.parent, archive):
            assert not list(library.gone(root))
        pack(parts[0])
        found = list(library.gone(archive.parent))
        assert [(one.paper.title, Path(one.source)) for one in found] == [
            (library.papers("number3")[0][0].title, archive / "in" / "b.jsonl")
        ]
        archive.write_bytes(archive.read_bytes()[:200])
        assert not list(library.gone(archive.parent))  # who knows what the rest holds
        archive.unlink()
        assert len(list(library.gone(archive.parent))) == 3


def test_a_file_that_can_not_be_read_whole_loses_nothing(call: Call, folder: Path, write: Callable[..., Path]) -> None:
    path = write("a.jsonl", 1, 2)
    call("ingest", path)
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n{broken\n", "utf-8")
    with Library.open(folder, Settings()) as library:
        assert not list(library.gone(path))
        with pytest.raises(SourceError):
            library.gone(path.parent / "nowhere")
