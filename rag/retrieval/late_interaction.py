"""Late interaction: how well each word of a question is met in an abstract, and which sentences are like it.

A word is as well met as its best likeness among the abstract's tokens (ColBERT's MaxSim: Khattab and Zaharia 2020,
section 3.3).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.retrieval.query import Query
from rag.storage.index.token_embeddings import Form, TokenEmbeddings, expand
from rag.utils.arrays import Matrix, unit


class TokensOfPaper(NamedTuple):
    """Token embeddings of a paper or a sentence as floats (n, width of the form), and the sentence of each (n,)."""

    states: Matrix
    sentences: NDArray[np.uint16]
    form: Form

    def of_sentence(self, number: int) -> "TokensOfPaper":
        """Return those of one sentence, counted from 1; 0 is the title."""
        own = self.sentences == number
        return TokensOfPaper(self.states[own], self.sentences[own], self.form)


def tokens_of(stored: Mapping[int, TokenEmbeddings]) -> dict[int, TokensOfPaper]:
    """Return stored token embeddings as floats, by paper id."""
    return {i: TokensOfPaper(expand(found), found.sentences, found.form) for i, found in stored.items()}


def best_likeness(question: Matrix, tokens: Matrix) -> NDArray[np.float32]:
    """Return, for each row of the question (m, width), its best cosine among the tokens (n, width) of the same form."""
    best: NDArray[np.float32] = (question @ tokens.T).max(axis=1, initial=-1.0)
    return best


def sentence_likeness(query: Query, tokens: TokensOfPaper) -> dict[int, float]:
    """Return the cosine of each sentence of a paper that has any token with the question, by sentence number."""
    sense, vectors = query.sense[tokens.form], sentence_vectors(tokens.states, tokens.sentences)
    return {number: float(vector @ sense) for number, vector in vectors.items()}


def sentence_vectors(tokens: Matrix, sentences: NDArray[np.uint16]) -> dict[int, Matrix]:
    """Return the mean token of each sentence that has any, each of length 1, by sentence number; 0 is the title."""
    numbers, starts, counts = np.unique(sentences, return_index=True, return_counts=True)
    # Tokens come in reading order, so that each sentence is one run of rows.
    sums = np.add.reduceat(tokens, starts, axis=0) if len(starts) else tokens
    means = unit((sums / counts[:, None]).astype(np.float32)) if len(starts) else sums
    return dict(zip(numbers.tolist(), means, strict=True))


def word_likeness(query: Query, tokens: TokensOfPaper) -> NDArray[np.float32]:
    """Return, for each word of the query, the mean best likeness of its tokens among those of a paper or sentence."""
    best = best_likeness(query.tokens[tokens.form], tokens.states)
    counts = np.bincount(query.owners, minlength=len(query.words))
    sums = np.bincount(query.owners, weights=best, minlength=len(query.words))
    return (sums / np.maximum(counts, 1)).astype(np.float32)


def weighted(query: Query, likeness: NDArray[np.float32]) -> float:
    """Return the mean likeness of the query's words, telling words counting more."""
    weights = np.sqrt([query.weights[word.stem] for word in query.words])
    return float(likeness @ weights / weights.sum())
