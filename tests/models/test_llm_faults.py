"""A language model's endpoint that fails in every way: one line that says what to do, or what came of the answer."""

import logging
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ContextOverflowError, ModelError, RagError, UsedUpError
from rag.library import Library
from rag.records import Answer

QUESTION = "What is late interaction in ColBERT?"
LATE = "Query and passage are encoded separately by BERT, and the score is computed by late interaction"
MAXIMA = "Every query token takes its maximum similarity over all passage tokens"

Ask = Callable[..., Answer]


@pytest.fixture
def ask(chat_server: Any, sample_folder: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Ask]:
    """Ask over the server; whatever is logged meanwhile, the key isn't."""
    caplog.set_level(logging.DEBUG)

    def ask_once(**changes: Any) -> Answer:
        with Library.open(sample_folder, chat_server.settings(**changes)) as library:
            library.search(QUESTION)  # all is loaded: what is waited for from here on is the model
            return library.ask(QUESTION)

    yield ask_once
    assert chat_server.key not in caplog.text


@pytest.fixture
def failure(ask: Ask, chat_server: Any) -> Callable[..., str]:
    """Ask over a server that fails; return the one line that tells it, and never a key."""

    def fail(kind: type[RagError] = ModelError, **changes: Any) -> str:
        with pytest.raises(RagError) as caught:
            ask(**changes)
        message = str(caught.value)
        assert type(caught.value) is kind
        assert len(message.splitlines()) == 1
        assert chat_server.key not in message
        assert chat_server.key not in "".join(traceback.format_exception(caught.value))
        return message

    return fail


