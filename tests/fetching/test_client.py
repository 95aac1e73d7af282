"""An index is asked as it asks to be: its rate, its pauses, its faults; who asks is told to it alone."""

import time
from collections.abc import Callable
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from eval.benchmarks.fetching.index_server import Fault, IndexServer
from rag.errors import FetchError
from rag.fetching import INDEXES, Client, Wanted, fetched
from rag.fetching.sending import Sender
from rag.records import Record
from tests.fetching.conftest import MakeClient

OTTERS = Wanted("arxiv", "otters", limit=250)
PAGES = 2  # that the 250 papers of arXiv's search come in


def got(client: Client, wanted: Wanted = OTTERS) -> int:
    return sum(isinstance(one, Record) for _, one in fetched(wanted, client))


# Rates


@pytest.mark.parametrize("index", ["arxiv", "openalex", "crossref", "dblp"])
def test_no_two_requests_come_closer_together_than_an_index_allows(
    client: MakeClient, indexes: IndexServer, index: str
) -> None:
    speed = 5
    list(fetched(Wanted(index, "otters", limit=250), client(speed=speed), completing=False))
    times = indexes.times(index)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps
    between = 1 / (INDEXES[index].ABOUT.per_second * speed)
    assert min(gaps) >= between - 0.03  # a connection takes some time to come about


def test_a_rate_that_an_index_tells_is_kept_to(client: MakeClient, indexes: IndexServer) -> None:
    indexes.misbehaves("crossref", Fault(headers={"x-rate-limit-limit": "1", "x-rate-limit-interval": "10s"}))
    got(client(speed=50), Wanted("crossref", "otters", limit=250))
    first, second, third = indexes.times("crossref")
    assert min(second - first, third - second) >= 0.17  # one in ten seconds, fifty times as quick


def test_a_pause_that_zotero_asks_for_is_made(client: MakeClient, indexes: IndexServer) -> None:
    indexes.misbehaves("zotero", Fault(headers={"Backoff": "1"}))
    list(fetched(Wanted("zotero", "otters", limit=150), client()))
    first, second = indexes.times("zotero")
    assert second - first >= 1


def test_a_key_makes_pubmed_quicker(client: MakeClient, indexes: IndexServer) -> None:
    wanted = Wanted("pubmed", "otters", limit=250)
    got(client(speed=2), wanted)
    slow = indexes.times("pubmed")
    got(client(speed=2, settings={"pubmed_key": "ncbi-key-12345"}, fresh=True), wanted)
    quick = indexes.times("pubmed")[len(slow) :]
    assert slow[-1] - slow[0] > 0.28 > quick[-1] - quick[0]


# Faults that pass


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(429), id="too many requests"),
        pytest.param(Fault(503, body=b"<html><title>Service Unavailable</title></html>"), id="service unavailable"),
        pytest.param(Fault(500), id="a fault of its own"),
        pytest.param(Fault(403, {"Retry-After": "0"}), id="slow down, as OpenAlex says it"),
        pytest.param(Fault(cut=True), id="a connection that breaks"),
        pytest.param(Fault(silent=2), id="no answer in time"),
        pytest.param(Fault(body=b""), id="no content"),
        pytest.param(Fault(body=b"<feed><entry>"), id="half a document"),
        pytest.param(Fault(body=b"<html><title>Just a moment...</title></html>"), id="a web page"),
        pytest.param(Fault(headers={"Content-Encoding": "gzip"}), id="packed wrongly"),
    ],
)
def test_what_goes_wrong_once_is_asked_for_again(client: MakeClient, indexes: IndexServer, fault: Fault) -> None:
    indexes.misbehaves("arxiv", fault, None, fault)
    assert got(client(settings={"timeout": 1})) == 250
    assert len(indexes.asked) == PAGES + 2


