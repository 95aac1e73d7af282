"""What a session of an embedding model is fed and gives: its inputs by their names, its outputs by what they hold."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rag.models.embedders.base import Kind
from rag.models.embedders.exports.export import Export

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

POOLED = ("sentence_embedding", "sentence_embeddings")  # with every module of sentence-transformers behind it
STATES = ("last_hidden_state", "token_embeddings", "hidden_states", "last_hidden_states")
HEAD = "pooler_output"  # what BERT was trained to tell neighbouring sentences by: no embedding while there is another
KNOWN = ("input_ids", "attention_mask", "token_type_ids", "position_ids", "task_id", "use_cache_branch")
PAST = "past_"  # what a generating model remembers of earlier words: nothing
TYPES: dict[str, Any] = {
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(bool)": np.bool_,
}


class Wanted(NamedTuple):
    """An input of a model. `shape`: numbers, or names of what differs from call to call."""

    name: str
    kind: Any
    shape: tuple[Any, ...]


class Feeder:
    """Makes the inputs of one text. Raises ValueError, when made, for a model that wants what no text has."""

    def __init__(self, session: "InferenceSession", export: Export) -> None:
        self._wanted = [
            Wanted(one.name, TYPES.get(one.type, np.int64), tuple(one.shape)) for one in session.get_inputs()
        ]
        self._export = export
        unknown = [one.name for one in self._wanted if one.name not in KNOWN and not one.name.startswith(PAST)]
        if unknown:
            msg = f"it wants inputs that no text has ({', '.join(unknown)})"
            raise ValueError(msg)
        if any(one.name == "task_id" for one in self._wanted) and len(export.tasks) < 2:
            msg = "it wants a task_id, and config.json names no lora_adaptations for queries and passages"
            raise ValueError(msg)
        ids = next((one for one in self._wanted if one.name == "input_ids"), None)
        fixed = ids.shape[-1] if ids is not None and ids.shape else None
        self.length = fixed if isinstance(fixed, int) and fixed > 0 else None  # of every input, filled up with padding

    def inputs(self, ids: Sequence[int], types: Sequence[int], kind: Kind) -> dict[str, Any]:
        """Return what the session is to be fed for the word pieces of one text."""
        empty = max(0, (self.length or 0) - len(ids))
        count, first = len(ids), self._export.first_position
        rows = {
            "input_ids": [*ids, *[0] * empty],
            "attention_mask": [1] * count + [0] * empty,
            "token_type_ids": [*types, *[0] * empty],
            "position_ids": range(first, first + count + empty),
        }
        fed: dict[str, Any] = {}
        for name, dtype, shape in self._wanted:
            if name in rows:
                fed[name] = np.asarray([rows[name]], dtype)
            elif name == "task_id":
                fed[name] = np.full([1] * len(shape), self._export.tasks[kind], dtype)
            else:  # nothing was read before: one row, no earlier words
                sizes = [size if isinstance(size, int) else int(place == 0) for place, size in enumerate(shape)]
                fed[name] = np.zeros(sizes, dtype)
        return fed


class Outputs(NamedTuple):
    """Which outputs to ask a session for: the pooled vector, the states of word pieces; None where there is none."""

    pooled: str | None
    states: str | None


def choose_outputs(session: "InferenceSession") -> Outputs:
    """Return which outputs hold the vector and the states, by their names and numbers of dimensions.

    Raises ValueError when none does.
    """
    ranks = {one.name: len(one.shape or ()) for one in session.get_outputs() if "logits" not in one.name}
    pooled = next((name for name in POOLED if ranks.get(name) in {0, 2}), None)
    named = [name for name in STATES if ranks.get(name) in {0, 3}]
    deep = [name for name, rank in ranks.items() if rank == 3]
    states = next(iter((*named, *deep)), None)
    if pooled is None and states is None:
        flat = [name for name, rank in ranks.items() if rank == 2]
        pooled = next(iter(sorted(flat, key=lambda name: name == HEAD)), None)
    if pooled is None and states is None:
        names = ", ".join(one.name for one in session.get_outputs())
        msg = f"none of its outputs is a vector or the states of word pieces ({names})"
        raise ValueError(msg)
    return Outputs(pooled, states)
