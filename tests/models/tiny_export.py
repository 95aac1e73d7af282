"""A tiny embedding model with known weights, as the folder of an export: what it should give is computed with NumPy.

Its states are a table's rows, each with the mean of all added, squashed: every word piece sees the others.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from tests.models.onnx_file import FLOAT, INT64, model, node, tensor, value

Array = NDArray[np.float32]
WIDTH, TYPES = 6, 8
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ":", "query", "passage", "tea", "cools", "bees", "dance", "milk", "the"]
RANDOM = np.random.default_rng(5)
TABLE: Array = RANDOM.standard_normal((len(WORDS), WIDTH)).astype(np.float32)
PLACES: Array = RANDOM.standard_normal((64, WIDTH)).astype(np.float32)
KINDS: Array = RANDOM.standard_normal((TYPES, WIDTH)).astype(np.float32)
APART = "model.onnx_data"  # where weights lie that are apart


@dataclass
class Tiny:
    """What is to be in the export.

    `inputs` beside the ids; `outputs` by name, in order; `length` of a fixed input; `apart`: the table lies in a file
    of its own, as the weights of large models do.
    """

    inputs: Sequence[str] = ("attention_mask", "token_type_ids")
    outputs: Sequence[str] = ("last_hidden_state",)
    length: int | None = None
    apart: bool = False
    files: Mapping[str, Any] = field(default_factory=dict)
    table: Array = field(default_factory=lambda: TABLE)

    def write(self, folder: Path, model: str = "model.onnx") -> Path:
        """Write the folder and return it."""
        (folder / model).parent.mkdir(parents=True, exist_ok=True)
        (folder / model).write_bytes(self.onnx())
        if self.apart:
            (folder / f"{model}_data").write_bytes(self.table.tobytes())
        tokenizer().save(str(folder / "tokenizer.json"))
        for name, content in {"config.json": {"model_type": "bert"}, **self.files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return folder

    def onnx(self) -> bytes:
        """Return the model's file."""
        made = Graph({"table": self.table, "places": PLACES, "kinds": KINDS}, apart="table" if self.apart else "")
        made.node("Gather", ["table", "input_ids"], "each")
        for name, table in (("position_ids", "places"), ("token_type_ids", "kinds")):
            if name in self.inputs:
                made.node("Gather", [table, name], f"{name}.each")
                made.node("Add", [made.last[-2], f"{name}.each"], f"{name}.sum")
        each = made.last[-1]
        if "task_id" in self.inputs:
            made.node("Gather", ["kinds", "task_id"], "task")
            made.node("Add", [each, "task"], "tasked")
            each = "tasked"
        mask = "ones"
        if "attention_mask" in self.inputs:
            made.node("Cast", ["attention_mask"], "floats", to=FLOAT)
            made.node("Unsqueeze", ["floats", "last"], "mask")
            mask = "mask"
        else:
            made.node("Sub", [each, each], "zeros")
            made.node("Exp", ["zeros"], "ones")
        made.node("Mul", [each, mask], "seen")
        made.node("ReduceSum", ["seen", "first"], "sum", keepdims=1)
        made.node("ReduceSum", [mask, "first"], "count", keepdims=1)
        made.node("Div", ["sum", "count"], "mean")
        made.node("Add", [each, "mean"], "both")
        made.node("Tanh", ["both"], "states")
        shapes: dict[str, tuple[str | int, ...]] = {}
        for name in self.outputs:
            if name in {"pooler_output", "sentence_embedding", "dense_output"}:  # the states' maximum, turned round
                made.node("ReduceMax", ["states"], f"{name}.max", keepdims=0, axes=[1])
                made.node("Neg", [f"{name}.max"], name)
                shapes[name] = ("batch", WIDTH)
            else:
                made.node("Identity", ["states"], name)
                shapes[name] = ("batch", "pieces", WIDTH)
        rows: tuple[str | int, ...] = ("batch", self.length or "pieces")
        given = {name: ((1,) if name == "task_id" else rows) for name in ("input_ids", *self.inputs)}
        return made.file(given, shapes)


def tokenizer() -> Tokenizer:
    """Return a tokenizer of whole words: [CLS] before, [SEP] behind, small letters."""
    made = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = normalizers.Sequence([])
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return made


def states(text: str, table: Array = TABLE, added: Array | float = 0.0, first: int | None = None) -> Array:
    """Return the states of a text's word pieces, special ones too. `first` position, for a model that has positions."""
    ids = [2, *(WORDS.index(word) if word in WORDS else 1 for word in text.split()), 3]
    each = table[ids] + KINDS[0] + added
    if first is not None:
        each = each + PLACES[first : first + len(ids)]
    found: Array = np.tanh(each + each.mean(axis=0)).astype(np.float32)
    return found


def unit(vector: NDArray[Any]) -> Array:
    """Return a vector at length 1."""
    found: Array = (vector / np.linalg.norm(vector)).astype(np.float32)
    return found


def pooling(**modes: bool) -> dict[str, Any]:
    """Return the files of sentence-transformers for a transformer and these modes of pooling."""
    listed = [("Transformer", ""), ("Pooling", "1_Pooling")]
    return {
        "modules.json": modules(*listed),
        "1_Pooling/config.json": {"word_embedding_dimension": WIDTH, **modes},
    }


def modules(*listed: tuple[str, str]) -> list[dict[str, Any]]:
    """Return a modules.json of kinds and paths."""
    return [
        {"idx": place, "name": str(place), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for place, (kind, path) in enumerate(listed)
    ]


def safetensors(arrays: Mapping[str, NDArray[Any]], dtype: str = "F32") -> bytes:
    """Return a safetensors file."""
    header, body = {}, b""
    for name, array in arrays.items():
        raw = array.tobytes()
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    told = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    return len(told).to_bytes(8, "little") + told + body


class Graph:
    """The nodes of a model, as they are added, and its weights."""

    def __init__(self, weights: Mapping[str, Array], apart: str = "") -> None:
        self._nodes: list[bytes] = []
        self.last: list[str] = []
        self._weights = [tensor(name, array, APART if name == apart else "") for name, array in weights.items()]
        self._weights += [tensor("first", np.array([1], np.int64)), tensor("last", np.array([2], np.int64))]

    def node(self, operator: str, inputs: Sequence[str], output: str, **attributes: int | list[int]) -> None:
        """Add a node."""
        self._nodes.append(node(operator, inputs, output, **attributes))
        self.last.append(output)

    def file(self, inputs: Mapping[str, Sequence[str | int]], outputs: Mapping[str, Sequence[str | int]]) -> bytes:
        """Return the ONNX file."""
        given = [value(name, INT64, *dims) for name, dims in inputs.items()]
        return model(self._nodes, self._weights, given, [value(name, FLOAT, *dims) for name, dims in outputs.items()])