@pytest.mark.parametrize("index", ["openalex", "europepmc", "crossref", "semantic_scholar", "dblp", "huggingface"])
@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"results": 7}', b"null", b'{"message": {"items": ', b"\xff\xfe"])
def test_a_body_that_is_not_what_is_due_is_asked_for_again(
    client: MakeClient, indexes: IndexServer, index: str, body: bytes
) -> None:
    indexes.misbehaves(index, Fault(body=body))
    wanted = Wanted(index, day="2026-11-24") if index == "huggingface" else Wanted(index, "otters")
    list(fetched(wanted, client(), completing=False))
    assert len([one for one in indexes.asked if one.index == index]) == 2


@pytest.mark.parametrize(
    "when", [lambda: "1", lambda: formatdate(time.time() + 2, usegmt=True)], ids=["seconds", "a date"]
)
def test_a_pause_that_an_index_names_is_made(client: MakeClient, indexes: IndexServer, when: Callable[[], str]) -> None:
    said: list[str] = []
    indexes.misbehaves("arxiv", Fault(429, {"Retry-After": when()}))
    assert got(client(telling=said.append)) == 250
    first, second, *_ = indexes.times("arxiv")
    assert second - first >= 0.9
    assert len(said) == 1
    assert said[0].startswith("arXiv: it has too many requests (429). Asking again in ")


def test_the_pauses_grow_from_try_to_try(client: MakeClient, indexes: IndexServer) -> None:
    indexes.misbehaves("arxiv", *[Fault(500)] * 4)
    assert got(client(speed=50)) == 250
    times = indexes.times("arxiv")
    pauses = [later - earlier for earlier, later in pairwise(times[:5])]
    for place, pause in enumerate(pauses):
        assert pause >= 2**place / 50 - 0.01


# Faults that don't


def test_after_five_tries_it_is_told_and_what_came_is_kept(client: MakeClient, indexes: IndexServer) -> None:
    indexes.misbehaves("arxiv", None, *[Fault(503)] * 5)
    with pytest.raises(FetchError) as error:
        got(client())
    assert str(error.value) == (
        "arXiv: it has a fault (503), asked 5 times. Try again later: what came before is kept for a day."
    )
    assert got(client()) == 250
    assert [one.said["start"] for one in indexes.asked] == ["0", *["200"] * 6]


def test_an_index_that_asks_to_wait_for_hours_is_told_not_waited_for(client: MakeClient, indexes: IndexServer) -> None:
    indexes.misbehaves("openalex", Fault(429, {"Retry-After": "40000"}, b'{"error": "Daily limit exceeded"}'))
    with pytest.raises(FetchError) as error:
        got(client(), Wanted("openalex", "otters"))
    assert str(error.value).startswith(
        "OpenAlex: it has too many requests (429: 'Daily limit exceeded'). It asks to wait until "
    )
    assert str(error.value).endswith("; try then, or set ASKPAPERS_OPENALEX_KEY.")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_what_would_be_refused_again_is_asked_once(client: MakeClient, indexes: IndexServer, status: int) -> None:
    indexes.misbehaves("crossref", Fault(status, body=b'{"message": "no such filter"}'))
    with pytest.raises(FetchError, match=f"Crossref: it .*{status}: 'no such filter'") as error:
        got(client(), Wanted("crossref", "otters"))
    assert error.value.status == status
    assert len(indexes.asked) == 1


def test_a_query_that_arxiv_cannot_read_is_told_in_its_words(client: MakeClient, indexes: IndexServer) -> None:
    entry = (
        b"<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>bad field</summary></entry></feed>"
    )
    for status in (200, 400):
        indexes.misbehaves("arxiv", Fault(status, body=b"<?xml version='1.0'?><feed>" + entry))
        with pytest.raises(FetchError, match=r"refused what was asked.*'bad field'.* Write the search otherwise\."):
            got(client())


def test_an_index_that_cannot_be_reached_is_told_soon(client: MakeClient, indexes: IndexServer) -> None:
    one = client(settings={"index_addresses": "arxiv=http://index.invalid", "timeout": 1})
    with pytest.raises(FetchError) as error:
        got(one)
    assert str(error.value) == (
        "arXiv: it can't be reached: its name isn't known, asked 2 times. "
        "Check that this machine reaches the internet, and try again."
    )


def test_an_index_that_was_reached_before_is_waited_for_when_the_network_goes(
    client: MakeClient, indexes: IndexServer
) -> None:
    one = client()
    got(one)
    about, sender = INDEXES["arxiv"].ABOUT, one._sender(INDEXES["arxiv"].ABOUT)
    gone = Sender("arXiv", "http://index.invalid", 1)
    one._senders["arxiv"] = gone
    sender.close()
    one._addresses = {"arxiv": "http://index.invalid"}
    with pytest.raises(FetchError, match="asked 5 times"):
        one.get(about, "query", {"search_query": "newts"}, lambda content: None)


def test_a_zotero_that_does_not_run_is_told_at_once(client: MakeClient) -> None:
    one = client(settings={"index_addresses": "zotero=http://127.0.0.1:9/api"})
    with pytest.raises(FetchError) as error:
        got(one, Wanted("zotero"))
    assert str(error.value) == (
        "Zotero: it can't be reached: the connection was refused. Check that it runs on this machine, and try again."
    )
    assert one.requests == 1


def test_a_zotero_that_lets_nobody_in_is_told_with_the_setting(client: MakeClient, indexes: IndexServer) -> None:
    indexes.misbehaves("zotero", Fault(403, body=b"Local API is not enabled"))
    with pytest.raises(FetchError) as error:
        got(client(), Wanted("zotero"))
    assert str(error.value) == (
        "Zotero: it refuses to answer (403: 'Local API is not enabled'). "
        "Allow other applications on this computer to communicate with it: Settings, Advanced."
    )


def test_a_proxy_of_the_environment_is_gone_through(
    client: MakeClient, indexes: IndexServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    one = client(settings={"index_addresses": "arxiv=http://index.invalid"})
    with pytest.raises(FetchError, match=r"its proxy http://127\.0\.0\.1:9 can't be reached.*Check HTTP_PROXY"):
        got(one)


def test_a_request_is_sent_on_within_its_host_only(client: MakeClient, indexes: IndexServer) -> None:
    there = f"{indexes.url}/arxiv/query?search_query=x&start=0&max_results=200"
    indexes.misbehaves("arxiv", Fault(301, {"Location": there}))
    assert got(client()) == 250
    indexes.misbehaves("openalex", Fault(302, {"Location": "http://elsewhere.example/works?api_key=x"}))
    with pytest.raises(
        FetchError, match=r"sends requests on to http://elsewhere\.example/works, where nothing is sent"
    ):
        got(client(settings={"openalex_key": "oa-secret-1234"}), Wanted("openalex", "otters"))


def test_an_endless_answer_is_cut_off(
    client: MakeClient, indexes: IndexServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.fetching.sending.LARGEST", 10_000)
    with pytest.raises(FetchError, match=r"its answer is larger than 0 MB\. Ask for less at once\."):
        got(client())


# Who asks


def test_a_mail_address_goes_to_the_program_s_name_and_where_an_index_wants_it(
    client: MakeClient, indexes: IndexServer
) -> None:
    one = client(settings={"mailto": "me@example.org"})
    for index in ("arxiv", "openalex", "pubmed", "europepmc", "crossref", "dblp"):
        list(fetched(Wanted(index, "otters", limit=5), one, completing=False))
    for asked in indexes.asked:
        assert asked.headers["User-Agent"].startswith("Askpapers/")
        assert "mailto:me@example.org" in asked.headers["User-Agent"]
    said = {one.index: {*one.said} & {"mailto", "email"} for one in indexes.asked}
    assert {index: sorted(names) for index, names in said.items()} == {
        "arxiv": [],
        "openalex": ["mailto"],
        "pubmed": ["email"],
        "europepmc": ["email"],
        "crossref": ["mailto"],
        "dblp": [],
    }


def test_without_a_mail_address_none_is_told(client: MakeClient, indexes: IndexServer) -> None:
    got(client(), Wanted("crossref", "otters", limit=5))
    assert "mailto" not in repr(indexes.asked)


def test_each_key_goes_to_its_own_index_and_is_neither_kept_nor_told(
    client: MakeClient, indexes: IndexServer, tmp_path: Path
) -> None:
    keys = {"openalex": "oa-secret-1234", "semantic_scholar": "s2-secret-1234", "pubmed": "ncbi-secret-1234"}
    settings: dict[str, Any] = {f"{index}_key": key for index, key in keys.items()}
    one = client(settings=settings)
    for index in ("arxiv", "crossref", *keys):
        list(fetched(Wanted(index, "otters", limit=5), one, completing=False))
    for asked in indexes.asked:
        known = repr((asked.said, asked.headers))
        assert {name for name, key in keys.items() if key in known} == {asked.index} & keys.keys()
    indexes.misbehaves("openalex", Fault(401, body=b"Bad key oa-secret-1234"))
    with pytest.raises(FetchError) as error:
        got(one, Wanted("openalex", "newts"))
    assert str(error.value).startswith("OpenAlex: it refuses to answer (401: 'Bad key …').")
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"secret" not in kept


def test_nothing_is_sent_until_something_is_wanted(client: MakeClient, indexes: IndexServer) -> None:
    one = client()
    fetched(OTTERS, one)
    assert indexes.asked == []
    assert one.requests == 0
