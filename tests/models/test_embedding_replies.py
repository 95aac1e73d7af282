"""What endpoints for embeddings answer and say, read without one: vectors in every form, refusals, sizes of batches."""

import base64
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.embedders.endpoints.batches import BatchSize
from rag.models.embedders.endpoints.refusals import is_size, is_too_long, shortened, window_told
from rag.models.embedders.endpoints.replies import vectors_of
from rag.models.endpoints.said import told, words_of
from tests.models.embedding_server import REFUSALS_OF_LONG, Refusal, openai_form

# Replies

VECTORS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def packed(vector: list[float]) -> str:
    return base64.b64encode(np.asarray(vector, "<f4").tobytes()).decode()


@pytest.mark.parametrize(
    "reply",
    [
        openai_form(VECTORS),
        {"data": openai_form(VECTORS)["data"][::-1]},
        {"data": [{"embedding": vector} for vector in VECTORS]},
        {"data": [{"embedding": vector, "index": 0} for vector in VECTORS]},
        {"data": [{"embedding": VECTORS[n], "index": str(n + 1)} for n in (2, 0, 1)]},
        {"data": [{"embedding": packed(vector), "index": n} for n, vector in enumerate(VECTORS)]},
        {"data": [{"embedding": [vector], "index": n} for n, vector in enumerate(VECTORS)]},
        {"data": [{"embedding": [int(value) for value in vector]} for vector in VECTORS]},
        {"data": [{"embedding": {"float": vector}} for vector in VECTORS]},
        {"data": VECTORS},
        {"embeddings": VECTORS},
        {"embeddings": {"float": VECTORS}},
        VECTORS,
        [{"index": n, "embedding": [vector]} for n, vector in enumerate(VECTORS)],
        {"output": {"embeddings": [{"text_index": n, "embedding": VECTORS[n]} for n in (2, 0, 1)]}},
        {"data": [{"embedding": vector, "index": math.inf} for vector in VECTORS]},
    ],
)
def test_vectors_are_read_in_every_form_in_use(reply: Any) -> None:
    assert [vector.tolist() for vector in vectors_of(reply)] == VECTORS


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ({"error": {"message": "not today"}}, "no embeddings"),
        ({"data": [{"embedding": VECTORS}]}, "a vector for each token"),
        ({"data": [{"index": 0}]}, "missing"),
        ({"data": [{"embedding": "???"}]}, "no base64"),
        ({"data": [{"embedding": [None]}]}, "no number"),
        ({"data": None}, "no list"),
        ("text", "no list"),
    ],
)
def test_what_is_no_list_of_vectors_is_told(reply: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        vectors_of(reply)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["data", "embedding", "index", "float", "x"]), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_whatever_is_answered_is_vectors_or_an_error(reply: Any) -> None:
    try:
        found = vectors_of(reply)
    except ValueError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  (most values are no reply)
    else:
        assert all(vector.dtype == np.float32 and vector.ndim == 1 for vector in found)
    words_of(reply)


# Refusals


@pytest.mark.parametrize("said", REFUSALS_OF_LONG[:7])
def test_refusals_of_long_texts_are_told_from_those_of_many(said: Refusal) -> None:
    assert is_too_long(said.status, words_of(said.body))
    assert not is_size(words_of(said.body))


@pytest.mark.parametrize(
    "words",
    ["612 places, max_seq_length 512", "输入文本过长", "max tokens per text: 512", "it exceeds the limit"],
)
def test_a_text_is_too_long_by_what_is_said_of_prompts_and_by_what_is_said_of_texts(words: str) -> None:
    assert is_too_long(400, words)


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ("maximum context length is 8,192 tokens", 8192),
        ("input[3] is too long: 612 tokens, at most 512", 512),
        ("the input length exceeds the context length", None),
        ("at most 10 items", None),
        ("3 tokens", None),
    ],
)
def test_the_window_is_read_from_a_refusal_that_tells_it(words: str, window: int | None) -> None:
    assert window_told(words) == window


@given(st.text(min_size=2), st.none() | st.integers(64, 10_000))
def test_a_shortened_text_is_a_shorter_beginning(text: str, window: int | None) -> None:
    cut = shortened(text, window, 4)
    assert text.startswith(cut)
    assert len(cut) < len(text)


@given(st.integers(1, 200), st.sets(st.integers(0, 299), max_size=5), st.integers(1, 300), st.booleans())
def test_every_text_is_sent_once_and_in_the_end(most: int, long: set[int], count: int, told_so: bool) -> None:  # noqa: FBT001
    sizes, waiting, requests = BatchSize(64), list(range(count)), 0
    while waiting:
        requests += 1
        batch = waiting[: sizes.now]
        if len(batch) > most or (len(batch) > 1 and long & set(batch)):
            sizes.refused(len(batch), for_its_size=told_so and len(batch) > most)
            continue
        if long & set(batch):
            sizes.was_the_text()
        else:
            sizes.worked(len(batch))
        waiting = waiting[len(batch) :]
    assert requests <= count // min(most, 64) * 2 + 16 * (len(long) + 1) + 64


def test_a_size_that_worked_for_all_is_the_one_to_go_back_to() -> None:
    sizes = BatchSize(64)
    for count in (64, 32, 16):
        sizes.refused(count)
    for _ in range(8):
        sizes.worked(8)  # all 64: it was the size
    for count in (8, 4, 2):
        sizes.refused(count)
    assert sizes.now == 1
    sizes.was_the_text()
    assert sizes.now == 8


@given(st.text(min_size=1, max_size=40), st.text(max_size=200))
def test_a_key_is_struck_out_and_a_short_one_leaves_the_words_alone(key: str, words: str) -> None:
    found = told({"message": f"{words} {key}"}, key)
    if len(key) >= 8 and key.strip() == key and "…" not in key:
        assert key not in found
    assert told({"message": "a cat sat"}, "a") == "a cat sat"
