"""The page's server without a browser: endpoints, passwords, limits, signals."""

import base64
import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from gradio_client.utils import QueueError
from pydantic import SecretStr

from rag.errors import SettingsError
from rag.library import Library
from rag.records import Answer
from tests.page.requests import get
from ui.cli.app import main
from ui.page.serving import Serving, read_auth

Serve = Callable[..., Any]
QUESTION = "How does LoRA fine-tune a large model without changing its weights?"
PATIENCE = 60.0


def client(server: Any, **how: Any) -> Client:
    return Client(server.url, verbose=False, **how)


# Endpoints


def test_ask_works_with_the_question_alone_and_gives_the_whole_answer(sample_page: Any, samples: Library) -> None:
    answer = Answer.from_dict(client(sample_page).predict(QUESTION, api_name="/ask"))
    assert answer == samples.ask(QUESTION)


def test_ask_takes_a_history_and_filters(sample_page: Any) -> None:
    asked = client(sample_page)
    history = [{"question": "What is LoRA?", "answer": "It fine-tunes with low-rank matrices."}]
    assert "LoRA" in asked.predict("How many parameters does it train?", history=history, api_name="/ask")["rewritten"]
    old = asked.predict("How are words embedded?", years="2013..2014", api_name="/ask")
    assert old["searched"]["filters"]["year_from"] == 2013
    assert {paper["year"] for paper in old["papers"]} <= {2013, 2014}


def test_search_gives_papers_with_scores_and_passages(sample_page: Any, samples: Library) -> None:
    hits = client(sample_page).predict("random forests of decision trees", limit=3, api_name="/search")
    assert [hit["paper"]["title"] for hit in hits] == [
        hit.paper.title for hit in samples.search("random forests of decision trees", limit=3)
    ]
    assert all(hit["passages"] for hit in hits)


def test_search_is_bounded_by_filters_and_by_its_limit(sample_page: Any) -> None:
    asked = client(sample_page)
    found = asked.predict("language models", years="2020", title="learners", api_name="/search")
    assert [hit["paper"]["title"] for hit in found] == ["Language Models are Few-Shot Learners"]
    assert len(asked.predict("language models", limit=-1, api_name="/search")) == 1
    assert len(asked.predict("language models", limit=1_000, api_name="/search")) == 40
    with pytest.raises(AppError, match="too short"):
        asked.predict("?", api_name="/search")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"question": "?"}, "too short"),
        ({"question": QUESTION, "years": "soon"}, "can't be read. Write 2020"),
        ({"question": QUESTION, "years": "1800..1801"}, "No paper passes the filters"),
        ({"question": QUESTION, "origin": "nowhere.bib"}, "No paper came from 'nowhere.bib'"),
        ({"question": QUESTION, "history": [{"answer": "x"}]}, "history can't be read"),
    ],
)
def test_what_can_not_be_asked_is_told_in_one_line(sample_page: Any, given: dict[str, Any], told: str) -> None:
    with pytest.raises(AppError, match=told):
        client(sample_page).predict(**given, api_name="/ask")


def test_only_the_two_endpoints_are_public_and_both_are_described(sample_page: Any) -> None:
    known = client(sample_page).view_api(return_format="dict")
    assert set(known["named_endpoints"]) == {"/ask", "/search"}
    assert not known["unnamed_endpoints"]
    first, *others = known["named_endpoints"]["/ask"]["parameters"]
    assert first["parameter_name"] == "question"
    assert all(one["parameter_has_default"] for one in others)


def test_many_clients_at_once_each_get_the_answer_to_their_own_question(sample_page: Any, samples: Library) -> None:
    questions = [f"What does the paper on {paper.title} find?" for paper in samples.papers(limit=20)[0]]
    clients = [client(sample_page) for _ in questions]
    with ThreadPoolExecutor(len(questions)) as pool:
        told = list(pool.map(lambda one, asked: one.predict(asked, api_name="/ask"), clients, questions))
    assert [Answer.from_dict(answer) for answer in told] == [samples.ask(question) for question in questions]


