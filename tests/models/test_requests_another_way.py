"""A server that refuses a request as it was made gets it made another way, then and later."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from rag.errors import ContextOverflowError, ModelError
from rag.models.llms.base import Usage
from tests.chat_server import Reply
from tests.models.conftest import MESSAGES

Model = Callable[..., Callable[[], Any]]
WHOLE = {"choices": [{"message": {"content": "Whole."}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3}}


def no(said: Any, status: int = 400) -> Reply:
    return Reply(status=status, body=said if isinstance(said, str) else json.dumps(said))


def refuses(option: str, reply: Reply) -> Callable[[dict[str, Any]], Reply | None]:
    return lambda body: reply if option in body else None


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(no({"error": {"message": "Unsupported parameter", "param": "seed"}}), id="OpenAI, by param"),
        pytest.param(
            no({"message": {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}}, 422),
            id="Mistral",
        ),
        pytest.param(no({"detail": [{"loc": ["body", "seed"], "msg": "extra fields", "input": 0}]}, 422), id="FastAPI"),
        pytest.param(no([{"error": {"message": 'Unknown name "seed": Cannot find field.'}}]), id="Gemini"),
        pytest.param(no({"error": "unknown field seed"}), id="a string"),
        pytest.param(no({"error": {"message": "Error", "metadata": {"raw": '{"error": "seed?"}'}}}), id="behind one"),
        pytest.param(no("unrecognised argument: seed"), id="plain text"),
        pytest.param(no({"detail": "f() got an unexpected keyword argument 'seed'"}, 500), id="its own fault"),
        pytest.param(no({"error": {"message": "seed is not supported", "code": 400}}, 200), id="with success"),
        pytest.param(Reply(steps=(b"event: error\ndata: no seed\n\n",), finish=None), id="in the stream"),
    ],
)
def test_an_option_is_left_out_in_whatever_form_it_is_refused(chat_server: Any, model: Model, reply: Reply) -> None:
    chat_server.minds = refuses("seed", reply)
    chat_server.says("Because.")
    ask = model()
    assert [ask().text, ask().text] == ["Because.", "Because."]
    assert ["seed" in asked.body for asked in chat_server.asked] == [True, False, False]
    assert "temperature" in chat_server.asked[-1].body


def test_several_options_refused_at_once_are_left_out_at_once(chat_server: Any, model: Model) -> None:
    words = 'Unknown name "seed": Cannot find field.\nUnknown name "stream_options": Cannot find field.'
    chat_server.minds = refuses("seed", no([{"error": {"message": words}}]))
    chat_server.says("Because.")
    assert model()().text == "Because."
    assert len(chat_server.asked) == 2
    assert not {"seed", "stream_options"} & chat_server.asked[1].body.keys()


@pytest.mark.parametrize("said", ["{}", '{"error": "Unsupported parameter(s)"}'])
def test_a_request_refused_for_options_without_a_name_is_made_without_any(
    chat_server: Any, model: Model, said: str
) -> None:
    chat_server.minds = refuses("seed", no(said))
    chat_server.says("Because.")
    assert model()().text == "Because."
    assert chat_server.asked[-1].body.keys() == {"model", "messages", "max_tokens", "stream"}


def test_a_limit_that_is_too_large_is_lowered_to_what_the_server_allows(chat_server: Any, model: Model) -> None:
    words = "max_tokens is too large: {}. This model supports at most 256 completion tokens, whereas you provided {}."
    chat_server.minds = lambda body: (
        no({"error": {"message": words.format(*[body["max_tokens"]] * 2)}}) if body["max_tokens"] > 256 else None
    )
    chat_server.says("Because.")
    ask = model()
    ask()
    ask()
    assert [asked.body["max_tokens"] for asked in chat_server.asked] == [500, 256, 256]


def test_a_limit_that_has_no_name_that_a_server_takes_is_left_out(chat_server: Any, model: Model) -> None:
    limits = ("max_tokens", "max_completion_tokens")
    chat_server.minds = lambda body: next(
        (no({"error": f"unknown: {limit}"}) for limit in limits if limit in body), None
    )
    chat_server.says("Because.")
    assert model()().text == "Because."
    assert [[limit for limit in limits if limit in asked.body] for asked in chat_server.asked] == [
        ["max_tokens"],
        ["max_completion_tokens"],
        [],
    ]


@pytest.mark.parametrize(
    "reply",
    [
        no({"error": {"message": "'messages[0].role' does not support 'system' with this model."}}),
        no({"object": "error", "message": "System role not supported"}),
        no({"error": {"message": "Conversation roles must alternate user/assistant/user/assistant/..."}}),
        no({"error": 'Error rendering prompt with jinja template: "System role not supported"'}, 500),
        no({"detail": [{"loc": ["body", "messages", 0, "role"], "msg": "Input should be 'user'"}]}, 422),
        no([{"error": {"message": "Developer instruction is not enabled for models/gemma-3-27b-it"}}]),
    ],
)
def test_a_model_without_a_system_message_gets_it_in_front_of_the_question(
    chat_server: Any, model: Model, reply: Reply
) -> None:
    chat_server.minds = lambda body: reply if body["messages"][0]["role"] == "system" else None
    chat_server.says("Because.")
    ask = model()
    assert [ask().text, ask().text] == ["Because.", "Because."]
    assert len(chat_server.asked) == 3
    both = f"{MESSAGES[0].content}\n\n{MESSAGES[1].content}"
    assert chat_server.asked[-1].body["messages"] == [{"role": "user", "content": both}]


@pytest.mark.parametrize(
    "reply",
    [
        no({"error": {"message": "Your organization must be verified to stream this model.", "param": "stream"}}),
        no({"error": {"message": "Your organization must be verified to stream this model."}}, 403),
        no({"detail": "Streaming is not supported"}, 501),
        no({"detail": [{"loc": ["body", "stream"], "msg": "Input should be false"}]}, 422),
    ],
)
def test_a_server_that_does_not_stream_is_read_whole(chat_server: Any, model: Model, reply: Reply) -> None:
    chat_server.minds = lambda body: reply if body["stream"] else no(WHOLE, 200)
    ask = model()
    assert [ask().text, ask().text] == ["Whole.", "Whole."]
    assert [asked.body["stream"] for asked in chat_server.asked] == [True, False, False]
    assert "stream_options" not in chat_server.asked[-1].body


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("finish", ["stop", None])
def test_a_completion_in_spite_of_a_stream_is_read(
    chat_server: Any, model: Model, indent: int | None, finish: str | None
) -> None:
    whole = {"choices": [{"message": {"content": "Whole."}, "finish_reason": finish}], "usage": {"prompt_tokens": 3}}
    chat_server.minds = lambda body: Reply(body=json.dumps(whole, indent=indent))
    text, ended = model()()
    assert (text, ended.ending, ended.usage) == ("Whole.", "complete", Usage(3))


def test_all_that_can_be_refused_one_after_the_other_leaves_an_answer(chat_server: Any, model: Model) -> None:
    def minds(body: dict[str, Any]) -> Reply:
        for option in ("temperature", "seed", "stream_options", "max_tokens", "max_completion_tokens"):
            if option in body:
                return no({"error": f"unknown option {option}"})
        if body["messages"][0]["role"] == "system":
            return no({"error": "System role not supported"})
        return no({"error": "streaming is not supported"}) if body["stream"] else no(WHOLE, 200)

    chat_server.minds = minds
    ask = model()
    assert ask().text == "Whole."
    assert len(chat_server.asked) == 8
    assert ask().text == "Whole."
    assert len(chat_server.asked) == 9


def test_a_refusal_that_stays_is_told_and_asked_no_further(chat_server: Any, model: Model) -> None:
    chat_server.minds = lambda body: no({"error": "seed and temperature are not supported"})
    with pytest.raises(ModelError, match=r"it refused the request \(400: 'seed and temperature are not supported'\)"):
        model()()
    assert len(chat_server.asked) == 2


def test_a_request_that_is_only_said_back_refuses_nothing(chat_server: Any, model: Model) -> None:
    chat_server.minds = lambda body: no({"detail": [{"loc": ["body", "user"], "msg": "Required", "input": body}]}, 422)
    with pytest.raises(ModelError, match="'user: Required'"):
        model()()
    assert len(chat_server.asked) == 1


def test_a_prompt_that_is_too_long_is_not_asked_in_another_form(chat_server: Any, model: Model) -> None:
    words = "max_tokens: This model's maximum context length is 4096 tokens, your messages have 5000"
    chat_server.minds = lambda body: no({"error": {"message": words, "param": "messages"}})
    with pytest.raises(ContextOverflowError, match=r"its context window \(400: .*5000"):
        model()()
    assert len(chat_server.asked) == 1


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(("So.", b"data: [DONE]\n\n"), id="only [DONE]"),
        pytest.param(("So.", b"data:[DONE]\n\n", 30.0), id="[DONE], and the connection stays open"),
        pytest.param(
            ("So.", {"choices": [{"delta": {}, "finish_reason": "stop"}]}, 30.0), id="stop, and it stays open"
        ),
        pytest.param(
            (b"retry: 3000\n\n", b"id: 1\n\n: ping\n\n", "So.", b"data:\n\n", b"data: [DONE]\n\n"), id="empty"
        ),
        pytest.param((b"event: ping\ndata: pong\n\n", "So.", b"data: alive\n\n", b"data: [DONE]\n\n"), id="alive"),
    ],
)
def test_a_reply_is_whole_when_it_says_so_and_waited_for_no_longer(
    chat_server: Any, model: Model, steps: tuple[Any, ...]
) -> None:
    chat_server.says(*steps, finish=None)
    started = time.monotonic()
    text, finish = model(timeout=10)()
    assert (text, finish.ending) == ("So.", "complete")
    assert time.monotonic() - started < 2


def test_tokens_told_soon_after_the_end_are_counted_though_the_connection_stays_open(
    chat_server: Any, model: Model
) -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
    chat_server.says("So.", {"choices": [{"delta": {}, "finish_reason": "stop"}]}, 0.1, usage, 30.0, finish=None)
    assert model(timeout=10)().finish.usage == Usage(7, 3)


def test_comments_are_a_sign_of_life(chat_server: Any, model: Model) -> None:
    chat_server.says(*[b": processing\n\n", 0.4] * 4, "So.")
    assert model(timeout=1)().text == "So."


def test_signs_of_life_alone_are_waited_for_no_longer_than_an_answer(chat_server: Any, model: Model) -> None:
    chat_server.says(b": processing\n\n", 0.05, forever=True)
    with pytest.raises(ModelError, match="it was silent"):
        model(timeout=0.3)()
    chat_server._replies.clear()
    chat_server.says("So ", *[b": processing\n\n", 0.05] * 100)
    assert model(timeout=0.3)().finish.reason == "it took longer than 3 s"


def test_a_connection_kept_alive_behind_the_end_is_left(chat_server: Any, model: Model) -> None:
    ended = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    chat_server.says("So.", ended, *[b": alive\n\n", 0.05] * 200, finish=None)
    started = time.monotonic()
    assert model(timeout=10)().finish.ending == "complete"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_that_lists_no_models_is_told_how_to_name_one(chat_server: Any, model: Model, status: int) -> None:
    chat_server.listing = Reply(status=status, body="{}")
    with pytest.raises(ModelError, match=r"it lists no model\. Check OPENAI_BASE_URL, or name a model: ASKPAPERS_LLM"):
        model("", llm="auto")()


def test_whatever_fails_after_the_end_changes_nothing(chat_server: Any, model: Model) -> None:
    ended = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    for then in ({"error": {"message": "late"}}, b"data: {broken\n\n"):
        chat_server._replies.clear()
        chat_server.says("So.", ended, then, finish=None)
        assert model()().finish.ending == "complete"


def test_a_model_of_embeddings_that_is_listed_first_is_passed_over(chat_server: Any, model: Model) -> None:
    chat_server.models = ["nomic-embed-text", "bge-reranker", "tiny-chat"]
    chat_server.says("Because.")
    model("", llm="auto")()
    assert chat_server.asked[0].body["model"] == "tiny-chat"


def test_a_list_without_a_model_that_answers_is_told(chat_server: Any, model: Model) -> None:
    chat_server.models = ["nomic-embed-text", "whisper-1"]
    with pytest.raises(ModelError, match=r"no model that answers questions, only nomic-embed-text, whisper-1\. Check"):
        model("", llm="auto")()
