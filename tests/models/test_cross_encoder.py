"""Cross-encoders of random weights: they put out what NumPy computes, and a folder that is none says what it lacks."""

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models.checkers import load_checker
from rag.models.cross_encoder import CrossEncoder, Role, load_cross_encoder, longest_input, output_names
from rag.models.rerankers import load_reranker
from rag.settings import Settings
from tests.models.cross_encoders import Random, write
from tests.models.onnx_file import INT32, INT64

WORDS = "bees dance tea cools fast slow why do the how far".split()
ROLE = Role("reranker", "ASKPAPERS_RERANKER")
PAIRS = [("why do bees dance", "the bees dance far"), ("tea", "dance dance"), ("", "tea cools"), ("how far", "")]


def load(folder: Path, known: Random, **config: Any) -> CrossEncoder:
    write(folder, known.file(), known.vocabulary, config)
    return load_cross_encoder("onnx", str(folder), 1, ROLE)


@pytest.mark.parametrize("outputs", [1, 2, 3])
@pytest.mark.parametrize("kind", [INT64, INT32])
@pytest.mark.parametrize("inputs", [("input_ids", "attention_mask", "token_type_ids"), ("input_ids", "attention_mask")])
def test_what_comes_out_is_what_the_weights_give(
    tmp_path: Path, inputs: tuple[str, ...], kind: int, outputs: int
) -> None:
    known = Random(WORDS, outputs, seed=outputs, inputs=inputs, kind=kind)
    found = load(tmp_path, known)
    assert found.outputs == outputs
    for first, second in PAIRS:
        assert found.logits(first, second) == pytest.approx(known.logits(first, second), abs=1e-4)


def test_an_output_of_another_name_is_read_too(tmp_path: Path) -> None:
    known = Random(WORDS, 2, name="probabilities")
    assert load(tmp_path, known).logits(*PAIRS[0]) == pytest.approx(known.logits(*PAIRS[0]), abs=1e-4)


def test_of_a_pair_that_is_too_long_the_longer_text_is_cut(tmp_path: Path) -> None:
    known = Random(WORDS)
    found = load(tmp_path, known, max_position_embeddings=16)
    long = "the " * 4 + "dance " * 40
    kept = " ".join(long.split()[: 16 - 3 - 2])
    assert found.logits("how far", long) == pytest.approx(known.logits("how far", kept), abs=1e-4)
    assert found.logits(long, "how far") == pytest.approx(known.logits(kept, "how far"), abs=1e-4)
    assert found.length("how far", long) == 16
    assert found.beginning(long, 5) == "the the the the dance"
    assert found.beginning("tea cools", 5) == "tea cools"


