"""The command line as a person and as a script meet it."""

import gzip
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.copies import copied

MakePaper = Callable[..., dict[str, Any]]
Cli = Callable[..., Any]
WriteJsonl = Callable[..., Path]


@pytest.fixture
def library(sample_folder: Path, tmp_path: Path) -> Path:
    """A library of the sample papers that a test may change."""
    return copied(sample_folder, tmp_path / "copy.library")


def assert_one_line_error(done: Any, *parts: str) -> None:
    assert done.code == 1
    lines = done.err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    for part in parts:
        assert part in lines[0]


def test_the_demo_answers_refuses_once_and_says_what_to_do_next(cli: Cli) -> None:
    done = cli("demo")
    assert done.code == 0
    assert done.out.count(" quoted · ") == 3
    assert "The abstracts in this library don't say" in done.out
    assert "28.4 BLEU" in done.out
    assert "askpapers ingest" in done.out.split("What to do next")[1]
    assert Path("demo.library").is_dir()


def test_ask_prints_the_answer_its_references_and_how_it_came_about(cli: Cli, library: Path) -> None:
    done = cli("ask", "What is late interaction?", "--library", library)
    assert done.code == 0
    assert "●" not in done.out
    assert "[1] ColBERT: Efficient and Effective Passage Search" in done.out
    assert "Khattab and Zaharia, 2020" in done.out
    assert " quoted · 1 paper · 40 papers searched · extractive · " in done.out


def test_ask_as_json_prints_the_whole_answer_and_nothing_else(cli: Cli, library: Path) -> None:
    done = cli("ask", "What is late interaction?", "--library", library, "--json")
    answer = json.loads(done.out)
    assert answer["outcome"] == "answered"
    assert answer["claims"][0]["citations"][0]["quote"] == answer["claims"][0]["text"]


def test_a_question_that_the_abstracts_do_not_answer_exits_with_3(cli: Cli, library: Path) -> None:
    done = cli("ask", "When do tulips bloom?", "--library", library)
    assert done.code == 3
    assert "No paper in this library is about that" in done.out
    assert json.loads(cli("ask", "When do tulips bloom?", "--library", library, "--json").out)["claims"] == []


def test_search_lists_papers_within_the_years(cli: Cli, library: Path) -> None:
    hits = json.loads(cli("search", "neural networks", "--library", library, "--year", "..2000", "--json").out)
    assert hits
    assert all(hit["paper"]["year"] <= 2000 for hit in hits)
    assert " 1. " in cli("search", "neural networks", "--library", library, "--limit", 3).out


def test_search_can_be_bound_to_one_source(cli: Cli, library: Path, write_jsonl: WriteJsonl, paper: MakePaper) -> None:
    cli("ingest", write_jsonl(paper(1), name="mine.jsonl"), "--library", library)
    hits = json.loads(cli("search", "method", "--library", library, "--origin", "mine.jsonl", "--json").out)
    assert [hit["paper"]["key"] for hit in hits] == ["k1"]
    assert_one_line_error(cli("search", "x y", "--library", library, "--origin", "no"), "'no'", "mine.jsonl")


def test_ingest_reports_what_became_of_each_record(cli: Cli, write_jsonl: WriteJsonl, paper: MakePaper) -> None:
    path = write_jsonl(paper(1), paper(2), '{"title": "Only a title"}', "not json")
    done = cli("ingest", path, "--library", "my.library")
    assert done.code == 1
    assert "2 added, 2 rejected" in done.out
    assert "papers.jsonl line 3: the title 'Only a title' has no abstract" in done.err
    assert "papers.jsonl line 4: not JSON" in done.err
    again = cli("ingest", write_jsonl(paper(1), paper(2)), "--library", "my.library", "--json")
    assert again.code == 0
    assert json.loads(again.out)["unchanged"] == 2
    assert json.loads(again.out)["embedded"] == 0


