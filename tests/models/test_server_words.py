"""A server's own words, found in whatever form they come: on one line, and without the key."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ModelError
from rag.models.endpoints.said import error_in, everything_in, named_in, told, words_of
from rag.models.endpoints.secrets import struck_out
from tests.chat_server import Reply

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "message", "detail", "x"]), inner),
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({"error": {"message": "Bad seed", "type": "x", "code": None}}, "Bad seed", id="OpenAI"),
        pytest.param(
            {"object": "error", "message": {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs"}]}},
            "seed: Extra inputs",
            id="Mistral",
        ),
        pytest.param(
            {"detail": [{"loc": ["body", "a"], "msg": "no"}, {"loc": ["body", "b", 0], "msg": "never"}]},
            "a: no; b.0: never",
            id="FastAPI, a list",
        ),
        pytest.param({"detail": "Not Found"}, "Not Found", id="FastAPI, a string"),
        pytest.param([{"error": {"code": 400, "message": 'Unknown name "seed"'}}], 'Unknown name "seed"', id="Gemini"),
        pytest.param({"error": "n_keep >= n_ctx"}, "n_keep >= n_ctx", id="LM Studio, Ollama"),
        pytest.param({"error": "`inputs` too long", "error_type": "validation"}, "`inputs` too long", id="TGI"),
        pytest.param(
            {"type": "error", "error": {"type": "overloaded_error"}}, "overloaded_error", id="no words at all"
        ),
        pytest.param(
            {"type": "error", "error": {"type": "invalid", "message": "too long"}}, "too long", id="Anthropic's form"
        ),
        pytest.param(
            {"error": {"message": "Provider error", "metadata": {"raw": '{"error": {"message": "no seed"}}'}}},
            "Provider error; no seed",
            id="one server behind another",
        ),
        pytest.param({"base_resp": {"status_code": 1, "status_msg": "no money"}}, "no money", id="MiniMax"),
        pytest.param({"errors": [{"code": 5, "message": "AiError"}], "success": False}, "AiError", id="Cloudflare AI"),
        pytest.param({"Message": "Not authorised"}, "Not authorised", id="AWS"),
        pytest.param({"error_code": 17, "error_msg": "Daily limit"}, "Daily limit", id="Baidu"),
        pytest.param({"text": "NETWORK ERROR", "error_code": 50001}, "NETWORK ERROR", id="FastChat"),
        pytest.param({"errorMessage": "Task timed out"}, "Task timed out", id="a cloud function"),
        pytest.param({"error": {"message": ["a", "b"]}}, "a; b", id="a list of messages"),
        pytest.param({"title": "Unauthorised", "status": 401}, "Unauthorised", id="problem details"),
        pytest.param(
            "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
            "502 Bad Gateway",
            id="a web page",
        ),
        pytest.param("<html><script>x()</script><p>Over &amp; out</p></html>", "Over & out", id="a page without title"),
        pytest.param("upstream\n\nfailed\x00", "upstream failed", id="plain text"),
        pytest.param(
            {"title": "One or more validation errors occurred.", "errors": {"Model": ["The Model field is required."]}},
            "The Model field is required.; One or more validation errors occurred.",
            id="ASP.NET",
        ),
        pytest.param({"errors": {"model": ["may not be blank"]}}, "model: may not be blank", id="names of fields"),
        pytest.param({}, "", id="nothing"),
    ],
)
def test_the_words_are_found_in_every_form(body: Any, words: str) -> None:
    assert words_of(body) == words


@given(JSON)
def test_any_body_is_one_line_of_words_or_none(body: Any) -> None:
    for line in (words_of(body), everything_in(body), told(body, "")):
        assert line == " ".join(line.split())
    assert len(told(body, "")) <= 300
    named_in(body)
    error_in(body)


@pytest.mark.parametrize(
    "payload",
    [
        {"choices": [{"delta": {"content": "error"}}]},
        {"choices": [], "usage": {"prompt_tokens": 1}},
        {"choices": [], "prompt_filter_results": []},
        {"type": "ping"},
        {"id": "c", "object": "chat.completion.chunk", "choices": []},
        {"error": None, "choices": [{"delta": {}}]},
    ],
)
def test_a_piece_of_an_answer_is_no_error(payload: Any) -> None:
    assert error_in(payload) is None


@pytest.mark.parametrize(
    "form",
    [
        "Incorrect API key provided: {key}. Find it elsewhere.",
        "Authorization: Bearer {key}",
        '{{"headers": {{"Authorization": "Bearer {key}"}}}}',
        "Invalid key {start}****{end}",
        "Invalid key {start}...{end}, try again",
        "Invalid key ***{end}",
        "Invalid key {start}******",
        "Invalid key {start}…{end}",
        "GET /v1/models?key={key}&x=1 failed",
        "api_key={key}",
    ],
)
@pytest.mark.parametrize(
    "key", ["sk-proj-abcdefGHIJ12345678", "0123456789abcdef0123456789abcdef", "AIzaSyA1234567890bcd"]
)
def test_a_key_is_struck_out_whole_and_where_a_part_of_it_is_hidden(form: str, key: str) -> None:
    said = struck_out(form.format(key=key, start=key[:6], end=key[-4:]), key)
    assert "…" in said
    assert key[:6] not in said
    assert key[-4:] not in said


@given(st.text(), st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8), st.text())
def test_no_key_of_usual_length_is_ever_told(before: str, key: str, behind: str) -> None:
    assert key not in struck_out(f"{before} {key} {behind}", key)


@pytest.mark.parametrize("key", ["a", "x", "1", "none", "EMPTY", "key", "-", "sk", "ollama"])
def test_a_key_of_few_letters_does_not_garble_what_is_said(key: str) -> None:
    said = "ollama: a model named x-1 has none of the EMPTY layers; ask-me about sk and key-value caches"
    assert struck_out(said, key) == said
    assert struck_out(f"Invalid API key: {key}", key) == "Invalid API key: …"


def test_words_and_formulas_are_no_keys() -> None:
    said = "**Note**: x**2, a task-specific bearer of news, the basic idea, disk-based, key-value"
    assert struck_out(said, "quite-another-key") == said


@pytest.mark.parametrize("key", ["x", "sk-secret-1234567890"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 422, 429, 500, 503])
def test_whatever_the_status_the_servers_words_are_told_without_the_key(
    chat_server: Any, ask: Callable[..., Any], status: int, key: str
) -> None:
    words = f"The frobnicator of key: {key} exploded"
    chat_server.minds = lambda body: Reply(status=status, body=json.dumps({"detail": [{"msg": words}]}))
    with pytest.raises(ModelError) as caught:
        ask(openai_api_key=key, timeout=1.4)  # time for a slow machine, and for one retry
    assert f"({status}: 'The frobnicator of key: … exploded')" in str(caught.value)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(({"error": {"message": "GPU fell off"}},), id="an error object"),
        pytest.param((b'event: error\ndata: {"message": "GPU fell off"}\n\n',), id="an event of error"),
        pytest.param((b"event: error\ndata: GPU fell off\n\n",), id="an event of error, plain"),
        pytest.param((b'error: {"code": 500, "message": "GPU fell off"}\n\n',), id="llama.cpp's own field"),
        pytest.param(({"object": "error", "message": "GPU fell off", "code": 500},), id="no error key"),
        pytest.param(({"detail": "GPU fell off"},), id="a detail"),
        pytest.param(
            ({"choices": [{"delta": {}, "finish_reason": "error", "error": {"message": "GPU fell off"}}]},),
            id="within a choice",
        ),
        pytest.param(({"type": "error", "error": {"type": "x", "message": "GPU fell off"}},), id="Anthropic's form"),
    ],
)
def test_an_error_in_a_stream_is_told_before_the_first_word_and_after_it(
    chat_server: Any, ask: Callable[..., Any], steps: tuple[Any, ...]
) -> None:
    chat_server.says(*steps, finish=None)
    with pytest.raises(ModelError, match="GPU fell off"):
        ask()
    chat_server.says("So ", *steps, finish=None)
    chat_server._replies.pop(0)
    text, finish = ask()
    assert text == "So "
    assert finish.ending == "cut"
    assert "GPU fell off" in finish.reason


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"error": {"message": "out of\\nmemory"}}', "it said 'out of memory'"),
        ('{"error": {"message": "slow down", "code": 429}}', "it has too many requests (429: 'slow down')"),
        ('{"detail": "model crashed"}', "it said 'model crashed'"),
        ('{"choices": null, "base_resp": {"status_msg": "insufficient balance"}}', "the account has no credit"),
        ("<html><title>Welcome to nginx!</title></html>", "it sent no answer but 'Welcome to nginx!'"),
        ("Ollama is running", "it sent no answer but 'Ollama is running'"),
    ],
)
def test_an_error_with_a_status_of_success_is_told(
    chat_server: Any, ask: Callable[..., Any], body: str, told: str
) -> None:
    chat_server.minds = lambda _: Reply(body=body)
    with pytest.raises(ModelError) as caught:
        ask()
    assert told in str(caught.value)


def test_a_model_that_declines_is_told_in_its_own_words(chat_server: Any, ask: Callable[..., Any]) -> None:
    pieces = [{"choices": [{"delta": {"refusal": piece}}]} for piece in ("I can't ", "help with that.")]
    chat_server.says(*pieces)
    with pytest.raises(ModelError, match=r'it declined: "I can\'t help with that\."'):
        ask()


def test_a_content_filter_is_told(chat_server: Any, ask: Callable[..., Any]) -> None:
    chat_server.says("So far ", finish="content_filter")
    text, finish = ask()
    assert (text, finish.ending, finish.reason) == ("So far ", "cut", "a content filter stepped in")
    chat_server.says(finish="SAFETY")
    chat_server._replies.pop(0)
    with pytest.raises(ModelError, match=r"a content filter stepped in\. Ask again in other words"):
        ask()


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(status=402, body='{"error": {"message": "Insufficient Balance"}}'), "the account has no credit (402"),
        (Reply(status=429, body='{"error": {"code": "insufficient_quota"}}'), "the account has no credit (429"),
        (Reply(status=400, body='{"error": {"message": "Your credit balance is too low"}}'), "no credit (400"),
        (
            Reply(status=429, body='[{"error": {"message": "You exceeded your current quota", "retryDelay": "9s"}}]'),
            "it has too many requests (429",
        ),
        (Reply(status=401, body="<html><title>401</title></html>"), "it refused the key (401"),
        (Reply(status=403, body='{"error": {"message": "Invalid credentials"}}'), "it refused the key (403"),
        (Reply(status=403, body='{"error": {"message": "Country not supported"}}'), "it forbids the request (403"),
        (
            Reply(status=403, body="<html><title>Just a moment...</title></html>", headers={"CF-RAY": "1"}),
            "a guard before it, like Cloudflare, turned the request away (403",
        ),
        (Reply(status=403, body="<html><title>Forbidden</title></html>"), "what stands before it turned the request"),
        (Reply(status=404, body='{"error": {"message": "model \'tiny\' not found"}}'), "it knows no model 'tiny' (404"),
        (Reply(status=400, body='{"error": {"message": "Model Not Exist"}}'), "it knows no model 'tiny' (400"),
        (Reply(status=404, body='{"detail": "Not Found"}'), "there is no such API at this address (404"),
        (Reply(status=404, body="404 page not found"), "there is no such API at this address (404"),
        (Reply(status=405, body='{"detail": "Method Not Allowed"}'), "there is no such API at this address (405"),
        (Reply(status=400, body='{"error": {"code": "content_filter", "message": "No"}}'), "a content filter refused"),
        (
            Reply(status=400, body='{"error": {"message": "API key not valid. Please pass a valid API key."}}'),
            "it refused the key (400: 'API key not valid. Please pass a valid API key.'). Check OPENAI_API_KEY",
        ),
        (
            Reply(
                status=400, body='{"error": {"message": "Budget has been exceeded! Current cost: 2, Max budget: 1"}}'
            ),
            "the account has no credit (400",
        ),
        (
            Reply(status=403, body='{"error": {"message": "tiny requires moderation and your input was flagged"}}'),
            "a content filter refused the question (403",
        ),
        (
            Reply(status=403, body='{"Message": "User: x is not authorized to perform: bedrock:InvokeModel on y"}'),
            "Check what OPENAI_API_KEY may do there",
        ),
        (Reply(status=502, body="<html><title>502 Bad Gateway</title></html>"), "a fault of its own (502: '502 Bad"),
    ],
)
def test_what_was_refused_is_told_apart(chat_server: Any, ask: Callable[..., Any], reply: Reply, told: str) -> None:
    chat_server.minds = lambda _: reply
    with pytest.raises(ModelError) as caught:
        ask(timeout=1.4)
    assert told in str(caught.value)


def test_without_a_key_one_is_asked_for(chat_server: Any, ask: Callable[..., Any]) -> None:
    chat_server.fails(401, "Missing bearer")
    with pytest.raises(ModelError, match=r"it wants a key \(401: 'Missing bearer'\). Set OPENAI_API_KEY."):
        ask(openai_api_key=None)


def test_an_account_without_credit_is_not_asked_again(chat_server: Any, ask: Callable[..., Any]) -> None:
    chat_server.fails(429, "You exceeded your current quota", code="insufficient_quota")
    with pytest.raises(ModelError):
        ask()
    assert len(chat_server.asked) == 1


def test_a_key_that_is_written_as_in_an_address_is_struck_out() -> None:
    for key in ("sk+ab/cd==1234567", "pass word%plus+++"):
        for written in (quote(key, safe=""), quote(key, safe="").lower(), quote(quote(key, safe=""), safe="")):
            assert struck_out(f"no route for {written} here", key) == "no route for … here"
    assert struck_out("no route for x?token=abcdefghi here", "") == "no route for x?… here"
