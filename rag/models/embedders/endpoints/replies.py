"""The vectors in a reply of an endpoint for embeddings, in whatever form servers put them."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

HOLDERS = ("data", "embeddings", "embedding", "output", "results", "result", "float")
PLACES = ("index", "text_index", "input_index", "textIndex")


def vectors_of(reply: Any) -> list[NDArray[np.float32]]:
    """Return the vectors of a reply, in the order of the texts. Raises ValueError when it is no list of embeddings.

    Known are OpenAI's form, also with `index` missing, useless or under another name, bare lists, lists under other
    names, numbers packed in base64, whole numbers, and a vector in a list of its own.

    >>> reply = {"data": [{"index": 1, "embedding": [2]}, {"index": 0, "embedding": [[1]]}]}
    >>> [vector.tolist() for vector in vectors_of(reply)]
    [[1.0], [2.0]]
    """
    items = _items(reply)
    found = [_vector(item) for item in items]
    places = [_place(item) for item in items]
    for first in (0, 1):
        if sorted(places) == list(range(first, first + len(items))):
            return [vector for _, vector in sorted(zip(places, found, strict=True), key=lambda pair: pair[0])]
    return found


def _items(reply: Any) -> Sequence[Any]:
    held = reply
    while isinstance(held, dict):
        name = next((name for name in HOLDERS if name in held), None)
        if name is None:
            msg = "it holds no embeddings"
            raise ValueError(msg)
        if name == "embedding" and _is_numbers(held[name]):
            return [held]
        held = held[name]
    if not isinstance(held, list):
        msg = "it holds no list"
        raise ValueError(msg)  # noqa: TRY004  (one kind of error for all that a reply may hold)
    return [held] if _is_numbers(held) else held


def _is_numbers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, int | float) for one in value)


def _place(item: Any) -> int:
    """Return the index of an item; -1 when it tells none."""
    told = next((item[name] for name in PLACES if name in item), None) if isinstance(item, dict) else None
    try:
        return int(told) if isinstance(told, int | str | float) and not isinstance(told, bool) else -1
    except (ValueError, OverflowError):  # no number, or an infinite one
        return -1


def _vector(item: Any) -> NDArray[np.float32]:
    value = item
    if isinstance(item, dict):
        value = next((item[name] for name in ("embedding", "embeddings", "vector", "values") if name in item), None)
    while isinstance(value, dict):  # by the kind of its numbers, as {"float": [...]}
        value = next((value[name] for name in ("float", "values", "embedding", "dense") if name in value), None)
    if isinstance(value, str):
        return _unpacked(value)
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    if isinstance(value, list) and value and isinstance(value[0], list):
        msg = "a text got a vector for each token; have the server pool them (llama.cpp: --pooling mean)"
        raise ValueError(msg)
    if not isinstance(value, list):
        msg = "an embedding is missing"
        raise ValueError(msg)  # noqa: TRY004
    try:
        with np.errstate(over="ignore"):  # too large a number is infinite, and refused as such
            return np.asarray([float(one) for one in value], np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        msg = "an embedding holds what is no number"
        raise ValueError(msg) from error


def _unpacked(text: str) -> NDArray[np.float32]:
    try:
        content = base64.b64decode(text, validate=True)
        return np.frombuffer(content, "<f4").astype(np.float32)
    except (binascii.Error, ValueError) as error:
        msg = "an embedding is a text that is no base64 of numbers"
        raise ValueError(msg) from error
