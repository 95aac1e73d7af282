"""What a piece of a reply holds, in every spelling; and which of a list's models answers questions."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.endpoints.listing import chat_model_of
from rag.models.llms.base import Ending, Usage
from rag.models.llms.exchange.chunks import Piece, piece_of
from rag.models.llms.exchange.reading import Reading

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("choices delta message content text type usage finish_reason".split()), inner)
    ),
)


def said(content: Any) -> str:
    return piece_of({"choices": [{"delta": {"content": content}}]}).text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("yes", "yes"),
        (None, ""),
        (["yes"], "yes"),
        ([{"type": "text", "text": "yes"}], "yes"),
        ([{"type": "output_text", "text": "yes"}], "yes"),
        ([{"text": "yes"}], "yes"),
        ([{"type": "text", "text": {"value": "yes"}}], "yes"),
        ({"type": "text", "text": "yes"}, "yes"),
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "yes"}], "yes"),
        ([{"type": "thinking", "text": "hm"}, {"type": "reasoning", "text": "hm"}], ""),
        ([{"type": "reference", "reference_ids": [1]}, {"type": "image_url", "image_url": "x"}], ""),
        ([], ""),
    ],
)
def test_the_text_is_found_and_thinking_is_none(content: Any, text: str) -> None:
    assert said(content) == text


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking", "thoughts"])
def test_thinking_in_a_field_of_its_own_is_no_answer(field: str) -> None:
    assert piece_of({"choices": [{"delta": {field: "hm", "content": None}}]}) == Piece(thought="hm")


def test_a_text_that_repeats_all_before_it_is_kept_apart() -> None:
    piece = piece_of({"choices": [{"delta": {"content": "b"}, "message": {"content": "ab"}}]})
    assert (piece.text, piece.whole) == ("b", "ab")


@pytest.mark.parametrize(
    ("told", "ending"),
    [
        *((told, None) for told in (None, "", "null", "None", "FINISH_REASON_UNSPECIFIED")),
        *(
            (told, Ending.COMPLETE)
            for told in (
                "stop",
                "STOP",
                "FINISH_REASON_STOP",
                "end_turn",
                "stop_sequence",
                "eos",
                "eos_token",
                "COMPLETE",
            )
        ),
        *((told, Ending.COMPLETE) for told in ("tool_calls", "function_call", "finished", "anything_new")),
        *(
            (told, Ending.LENGTH)
            for told in ("length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "model_length", "ERROR_LIMIT")
        ),
        *((told, Ending.LENGTH) for told in ("model_context_window_exceeded", "max_length", {"type": "length"})),
        *(
            (told, Ending.CUT)
            for told in ("content_filter", "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "refusal")
        ),
        *((told, Ending.CUT) for told in ("sensitive", "guardrail_intervened", "ERROR_TOXIC", "content_filtered")),
        *(
            (told, Ending.CUT)
            for told in ("error", "network_error", "insufficient_system_resource", "abort", "timeout", "USER_CANCEL")
        ),
        *((told, Ending.CUT) for told in ("OTHER", "MALFORMED_FUNCTION_CALL", "cancelled")),
    ],
)
def test_why_a_reply_ended_is_read_in_every_spelling(told: Any, ending: Ending | None) -> None:
    assert piece_of({"choices": [{"delta": {}, "finish_reason": told}]}).ending is ending


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        (None, None),
        ({}, None),
        ({"prompt_tokens": None, "completion_tokens": None}, None),
        ({"prompt_tokens": "many", "completion_tokens": 3}, Usage(0, 3)),
        ({"prompt_tokens": 7, "completion_tokens": 3}, Usage(7, 3)),
        ({"input_tokens": 7, "output_tokens": 3}, Usage(7, 3)),
        ({"prompt_tokens": 7.0, "completion_tokens": -1}, Usage(7, 0)),
        ({"prompt_tokens": math.inf, "completion_tokens": 3}, Usage(0, 3)),
        ({"prompt_tokens": math.nan, "completion_tokens": 10**400}, None),
        ({"prompt_tokens": 7, "completion_tokens": 3, "reasoning_tokens": math.inf}, Usage(7, 3)),
        ([7, 3], None),
    ],
)
def test_tokens_are_counted_where_they_are_told(usage: Any, counted: Usage | None) -> None:
    assert piece_of({"choices": [], "usage": usage}).usage == counted
    assert piece_of({"choices": [{"delta": {}, "usage": usage}]}).usage == counted


@given(JSON)
def test_any_json_is_a_piece_or_told_to_be_none(payload: Any) -> None:
    try:
        piece = piece_of(payload)
    except ValueError:
        return
    assert isinstance(piece.text + piece.whole + piece.refusal, str)


@pytest.mark.parametrize(
    ("listing", "name"),
    [
        (["tiny"], "tiny"),
        ({"data": [{"id": "text-embedding-3-small"}, {"id": "gpt-4o"}]}, "gpt-4o"),
        (
            {"data": [{"id": name} for name in ("bge-m3:latest", "all-minilm", "mxbai-embed-large", "llama3.2")]},
            "llama3.2",
        ),
        (
            {"data": [{"id": name} for name in ("BAAI/bge-reranker-v2-m3", "jina-colbert-v2", "Qwen/Qwen3-8B")]},
            "Qwen/Qwen3-8B",
        ),
        (
            {"data": [{"id": name} for name in ("whisper-large-v3", "playai-tts", "llama-guard-4-12b", "gemma2")]},
            "gemma2",
        ),
        ({"data": [{"id": name} for name in ("dall-e-3", "gpt-image-1", "omni-moderation-latest", "o3")]}, "o3"),
        ({"data": [{"id": "multilingual-e5-large"}, {"id": "granite3.3:2b"}]}, "granite3.3:2b"),
        ([{"id": "a", "type": "embedding"}, {"id": "b", "type": "rerank"}, {"id": "c", "type": "chat"}], "c"),
        ({"data": [{"id": "a", "type": "embeddings"}, {"id": "b", "type": "llm"}]}, "b"),
        ({"data": [{"id": "a", "model_type": "embedding"}, {"id": "b", "model_type": "LLM"}]}, "b"),
        ({"data": [{"id": "a", "capabilities": ["embed"]}, {"id": "b", "capabilities": ["completion"]}]}, "b"),
        (
            {"data": [{"id": n, "capabilities": {"completion_chat": n == "b", "vision": True}} for n in ("a", "b")]},
            "b",
        ),
        ({"data": [{"id": "a", "task": "embeddings"}, {"id": "b", "task": "chat-completion"}]}, "b"),
        (
            {"data": [{"id": n, "architecture": {"modality": f"text->{n}"}} for n in ("image", "text")]},
            "text",
        ),
        (
            {
                "models": [
                    {"name": "models/gecko-001", "supportedGenerationMethods": ["embedContent"]},
                    {"name": "models/gemini-flash", "supportedGenerationMethods": ["generateContent", "countTokens"]},
                ]
            },
            "models/gemini-flash",
        ),
        ({"data": [{"id": "my-embed-chat", "type": "chat"}]}, "my-embed-chat"),
        ({"data": [{"id": "anything", "object": "model", "owned_by": "me"}]}, "anything"),
        ({"data": [{"id": "nomic-embed-text"}]}, None),
        ({"data": []}, None),
        ({"data": [{}, 5, None, {"id": 5}, {"id": "tiny"}]}, "tiny"),
        ("no list", None),
        (None, None),
    ],
)
def test_the_first_model_that_answers_questions_is_taken(listing: Any, name: str | None) -> None:
    assert chat_model_of(listing) == name


@pytest.mark.parametrize(
    "name",
    [
        *("computer-use-preview", "wanx2.1-t2i-turbo", "wan2.2-i2v-plus", "nvidia/nemoretriever-parse"),
        *("canopylabs/orpheus-v1-english", "voice-en-us-amy-low", "cosyvoice-v2", "cogview-4", "sd3.5-large"),
        *("gpt-4o-audio-preview", "gpt-3.5-turbo-instruct", "skywork-reward-8b", "deberta-v3-base-nli", "nllb-200"),
    ],
)
def test_a_model_for_something_else_is_passed_over(name: str) -> None:
    assert chat_model_of({"data": [{"id": name}, {"id": "qwen3:4b"}]}) == "qwen3:4b"


@pytest.mark.parametrize(
    "name",
    [
        *("swan-7b", "taiwan-llm-13b", "invoice-llm", "sparse-moe-8b", "video-llama3", "olive-7b", "deepseek-v2"),
        *("qwen2.5-vl-72b-instruct", "o3-mini", "gpt-4.1-mini", "sonar-deep-research", "claude-sonnet-4", "phi-4"),
    ],
)
def test_a_model_whose_name_only_resembles_one_for_something_else_is_taken(name: str) -> None:
    assert chat_model_of({"data": [{"id": name}, {"id": "other"}]}) == name


def test_of_several_answers_at_once_one_is_read() -> None:
    reading = Reading()
    pieces = [[(0, "a")], [(1, "x")], [(1, "y"), (0, "b")], [(1, "z")]]
    told = [
        reading.take({"choices": [{"index": index, "delta": {"content": text}} for index, text in piece]})
        for piece in pieces
    ]
    assert "".join(told) == "ab"
    reading.take({"choices": [{"index": 1, "delta": {}, "finish_reason": "stop"}]})
    assert reading.ending is None


def test_an_answer_whose_index_does_not_begin_at_nought_is_read() -> None:
    reading = Reading()
    assert [reading.take({"choices": [{"index": 1, "delta": {"content": text}}]}) for text in "ab"] == ["a", "b"]
