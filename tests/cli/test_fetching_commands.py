"""Papers from open indexes on the command line: shown before, brought in, kept fresh, filled in, taken out again."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.benchmarks.fetching.index_server import Fault, IndexServer
from eval.benchmarks.fetching.made_papers import made
from tests.conftest import Cli

Write = Callable[..., Path]
ON = ("--library", "own.library")


def test_a_dry_run_shows_how_many_and_the_first_ten_and_makes_no_library(cli: Cli, indexes: IndexServer) -> None:
    indexes.bare["openalex"] = {3}
    done = cli("fetch", "openalex", "otters", "by", "night", "--limit", 20, "--dry-run", *ON)
    head, *lines = done.out.splitlines()
    assert (done.code, head) == (0, "openalex: otters by night: at most 20 of 30 papers")
    assert len(lines) == 10
    assert made(1)[0].title in lines[0]
    assert "no abstract there" in lines[2]
    assert not Path("own.library").exists()


def test_a_fetch_reports_as_an_ingest_does(cli: Cli, indexes: IndexServer) -> None:
    del indexes
    done = cli("fetch", "europepmc", "otters", "--limit", 7, *ON)
    assert (done.code, done.out) == (0, "own.library: 7 added.\n")
    report = json.loads(cli("fetch", "europepmc", "otters", "--limit", 7, "--json", *ON).out)
    assert (report["unchanged"], report["added"]) == (7, 0)


def test_ids_alone_choose_the_index_and_one_that_is_nowhere_is_told(cli: Cli, indexes: IndexServer) -> None:
    del indexes
    one = made(1)[0]
    assert "1 added" in cli("fetch", f"https://arxiv.org/abs/{one.arxiv_id}", *ON).out
    done = cli("fetch", f"pmid:{one.pubmed_id}", "pmid:99999999", *ON)
    assert done.code == 1
    assert "has no paper pmid:99999999" in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("otters",), "'otters' is no index and no id of a paper. The indexes: arxiv, "),
        (("arxiv",), "nothing was asked for"),
        (("arxiv", "otters", "--from", "2020", "--to", "2010"), "Give the earlier one first"),
        (("arxiv", "otters", "--limit", "99999999"), "a limit of 99,999,999"),
        (("crossref", "otters", "--day", "2024-01-01"), "can't be searched by day"),
    ],
)
def test_what_can_t_be_fetched_is_one_line_and_leaves_no_library(
    cli: Cli, indexes: IndexServer, words: tuple[str, ...], told: str
) -> None:
    done = cli("fetch", *words, *ON)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert told in done.err
    assert indexes.asked == []
    assert not Path("own.library").exists()


def test_an_index_that_refuses_is_one_line(cli: Cli, indexes: IndexServer) -> None:
    indexes.misbehaves("openalex", Fault(403))
    done = cli("fetch", "openalex", "otters", *ON)
    assert done.code == 1
    assert done.err.startswith("Error: OpenAlex: ")
    assert len(done.err.splitlines()) == 1


def test_kept_queries_are_listed_refreshed_and_forgotten(cli: Cli, indexes: IndexServer) -> None:
    assert "askpapers refresh brings what is new" in cli("fetch", "openalex", "otters", "--watch", *ON).out
    assert cli("refresh", "--list", *ON).out.startswith("   1 openalex: otters  last on 20")
    indexes.papers["openalex"] = made(32)
    done = cli("refresh", *ON)
    assert (done.code, done.out.splitlines()[1]) == (0, "own.library: 2 added, 30 unchanged.")
    [told] = json.loads(cli("refresh", 1, "--json", *ON).out)
    assert (told["source"], told["unchanged"]) == ("openalex: otters", 32)
    assert "no kept query 7" in cli("refresh", 7, *ON).err
    assert "its papers stay" in cli("refresh", "--forget", 1, *ON).out
    assert cli("refresh", *ON).out.startswith("No query is kept. Keep one with: askpapers fetch")
    assert json.loads(cli("info", "--json", *ON).out)["papers"] == 32


def test_a_query_s_papers_are_taken_out_by_its_name(cli: Cli, indexes: IndexServer) -> None:
    del indexes
    cli("fetch", "openalex", "otters", "--limit", 6, *ON)
    cli("fetch", "europepmc", "otters", "--limit", 4, *ON)
    assert "see the sources with" in cli("remove", *ON).err.lower()
    assert "No paper came from 'openalex: newts'" in cli("remove", "--source", "openalex: newts", "--yes", *ON).err
    done = cli("remove", "--source", "openalex: otters", "--yes", *ON)
    assert done.out == "2 papers removed, 4 stay: other sources hold them.\n"
    assert json.loads(cli("info", "--json", *ON).out)["sources"] == [["europepmc: otters", 4]]


def test_who_takes_out_the_papers_of_a_kept_query_learns_that_it_brings_them_back(
    cli: Cli, indexes: IndexServer
) -> None:
    del indexes
    cli("fetch", "openalex", "otters", "--watch", *ON)
    out = cli("remove", "--source", "openalex: otters", "--yes", *ON).out
    assert "still kept" in out
    assert "askpapers refresh --forget 1" in out


def test_a_file_is_taken_out_by_its_path_or_its_name(cli: Cli, write_jsonl: Write, paper: Any) -> None:
    for name in ("papers.jsonl", write_jsonl(paper(1), paper(2))):
        cli("ingest", write_jsonl(paper(1), paper(2)), *ON)
        assert cli("remove", "--source", name, "--yes", *ON).out == "2 papers removed.\n"


def test_what_an_enrichment_finds_nowhere_is_told_before_and_after(
    cli: Cli, indexes: IndexServer, write_jsonl: Write
) -> None:
    del indexes
    path = write_jsonl({"title": made(1)[0].title, "doi": made(1)[0].doi}, {"title": "A paper that nobody knows"})
    cli("ingest", path, *ON)
    for how in (("--dry-run",), ()):
        done = cli("enrich", path, *how, *ON)
        assert (done.code, done.err.count("rejected: ")) == (1, 1)
        assert "line 2: the title 'A paper that nobody knows' has no abstract" in done.err
        assert ("1 added" in done.out) is (not how)


def test_ctrl_c_ends_a_fetch_on_one_line_and_the_same_command_finishes(cli: Cli, indexes: IndexServer) -> None:
    indexes.papers["crossref"] = made(150)
    indexes.misbehaves("crossref", None, Fault(silent=4))
    command = ("fetch", "crossref", "otters", "--limit", "150", *ON)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit 'ignored'
    with subprocess.Popen((sys.executable, "-m", "ui.cli", *command), stderr=subprocess.PIPE, text=True) as running:
        signal.signal(signal.SIGINT, before)
        while len(indexes.asked) < 2:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        said = running.communicate()[1]
    assert (running.returncode, said.splitlines()[-1:]) == (
        130,
        ["Stopped. What was stored stays; run the same command again."],
    )
    assert "50 added, 100 unchanged." in cli(*command).out


def test_papers_are_enriched_each_change_listed_and_taken_back(
    cli: Cli, indexes: IndexServer, write_jsonl: Write
) -> None:
    del indexes
    one, two = made(2)
    path = write_jsonl(
        {"title": one.title, "abstract": one.abstract, "doi": one.doi}, {"title": two.title, "doi": two.doi}
    )
    cli("ingest", path, *ON)
    would = cli("enrich", path, "--dry-run", *ON)
    assert f"{one.title}: year: nothing → {one.year}\n" in would.out
    assert "would be filled in; 1 looked up, 1 known." in would.out
    done = cli("enrich", path, *ON)
    assert f"{one.title}: PubMed id: nothing → {one.pubmed_id}\n" in done.out
    assert "own.library: 1 added." in done.out
    assert f"{one.year}" in cli("show", one.doi, *ON).out
    undone = cli("enrich", "--undo", *ON)
    assert f"{one.title}: year: {one.year} → nothing\n" in undone.out
    assert "taken back." in undone.out
    assert json.loads(cli("info", "--json", *ON).out)["papers"] == 1
    assert cli("enrich", "--undo", *ON).out == "Nothing to take back: nothing in this library was filled in.\n"
