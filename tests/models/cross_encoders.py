"""Cross-encoders that tests make for themselves, so that what each must put out can be computed by hand.

`weighing` adds up what each word weighs, otherwise in the first text than in the second; `Random` has weights by chance
and a nonlinearity, and computes in NumPy what it must say.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from tests.models.onnx_file import FLOAT, INT64, model, node, tensor, value

SPECIAL = ("[UNK]", "[CLS]", "[SEP]")
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
HIDDEN = 8
PIECE = re.compile(r"\w+|[^\w\s]+")


def weighing(first: NDArray[np.float32], second: NDArray[np.float32]) -> bytes:
    """Return an ONNX file: the sum over all pieces of what each weighs, (vocabulary, outputs), in either text."""
    nodes = [
        node("Mul", ["token_type_ids", "size"], "shift"),
        node("Add", ["input_ids", "shift"], "rows"),
        node("Gather", ["table", "rows"], "each"),
        node("ReduceSum", ["each", "axis"], "logits", keepdims=0),
    ]
    tensors = [
        tensor("table", np.concatenate([first, second]).astype(np.float32)),
        tensor("size", np.array([len(first)], np.int64)),
        tensor("axis", np.array([1], np.int64)),
    ]
    inputs = [value(name, INT64, "batch", "pieces") for name in ("input_ids", "token_type_ids")]
    return model(nodes, tensors, inputs, [value("logits", FLOAT, "batch", first.shape[1])])


@dataclass
class Random:
    """A cross-encoder of random weights over a vocabulary, and what it must put out, computed without onnxruntime.

    tanh of the sum of the embeddings of the pieces, each with that of its text, times a matrix. `inputs`: what it is
    given; `states`: it puts out a row a piece, as an embedding model does.
    """

    words: Sequence[str]
    outputs: int = 1
    seed: int = 1
    inputs: Sequence[str] = INPUTS
    kind: int = INT64
    states: bool = False
    name: str = "logits"
    vocabulary: list[str] = field(init=False)

    def __post_init__(self) -> None:
        chance = np.random.default_rng(self.seed)
        self.vocabulary = [*SPECIAL, *self.words]
        self.embeddings = chance.normal(0, 0.4, (len(self.vocabulary), HIDDEN)).astype(np.float32)
        self.texts = chance.normal(0, 0.4, (2, HIDDEN)).astype(np.float32)
        self.head = chance.normal(0, 2, (HIDDEN, self.outputs)).astype(np.float32)

    def logits(self, first: str, second: str) -> NDArray[np.float64]:
        """Return what it must put out for a pair of texts that fits into its input, (outputs,)."""
        places = {word: place for place, word in enumerate(self.vocabulary)}
        parts = [["[CLS]", *PIECE.findall(first), "[SEP]"], [*PIECE.findall(second), "[SEP]"]]
        summed = np.zeros(HIDDEN)
        for text, part in enumerate(parts):
            for word in part:
                summed += self.embeddings[places.get(word, 0)].astype(np.float64)
                summed += self.texts[text] if "token_type_ids" in self.inputs else 0
        return np.asarray(np.tanh(summed) @ self.head)

    def file(self) -> bytes:
        """Return it as an ONNX file."""
        typed = "token_type_ids" in self.inputs
        nodes = [node("Gather", ["embeddings", "input_ids"], "words")]
        if typed:
            nodes += [node("Gather", ["texts", "token_type_ids"], "sides"), node("Add", ["words", "sides"], "each")]
        else:
            nodes += [node("Identity", ["words"], "each")]
        nodes += [
            node("Cast", ["attention_mask"], "shares", to=FLOAT),
            node("Unsqueeze", ["shares", "last"], "mask"),
            node("Mul", ["each", "mask"], "seen"),
        ]
        if not self.states:
            nodes += [node("ReduceSum", ["seen", "axis"], "summed", keepdims=0)]
        nodes += [
            node("Tanh", ["seen" if self.states else "summed"], "bent"),
            node("MatMul", ["bent", "head"], self.name),
        ]
        tensors = [
            tensor("embeddings", self.embeddings),
            tensor("texts", self.texts),
            tensor("head", self.head),
            tensor("axis", np.array([1], np.int64)),
            tensor("last", np.array([2], np.int64)),
        ]
        shape = ("batch", "pieces", self.outputs) if self.states else ("batch", self.outputs)
        given = [value(name, self.kind, "batch", "pieces") for name in self.inputs]
        return model(nodes, tensors, given, [value(self.name, FLOAT, *shape)])


def tokenizer(vocabulary: Sequence[str]) -> Tokenizer:
    """Return a tokenizer of whole words, between marks as BERT puts them."""
    found = Tokenizer(models.WordLevel({word: place for place, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    found.pre_tokenizer = pre_tokenizers.Whitespace()
    found.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
    )
    return found


def write(folder: Path, file: bytes, vocabulary: Sequence[str], config: Mapping[str, Any]) -> Path:
    """Write a cross-encoder into a folder as an export does, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(file)
    tokenizer(vocabulary).save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps(config))
    return folder