def test_a_line_that_is_full_says_so(serve_page: Serve, chat_server: Any, hold: Any) -> None:
    replies = [hold("LoRA freezes the weights [1].") for _ in range(5)]
    server = serve_page(settings=chat_server.settings(), answers=1, waiting=1)

    def ask(one: Client) -> str:
        try:
            one.predict(QUESTION, api_name="/ask")
        except QueueError as error:
            return str(error)
        return "answered"

    clients = [client(server) for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(ask, one) for one in clients]
        refused = next(as_completed(asked, PATIENCE)).result()  # while nobody is answered
        for reply in replies:
            reply.release()
        answered = [one.result() for one in asked]
    assert "full" in refused
    assert "answered" in answered


# Headers, health


def test_the_page_sends_every_request_to_its_own_host_alone(sample_page: Any) -> None:
    status, headers, body = get(sample_page.url)
    policy = headers["content-security-policy"]
    assert status == 200
    for part in ("default-src 'self'", "connect-src 'self'", "img-src 'self' data: blob:", "font-src 'self' data:"):
        assert part in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert b"fonts.googleapis" not in body
    assert b"cdnjs" not in body


@pytest.mark.parametrize("path", ["/", "/health", "/assets/plotly.js", "/gradio_api/info", "/nowhere"])
def test_every_reply_carries_the_headers_that_keep_a_browser_on_this_host(path: str, sample_page: Any) -> None:
    status, headers, _ = get(f"{sample_page.url}{path}")
    assert status == (404 if path == "/nowhere" else 200)
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_server_itself_asks_nobody_but_this_host(serve_page: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connecting(self: socket.socket, address: Any) -> None:
        asked.append(address[0] if isinstance(address, tuple) else "127.0.0.1")
        connect(self, address)

    def looking_up(host: Any, *given: Any, **named: Any) -> Any:
        asked.append(host.decode() if isinstance(host, bytes) else host)
        return look_up(host, *given, **named)

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", looking_up)
    url = serve_page(mcp=True).url  # asked without gradio_client, which itself reports to where it comes from
    for path in ("", "/config", "/gradio_api/info", "/health"):
        assert get(f"{url}{path}")[0] == 200
    for name, given in (("ask", [QUESTION]), ("search", ["random forests", 10, "", "", ""])):
        begun = json.loads(get(f"{url}/gradio_api/call/{name}", data=json.dumps({"data": given}).encode())[2])
        assert b"event: complete" in get(f"{url}/gradio_api/call/{name}/{begun['event_id']}")[2]
    assert asked, "nothing was watched"
    assert set(asked) <= {"127.0.0.1", "localhost", "::1"}


def test_health_says_whether_questions_are_answered(serve_page: Serve) -> None:
    server = serve_page()
    assert json.loads(get(f"{server.url}/health")[2]) == {"status": "ok", "answering": 0}
    server.state.closing = True
    status, _, body = get(f"{server.url}/health")
    assert (status, json.loads(body)["status"]) == (200, "closing")  # it lives; /ready says that nobody is to ask


# Passwords


def test_a_password_guards_the_page_the_endpoints_and_the_tools(serve_page: Serve) -> None:
    server = serve_page(auth={"ada": "lovelace"}, mcp=True)
    assert b"Ask your shelf" not in get(server.url)[2]
    assert get(f"{server.url}/config")[0] == 401
    assert get(f"{server.url}/gradio_api/info")[0] == 401
    assert get(f"{server.url}/gradio_api/mcp/")[0] == 401
    assert get(f"{server.url}/gradio_api/queue/data?session_hash=x")[0] == 401
    assert get(f"{server.url}/gradio_api/run/predict", data=b'{"fn_index": 0, "data": []}')[0] == 401
    assert get(f"{server.url}/login", data=b"username=ada&password=byron")[0] == 400
    for wrong in ("Basic " + base64.b64encode(b"ada:byron").decode(), "Basic %%%", "Bearer x"):
        assert get(f"{server.url}/gradio_api/mcp/", Authorization=wrong)[0] == 401
    with pytest.raises(Exception, match=r"[Ll]ogin|[Aa]uth|credentials"):
        client(server).predict(QUESTION, api_name="/ask")
    with pytest.raises(Exception, match=r"[Ll]ogin|[Aa]uth|credentials"):
        client(server, auth=("ada", "byron"))
    assert client(server, auth=("ada", "lovelace")).predict(QUESTION, api_name="/ask")["outcome"] == "answered"


def test_a_password_comes_as_it_is_or_from_a_file(tmp_path: Path) -> None:
    assert read_auth(None) is None
    assert read_auth(SecretStr("ada:love:lace")) == {"ada": "love:lace"}
    (tmp_path / "secret").write_text("ada:lovelace\n")
    assert read_auth(SecretStr(str(tmp_path / "secret"))) == {"ada": "lovelace"}
    for wrong in ("ada", ":x", "ada:", str(tmp_path / "none")):
        with pytest.raises(SettingsError, match="user:password") as told:
            read_auth(SecretStr(wrong))
        assert "lovelace" not in str(told.value)


def test_who_serves_beyond_this_machine_without_a_password_is_exposed() -> None:
    assert Serving(host="0.0.0.0").exposed
    assert not Serving(host="0.0.0.0", auth={"a": "b"}).exposed
    assert not Serving(host="127.0.0.1").exposed
    assert not Serving(host="localhost").exposed


# The command, and signals


def _asking(url: str, told: list[Any], question: str = QUESTION) -> threading.Thread:
    def ask() -> None:
        try:
            told.append(Client(url, verbose=False).predict(question, api_name="/ask"))
        except AppError as error:
            told.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def test_a_signal_lets_the_answer_under_way_finish(chat: Any, chat_server: Any) -> None:
    chat_server.says("LoRA freezes ", 0.5, "the pre-trained weights [1].", silent=0.5)
    process, url = chat("--llm", "openai:tiny", OPENAI_BASE_URL=chat_server.url, OPENAI_API_KEY="x")
    told: list[Any] = []
    thread = _asking(url, told)
    while not chat_server.asked:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    thread.join()
    assert told[0]["outcome"] == "answered"


def test_a_model_that_never_ends_does_not_keep_the_server_from_ending(chat: Any, chat_server: Any) -> None:
    chat_server.says("LoRA freezes ", 0.02, forever=True, to="writes for ever")
    chat_server.says("LoRA freezes ", 60.0, forever=True, to="falls silent")
    process, url = chat("--llm", "openai:tiny", seconds=0.2, OPENAI_BASE_URL=chat_server.url, OPENAI_API_KEY="x")
    questions = [f"{QUESTION} One {what}." for what in ("writes for ever", "falls silent")]
    told: list[Any] = []
    threads = [_asking(url, told, question) for question in questions]
    while len(chat_server.asked) < len(questions):
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "who asked was never told"
    assert str(told).count("The server shut down before the answer was whole") == len(questions)
    assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize(("arguments", "warned"), [((), True), (("--auth", "ada:lovelace"), False)])
def test_who_can_be_reached_by_anybody_is_warned(
    arguments: tuple[str, ...],
    warned: bool,  # noqa: FBT001  (a parameter of the test)
    own_samples: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("ui.page.server.serve", lambda state, serving, ready: None)
    command = ["askpapers", "chat", "--library", str(own_samples), "--llm", "extractive", "--host", "0.0.0.0"]
    monkeypatch.setattr(sys, "argv", [*command, *arguments])
    with suppress(SystemExit):
        main()
    said = capsys.readouterr().err
    assert ("Anybody who reaches 0.0.0.0:7860" in said) is warned
    assert "lovelace" not in said


def test_a_taken_port_is_one_line(
    own_samples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        monkeypatch.setattr(sys, "argv", ["askpapers", "chat", "--library", str(own_samples), "--port", port])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert told.startswith(f"Error: 127.0.0.1:{port} can't be served")
    assert told.count("\n") == 1
