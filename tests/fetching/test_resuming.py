"""What was fetched is kept for a day: nothing is asked twice, and a fetch that was cut goes on where it was."""

import json
import os
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest

from eval.benchmarks.fetching.index_server import Fault, IndexServer
from eval.benchmarks.fetching.made_papers import made
from rag.errors import FetchError
from rag.fetching import INDEXES, Client, Wanted, fetched
from rag.fetching.cache import Answer, Cache
from rag.records import Record
from tests.fetching.conftest import MakeClient

ROOT = Path(__file__).resolve().parents[2]
OTTERS = Wanted("arxiv", "otters", limit=250)
FETCH = """
import json, sys
from rag.fetching import Client, Wanted, fetched
from rag.settings import Settings
asked = json.loads(sys.argv[1])
with Client(Settings(**asked["settings"]), speed=asked["speed"], fresh=asked["fresh"]) as client:
    for source, found in fetched(Wanted.from_dict(asked["wanted"]), client):
        print(getattr(found, "title", "a remark"), flush=True)
"""


def got(client: Client, wanted: Wanted = OTTERS) -> int:
    return sum(isinstance(one, Record) for _, one in fetched(wanted, client))


def test_what_was_fetched_within_the_day_is_not_asked_for_again(client: MakeClient, indexes: IndexServer) -> None:
    assert got(client()) == got(client()) == 250
    assert len(indexes.asked) == 2


def test_what_one_key_was_given_is_not_given_to_another(client: MakeClient, indexes: IndexServer) -> None:
    wanted = Wanted("openalex", "otters", limit=50)
    for key in ("first-key-1234", "second-key-1234", "first-key-1234"):
        got(client(settings={"openalex_key": key}), wanted)
    assert [one.said["api_key"] for one in indexes.asked] == ["first-key-1234", "second-key-1234"]


def test_another_search_is_asked_for(client: MakeClient, indexes: IndexServer) -> None:
    one = client()
    got(one)
    got(one, Wanted("arxiv", "newts", limit=250))
    assert len(indexes.asked) == 4


