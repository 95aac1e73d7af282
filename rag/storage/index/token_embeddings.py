"""Token embeddings made small: every token of an abstract keeps its contextual state, for late interaction.

Projected by a fixed random matrix (Achlioptas 2003) and rounded to 8 bits. Pure functions over arrays.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.utils.arrays import Matrix, unit

DIMENSION = 128  # of a projected token; 64 lost, 192 gained nothing (eval/RESULTS.md)
SEED = 7


class TokenEmbeddings(NamedTuple):
    """The embeddings of one abstract's tokens, made small, in reading order.

    `values` (n, DIMENSION) int8, `scales` (n,) float16: their product has rows of length 1. `sentences` (n,) uint16:
    the sentence each token stands in, counted from 1; 0 is the title.
    """

    values: NDArray[np.int8]
    scales: NDArray[np.float16]
    sentences: NDArray[np.uint16]


@lru_cache(maxsize=4)
def projection(dimension: int) -> Matrix:
    """Return the fixed (dimension, DIMENSION) matrix of random signs (Achlioptas 2003).

    Made from the raw bits of a seeded PCG64, whose stream NumPy guarantees: what is stored depends on it.
    """
    bits = np.random.PCG64(SEED).random_raw(dimension * DIMENSION // 64 + 1)
    signs = np.unpackbits(bits.astype("<u8").view(np.uint8))[: dimension * DIMENSION]
    return (signs.reshape(dimension, DIMENSION) * 2.0 - 1.0).astype(np.float32)


def project(tokens: Matrix) -> Matrix:
    """Return the embeddings of tokens (n, dimension) projected to (n, DIMENSION), each row of length 1."""
    return unit(tokens @ projection(tokens.shape[1]))


def compress(tokens: Matrix, sentences: NDArray[np.uint16]) -> TokenEmbeddings:
    """Return the embeddings of tokens (n, dimension), with the sentence each stands in, made small."""
    small = project(tokens)
    scales = np.maximum(np.abs(small).max(axis=1, initial=0.0), 1e-6) / 127
    values = np.rint(small / scales[:, None]).astype(np.int8)
    return TokenEmbeddings(values, scales.astype(np.float16), sentences)


def expand(small: TokenEmbeddings) -> Matrix:
    """Return the projected embeddings as floats: (n, DIMENSION), rows of length about 1."""
    return small.values.astype(np.float32) * small.scales.astype(np.float32)[:, None]