def test_ingest_reads_standard_input_also_packed(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, write_jsonl: WriteJsonl, paper: MakePaper
) -> None:
    content = write_jsonl(paper(1), paper(2)).read_bytes()
    for raw, kind in ((content, "added"), (gzip.compress(content), "unchanged")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        assert json.loads(cli("ingest", "-", "--library", "my.library", "--json").out)[kind] == 2
    hits = json.loads(cli("search", "method", "--library", "my.library", "--origin", "standard input", "--json").out)
    assert len(hits) == 2


def test_doctor_finds_a_sound_library_sound(cli: Cli, library: Path) -> None:
    done = cli("doctor", "--library", library)
    assert done.code == 0, done
    assert "40 papers from 1 sources" in done.out
    assert "PROBLEM" not in done.out


def test_doctor_names_what_is_wrong_and_rebuild_mends_it(cli: Cli, library: Path) -> None:
    shutil.rmtree(library / "vectors-1")
    done = cli("doctor", "--library", library)
    assert done.code == 1
    assert "PROBLEM vectors" in done.out
    assert "askpapers rebuild" in done.out
    assert "40 papers" in cli("rebuild", "--library", library).out
    assert cli("doctor", "--library", library).code == 0
    assert cli("ask", "What is late interaction?", "--library", library).code == 0


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["ask", "What is it?", "--library", "none.library"], ["none.library", "askpapers ingest"]),
        (["search", "words", "--library", "none.library"], ["none.library", "askpapers ingest"]),
        (["doctor", "--library", "none.library"], ["none.library", "askpapers ingest"]),
        (["rebuild", "--library", "none.library"], ["none.library", "askpapers ingest"]),
        (["ingest", "no/such/file", "--library", "x.library"], ["no/such/file does not exist"]),
        (["ingest", ".", "--library", "/proc/none/x.library"], ["/proc/none/x.library", "--library"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_an_expected_error_is_one_line_that_says_what_and_what_next(
    cli: Cli, arguments: list[str], parts: list[str]
) -> None:
    assert_one_line_error(cli(*arguments), *parts)


@pytest.mark.parametrize("question", ["a", "?", "x" * 20_000])
def test_an_unusable_question_is_one_line(cli: Cli, library: Path, question: str) -> None:
    assert_one_line_error(cli("ask", question, "--library", library))


def test_an_empty_library_is_one_line(cli: Cli, write_jsonl: WriteJsonl) -> None:
    cli("ingest", write_jsonl('{"title": "Only a title"}'), "--library", "empty.library")
    assert_one_line_error(cli("ask", "What is it?", "--library", "empty.library"), "holds no papers yet")


def test_an_unreadable_year_is_one_line(cli: Cli, library: Path) -> None:
    assert_one_line_error(cli("search", "words", "--library", library, "--year", "twenty"), "'twenty'", "2018..2021")


def test_a_wrong_setting_is_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKPAPERS_THREADS", "many")
    assert_one_line_error(cli("ask", "What is it?"), "ASKPAPERS_THREADS", "'many'")


def test_settings_are_read_from_an_env_file(cli: Cli, library: Path) -> None:
    Path(".env").write_text(f"ASKPAPERS_LIBRARY={library}\nASKPAPERS_SENTENCES=2\n", "utf-8")
    answer = json.loads(cli("ask", "What is late interaction?", "--json").out)
    assert len(answer["claims"]) == 2


def test_text_of_papers_can_not_command_the_terminal(cli: Cli, write_jsonl: WriteJsonl, paper: MakePaper) -> None:
    evil = paper(7, title="On \x1b[31mthe [bold red]evil[/] \x07method", url="https://x.org/\x1b]8;;evil")
    cli("ingest", write_jsonl(evil, paper(8)), "--library", "evil.library")
    out = cli("search", "evil method", "--library", "evil.library").out
    assert "[bold red]evil[/]" in out
    assert "\x1b" not in out
    assert "\x07" not in out


def test_the_console_script_and_a_closed_pipe_leave_no_traceback(library: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    command = f"{sys.executable} -m ui.cli search networks --library {library} --limit 40 --json | head -c 10"
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(root), "PATH": "/bin:/usr/bin"},
    )
    assert "Traceback" not in done.stderr