def test_after_a_day_it_is_asked_for_again(
    client: MakeClient, indexes: IndexServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    got(client())
    now = time.time()
    monkeypatch.setattr("rag.fetching.cache.time.time", lambda: now + 86_500)
    got(client())
    assert len(indexes.asked) == 4


def test_a_fresh_fetch_asks_again_and_sees_what_is_new(client: MakeClient, indexes: IndexServer) -> None:
    got(client())
    indexes.papers["arxiv"] = made(260)
    assert got(client(fresh=True), OTTERS) == 250
    assert len(indexes.asked) == 4
    found = [one for _, one in fetched(Wanted("arxiv", "otters", limit=300), client(fresh=True))]
    assert len(found) == 260


def test_a_fresh_fetch_that_was_cut_goes_on_where_it_was(client: MakeClient, indexes: IndexServer) -> None:
    got(client())
    indexes.misbehaves("arxiv", None, *[Fault(503)] * 5)
    with pytest.raises(FetchError):
        got(client(fresh=True))
    assert got(client(fresh=True)) == 250
    assert [one.said["start"] for one in indexes.asked] == ["0", "200", "0", *["200"] * 5, "200"]
    got(client(fresh=True))  # that one was done: this one begins anew
    assert [one.said["start"] for one in indexes.asked][-2:] == ["0", "200"]


def test_the_library_of_a_zotero_that_runs_here_is_always_asked_for(client: MakeClient, indexes: IndexServer) -> None:
    for _ in range(2):
        list(fetched(Wanted("zotero", limit=50), client()))
    assert len(indexes.asked) == 2


def test_a_search_that_pubmed_has_forgotten_is_made_again_and_goes_on(client: MakeClient, indexes: IndexServer) -> None:
    wanted = Wanted("pubmed", "otters", limit=600)
    indexes.papers["pubmed"] = made(600)
    assert len(list(islice(fetched(wanted, client()), 200))) == 200  # a page
    indexes.kept.clear()
    assert got(client(), wanted) == 600
    starts = [one.said.get("retstart", one.path) for one in indexes.asked]
    assert starts == ["esearch.fcgi", "0", "200", "esearch.fcgi", "200", "400"]


@pytest.mark.parametrize(
    ("index", "fresh"),
    [("arxiv", False), ("arxiv", True), ("openalex", False), ("pubmed", False), ("crossref", True), ("dblp", False)],
)
def test_a_killed_fetch_goes_on_where_it_was_and_asks_for_no_page_twice(
    indexes: IndexServer, tmp_path: Path, index: str, *, fresh: bool
) -> None:
    indexes.papers.update({name: made(600) for name in INDEXES})
    settings = indexes.settings(tmp_path)
    asked = {
        "settings": {"index_addresses": settings.index_addresses, "fetch_cache": str(settings.fetch_cache)},
        "wanted": Wanted(index, "otters", limit=600).to_dict(),
        "speed": 1 / INDEXES[index].ABOUT.per_second,  # a page a second
        "fresh": fresh,
    }
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", FETCH, json.dumps(asked)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as cut:
        assert cut.stdout is not None
        first = [next(cut.stdout).rstrip("\n") for _ in range(101)]
        cut.kill()  # while it waits for its next turn
    before = len(indexes.asked)
    command[-1] = json.dumps(asked | {"speed": 200})
    whole = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout.splitlines()
    assert whole[:101] == first
    assert len([line for line in whole if line != "a remark"]) == 600
    assert before < len(indexes.asked)
    requests = [repr((one.index, one.path, sorted(one.said.items()), one.body)) for one in indexes.asked]
    assert sorted(set(requests)) == sorted(requests)


# What is kept


def test_answers_are_kept_for_this_user_alone(client: MakeClient, tmp_path: Path) -> None:
    got(client())
    assert (tmp_path / "fetched").stat().st_mode & 0o077 == 0


def test_the_oldest_answers_go_when_they_become_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.fetching.cache.LARGEST", 10_000)
    monkeypatch.setattr("rag.fetching.cache.BETWEEN_LOOKS", 1)
    cache = Cache(tmp_path)
    for number in range(9):
        cache.put(str(number), Answer(b"x" * 2000, {}))
        os.utime(max(tmp_path.iterdir(), key=lambda file: file.stat().st_mtime), (time.time() - 100 + number,) * 2)
    kept = [number for number in range(9) if cache.get(str(number), 0)]
    assert kept == [4, 5, 6, 7, 8]


def test_other_files_in_the_folder_are_let_be(tmp_path: Path) -> None:
    """A folder of the user's own may be named for the answers: what else is in it is not theirs."""
    left = tmp_path / f".{'0' * 40}.answer.1-2.partial"  # of a process that was killed
    for file in (mine := tmp_path / "thesis.tex", left):
        file.write_text("mine")
        os.utime(file, (1, 1))
    Cache(tmp_path).put("asked", Answer(b"x", {}))
    assert mine.exists()
    assert not left.exists()


def test_what_was_kept_while_the_clock_was_ahead_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would count until that day comes, and a fetch that began then would find none of its pages."""
    cache, now = Cache(tmp_path), time.time()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now + 400 * 86_400)
        cache.put("asked", Answer(b"x", {}))
        cache.beginning("run", anew=True)
    assert cache.get("asked", now - 60) is None
    since = cache.beginning("run", anew=True)
    cache.put("asked", Answer(b"y", {}))
    assert cache.get("asked", since) == Answer(b"y", {})


def test_a_damaged_answer_is_asked_for_again(client: MakeClient, indexes: IndexServer, tmp_path: Path) -> None:
    got(client())
    for file in (tmp_path / "fetched").iterdir():
        file.write_bytes(file.read_bytes()[:10])
    assert got(client()) == 250
    assert len(indexes.asked) == 4


def test_where_nothing_can_be_kept_papers_are_fetched_all_the_same(
    client: MakeClient, indexes: IndexServer, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert got(client(settings={"fetch_cache": tmp_path / "file" / "fetched"})) == 250
