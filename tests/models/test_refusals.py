"""What servers' words mean for a request: real wordings of many servers, and others that only look like them."""

import pytest

from rag.models.endpoints.meanings import Said
from rag.models.endpoints.refusals import is_overflow, longest_reply, names_in, refuses_stream, refuses_system
from rag.models.llms.base import Message
from rag.models.llms.exchange.forms import Form

TOO_LONG = """
This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.
context_length_exceeded
Your input exceeds the context window of this model. Please adjust your input and try again.
'max_tokens' is too large: 500. This model's maximum context length is 4096 tokens and your request has 3900
The decoder prompt (length 5000) is longer than the maximum model length of 4096
the request exceeds the available context size. try increasing the context size or enable context shift
input is too large to process. increase the physical batch size
the input length exceeds the context length
Trying to keep the first 5000 tokens when context the overflows. The model is loaded with context length of only 4096
n_keep: 5000 >= n_ctx: 4096
prompt is too long: 215000 tokens > 200000 maximum
input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens`
The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).
Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length
Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 500
Input validation error: `inputs` must have less than 1024 tokens. Given: 3000
too many tokens: total number of tokens (prompt and prediction) cannot exceed 4096 - received 5000.
Please reduce the length of the messages or completion.
Input is too long for requested model.
Too many input tokens. Max input tokens: 8192, request input token count: 9000
Range of input length should be [1, 30720]
Invalid request: Your request exceeded model token limit: 8192
Requested tokens (5000) exceed context window of 4096
The input (5000 tokens) is longer than the model's context length (4096 tokens).
prompt length (5000) exceeds maximum input length (4096)
The estimated number of input and maximum output tokens (9000) exceeded this model context window limit (7968)
This model's maximum prompt length is 131072 but the request contains 537812 tokens.
Request body too large for gpt-4o model. Max size: 8000 tokens.
context window exceeds limit (2013)
Prompt length 5000 exceeds max_seq_len 4096
Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.
Prompt exceeds max length
输入内容过长
""".strip().splitlines()
NOT_TOO_LONG = """
Rate limit reached for gpt-4 on tokens per min (TPM): Limit 10000, Used 9000, Requested 3000.
Too many tokens per day, please wait before trying again.
Number of request tokens has exceeded your per-minute rate limit
Tokens exceeded: monthly usage limit reached
You exceeded your current quota, please check your plan and billing details.
max_tokens is too large: 500. This model supports at most 256 completion tokens, whereas you provided 500.
The maximum tokens you requested exceeds the model limit of 4096. Try again with a lower maximum tokens value
Invalid max_tokens value, the valid range of max_tokens is [1, 8192]
max_tokens: 500 > 256, which is the maximum allowed number of output tokens for tiny
Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.
Incorrect API key
`max_tokens` must be less than or equal to `300`, the maximum value for `max_tokens` is less than the `context_window`
error ; message ; `max_tokens` must be at most 300, the maximum is less than the context window ; type ; invalid
too many tokens: max tokens must be less than or equal to 256
Unable to submit request because it has a maxOutputTokens value of 500 but the supported range is from 1 to 257
Too many requests
The model is overloaded
""".strip().splitlines()
NO_SYSTEM = """
Unsupported value: 'messages[0].role' does not support 'system' with this model.
System role not supported
Conversation roles must alternate user/assistant/user/assistant/...
Only user and assistant roles are supported!
Developer instruction is not enabled for models/gemma-3-27b-it
Error rendering prompt with jinja template: "System role not supported"
This model doesn't support system messages. Try again without a system message
messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter
the role of message with index 0 must be user
Conversations must start with a user prompt
'system' is not one of ['user', 'assistant']
Invalid value: 'system'. Supported values are: 'assistant', 'user'
After the optional system message(s), user and assistant roles should be alternating
Role system not supported
Invalid role: system
""".strip().splitlines()
NO_STREAM = """
Your organization must be verified to stream this model. Please go to: https://platform.example.com
Streaming is not supported for this model
This model does not support streaming
Unsupported value: 'stream' does not support true with this model. Only the default (false) value is supported.
stream must be false
Stream mode is disabled
only non-streaming requests are allowed
Cannot stream responses
""".strip().splitlines()
OTHERS = [
    'Unknown name "seed": Cannot find field.',
    "Extra inputs are not permitted",
    "Unknown parameter: 'stream_options'",
    "A system error occurred, please try later",
    "Operating system error: no space left",
    "upstream error: not found",
    "The model does not exist",
]


@pytest.mark.parametrize("words", TOO_LONG)
def test_a_prompt_that_is_too_long_is_seen_in_the_words_of_every_server(words: str) -> None:
    assert is_overflow(words)


@pytest.mark.parametrize("words", [*NOT_TOO_LONG, *NO_SYSTEM, *NO_STREAM, *OTHERS])
def test_allowances_and_limits_of_a_reply_are_no_prompt_that_is_too_long(words: str) -> None:
    assert not is_overflow(words)


@pytest.mark.parametrize("words", NO_SYSTEM)
def test_a_system_message_that_is_refused_is_seen(words: str) -> None:
    assert refuses_system(words)


@pytest.mark.parametrize("words", [*TOO_LONG, *NOT_TOO_LONG, *NO_STREAM, *OTHERS])
def test_other_words_refuse_no_system_message(words: str) -> None:
    assert not refuses_system(words)


@pytest.mark.parametrize("words", NO_STREAM)
def test_streaming_that_is_refused_is_seen(words: str) -> None:
    assert refuses_stream(words)


@pytest.mark.parametrize("words", [*TOO_LONG, *NOT_TOO_LONG, *NO_SYSTEM, *OTHERS])
def test_other_words_refuse_no_streaming(words: str) -> None:
    assert not refuses_stream(words)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Unsupported parameter: 'seed'", {"seed"}),
        ("unexpected keyword arguments: seed,temperature", {"seed", "temperature"}),
        ("The model seed-oss-36b is not there", set()),
        ("bytedance/seed is not there", set()),
        ("max_completion_tokens is unknown", set()),
    ],
)
def test_options_are_found_by_their_whole_names(words: str, names: set[str]) -> None:
    assert names_in(words, frozenset({"seed", "temperature", "max_tokens"})) == names


@pytest.mark.parametrize(
    ("words", "longest"),
    [
        ("max_tokens is too large: 500. This model supports at most 256 completion tokens", 256),
        ("the valid range of max_tokens is [1, 400]", 400),
        ("too many tokens: max tokens must be less than or equal to 256", 256),
        ("`max_tokens` must be less than or equal to `1,024` for gpt-4", None),
        ("max_tokens is not supported", None),
    ],
)
def test_how_long_a_reply_may_be_is_read_from_the_words(words: str, longest: int | None) -> None:
    assert longest_reply(words, 500) == longest


@pytest.mark.parametrize(
    "words",
    [
        "`max_tokens` must be less than or equal to `256`, the maximum for `max_tokens` is less than `context_window`",
        "too many tokens: max tokens must be less than or equal to 256",
        "it has a maxOutputTokens value of 500 but the supported range is from 1 to 256",
    ],
)
def test_a_limit_that_is_too_large_is_lowered(words: str) -> None:
    request = Form().request("tiny", [Message("user", "Why?")], 500)
    form = Form().after(Said(400, {"error": {"message": words, "type": "invalid_request_error"}}), request)
    assert form == Form(longest=256)
