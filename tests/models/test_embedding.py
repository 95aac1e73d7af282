"""The bundled model is the model it claims to be, and never needs much memory."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from rag.errors import EmbeddingError
from rag.models.embedders import load_embedder
from rag.models.embedders.base import Embedder
from rag.models.embedders.minilm import VOCABULARY, check_weights, load_minilm, model_path
from rag.settings import Settings

# Cosines of the fp32 model (sentence-transformers/all-MiniLM-L6-v2 in PyTorch), computed once.
KNOWN = (
    ("A cat sits on the mat.", "A kitten is lying on a rug.", 0.5693),
    ("A cat sits on the mat.", "The stock market fell sharply today.", 0.0911),
    (
        "Dropout reduces overfitting in neural networks.",
        "Randomly omitting hidden units during training prevents co-adaptation.",
        0.4376,
    ),
    (
        "Dropout reduces overfitting in neural networks.",
        "The lasso shrinks regression coefficients to zero.",
        0.3907,
    ),
    ("How does late interaction score a passage?", "ColBERT sums the best match of every query token.", 0.1254),
    ("Naïve Bayes über alles: déjà vu", "naive bayes uber alles deja vu", 0.9516),
    ("What is the capital of Australia?", "Canberra is the capital city of Australia.", 0.7627),
    ("graph neural network", "protein folding", 0.0528),
)
INT8_ERROR = 0.02  # what rounding the weights to 8 bits may change


@pytest.mark.parametrize(("one", "other", "cosine"), KNOWN)
def test_cosines_are_those_of_the_full_model(embedder: Embedder, one: str, other: str, cosine: float) -> None:
    first, second = (found.vector for found in embedder.embed([one, other]))
    assert float(first @ second) == pytest.approx(cosine, abs=INT8_ERROR)


def test_vectors_have_length_one_and_the_dimension_that_the_model_tells(embedder: Embedder) -> None:
    for found in embedder.embed(["", "?", "word", "word " * 5_000]):
        assert found.vector.shape == (embedder.dimension,) == (384,)
        assert float(np.linalg.norm(found.vector)) == pytest.approx(1, abs=1e-5)


def test_every_token_state_has_its_place_in_the_text(embedder: Embedder) -> None:
    text = "Naïve ColBERT sums."
    found = next(iter(embedder.embed([text])))
    assert len(found.tokens) == len(found.offsets)
    assert "".join(text[start:end] for start, end in found.offsets) == text.replace(" ", "")


def test_a_text_beyond_the_window_is_seen_up_to_it(embedder: Embedder) -> None:
    found = next(iter(embedder.embed(["word " * 5_000])))
    assert len(found.tokens) == embedder.window - 2
    assert embedder.length("word " * 5_000) == embedder.window


def test_the_same_text_gives_the_same_vector_whatever_its_neighbours(embedder: Embedder) -> None:
    alone = next(iter(embedder.embed(["late interaction"]))).vector
    among = list(embedder.embed(["a", "late interaction", "b " * 300]))[1].vector
    assert np.array_equal(alone, among)


def test_many_passages_side_by_side_give_what_each_gives_alone_in_their_order() -> None:
    texts = [f"paper {number} " + "on dropout and late interaction " * (number % 7) for number in range(20)]
    together, alone = load_minilm(threads=3), load_minilm(threads=1)
    for text, found in zip(texts, together.embed(texts), strict=True):
        one = next(alone.embed([text]))
        assert np.array_equal(found.vector, one.vector)
        assert np.array_equal(found.tokens, one.tokens)
        assert np.array_equal(found.offsets, one.offsets)


def test_a_model_that_is_replaced_while_it_is_in_use_stays_the_one_that_was_loaded(tmp_path: Path) -> None:
    from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer

    model, texts = tmp_path / "model.onnx", [f"paper {number}" for number in range(20)]
    model.write_bytes(model_path().read_bytes())
    BertWordPieceTokenizer(str(VOCABULARY), lowercase=True).save(str(tmp_path / "tokenizer.json"))
    chosen = load_embedder(Settings(embedding=f"onnx:{tmp_path}", threads=2))
    before = next(chosen.embed(texts[:1])).vector
    model.write_bytes(b"another model")
    assert np.array_equal(next(chosen.embed(texts)).vector, before)
    model.unlink()
    assert len(list(chosen.embed(texts))) == len(texts)


def test_a_reader_that_stops_early_leaves_the_rest_unembedded() -> None:
    embedder, begun = load_minilm(threads=2), threading.active_count()
    some = embedder.embed(["word " * 300] * 1_000)
    assert len(next(some).vector) == 384
    some.close()  # type: ignore[attr-defined]
    assert threading.active_count() == begun


def test_the_largest_text_needs_less_than_a_gigabyte() -> None:
    code = (  # VmHWM is this process's own; ru_maxrss would be that of who started it, were it larger
        "import re, pathlib\nfrom rag.models.embedders.minilm import load_minilm\n"
        "for _ in load_minilm().embed(['word ' * 100_000, 'x' * 1_000_000] * 3): pass\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', pathlib.Path('/proc/self/status').read_text())[1]) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert int(done.stdout) < 1000  # MB; 450 to 630 were seen, a text taken whole would take several times as much


def test_damaged_weights_are_refused_with_the_command_that_mends_them(tmp_path: Path) -> None:
    damaged = tmp_path / "model.onnx"
    content = bytearray(model_path().read_bytes())
    content[1_000_000] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(EmbeddingError, match=r"is damaged.*pip install --force-reinstall"):
        check_weights(damaged)


def test_a_folder_with_an_export_can_be_chosen(tmp_path: Path, embedder: Embedder) -> None:
    from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer

    (tmp_path / "model.onnx").write_bytes(model_path().read_bytes())
    BertWordPieceTokenizer(str(VOCABULARY), lowercase=True).save(str(tmp_path / "tokenizer.json"))
    chosen = load_embedder(Settings(embedding=f"onnx:{tmp_path}"))
    assert chosen.name.startswith(f"onnx:{tmp_path} (files ")
    assert chosen.name.endswith(", mean pooling)")
    one, other = next(iter(chosen.embed(["lasso"]))).vector, next(iter(embedder.embed(["lasso"]))).vector
    assert np.allclose(one, other, atol=1e-5)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="holds no embedding model"):
        load_embedder(Settings(embedding=f"onnx:{tmp_path}"))
