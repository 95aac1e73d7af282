"""Every command works on a library in a database, and none shows the password of its address."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from eval.benchmarks.fetching.index_server import IndexServer
from rag.samples import PATH
from rag.testing.servers import PostgresServer
from tests.conftest import Cli, Done
from tests.storage.server.conftest import SECRET
from ui.cli.app import app

NewDatabase = Callable[[], str]


class On:
    """Runs commands on a library in a database, and holds what they say to what no command says."""

    def __init__(self, cli: Cli, caplog: pytest.LogCaptureFixture) -> None:
        self.commands: set[str] = set()
        self._cli, self._caplog = cli, caplog

    def __call__(self, *arguments: object, code: int = 0) -> Done:
        self.commands.add(str(arguments[0]))
        done = self._cli(*arguments)
        assert done.code == code, done
        assert SECRET not in done.out + done.err + self._caplog.text
        assert "Traceback" not in done.out + done.err
        return done


@pytest.fixture
def on(cli: Cli, new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> On:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("ASKPAPERS_LIBRARY", new_database())

    return On(cli, caplog)


def test_every_command_works_on_a_database(
    on: On, write_jsonl: Callable[..., Path], paper: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    path = write_jsonl(*(paper(number, year=2000 + number) for number in range(6)), name="first.jsonl")
    again = write_jsonl(*(paper(number, doi=f"10.1/{number}") for number in range(2)), name="second.jsonl")
    place = on("info", code=1).err.split("There is no library in ")[1].split(". ")[0]
    assert place.startswith("postgresql://postgres@127.0.0.1:")
    assert on("ingest", path, "--no-embed").out.startswith(f"{place}: 6 added.")
    assert "6 of them waiting to be embedded: askpapers work" in on("info").out
    assert f"{place}: 6 papers embedded." in on("work", "--once").out
    assert "merged" in on("ingest", again, "--json").out
    assert "On the aaad method number 3" in on("search", "aaad method").out
    on("ask", "What is the aaac method?")
    assert json.loads(on("ask", "What is the aaac method?", "--json").out)["outcome"] == "answered"
    assert "On the aaac method number 2" in on("list", "aaac").out
    assert "aaac" in on("show", 3).out
    on("collect", "Thesis", 1, 2)
    on("tag", "to read", 2)
    on("note", 2, "Compare.")
    assert "Thesis" in on("collections").out
    assert json.loads(on("info", "--json").out)["folder"] == place
    assert place in on("info").out
    merges = on("merges").out
    on("split", merges.split()[0])
    on("compare", 1, 2)
    assert "@" in on("export", "--form", "bibtex").out
    on("refresh", "--list")
    on("enrich", "--undo")
    on("eval", "generate", "--out", tmp_path / "questions.jsonl", "--number", 3)
    on("eval", "run", "--questions", tmp_path / "questions.jsonl")
    [run] = (tmp_path / "data").rglob("runs/*.jsonl")
    assert place.rsplit("/", 1)[1] in on("eval", "report", run).out
    assert "vectors of 7 papers made anew" in on("rebuild").out
    checked = on("doctor").out
    assert "PROBLEM" not in checked
    assert "Chroma: version 1." in checked
    assert "PostgreSQL: version" in checked
    assert "collect" in on("audit").out
    on("backup", tmp_path / "b.zip", "--vectors")
    assert "holds a library already" in on("restore", tmp_path / "b.zip", code=1).err
    assert "pg_dump" in on("rescue", "--out", tmp_path / "o.jsonl", code=1).err
    on("remove", 1, "--yes")
    assert json.loads(on("info", "--json").out)["papers"] == 6
    assert "7 papers restored" in on("restore", tmp_path / "b.zip", "--library", tmp_path / "r.library").out
    elsewhere = {"fetch", "chat", "demo"}  # from an index, over HTTP; the page's calls are tried in test_page
    assert {command.name for command in app.registered_commands} - elsewhere == on.commands - {"eval"}, "try it above"


def test_what_one_brings_in_another_finds(on: On, write_jsonl: Callable[..., Path], paper: Any) -> None:
    """Two runs of one command have nothing in common but the servers."""
    on("ingest", write_jsonl(paper(1)))
    assert "On the aaab method" in on("search", "aaab").out


def test_without_chroma_s_address_it_is_asked_for(on: On, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASKPAPERS_CHROMA")
    assert "ASKPAPERS_CHROMA=http://HOST:8000" in on("list", code=1).err


@pytest.mark.parametrize("port", ["1", "5"])
def test_a_server_that_is_not_there_is_one_line_without_the_password(
    on: On, monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    monkeypatch.setenv("ASKPAPERS_LIBRARY", f"postgresql://me:{SECRET}@127.0.0.1:{port}/papers")
    for command in (("list",), ("info",), ("search", "x"), ("ingest", ".")):
        said = on(*command, code=1).err
        assert said.startswith(f"Error: PostgreSQL of postgresql://me@127.0.0.1:{port}/papers can't be reached")
        assert said.count("\n") == 1
    assert "PROBLEM" in on("doctor", code=1).out


def test_a_password_reaches_postgresql_and_a_wrong_one_is_told_without_it(
    on: On, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hba = postgres.folder / "data" / "pg_hba.conf"
    hba.write_text("host all locked 127.0.0.1/32 scram-sha-256\n" + hba.read_text())
    password = f"{SECRET}: /@?#%&'\\ü"
    with psycopg.connect(postgres.address(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE locked LOGIN PASSWORD {}").format(sql.Literal(password)))
        connection.execute("CREATE DATABASE locked OWNER locked")
        connection.execute("SELECT pg_reload_conf()")
    monkeypatch.setenv(
        "ASKPAPERS_LIBRARY", f"postgresql://locked:{quote(password, safe='')}@127.0.0.1:{postgres.port}/locked"
    )
    assert "40 added" in on("ingest", PATH).out
    assert json.loads(on("info", "--json").out)["papers"] == 40
    for wrong in (f"{SECRET}x", ""):
        monkeypatch.setenv("ASKPAPERS_LIBRARY", f"postgresql://locked:{wrong}@127.0.0.1:{postgres.port}/locked")
        said = on("list", code=1).err
        assert "password" in said
        assert said.count("\n") == 1


def test_papers_are_fetched_into_a_database_and_its_kept_queries_bring_more(on: On, indexes: IndexServer) -> None:
    del indexes  # asked in the place of the open ones
    assert "5 added" in on("fetch", "arxiv", "model", "--limit", 5, "--watch").out
    assert "arxiv" in on("refresh", "--list").out
    on("refresh")
    assert json.loads(on("info", "--json").out)["papers"] >= 5


def test_the_demo_may_be_made_in_a_database(on: On, new_database: NewDatabase) -> None:
    said = on("demo", "--library", new_database()).out
    assert "--library postgresql://postgres@127.0.0.1:" in said
