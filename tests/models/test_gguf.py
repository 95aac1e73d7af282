"""A model file in this process: a real llama.cpp with a tiny model of random weights, which writes gibberish."""

import threading
from itertools import islice
from pathlib import Path

import gguf
import numpy as np
import pytest

from rag.errors import ContextOverflowError, ModelError
from rag.library import Library
from rag.models.cancellation import Cancellation
from rag.models.llms.base import Ending, Finish, Message
from rag.models.llms.gguf import GgufModel
from rag.settings import Settings

WIDTH, INNER, HEADS = 32, 64, 2
SPECIAL, CONTROL, BYTE = [b"<unk>", b"<s>", b"</s>"], 3, 6
HELLO = [Message("system", "Be brief."), Message("user", "hello")]


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a llama of one layer whose words are bytes."""
    path = tmp_path_factory.mktemp("model") / "tiny.gguf"
    tokens = [*SPECIAL, *(f"<0x{byte:02X}>".encode() for byte in range(256))]
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(16_384)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types([2, CONTROL, CONTROL, *[BYTE] * 256])
    writer.add_chat_template("{% for message in messages %}{{ message.content }}\n{% endfor %}")
    random = np.random.default_rng(0)
    shapes = {
        "token_embd": (len(tokens), WIDTH),
        "output": (len(tokens), WIDTH),
        **{f"blk.0.attn_{part}": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")},
        "blk.0.ffn_gate": (INNER, WIDTH),
        "blk.0.ffn_up": (INNER, WIDTH),
        "blk.0.ffn_down": (WIDTH, INNER),
    }
    for name, shape in shapes.items():
        weights = random.normal(0, 0.3, shape).astype(np.float32)
        if name == "output":
            weights[SPECIAL.index(b"</s>")] = 0  # never the likeliest word: only a limit or a stop ends a reply
        writer.add_tensor(f"{name}.weight", weights)
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_reply_comes_in_pieces_and_ends_with_what_it_took(model_file: Path) -> None:
    model = GgufModel(str(model_file), Settings(window=1024))
    assert model.name == "gguf:tiny.gguf"
    *pieces, finish = model.stream(HELLO, max_tokens=20, stop=Cancellation())
    assert isinstance(finish, Finish)
    assert finish.ending is Ending.LENGTH
    assert finish.usage.output_tokens == 20
    assert finish.usage.input_tokens > len("hello")
    assert len(pieces) > 5
    assert (
        list(model.stream(HELLO, max_tokens=20, stop=Cancellation()))[:-1] == pieces
    )  # the same again: no chance in it
    model.close()


def test_closing_a_reply_early_frees_the_model_for_the_next(model_file: Path) -> None:
    model = GgufModel(str(model_file), Settings(window=1024))
    reply = model.stream(HELLO, max_tokens=400, stop=Cancellation())
    assert len(list(islice(reply, 3))) == 3
    reply.close()
    assert list(model.stream(HELLO, max_tokens=3, stop=Cancellation()))
    model.close()


def test_saying_stop_from_another_thread_ends_a_reply(model_file: Path) -> None:
    model, stop = GgufModel(str(model_file), Settings(window=16_000)), Cancellation()
    reply = model.stream(HELLO, max_tokens=10_000, stop=stop)
    next(reply)
    threading.Thread(target=stop.set).start()
    assert not any(isinstance(event, Finish) for event in reply)
    assert list(model.stream(HELLO, max_tokens=10_000, stop=stop)) == []
    model.close()


def test_a_prompt_beyond_the_window_is_told_with_the_setting(model_file: Path) -> None:
    model = GgufModel(str(model_file), Settings(window=1024))
    with pytest.raises(ContextOverflowError, match=r"1024.*ASKPAPERS_WINDOW"):
        list(model.stream([Message("user", "x" * 5000)], max_tokens=3, stop=Cancellation()))
    model.close()


@pytest.mark.parametrize("content", [None, b"", b"no model at all"], ids=["missing", "empty", "not a model"])
def test_a_file_that_is_no_model_is_told_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"bad\.gguf") as caught:
        list(GgufModel(str(path), Settings()).stream(HELLO, max_tokens=3, stop=Cancellation()))
    assert "\n" not in str(caught.value)


def test_a_library_answers_with_a_model_file_and_gibberish_is_no_answer(model_file: Path, sample_folder: Path) -> None:
    settings = Settings(llm=f"gguf:{model_file}", window=8192, answer_tokens=50)
    with Library.open(sample_folder, settings) as library:
        answer = library.ask("What is late interaction in ColBERT?")
        assert answer.answerer == "gguf:tiny.gguf"
        assert not answer.answered
        assert answer.usage["calls"] == 1
