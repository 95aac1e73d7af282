"""Several processes that serve one page: none mixes answers, one that is killed is replaced, all end together."""

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client

from rag.library import Library
from rag.samples import PATH
from rag.settings import Settings
from tests.page.requests import get
from tests.page.test_keeping import call
from ui.page.workers.handing_over import COOKIE

PATIENCE = 300.0
TITLES = [json.loads(line)["title"] for line in PATH.read_text("utf-8").splitlines()]


def questions(number: int) -> list[str]:
    return [f"What does the paper on {TITLES[n % len(TITLES)]} find in part {n}?" for n in range(number)]


def workers_of(process: Any) -> list[int]:
    """Return the processes that serve for one."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]


def until(look: Any, hoped: str) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < end, f"never came: {hoped}"
        time.sleep(0.1)


def processes(url: str) -> int:
    told = get(f"{url}/metrics")[2].decode()
    return next(int(float(line.split()[1])) for line in told.splitlines() if line.startswith("askpapers_processes "))


def ask_all(client: Client, asked: list[str]) -> list[str]:
    return [client.predict(question, api_name="/ask")["question"] for question in asked]


def test_two_processes_answer_many_at_once_and_one_that_is_killed_is_replaced(chat: Any) -> None:
    process, url = chat("--workers", "2", "--llm", "extractive")
    until(lambda: processes(url) == 2, "both processes")
    clients: dict[str, list[Client]] = {"0": [], "1": []}
    while min(map(len, clients.values())) < 4:  # of each process
        one = Client(url, verbose=False)
        clients[one.cookies[COOKIE]].append(one)
    every = [*clients["0"][:4], *clients["1"][:4]]
    asked = questions(200)
    with ThreadPoolExecutor(len(every)) as pool:
        shares = [asked[place :: len(every)] for place in range(len(every))]
        told = list(pool.map(ask_all, every, shares))
    assert told == shares
    assert 'outcome="answered"' in get(f"{url}/metrics")[2].decode()
    before = workers_of(process)
    os.kill(before[0], signal.SIGKILL)
    # Till it is waited for its sockets may be open, and a question that it takes in its last moment is refused.
    until(lambda: not Path(f"/proc/{before[0]}").exists(), "the end of it")
    with ThreadPoolExecutor(2) as pool:  # whoever was with it is taken over by the other
        shares = [asked[:3], asked[3:6]]
        assert list(pool.map(ask_all, [clients["0"][0], clients["1"][0]], shares)) == shares
    until(lambda: processes(url) == 2, "the one in its place")
    assert len(set(workers_of(process)) & set(before)) == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert "Traceback" not in process.stderr.read()


def test_an_answer_belongs_to_its_process_and_is_followed_from_any(chat: Any, chat_server: Any) -> None:
    chat_server.says("LoRA freezes ", 0.5, "the pre-trained weights [1].", silent=0.5)
    _, url = chat("--workers", "2", "--llm", "openai:tiny", OPENAI_BASE_URL=chat_server.url, OPENAI_API_KEY="x")
    until(lambda: processes(url) == 2, "both processes")
    server = type("Server", (), {"url": url})
    for place in "01":
        cookie, exchange = f"{COOKIE}={place}", f"e{place}"
        told = call(server, "ask", {"exchange": exchange, "question": "What is LoRA?"}, cookie)[1]
        while "done" not in told:
            told = call(server, "follow", {"exchange": exchange, "seen": told["seen"]}, cookie)[1]
        assert told["done"]["answer"]["text"].startswith("LoRA freezes")
        other = f"{COOKIE}={1 - int(place)}"
        assert call(server, "follow", {"exchange": exchange}, other)[1] == {"lost": True}


def test_a_program_without_cookies_finds_its_answer_too(chat: Any) -> None:
    _, url = chat("--workers", "2", "--llm", "extractive")
    until(lambda: processes(url) == 2, "both processes")
    for question in questions(10):
        begun = json.loads(get(f"{url}/gradio_api/call/ask", json.dumps({"data": [question]}).encode())[2])
        told = get(f"{url}/gradio_api/call/ask/{begun['event_id']}")[2].decode()
        assert json.dumps(question)[1:-1] in told


def test_a_login_holds_at_every_process(chat: Any) -> None:
    _, url = chat("--workers", "2", "--llm", "extractive", "--auth", "ada:lovelace", "--keep")
    until(lambda: get(f"{url}/ready")[0] == 200, "the page")
    asked = Client(url, verbose=False, auth=("ada", "lovelace"))
    token = "; ".join(f"{name}={value}" for name, value in asked.cookies.items() if name != COOKIE)
    server = type("Server", (), {"url": url})
    for _ in range(6):
        for place in "01":
            assert call(server, "about", {}, f"{token}; {COOKIE}={place}")[1]["user"] == "ada"
    assert call(server, "about", {}, f"{COOKIE}=0")[0] == 401


def test_what_one_process_brings_in_the_others_find(chat: Any, own_samples: Path, write_jsonl: Any) -> None:
    _, url = chat("--workers", "2", "--llm", "extractive")
    until(lambda: processes(url) == 2, "both processes")
    server = type("Server", (), {"url": url})
    with Library.open(own_samples, Settings()) as library:
        library.ingest(write_jsonl({"title": "On solar sails", "abstract": "We study solar sails with care."}))
    for place in "01":
        found = call(server, "found", {"query": "solar sails"}, f"{COOKIE}={place}")[1]
        assert "On solar sails" in found["html"]


def test_the_processes_end_when_the_one_that_started_them_is_killed(chat: Any) -> None:
    process, url = chat("--workers", "2", "--llm", "extractive")
    until(lambda: processes(url) == 2, "both processes")
    left = workers_of(process)
    process.kill()
    process.wait()
    until(lambda: not any(Path(f"/proc/{one}/exe").exists() for one in left), "the end of the processes")


def test_a_library_that_can_not_be_opened_is_one_line(tmp_path: Path, cli: Any) -> None:
    (tmp_path / "a.library").mkdir()
    (tmp_path / "a.library" / "catalog.sqlite3").write_bytes(b"no database" * 1000)
    done = cli("chat", "--library", tmp_path / "a.library", "--workers", "2", "--port", "1")
    assert done.code == 1
    assert done.err.startswith("Error: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("given", ["0", "65", "two"])
def test_a_number_of_processes_that_is_none_is_refused(given: str, cli: Any) -> None:
    assert cli("chat", "--workers", given).code == 2
