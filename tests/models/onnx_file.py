"""ONNX files written byte by byte, so that tests can make models whose every weight they know."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT, INT32, INT64 = 1, 6, 7  # as ONNX counts types


def model(nodes: Sequence[bytes], tensors: Sequence[bytes], inputs: Sequence[bytes], outputs: Sequence[bytes]) -> bytes:
    """Return the file of a graph."""
    graph = b"".join(field(1, one) for one in nodes) + field(2, b"g") + b"".join(field(5, one) for one in tensors)
    graph += b"".join(field(11, one) for one in inputs) + b"".join(field(12, one) for one in outputs)
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


def node(operator: str, inputs: Sequence[str], output: str, **attributes: int | list[int]) -> bytes:
    """Return a step of a graph."""
    told = b"".join(field(1, one.encode()) for one in inputs) + field(2, output.encode())
    told += field(4, operator.encode())
    for name, value in attributes.items():
        kind, number, whole = (7, 8, value) if isinstance(value, list) else (2, 3, [value])
        numbers = b"".join(field(number, one) for one in whole)
        told += field(5, field(1, name.encode()) + numbers + field(20, kind))
    return told


def tensor(name: str, values: NDArray[Any], file: str = "") -> bytes:
    """Return weights, numbers of 32 bits or whole ones of 64; with a `file`, what says that they lie in that one."""
    kind = INT64 if values.dtype == np.int64 else FLOAT
    told = b"".join(field(1, size) for size in values.shape) + field(2, kind) + field(8, name.encode())
    if not file:
        return told + field(9, values.tobytes())
    return told + field(13, field(1, b"location") + field(2, file.encode())) + field(14, 1)


def value(name: str, kind: int, *dims: str | int) -> bytes:
    """Return what goes in or comes out: its type, and sizes, by name where any will do."""
    shape = b"".join(field(1, field(2, one.encode()) if isinstance(one, str) else field(1, one)) for one in dims)
    return field(1, name.encode()) + field(2, field(1, field(1, kind) + field(2, shape)))


def field(number: int, value: bytes | int) -> bytes:
    """Return a field of a protocol buffer, the form of ONNX files."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])