def test_padding_and_truncation_that_the_tokenizer_ships_are_left_out(tmp_path: Path) -> None:
    known = Random(WORDS)
    write(tmp_path, known.file(), known.vocabulary, {})
    told = json.loads((tmp_path / "tokenizer.json").read_text())
    told["truncation"] = {"direction": "Right", "max_length": 6, "strategy": "LongestFirst", "stride": 0}
    padding = {"direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "[UNK]"}
    told["padding"] = padding | {"strategy": {"Fixed": 128}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(told))
    found = load_cross_encoder("onnx", str(tmp_path), 1, ROLE)
    assert found.logits(*PAIRS[0]) == pytest.approx(known.logits(*PAIRS[0]), abs=1e-4)


def test_threads_do_not_get_into_each_other_s_way(tmp_path: Path) -> None:
    known = Random(WORDS)
    found = load(tmp_path, known)
    wrong: list[str] = []

    def ask(first: str, second: str) -> None:
        expected = known.logits(first, second)
        wrong.extend(first for _ in range(50) if not np.allclose(found.logits(first, second), expected, atol=1e-4))

    threads = [threading.Thread(target=ask, args=pair) for pair in PAIRS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("told", "longest"),
    [
        ({"max_position_embeddings": 512}, 512),
        ({"max_position_embeddings": 514, "model_type": "xlm-roberta"}, 512),
        ({}, 512),
    ],
)
def test_the_longest_input_is_what_the_folder_tells(tmp_path: Path, told: Mapping[str, Any], longest: int) -> None:
    assert longest_input(tmp_path, told) == longest
    (tmp_path / "tokenizer_config.json").write_text('{"model_max_length": 1000000000000000019884624838656}')
    assert longest_input(tmp_path, told) == longest
    (tmp_path / "tokenizer_config.json").write_text('{"model_max_length": 256}')
    assert longest_input(tmp_path, told) == 256
    (tmp_path / "sentence_bert_config.json").write_text('{"max_seq_length": 128}')
    assert longest_input(tmp_path, told) == 128


@pytest.mark.parametrize(
    ("config", "names"),
    [
        ({}, []),
        ({"id2label": None, "label2id": None}, []),
        ({"id2label": {"1": "b", "0": "a"}}, ["a", "b"]),
        ({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}, []),
        ({"id2label": {"0": "0", "1": "1"}}, []),
        ({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}, "label2id": {"no": 0, "yes": 1}}, ["no", "yes"]),
        ({"label2id": {"b": "1", "a": "0"}}, ["a", "b"]),
        ({"id2label": "entailment"}, []),
    ],
)
def test_names_of_outputs_are_read_from_either_table_and_untold_ones_are_none(
    config: Mapping[str, Any], names: list[str]
) -> None:
    assert output_names(config) == names


Break = Callable[[Path], object]


def half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


BROKEN: dict[str, tuple[Break, str]] = {
    "no folder": (lambda folder: folder.rename(folder.with_name("gone")), "is no folder with a"),
    "no model": (lambda folder: (folder / "model.onnx").unlink(), "holds no"),
    "no tokenizer": (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json"),
    "no config": (lambda folder: (folder / "config.json").unlink(), "config.json"),
    "half a model": (lambda folder: half(folder / "model.onnx"), "can't be loaded"),
    "an empty model": (lambda folder: (folder / "model.onnx").write_bytes(b""), "can't be loaded"),
    "half a tokenizer": (lambda folder: half(folder / "tokenizer.json"), "can't be loaded"),
    "half a config": (lambda folder: half(folder / "config.json"), "can't be read"),
    "a pointer": (lambda folder: (folder / "model.onnx").write_text("version https://git-lfs"), "can't be loaded"),
    "states": (
        lambda folder: (folder / "model.onnx").write_bytes(Random(WORDS, 8, states=True).file()),
        "as an embedding model does",
    ),
    "other inputs": (
        lambda folder: (folder / "model.onnx").write_bytes(
            Random(WORDS, inputs=("input_ids", "attention_mask", "position_ids")).file()
        ),
        "position_ids",
    ),
    "another tokenizer": (
        lambda folder: write(folder, Random(()).file(), Random(WORDS).vocabulary * 2 + ["a", "b"], {"id2label": {}}),
        "can't be run",
    ),
}


class Silent:
    """A language model that nobody asks."""

    name = "silent"
    stream: Any = None

    def close(self) -> None:
        pass


LOADED: dict[str, Callable[[str], object]] = {
    "reranker": lambda value: load_reranker(Settings(reranker=value, threads=1)),
    "checker": lambda value: load_checker(Settings(check=value, threads=1), Silent()),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("role", LOADED)
def test_what_is_no_cross_encoder_says_so_on_one_line_with_the_setting_to_change(
    tmp_path: Path, role: str, case: str
) -> None:
    folder, known = tmp_path / "model", Random(WORDS, 1)
    write(folder, known.file(), known.vocabulary, {"id2label": {"0": "supported"}})
    act, reason = BROKEN[case]
    act(folder)
    with pytest.raises(ModelError) as error:
        LOADED[role](f"onnx:{folder}")
    message = str(error.value)
    assert reason in message
    assert len(message.splitlines()) == 1
    assert str(folder) in message or folder.name in message
