"""Token embeddings made small: every token of an abstract keeps its contextual state, for late interaction.

Two forms, and a library may hold both, paper by paper:

    SIGNED     any model's: projected by a fixed matrix of random signs (Achlioptas 2003), rounded to 8 bits
    PRINCIPAL  the bundled model's: projected on the principal axes of its states, rounded to 2 bits
               (rag.storage.index.two_bits), and only of words that tell, for a question looks for no others

Pure functions over arrays.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.storage.index import two_bits
from rag.utils.arrays import Matrix, unit

DIMENSION = 128  # of a token in the signed form; 64 lost, 192 gained nothing (eval/RESULTS.md)
SEED = 7
PRINCIPAL_MODEL = "all-MiniLM-L6-v2-int8"  # the axes are those of its states
STANDS_IN = f"quick-made-up-vectors for {PRINCIPAL_MODEL}"  # which a measure of libraries of made-up papers embeds with


class Form(StrEnum):
    """How token embeddings were made small; the value stands in the row of every paper that isn't signed."""

    SIGNED = "signed 128x8"
    PRINCIPAL = "principal 192x2"


class TokenEmbeddings(NamedTuple):
    """The embeddings of the tokens kept of one abstract, made small, in reading order.

    `sentences` (n,) uint16: the sentence each token stands in, counted from 1; 0 is the title. Signed: `values`
    (n, DIMENSION) int8 and `scales` (n,) float16, whose product has rows of length 1. Principal: `values` are packed
    codes (n, two_bits.SIZE) uint8, and there are no scales.
    """

    values: NDArray[Any]
    scales: NDArray[np.float16]
    sentences: NDArray[np.uint16]
    form: Form = Form.SIGNED


NO_TOKENS = TokenEmbeddings(np.empty((0, DIMENSION), np.int8), np.empty(0, np.float16), np.empty(0, np.uint16))


def forms_of(embedding: str) -> tuple[Form, ...]:
    """Return the forms that a library made with an embedding model may hold: first the one that is written now."""
    return (Form.PRINCIPAL, Form.SIGNED) if embedding in {PRINCIPAL_MODEL, STANDS_IN} else (Form.SIGNED,)


@lru_cache(maxsize=4)
def projection(dimension: int) -> Matrix:
    """Return the fixed (dimension, DIMENSION) matrix of random signs (Achlioptas 2003).

    Made from the raw bits of a seeded PCG64, whose stream NumPy guarantees: what is stored depends on it.
    """
    bits = np.random.PCG64(SEED).random_raw(dimension * DIMENSION // 64 + 1)
    signs = np.unpackbits(bits.astype("<u8").view(np.uint8))[: dimension * DIMENSION]
    return (signs.reshape(dimension, DIMENSION) * 2.0 - 1.0).astype(np.float32)


def project(tokens: Matrix, form: Form = Form.SIGNED) -> Matrix:
    """Return the embeddings of tokens (n, dimension) projected as a form does, before rounding: rows of length 1."""
    if form is Form.PRINCIPAL:
        return unit(tokens @ two_bits.axes())
    return unit(tokens @ projection(tokens.shape[1]))


def compress(
    tokens: Matrix, sentences: NDArray[np.uint16], form: Form = Form.SIGNED, words: NDArray[np.bool_] | None = None
) -> TokenEmbeddings:
    """Return the embeddings of tokens (n, dimension), with the sentence each stands in, made small.

    `words` (n,) tells which stand in words that tell: in the principal form the others are left out; None: all do.
    """
    if form is Form.PRINCIPAL:
        kept = slice(None) if words is None else asked_for(words, sentences)
        codes = two_bits.pack(project(tokens[kept], form))
        return TokenEmbeddings(codes, np.empty(0, np.float16), sentences[kept], form)
    small = project(tokens, form)
    scales = np.maximum(np.abs(small).max(axis=1, initial=0.0), 1e-6) / 127
    values = np.rint(small / scales[:, None]).astype(np.int8)
    return TokenEmbeddings(values, scales.astype(np.float16), sentences)


def asked_for(words: NDArray[np.bool_], sentences: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Return which tokens are kept in the principal form: those in words that tell, and all of a sentence of none."""
    kept: NDArray[np.bool_] = words | ~np.isin(sentences, sentences[words])
    return kept


def expand(small: TokenEmbeddings) -> Matrix:
    """Return the projected embeddings as floats: rows of length about 1, as long as the form has dimensions."""
    if small.form is Form.PRINCIPAL:
        return two_bits.unpack(small.values)
    return small.values.astype(np.float32) * small.scales.astype(np.float32)[:, None]
