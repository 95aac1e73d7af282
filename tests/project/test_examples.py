"""Each script of examples/ does what it says."""

import asyncio
import json
import os
import runpy
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client

from rag.samples import PATH, QUESTIONS

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ENCODED = "Query and passage are encoded separately by BERT"


def test_every_example_is_run_here() -> None:
    here = Path(__file__).read_text("utf-8")
    assert all(path.stem in here for path in EXAMPLES.iterdir())


def test_asking_from_python_shows_claims_a_follow_up_filters_and_a_refusal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["ask.py"])
    runpy.run_path(str(EXAMPLES / "ask.py"))
    said = capsys.readouterr().out
    assert "40 papers, 0 records rejected" in said
    assert f"1.00  {ENCODED}" in said
    assert "searched for: What is late interaction? How large is its index?" in said
    assert "not_in_abstracts: the nearest is" in said


def test_a_dataframe_of_papers_becomes_one_of_answers(capsys: pytest.CaptureFixture[str]) -> None:
    table = runpy.run_path(str(EXAMPLES / "dataframe.py"))
    assert list(table["table"]["outcome"]) == ["answered", "answered", "not_in_abstracts"]
    assert list(table["table"]["cited"]) == ["dunes", "tides", ""]
    assert "They wander 12 metres a year" in capsys.readouterr().out


def test_evaluation_in_ci_passes_and_fails_by_its_exit_code(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    (tmp_path / "papers.jsonl").write_text("".join(PATH.read_text("utf-8").splitlines(keepends=True)[:5]), "utf-8")
    script = ["sh", str(EXAMPLES / "evaluation_in_ci.sh"), "papers.jsonl", "questions.jsonl"]
    for wanted, status in (("vaswani2017attention", 0), ("nobody2001nothing", 1)):
        questions = [
            {"question": QUESTIONS[1], "gold_titles": [wanted], "nuggets": [{"text": "BLEU", "any_of": ["28.4"]}]},
            {"question": "Which bees dance near the hive?", "gold_titles": []},
        ]
        (tmp_path / "questions.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in questions))
        (tmp_path / "run.jsonl").unlink(missing_ok=True)
        done = subprocess.run(script, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path})
        assert done.returncode == status, done.stderr
        assert (tmp_path / "run.html").is_file()
        assert ("recall@5 is 0.000, wanted 0.9" in done.stderr) == bool(status)


def test_the_page_is_a_part_of_another_application(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "fastapi_app:app", "--port", str(port), "--app-dir", str(EXAMPLES)]
    url = f"http://127.0.0.1:{port}"
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, stderr=log, stdout=log)
        try:
            _wait(f"{url}/papers/health", server)
            with urllib.request.urlopen(f"{url}/answer?question=What+is+LoRA") as reply:
                assert json.load(reply)["outcome"] == "answered"
                assert reply.headers["content-security-policy"] is None  # of the page alone
            with urllib.request.urlopen(f"{url}/papers/") as reply:
                assert "default-src 'self'" in reply.headers["content-security-policy"]
            page = Client(f"{url}/papers/", verbose=False)
            assert page.predict(QUESTIONS[0], api_name="/ask")["outcome"] == "answered"  # its queue is served, too
        finally:
            server.terminate()
            server.wait(20)


def _wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(url).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the application never answered")


def test_an_agent_asks_the_library_and_its_answer_can_be_looked_into(
    chat_server: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", chat_server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    chat_server.says(f"{ENCODED} [1].", to="numbered sources")
    chat_server.says(
        'Thought: I should look.\nAction: papers\nAction Input: {"input": "What is late interaction?"}', to="papers"
    )
    chat_server.says("Thought: I can answer.\nAnswer: It is done late.", to="papers")
    example = runpy.run_path(str(EXAMPLES / "agent.py"))
    asyncio.run(example["main"]("What does ColBERT do late?"))
    said = capsys.readouterr().out
    assert said.startswith("It is done late.")
    assert "asked: What is late interaction? (answered)" in said
    assert f": {ENCODED}" in said
    assert sum(ENCODED in json.dumps(asked.body) for asked in chat_server.asked) == 2  # the tool's words reached it