def test_an_endpoint_that_is_down_is_told(failure: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    for timeout in (1, 5):
        told = failure(openai_base_url=address, timeout=timeout)
        assert told.endswith(
            "it can't be reached: the connection was refused. Check OPENAI_BASE_URL, and that the server runs."
        )


def test_a_host_that_does_not_exist_is_told(failure: Callable[..., str]) -> None:
    told = failure(openai_base_url="http://models.invalid/v1")
    assert "http://models.invalid/v1 failed: it can't be reached: its name isn't known. Check OPENAI_BASE_URL" in told


def test_a_password_in_the_address_is_not_told(failure: Callable[..., str]) -> None:
    told = failure(openai_base_url="http://me:opensesame@models.invalid/v1")
    assert "http://models.invalid/v1" in told
    assert "opensesame" not in told


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_told_and_not_shown(chat_server: Any, failure: Callable[..., str], status: int) -> None:
    chat_server.fails(status, f"Incorrect API key provided: {chat_server.key}.")
    assert f"it refused the key ({status}: 'Incorrect API key provided: ….'). Check OPENAI_API_KEY" in failure()
    assert len(chat_server.asked) == 1


def test_a_key_in_any_other_refusal_is_struck_out(chat_server: Any, failure: Callable[..., str]) -> None:
    chat_server.fails(400, f"Bad request of {chat_server.key}:\nno such thing.")
    assert "it refused the request (400: 'Bad request of …: no such thing.')" in failure()


def test_an_unknown_model_is_told(chat_server: Any, failure: Callable[..., str]) -> None:
    chat_server.fails(404, "The model does not exist.")
    assert "it knows no model 'tiny' (404: 'The model does not exist.'). Check ASKPAPERS_LLM" in failure()


@pytest.mark.parametrize(
    "listed", ["[]", "<html>Welcome</html>", '{"data": []}', '{"data": [{}]}', '{"data": 5}', "5", "null"]
)
def test_an_endpoint_without_a_list_of_models_is_told(
    chat_server: Any, failure: Callable[..., str], listed: str
) -> None:
    chat_server.models = listed
    assert "ASKPAPERS_LLM=openai:MODEL" in failure(llm="auto")


def test_too_many_requests_are_made_again_after_the_time_that_is_told(chat_server: Any, ask: Ask) -> None:
    chat_server.fails(429, Retry_After="1")
    chat_server.says(f"{LATE} [1].")
    assert ask().text == f"{LATE} [1]."
    first, second = chat_server.asked
    assert second.at - first.at == pytest.approx(1.2, abs=0.25)


def test_too_many_requests_for_ever_are_told_after_three_tries(chat_server: Any, failure: Callable[..., str]) -> None:
    chat_server.fails(429)
    assert failure().endswith("it has too many requests (429: 'no'). Ask again later.")
    assert len(chat_server.asked) == 3


@pytest.mark.parametrize("wait", ["3600", "30"])
def test_a_wait_longer_than_the_timeout_is_told_at_once(
    chat_server: Any, failure: Callable[..., str], wait: str
) -> None:
    chat_server.fails(429, Retry_After=wait)
    assert failure(timeout=10).endswith(f"(429: 'no'). Ask again in {wait} s.")
    assert len(chat_server.asked) == 1
    assert time.monotonic() - chat_server.asked[0].at < 3


def test_a_server_that_fails_once_is_asked_again(chat_server: Any, ask: Ask) -> None:
    chat_server.fails(500)
    chat_server.says(f"{LATE} [1].")
    assert ask().answered


def test_a_server_that_fails_for_ever_is_told_after_three_tries(chat_server: Any, failure: Callable[..., str]) -> None:
    chat_server.fails(503, "overloaded")
    assert "it has a fault of its own (503: 'overloaded'). Try again later" in failure()
    assert len(chat_server.asked) == 3


@pytest.mark.parametrize("reply", [{"silent": 30.0}, {"steps": 30.0}], ids=["no status", "no token"])
def test_a_first_token_later_than_the_timeout_is_told_in_time(
    chat_server: Any, failure: Callable[..., str], reply: dict[str, Any]
) -> None:
    chat_server.says(*[reply["steps"]] if "steps" in reply else [], silent=reply.get("silent", 0.0))
    assert failure(timeout=0.5).endswith("it was silent for 0.5 s. Try again, or raise ASKPAPERS_TIMEOUT.")
    assert time.monotonic() - chat_server.asked[0].at < 2.5
    assert chat_server.left.wait(1)
    assert len(chat_server.asked) == 1


def test_a_slow_first_token_within_the_timeout_is_waited_for(chat_server: Any, ask: Ask) -> None:
    chat_server.says(0.7, f"{LATE} [1].", silent=0.7)
    answer = ask(timeout=2)
    assert answer.answered
    assert not answer.partial


@pytest.mark.parametrize(
    ("how", "told"),
    [
        pytest.param({"cut": True}, "the connection broke", id="the connection breaks"),
        pytest.param({"finish": None}, "the stream ended in the middle", id="it ends without an end"),
        pytest.param({"then": 30.0}, "it was silent for 0.5 s", id="silence"),
        pytest.param({"then": b"data: {broken\n\n"}, "it sent what can't be read", id="broken JSON"),
        pytest.param({"then": b"data: 5\n\n"}, "it sent what can't be read", id="a number"),
        pytest.param({"then": b'data: {"choices": 5}\n\n'}, "it sent what can't be read", id="no choices"),
        pytest.param({"then": {"error": {"message": "out\nof memory"}}}, "it said 'out of memory'", id="an error"),
    ],
)
def test_an_answer_that_breaks_off_keeps_what_came(chat_server: Any, ask: Ask, how: dict[str, Any], told: str) -> None:
    chat_server.says(f"{LATE} [1]. ", *([how.pop("then")] if "then" in how else []), **how)
    answer = ask(timeout=0.5)
    assert answer.text == f"{LATE} [1]."
    assert answer.partial
    assert answer.notes == (f"The answer breaks off: {told}.",)
    assert time.monotonic() - chat_server.asked[0].at < 2.5
    assert len(chat_server.asked) == 1


@pytest.mark.parametrize(
    "start",
    [
        b"data: {broken\n\n",
        b"data: 5\n\n",
        b'data: "no"\n\n',
        b"data: null\n\n",
        b'data: {"no": "completion"}\n\n',
        b'data: {"choices": [{"delta": {"content": 5}}]}\n\n',
        b"<html><body>Welcome!</body></html>",
    ],
)
def test_a_stream_that_is_none_is_told(chat_server: Any, failure: Callable[..., str], start: bytes) -> None:
    chat_server.says(start, finish=None)
    assert "Check that OPENAI_BASE_URL is an OpenAI-compatible API" in failure()


def test_a_page_in_place_of_an_answer_is_told(chat_server: Any, failure: Callable[..., str]) -> None:
    chat_server.fails(200, "<html><body>Welcome!</body></html>")
    assert "it sent no answer but 'Welcome!'. Check that OPENAI_BASE_URL is an OpenAI-compatible API" in failure()


def test_an_error_in_place_of_the_first_token_is_told(chat_server: Any, failure: Callable[..., str]) -> None:
    chat_server.says({"error": {"message": f"no room for {chat_server.key}"}}, finish=None)
    assert "it said 'no room for …'" in failure()


@pytest.mark.parametrize("steps", [(), ("",), (" ", "\n\n")])
def test_an_empty_answer_is_told(chat_server: Any, failure: Callable[..., str], steps: tuple[str, ...]) -> None:
    chat_server.says(*steps)
    assert failure().endswith(
        "its answer was empty. Ask again in other words, or choose another model with ASKPAPERS_LLM."
    )


def test_tokens_used_up_before_the_answer_are_told(chat_server: Any, failure: Callable[..., str]) -> None:
    chat_server.says(finish="length")
    assert failure(UsedUpError).endswith(
        "it used up its tokens before it wrote anything. Raise ASKPAPERS_ANSWER_TOKENS, or set ASKPAPERS_THINKING=off."
    )


def test_the_same_sentence_for_ever_is_ended_and_said_once(chat_server: Any, ask: Ask) -> None:
    chat_server.says(f"{LATE} [1]. ", forever=True)
    answer = ask()
    assert answer.text == f"{LATE} [1]."
    assert answer.partial
    assert answer.notes == ("The answer breaks off: the model repeated itself.",)
    assert chat_server.left.wait(2)


def test_an_answer_that_never_ends_is_cut_after_ten_timeouts(chat_server: Any, ask: Ask) -> None:
    chat_server.says("passage encoded ", 0.1, forever=True)
    answer = ask(timeout=0.4)  # a busy machine may take .2 s to connect
    assert answer.notes == ("The answer breaks off: it took longer than 4 s.",)
    assert answer.partial
    assert answer.text.startswith("passage encoded")
    assert time.monotonic() - chat_server.asked[0].at < 8
    assert chat_server.left.wait(2)


def test_a_reply_that_breaks_off_before_it_says_anything_is_no_word_on_the_abstracts(
    chat_server: Any, failure: Callable[..., str]
) -> None:
    chat_server.says("so ", 0.1, forever=True)
    told = failure(timeout=0.4)
    assert told == "The answer breaks off: it took longer than 4 s. It had said nothing yet: ask again."


def test_a_prompt_that_never_fits_is_told(chat_server: Any, failure: Callable[..., str]) -> None:
    chat_server.room = 100
    told = failure(ContextOverflowError)
    assert told.endswith(
        "the prompt is longer than its context window (400: 'the request exceeds the available context size'). "
        "Set ASKPAPERS_WINDOW to the window of the model in tokens."
    )
    assert len(chat_server.asked) <= 3


def test_a_working_server_answers_after_a_failure(chat_server: Any, sample_folder: Path) -> None:
    chat_server.fails(401)
    chat_server.says(f"{LATE} ", cut=True)
    chat_server.says(f"{LATE} [1].", f" {MAXIMA} [1].")
    with Library.open(sample_folder, chat_server.settings()) as library:
        with pytest.raises(ModelError):
            library.ask(QUESTION)
        assert library.ask(QUESTION).partial
        assert library.ask(QUESTION).text == f"{LATE} [1]. {MAXIMA} [1]."
