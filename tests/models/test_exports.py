"""Exports of embedding models: vectors beside those that NumPy computes from the known weights of a tiny one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import EmbeddingError
from rag.models.embedders import load_embedder
from rag.models.embedders.base import Embedder, Kind
from rag.settings import Settings
from tests.models.tiny_export import KINDS, WIDTH, Array, Tiny, modules, pooling, safetensors, states, unit

TEXT = "bees dance tea cools"
MEAN = pooling(pooling_mode_mean_tokens=True)
ATOL = 1e-4


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Embedder]:
    """Write a tiny export and load it as a setting does."""

    def make(tiny: Tiny, model: str = "model.onnx", **settings: Any) -> Embedder:
        folder = tiny.write(tmp_path / "export", model)
        return load_embedder(Settings(embedding=f"onnx:{folder}", threads=1, **settings))

    return make


Load = Callable[..., Embedder]


def vector(embedder: Embedder, text: str = TEXT, kind: Kind = "passage") -> Array:
    found: Array = next(iter(embedder.embed([text], kind=kind))).vector
    return found


def weighted(found: Array) -> Any:
    weights = np.arange(1, len(found) + 1)[:, None]
    return (found * weights).sum(axis=0) / weights.sum()


POOLINGS: dict[str, Callable[[Array], Any]] = {
    "pooling_mode_mean_tokens": lambda found: found.mean(axis=0),
    "pooling_mode_cls_token": lambda found: found[0],
    "pooling_mode_lasttoken": lambda found: found[-1],
    "pooling_mode_max_tokens": lambda found: found.max(axis=0),
    "pooling_mode_mean_sqrt_len_tokens": lambda found: found.sum(axis=0) / np.sqrt(len(found)),
    "pooling_mode_weightedmean_tokens": weighted,
}


@pytest.mark.parametrize("mode", POOLINGS)
def test_each_way_of_pooling_gives_the_vector_that_it_stands_for(load: Load, mode: str) -> None:
    embedder = load(Tiny(files=pooling(**{mode: True, "pooling_mode_cls_token": mode == "pooling_mode_cls_token"})))
    assert embedder.dimension == WIDTH
    for text in ("tea", TEXT, "bees bees milk the unheard dance"):
        expected = unit(POOLINGS[mode](states(text)))
        assert np.allclose(vector(embedder, text), expected, atol=ATOL), text
        others = [unit(other(states(text))) for name, other in POOLINGS.items() if name != mode]
        directions = [other for other in others if not np.allclose(other, expected, atol=ATOL)]
        assert len(directions) >= 4  # the modes do differ, so that a wrong one would be seen


def test_pooling_named_by_a_word_is_read_too(load: Load) -> None:
    embedder = load(Tiny(files={**MEAN, "1_Pooling/config.json": {"pooling_mode": "cls"}}))
    assert np.allclose(vector(embedder), unit(states(TEXT)[0]), atol=ATOL)
    assert "cls pooling" in embedder.name


def test_without_a_word_on_pooling_the_mean_is_taken(load: Load) -> None:
    assert np.allclose(vector(load(Tiny())), unit(states(TEXT).mean(axis=0)), atol=ATOL)


def test_a_vector_that_the_model_pools_itself_is_taken_as_it_is_and_its_head_never(load: Load) -> None:
    own = load(Tiny(outputs=("last_hidden_state", "sentence_embedding"), files=MEAN))
    assert np.allclose(vector(own), unit(-states(TEXT).max(axis=0)), atol=ATOL)
    assert len(next(iter(own.embed([TEXT]))).tokens) == 4  # late interaction has its states all the same
    headed = load(Tiny(outputs=("pooler_output", "last_hidden_state"), files=MEAN))
    assert np.allclose(vector(headed), unit(states(TEXT).mean(axis=0)), atol=ATOL)


def test_a_model_that_gives_vectors_alone_has_no_states(load: Load) -> None:
    found = next(iter(load(Tiny(outputs=("dense_output",))).embed([TEXT])))
    assert np.allclose(found.vector, unit(-states(TEXT).max(axis=0)), atol=ATOL)
    assert len(found.tokens) == len(found.offsets) == 0


@pytest.mark.parametrize("dtype", ["F32", "F16", "BF16"])
@pytest.mark.parametrize("activation", ["Tanh", "Identity"])
def test_layers_behind_the_pooling_are_gone_through(load: Load, activation: str, dtype: str) -> None:
    weight = np.random.default_rng(1).integers(-8, 8, (3, WIDTH)).astype(np.float32) / 4  # exact in each type
    bias = np.array([0.5, -0.25, 1.0], np.float32)
    arrays: dict[str, Any] = {"linear.weight": weight, "linear.bias": bias}
    if dtype == "BF16":
        stored = {name: (array.view(np.uint32) >> 16).astype("<u2") for name, array in arrays.items()}
    else:
        stored = {name: array.astype("<f2" if dtype == "F16" else "<f4") for name, array in arrays.items()}
    listed = modules(("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_N"), ("Dense", "3_Dense"))
    files = {
        **MEAN,
        "modules.json": listed,
        "3_Dense/config.json": {"activation_function": f"torch.nn.modules.activation.{activation}"},
        "3_Dense/model.safetensors": safetensors(stored, dtype),
    }
    embedder = load(Tiny(files=files))
    through = weight @ unit(states(TEXT).mean(axis=0)) + bias
    assert embedder.dimension == 3
    assert np.allclose(vector(embedder), unit(np.tanh(through) if activation == "Tanh" else through), atol=ATOL)


def test_a_normalisation_at_the_end_changes_nothing(load: Load) -> None:
    listed = modules(("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize"))
    normal = vector(load(Tiny(files={**MEAN, "modules.json": listed})))
    assert np.array_equal(normal, vector(load(Tiny(files=MEAN))))


# Inputs


@pytest.mark.parametrize(("kind", "first"), [("bert", 0), ("xlm-roberta", 2)])
def test_a_model_that_wants_positions_gets_them_from_where_it_counts(load: Load, kind: str, first: int) -> None:
    tiny = Tiny(
        inputs=("attention_mask", "token_type_ids", "position_ids"), files={"config.json": {"model_type": kind}}
    )
    assert np.allclose(vector(load(tiny)), unit(states(TEXT, first=first).mean(axis=0)), atol=ATOL)


def test_a_model_without_kinds_of_words_or_masks_is_not_given_any(load: Load) -> None:
    found = states(TEXT, added=-KINDS[0])
    assert np.allclose(vector(load(Tiny(inputs=()))), unit(found.mean(axis=0)), atol=ATOL)
    assert np.allclose(vector(load(Tiny(inputs=("attention_mask",)))), unit(found.mean(axis=0)), atol=ATOL)


def test_a_model_of_a_fixed_length_is_filled_up_and_the_filling_not_pooled(load: Load) -> None:
    for mode in ("pooling_mode_mean_tokens", "pooling_mode_lasttoken"):
        embedder = load(Tiny(length=9, files=pooling(**{mode: True})))
        assert embedder.window == 9
        assert np.allclose(vector(embedder), unit(POOLINGS[mode](states(TEXT))), atol=ATOL)
        assert len(next(iter(embedder.embed(["tea " * 50]))).tokens) == 7


def test_a_model_with_tasks_is_told_whether_it_reads_a_question(load: Load) -> None:
    tasks = ["text-matching", "retrieval.query", "retrieval.passage"]
    inputs = ("attention_mask", "token_type_ids", "task_id")
    embedder = load(Tiny(inputs=inputs, files={"config.json": {"lora_adaptations": tasks}}))
    known: list[tuple[Kind, int]] = [("query", 1), ("passage", 2)]
    for kind, task in known:
        expected = unit(states(TEXT, added=KINDS[task]).mean(axis=0))
        assert np.allclose(vector(embedder, kind=kind), expected, atol=ATOL)
    with pytest.raises(EmbeddingError, match=r"wants a task_id, and config\.json names no lora_adaptations"):
        load(Tiny(inputs=inputs))


@pytest.mark.parametrize(
    ("files", "window"),
    [
        ({"sentence_bert_config.json": {"max_seq_length": 8}, "config.json": {"max_position_embeddings": 32}}, 8),
        ({"sentence_bert_config.json": {"max_seq_length": None}, "config.json": {"max_position_embeddings": 32}}, 32),
        ({"config.json": {"max_position_embeddings": 34, "model_type": "roberta"}}, 32),
        ({"config.json": {"max_position_embeddings": 40}, "tokenizer_config.json": {"model_max_length": 24}}, 24),
        ({"config.json": {}, "tokenizer_config.json": {"model_max_length": 1e30}}, 512),
    ],
)
def test_the_longest_input_is_what_the_files_say(load: Load, files: dict[str, Any], window: int) -> None:
    embedder = load(Tiny(files=files))
    assert embedder.window == window
    assert embedder.length("tea " * 600) == window
    assert len(next(iter(embedder.embed(["tea " * 600]))).tokens) == window - 2


# What is refused, each on one line


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (pooling(pooling_mode_cls_token=True, pooling_mode_max_tokens=True), "names the pooling cls and max"),
        (pooling(pooling_mode_mean_tokens=False), "names the pooling none"),
        ({**MEAN, "1_Pooling/config.json": {"pooling_mode": "spectral"}}, "names the pooling 'spectral'"),
        ({"modules.json": modules(("Transformer", ""), ("Pooling", "9_Gone"))}, "is missing, which says how to pool"),
        ({"modules.json": modules(("StaticEmbedding", ""))}, "module StaticEmbedding, which is not known"),
        ({"modules.json": {"a": 1}}, "lists no modules"),
        ({"modules.json": b"{"}, "can't be read"),
        ({"config.json": b"\xff"}, "can't be read"),
        ({"config.json": []}, "holds no JSON object"),
        ({"config_sentence_transformers.json": {"prompts": ["x"]}}, "prompts are no texts by name"),
        (
            {"config_sentence_transformers.json": {"prompts": {}, "default_prompt_name": "q"}},
            "default prompt 'q' is none",
        ),
    ],
)
def test_a_description_that_cannot_be_followed_is_refused(load: Load, files: dict[str, Any], told: str) -> None:
    with pytest.raises(EmbeddingError, match="ASKPAPERS_EMBEDDING") as caught:
        load(Tiny(files=files))
    assert told in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"3_Dense/pytorch_model.bin": b"x"}, "without model.safetensors"),
        ({"3_Dense/model.safetensors": b"short"}, "can't be read"),
        (
            {"3_Dense/model.safetensors": safetensors({"linear.weight": np.ones((2, 2), np.int8)}, "I8")},
            "can't be read",
        ),
        ({"3_Dense/model.safetensors": safetensors({"other": np.ones((2, 2), np.float32)})}, "no linear.weight"),
        ({"3_Dense/config.json": {"activation_function": "torch.nn.Mish"}}, "activation Mish"),
    ],
)
def test_a_layer_that_cannot_be_had_is_refused_before_it_gives_wrong_vectors(
    load: Load, files: dict[str, Any], told: str
) -> None:
    listed = modules(("Transformer", ""), ("Pooling", "1_Pooling"), ("Dense", "3_Dense"))
    identity = {"3_Dense/config.json": {"activation_function": "torch.nn.modules.linear.Identity"}}
    with pytest.raises(EmbeddingError, match=told):
        load(Tiny(files={**MEAN, "modules.json": listed, **identity, **files}))


def test_a_layer_for_vectors_of_another_length_is_refused(load: Load) -> None:
    listed = modules(("Transformer", ""), ("Pooling", "1_Pooling"), ("Dense", "3_Dense"))
    files = {
        **MEAN,
        "modules.json": listed,
        "3_Dense/config.json": {"activation_function": "torch.nn.modules.linear.Identity"},
        "3_Dense/model.safetensors": safetensors({"linear.weight": np.ones((2, 99), np.float32)}),
    }
    with pytest.raises(EmbeddingError, match="layers don't fit its vectors"):
        vector(load(Tiny(files=files)))


def test_a_model_that_wants_what_no_text_has_or_gives_no_vector_is_refused(load: Load, tmp_path: Path) -> None:
    folder = Tiny(outputs=("logits",)).write(tmp_path / "classifier")
    with pytest.raises(EmbeddingError, match=r"none of its outputs is a vector .*\(logits\)"):
        load_embedder(Settings(embedding=f"onnx:{folder}"))
    content = Tiny().onnx().replace(b"token_type_ids", b"pixels_of_view")
    (Tiny().write(tmp_path / "sees") / "model.onnx").write_bytes(content)
    with pytest.raises(EmbeddingError, match=r"wants inputs that no text has \(pixels_of_view"):
        load_embedder(Settings(embedding=f"onnx:{tmp_path / 'sees'}"))


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_named_on_one_line(load: Load, tmp_path: Path, name: str) -> None:
    folder = Tiny().write(tmp_path / "damaged")
    (folder / name).write_bytes((folder / name).read_bytes()[:200])
    with pytest.raises(EmbeddingError, match=name) as caught:
        load_embedder(Settings(embedding=f"onnx:{folder}"))
    assert len(str(caught.value).splitlines()) == 1


def test_word_pieces_that_the_table_lacks_are_an_error_of_one_line(load: Load) -> None:
    embedder = load(Tiny(table=np.ones((4, WIDTH), np.float32)))
    with pytest.raises(EmbeddingError, match="can't be used") as caught:
        vector(embedder)
    assert len(str(caught.value).splitlines()) == 1


def test_vectors_of_what_is_no_number_are_refused(load: Load) -> None:
    with pytest.raises(EmbeddingError, match="no number"):
        vector(load(Tiny(table=np.full((13, WIDTH), np.nan, np.float32))))
