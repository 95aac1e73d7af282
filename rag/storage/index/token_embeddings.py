"""Late interaction: compare a question with an abstract word by word.

Every token of an abstract keeps its contextual state, made small: projected by a fixed random matrix and rounded to
8 bits. A word of the question is then as well met as its best likeness among them (ColBERT's MaxSim: Khattab and
Zaharia 2020, section 3.3). Pure functions over arrays; knows nothing of papers or files.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.utils.arrays import Matrix, unit

DIMENSION = 128  # of a projected state; 64 lost, 192 gained nothing (eval/RESULTS.md)
SEED = 7


class States(NamedTuple):
    """The small states of one abstract's tokens, in reading order.

    `values` (n, DIMENSION) int8, `scales` (n,) float16: their product has rows of length 1. `sentences` (n,) uint16:
    the sentence each token stands in, counted from 1; 0 is the title.
    """

    values: NDArray[np.int8]
    scales: NDArray[np.float16]
    sentences: NDArray[np.uint16]


@lru_cache(maxsize=4)
def projection(dimension: int) -> Matrix:
    """Return the fixed (dimension, DIMENSION) matrix of random signs (Achlioptas 2003).

    Made from the raw bits of a seeded PCG64, whose stream NumPy guarantees: stored states depend on it.
    """
    bits = np.random.PCG64(SEED).random_raw(dimension * DIMENSION // 64 + 1)
    signs = np.unpackbits(bits.astype("<u8").view(np.uint8))[: dimension * DIMENSION]
    return (signs.reshape(dimension, DIMENSION) * 2.0 - 1.0).astype(np.float32)


def project(tokens: Matrix) -> Matrix:
    """Return the states of tokens (n, dimension) projected to (n, DIMENSION), each row of length 1."""
    return unit(tokens @ projection(tokens.shape[1]))


def compress(tokens: Matrix, sentences: NDArray[np.uint16]) -> States:
    """Return the states of tokens (n, dimension), made small."""
    small = project(tokens)
    scales = np.maximum(np.abs(small).max(axis=1, initial=0.0), 1e-6) / 127
    values = np.rint(small / scales[:, None]).astype(np.int8)
    return States(values, scales.astype(np.float16), sentences)


def expand(states: States) -> Matrix:
    """Return the projected states as floats: (n, DIMENSION), rows of length about 1."""
    return states.values.astype(np.float32) * states.scales.astype(np.float32)[:, None]


def best_likeness(question: Matrix, states: Matrix) -> NDArray[np.float32]:
    """Return, for each row of the question (m, DIMENSION), its best cosine among the states (n, DIMENSION)."""
    best: NDArray[np.float32] = (question @ states.T).max(axis=1, initial=-1.0)
    return best


def sentence_vectors(states: Matrix, sentences: NDArray[np.uint16]) -> dict[int, Matrix]:
    """Return the mean state of each sentence that has any token, each of length 1, by sentence number."""
    numbers, starts, counts = np.unique(sentences, return_index=True, return_counts=True)
    # Tokens come in reading order, so that each sentence is one run of rows.
    sums = np.add.reduceat(states, starts, axis=0) if len(starts) else states
    means = unit((sums / counts[:, None]).astype(np.float32)) if len(starts) else sums
    return dict(zip(numbers.tolist(), means, strict=True))
