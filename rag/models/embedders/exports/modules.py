"""What a sentence-transformers model does after its transformer, by modules.json: pooling, then layers and lengths.

What isn't known is refused: vectors made without it would look as good and find nothing.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rag.models.embedders.exports.pooling import FLAGS, Pooling
from rag.utils.arrays import Matrix, Vector, unit

Step = Callable[[Vector], Vector]
ACTIVATIONS: dict[str, Callable[[Vector], Any]] = {
    "Identity": lambda x: x,
    "Tanh": np.tanh,
    "ReLU": lambda x: np.maximum(x, 0),
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}
NUMBERS = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}
LARGEST_HEADER = 10_000_000  # bytes; more is no description of a layer


@dataclass(frozen=True, eq=False)
class Dense:
    """A layer: `activation(weight @ x + bias)`. `weight`: (out, in)."""

    weight: Matrix
    bias: Vector
    activation: Callable[[Vector], Any]

    def __call__(self, x: Vector) -> Vector:
        """Return what the layer makes of a vector."""
        made: Vector = self.activation(self.weight @ x + self.bias)
        return made


class Modules(NamedTuple):
    """What is done with the states of a text's word pieces.

    `pooling`: None where nothing tells it. `counts_prompt`: whether a prompt's word pieces are pooled too. `steps`:
    what the pooled vector goes through, in order.
    """

    pooling: Pooling | None = None
    counts_prompt: bool = True
    steps: tuple[Step, ...] = ()

    @property
    def changing(self) -> tuple[Step, ...]:
        """The steps up to the last layer: a length made 1 behind it says nothing, for that of every vector is."""
        last = max((place for place, step in enumerate(self.steps, start=1) if isinstance(step, Dense)), default=0)
        return self.steps[:last]


def read_object(file: Path) -> dict[str, Any]:
    """Return the JSON object of a file, an empty one when there is no such file. Raises ValueError."""
    if not file.is_file():
        return {}
    value = _read_json(file)
    if not isinstance(value, dict):
        msg = f"{file} holds no JSON object"
        raise ValueError(msg)  # noqa: TRY004  (one kind of error for all that a file may hold)
    return value


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        msg = f"{file} can't be read ({error})"
        raise ValueError(msg) from error


def read_modules(folder: Path) -> Modules:
    """Return what modules.json of a folder describes. Raises ValueError for what can't be done here, or be read."""
    file = folder / "modules.json"
    if not file.is_file():
        place = folder / "1_Pooling"
        return _pooled(Modules(), place) if (place / "config.json").is_file() else Modules()
    told = _read_json(file)
    try:
        listed = [(str(one["type"]).rpartition(".")[2], folder / str(one["path"])) for one in told]
    except (TypeError, KeyError) as error:
        msg = f"{file} lists no modules"
        raise ValueError(msg) from error
    found = Modules()
    for kind, place in listed:
        if kind == "Pooling":
            found = _pooled(found, place)
        elif kind == "Dense":
            found = found._replace(steps=(*found.steps, read_dense(place)))
        elif kind == "Normalize":
            found = found._replace(steps=(*found.steps, unit))
        elif "Transformer" not in kind and kind != "Dropout":
            msg = f"{file} has a module {kind}, which is not known here"
            raise ValueError(msg)
    return found


def _pooled(found: Modules, place: Path) -> Modules:
    """Return the modules with the pooling of a folder. Raises ValueError unless it is one that is known."""
    file = place / "config.json"
    if not file.is_file():
        msg = f"{file} is missing, which says how to pool"
        raise ValueError(msg)
    config = read_object(file)
    modes = [how for flag, how in FLAGS.items() if config.get(flag)]
    told = config.get("pooling_mode")
    if isinstance(told, str):
        modes = [how for how in FLAGS.values() if how == told.casefold().removesuffix("_token")]
    if len(modes) != 1:
        names = " and ".join(modes) or (repr(told) if told else "none")
        msg = f"{file} names the pooling {names}; one of {', '.join(FLAGS.values())} can be done"
        raise ValueError(msg)
    return found._replace(pooling=modes[0], counts_prompt=config.get("include_prompt", True) is not False)


def read_dense(place: Path) -> Dense:
    """Return the layer of a folder. Raises ValueError when its weights or its activation can't be had."""
    config, file = read_object(place / "config.json"), place / "model.safetensors"
    activation = str(config.get("activation_function", "")).rpartition(".")[2]
    if activation not in ACTIVATIONS:
        msg = f"{place} is a layer with the activation {activation or 'untold'}, which is not known here"
        raise ValueError(msg)
    if config.get("module_input_name", "sentence_embedding") != "sentence_embedding":
        msg = f"{place} is a layer over word pieces, which is not known here"
        raise ValueError(msg)
    if not file.is_file():
        msg = f"{place} is a layer without model.safetensors (weights as a pickle are not read)"
        raise ValueError(msg)
    weights = read_safetensors(file)
    weight = weights.get("linear.weight")
    if weight is None or weight.ndim != 2:
        msg = f"{file} holds no linear.weight"
        raise ValueError(msg)
    bias = weights.get("linear.bias", np.zeros(len(weight), np.float32))
    return Dense(weight, bias, ACTIVATIONS[activation])


def read_safetensors(file: Path) -> dict[str, Matrix]:
    """Return the arrays of a safetensors file by name, as float32. Raises ValueError when it is none."""
    try:
        content = file.read_bytes()
        size = int.from_bytes(content[:8], "little")
        if not 2 <= size <= LARGEST_HEADER:
            msg = "no header"
            raise ValueError(msg)  # noqa: TRY301  (one place tells all damage)
        header: Mapping[str, Any] = json.loads(content[8 : 8 + size])
        body = memoryview(content)[8 + size :]
        return {name: _array(told, body) for name, told in header.items() if name != "__metadata__"}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{file} can't be read ({error})"
        raise ValueError(msg) from error


def _array(told: Mapping[str, Any], body: memoryview) -> Matrix:
    start, end = told["data_offsets"]
    if told["dtype"] == "BF16":  # the upper half of a float32
        halves = np.frombuffer(body[start:end], "<u2").astype(np.uint32)
        found: Matrix = (halves << 16).view(np.float32).reshape(told["shape"])
        return found
    values = np.frombuffer(body[start:end], NUMBERS[told["dtype"]])
    return values.astype(np.float32).reshape(told["shape"])
