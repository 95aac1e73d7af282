"""What the page is watched by: health, readiness, numbers; and what it does when too much is asked."""

import base64
import json
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from prometheus_client.parser import text_string_to_metric_families

from rag.errors import StorageError
from rag.library import Library
from rag.samples import UNANSWERABLE
from tests.page.requests import get
from tests.page.test_keeping import USERS
from ui.page.watched import readiness
from ui.page.watched.pressure import FULL

Serve = Callable[..., Any]
QUESTION = "How does LoRA fine-tune a large model without changing its weights?"
ADA = "Basic " + base64.b64encode(b"ada:lovelace").decode()


def numbers(server: Any, user: str = "") -> dict[tuple[str, str], float]:
    """Return what /metrics tells, by name and the value of its label."""
    status, told, body = get(f"{server.url}/metrics", Authorization=user)
    assert status == 200
    assert told["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(body.decode())
    return {(one.name, next(iter(one.labels.values()), "")): one.value for made in families for one in made.samples}


def test_what_is_asked_is_counted_by_what_became_of_it_and_never_told(serve_page: Serve) -> None:
    server = serve_page()
    asked = Client(server.url, verbose=False)
    for question in (QUESTION, QUESTION, UNANSWERABLE):
        asked.predict(question, api_name="/ask")
    with pytest.raises(Exception, match="too short"):
        asked.predict("?", api_name="/ask")
    told = numbers(server)
    assert told["askpapers_questions_total", "answered"] == 2
    assert told["askpapers_questions_total", "failed"] == 1
    assert sum(value for (name, _), value in told.items() if name == "askpapers_questions_total") == 4
    assert told["askpapers_errors_total", "QuestionError"] == 1
    assert told["askpapers_answer_seconds_count", ""] == 4
    assert told["askpapers_papers", ""] == 40
    assert told["askpapers_answers_in_flight", ""] == told["askpapers_questions_waiting", ""] == 0
    assert b"LoRA" not in get(f"{server.url}/metrics")[2]


def test_the_numbers_are_for_users_and_health_and_readiness_for_everybody(
    serve_page: Serve, own_samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve_page(own_samples, auth=USERS)
    assert get(f"{server.url}/metrics")[0] == 401
    assert get(f"{server.url}/metrics", Authorization="Basic eDp5")[0] == 401
    assert numbers(server, ADA)["askpapers_papers", ""] == 40
    assert get(f"{server.url}/health")[0] == get(f"{server.url}/ready")[0] == 200
    monkeypatch.setattr(readiness, "KEPT_FOR", 0.0)
    monkeypatch.setattr(Library, "outlook", _broken)
    assert b"secret" not in get(f"{server.url}/ready")[2]


def _broken(self: object, question: str) -> None:
    del self, question
    msg = "The disk at /secret/place is full."
    raise StorageError(msg)


def test_a_server_whose_library_can_not_be_searched_is_alive_and_not_ready(
    serve_page: Serve, own_samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "KEPT_FOR", 0.0)
    server = serve_page(own_samples)
    assert json.loads(get(f"{server.url}/ready")[2]) == {"status": "ready"}
    for part in own_samples.glob("index*"):
        shutil.rmtree(part)
    monkeypatch.setattr(Library, "outlook", _broken)
    status, headers, body = get(f"{server.url}/ready")
    assert (status, headers["retry-after"]) == (503, "5")
    assert json.loads(body) == {"status": "not ready", "reason": "The disk at /secret/place is full."}
    assert get(f"{server.url}/health")[0] == 200


def test_a_search_that_hangs_is_not_waited_for(serve_page: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    release, begun = threading.Event(), list[str]()

    def hangs(self: object, question: str) -> None:
        del self
        begun.append(question)
        release.wait(60)

    server = serve_page()
    monkeypatch.setattr(readiness, "PATIENCE", 0.2)
    monkeypatch.setattr(readiness, "KEPT_FOR", 0.0)
    monkeypatch.setattr(Library, "outlook", hangs)
    for _ in range(3):
        assert b"takes longer than" in get(f"{server.url}/ready")[2]
    assert len(begun) == 1, "a search that hangs is begun once"
    release.set()


def test_readiness_that_is_asked_for_all_the_time_costs_one_search(
    serve_page: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    server = serve_page()
    monkeypatch.setattr(readiness, "KEPT_FOR", 600.0)
    monkeypatch.setattr(Library, "outlook", lambda self, question: asked.append(question))
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: get(f"{server.url}/ready")[0], range(40)))
    assert set(told) == {200}
    assert len(asked) == 1


def test_a_server_that_shuts_down_is_not_ready(serve_page: Serve) -> None:
    server = serve_page()
    server.state.closing = True
    status, _, body = get(f"{server.url}/ready")
    assert status == 503
    assert b"shutting down" in body


def test_a_question_too_many_is_refused_with_when_to_come_again(serve_page: Serve, chat_server: Any, hold: Any) -> None:
    reply = hold("LoRA freezes the weights [1].")
    server = serve_page(settings=chat_server.settings(), answers=1, waiting=1)
    sent = json.dumps({"data": [QUESTION]}).encode()
    ask = f"{server.url}/gradio_api/call/ask"
    told = [get(ask, sent) for _ in range(4)]
    refused = [(headers["retry-after"], json.loads(body)["detail"]) for status, headers, body in told if status == 503]
    assert refused
    assert {after for after, _ in refused} == {"5"}
    assert numbers(server)["askpapers_questions_total", "refused"] == len(refused)
    server.state.limit(1, 0)  # nobody may wait
    status, headers, body = get(ask, sent)
    assert (status, headers["retry-after"], json.loads(body)["detail"]) == (503, "5", FULL)
    assert get(f"{server.url}/health")[0] == 200
    reply.release()
