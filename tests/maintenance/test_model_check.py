"""A language model looked over: what is told of an endpoint that is as it should be, and of each thing that isn't."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from rag.maintenance.model_check import WORD, check_model
from rag.models.llms.tokens import count_tokens
from rag.settings import Settings
from tests.chat_server import Reply
from ui.cli.app import app

CITED = "Otters read 12 pages an hour [1]. Those that slept for nine hours read 15 pages an hour [2]."


@pytest.fixture
def server(chat_server: Any) -> Any:
    """An endpoint whose model does all that it is asked."""
    chat_server.counts = {"prompt_tokens": 7000, "completion_tokens": 30}
    chat_server.says("BLUE", to="ripe tomato")
    chat_server.says(*re.findall(r"\S+\s*", CITED), to="How fast do otters read")
    chat_server.says(WORD, to=WORD)
    return chat_server


def counting_all(window: int) -> Callable[[dict[str, Any]], Reply | None]:
    """Return a mind that refuses prompts which leave too little of a window for the reply, as vLLM does."""

    def minds(body: dict[str, Any]) -> Reply | None:
        read, room = sum(count_tokens(one["content"]) for one in body["messages"]), body["max_tokens"]
        if read + room <= window:
            return None
        said = f"This model's maximum context length is {window} tokens. However, you requested {read + room} tokens."
        return Reply(status=400, body=json.dumps({"object": "error", "message": said, "code": 400}))

    return minds


def told(settings: Settings) -> dict[str, str]:
    """Return what is told, by what it is of."""
    return {finding.what: finding.detail for finding in check_model(settings)}


def problems(settings: Settings) -> dict[str, str]:
    return {finding.what: finding.detail for finding in check_model(settings) if not finding.sound}


def test_an_endpoint_that_is_as_it_should_be_has_no_problem_and_nothing_to_change(server: Any) -> None:
    found = told(server.settings())
    assert not problems(server.settings())
    assert found["models"] == "1 model listed: tiny"
    assert found["model"] == "tiny"
    assert found["options"] == "all taken"
    assert found["thinking"] == "none seen"
    assert found["citing"] == "2 of 2 sentences cite, 2 of 2 sources used"
    assert re.fullmatch(r"an answer came in \d\d pieces", found["streaming"])
    assert "as many as ASKPAPERS_WINDOW=8192" in found["window"]
    assert found["embedding"].endswith("in this process")
    assert found["to change"] == "nothing"


def test_a_window_that_is_cut_off_in_silence_is_found_out(server: Any) -> None:
    server.counts = {"prompt_tokens": 2051, "completion_tokens": 30}
    found = problems(server.settings())
    assert found["window"].startswith("it read 2,051 of ")
    assert "OLLAMA_CONTEXT_LENGTH=8192" in found["to change"]


def test_a_window_that_is_cut_off_by_a_server_that_counts_nothing_is_found_by_what_was_forgotten(
    chat_server: Any,
) -> None:
    chat_server.counts = {}
    chat_server.says("BLUE", to="ripe tomato")
    chat_server.says(CITED, to="How fast do otters read")
    chat_server.says("Which word do you mean?", to=WORD)
    assert "only the end of" in problems(chat_server.settings())["window"]


def test_a_smaller_window_is_found_by_asking_and_the_setting_to_write_is_told(server: Any) -> None:
    server.room = 20_000  # characters
    found = problems(server.settings())
    assert "and refused" in found["window"]
    change = found["to change"]
    window = int(change.removeprefix("ASKPAPERS_WINDOW="))
    assert 2_000 < window < 6_000
    server.counts = {"prompt_tokens": 3_500, "completion_tokens": 30}
    assert not problems(server.settings(window=window))


def test_a_window_that_the_list_tells_is_compared_with_the_setting(server: Any) -> None:
    server.models = json.dumps({"data": [{"id": "tiny", "max_model_len": 4096}]})
    found = told(server.settings())
    assert found["model"] == "tiny, 4,096 tokens of context by the list"
    assert "ASKPAPERS_WINDOW=4096" in found["to change"]


@pytest.mark.parametrize("window", [1024, 2048, 8192])
def test_a_server_that_counts_the_reply_into_its_window_is_no_problem_where_the_setting_names_that_window(
    window: int, server: Any
) -> None:
    server.counts = {}
    server.minds = counting_all(window)
    assert not problems(server.settings(window=window))


def test_a_window_that_no_setting_can_name_is_told_as_the_servers(server: Any) -> None:
    server.counts = {}
    server.minds = counting_all(900)
    found = problems(server.settings(answer_tokens=50))
    assert "no window under 1,024 tokens will do" in found["to change"]


def test_a_list_of_models_is_not_needed_where_one_is_named(server: Any) -> None:
    server.paths = {"/v1/chat/completions"}
    assert told(server.settings())["models"].startswith("none listed")
    assert not problems(server.settings())
    server.paths |= {"/v1/models"}
    server.models = []
    assert not problems(server.settings())
    assert "lists no model" in problems(server.settings(llm="auto"))["reply"]


def test_a_model_that_thinks_longer_than_it_may_is_given_more_room_as_for_answers(chat_server: Any) -> None:
    chat_server.counts = {}
    chat_server.says("<think>" + "Blue, or not? " * 200, finish="length", to="ripe tomato")
    chat_server.says("<think>Blue.</think>BLUE", to="ripe tomato")
    chat_server.says(CITED, to="How fast do otters read")
    chat_server.says(WORD, to=WORD)
    assert not problems(chat_server.settings(window=16_384))
    first, second = (asked.body["max_tokens"] for asked in chat_server.asked[:2])
    assert second > 2 * first


def test_what_fails_is_to_be_changed_and_its_tokens_are_counted(chat_server: Any) -> None:
    chat_server.counts = {}
    chat_server.says("BLUE", to="ripe tomato")
    chat_server.says("<think>" + "Which word? " * 500, finish="length")
    found = told(chat_server.settings())
    assert "used up its tokens" in found["citing"]
    assert found["streaming"] == "not seen: no answer came"
    assert found["to change"] == "what the problems above say"
    written = re.search(r"read, ([\d,]+) written", found["taken"])
    assert written is not None
    assert int(written[1].replace(",", "")) > 1_000


def test_what_a_server_refuses_is_told_and_no_problem(server: Any) -> None:
    server.refuses = {"seed", "temperature"}
    found = told(server.settings())
    assert found["options"] == "refused and left out: seed, temperature"
    assert not problems(server.settings())


def test_thinking_is_seen(chat_server: Any) -> None:
    chat_server.counts = {}
    chat_server.says("<think>A tomato is red, but I am to say blue.</think>BLUE", to="ripe tomato")
    chat_server.says(CITED, to="How fast do otters read")
    chat_server.says(WORD, to=WORD)
    assert "tokens before one word" in told(chat_server.settings())["thinking"]


def test_a_model_that_neither_obeys_nor_cites_is_told_what_small_models_do_better(chat_server: Any) -> None:
    chat_server.says("Red, of course.", to="ripe tomato")
    chat_server.says("They read quickly.", to="How fast do otters read")
    chat_server.says(WORD, to=WORD)
    found = problems(chat_server.settings())
    assert "didn't keep to it" in found["instructions"]
    assert "'They read quickly.'" in found["citing"]
    assert "ASKPAPERS_STYLE=copy" in found["to change"]


def test_an_endpoint_that_fails_is_told_in_one_line_and_nothing_more_is_asked(chat_server: Any) -> None:
    chat_server.fails(401, "bad key")
    findings = list(check_model(chat_server.settings()))
    assert [finding.what for finding in findings] == ["models", "reply"]
    assert "it refused the key" in findings[-1].detail
    assert len(chat_server.asked) == 1


def test_without_a_model_there_is_nothing_to_check() -> None:
    [finding] = check_model(Settings(llm="extractive"))
    assert finding.sound
    assert "answers are quotes" in finding.detail


def test_the_command_tells_it_line_by_line_and_fails_when_something_is_to_change(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", server.key)
    shown = CliRunner().invoke(app, ["doctor", "--model", "--llm", "openai:tiny"])
    assert shown.exit_code == 0, shown.output
    assert "ok      to change: nothing" in shown.output
    server.counts = {"prompt_tokens": 2051, "completion_tokens": 30}
    shown = CliRunner().invoke(app, ["doctor", "--model", "--llm", "openai:tiny", "--json"])
    assert shown.exit_code == 1
    assert {one["what"] for one in json.loads(shown.stdout) if not one["sound"]} == {"window", "to change"}
