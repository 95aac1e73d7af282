"""Token states of the bundled model on their principal axes, two bits a number: 48 bytes a token.

The axes (rag/data/minilm_axes.npy) are the 192 directions that its states differ most in, turned by a fixed rotation so
that all have the same variance, and one rounding fits them all: the four levels that lose least of normally distributed
numbers (Lloyd 1982, Max 1960). Made again by `python -m eval.benchmarks.fitting.token_axes`. Whatever is stored depends
on these numbers: other ones need another Form.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.utils.arrays import Matrix

AXES = Path(__file__).resolve().parents[2] / "data" / "minilm_axes.npy"
DIMENSION = 192
A_BYTE = 4  # numbers of two bits
SIZE = DIMENSION // A_BYTE  # bytes a token
CUT = 0.9816 / np.sqrt(DIMENSION)  # between the inner and the outer levels, for rows of length 1
INNER, OUTER = 0.4528, 1.5104
# Rounding makes likenesses smaller, and so do tokens that aren't kept: by this they are those of the signed form in the
# mean, as papers in either form may be ranked beside each other, and what is fitted to likenesses goes on to fit.
GAIN = 1.12  # of 30 papers found for each question of the development set and of conversations


@lru_cache(maxsize=1)
def axes() -> Matrix:
    """Return the fixed (384, DIMENSION) matrix that the states of the bundled model are projected by."""
    found: Matrix = np.load(AXES, allow_pickle=False).astype(np.float32)
    return found


def pack(rows: Matrix) -> NDArray[np.uint8]:
    """Return projected rows of length 1, (n, DIMENSION), as codes (n, SIZE): four numbers a byte, the first lowest."""
    codes = ((rows > -CUT).view(np.uint8) + (rows > 0) + (rows > CUT)).reshape(-1, SIZE, A_BYTE)
    packed: NDArray[np.uint8] = codes[..., 0] | codes[..., 1] << 2 | codes[..., 2] << 4 | codes[..., 3] << 6
    return packed


def unpack(packed: NDArray[np.uint8]) -> Matrix:
    """Return codes (n, SIZE) as numbers (n, DIMENSION), rows of length about 1."""
    return _meanings()[packed].view(np.float32)


@lru_cache(maxsize=1)
def _meanings() -> NDArray[np.complex128]:
    """Return the four numbers that each byte stands for; as one item of 16 bytes, which NumPy copies at once."""
    levels = np.array([-OUTER, -INNER, INNER, OUTER]) * GAIN / np.sqrt(DIMENSION)
    codes = np.arange(256)[:, None] >> np.arange(0, 8, 2) & 3
    return np.ascontiguousarray(levels[codes].astype(np.float32)).view(np.complex128).reshape(256)
