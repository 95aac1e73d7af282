"""Late interaction: how well each word of a question is met in an abstract, and which sentences are like it.

A word is as well met as its best likeness among the abstract's tokens (ColBERT's MaxSim: Khattab and Zaharia 2020,
section 3.3).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rag.retrieval.query import Query
from rag.storage.index.token_embeddings import TokenEmbeddings, expand
from rag.utils.arrays import Matrix, unit

TokensOfPaper = tuple[Matrix, NDArray[np.uint16]]  # (n, DIMENSION), and the number of the sentence of each


def tokens_of(stored: Mapping[int, TokenEmbeddings]) -> dict[int, TokensOfPaper]:
    """Return stored token embeddings as floats, by paper id."""
    return {paper_id: (expand(found), found.sentences) for paper_id, found in stored.items()}


def best_likeness(question: Matrix, tokens: Matrix) -> NDArray[np.float32]:
    """Return, for each row of the question (m, DIMENSION), its best cosine among the tokens (n, DIMENSION)."""
    best: NDArray[np.float32] = (question @ tokens.T).max(axis=1, initial=-1.0)
    return best


def sentence_likeness(query: Query, tokens: TokensOfPaper) -> dict[int, float]:
    """Return the cosine of each sentence of a paper that has any token with the question, by sentence number."""
    return {number: float(vector @ query.sense) for number, vector in sentence_vectors(*tokens).items()}


def sentence_vectors(tokens: Matrix, sentences: NDArray[np.uint16]) -> dict[int, Matrix]:
    """Return the mean token of each sentence that has any, each of length 1, by sentence number; 0 is the title."""
    numbers, starts, counts = np.unique(sentences, return_index=True, return_counts=True)
    # Tokens come in reading order, so that each sentence is one run of rows.
    sums = np.add.reduceat(tokens, starts, axis=0) if len(starts) else tokens
    means = unit((sums / counts[:, None]).astype(np.float32)) if len(starts) else sums
    return dict(zip(numbers.tolist(), means, strict=True))


def words_by_sentence(query: Query, tokens: TokensOfPaper) -> dict[int, NDArray[np.float32]]:
    """Return, for each sentence of a paper that has any token, how each word of the query is met inside of it.

    By sentence number; 0 is the title.
    """
    states, sentences = tokens
    numbers, starts = np.unique(sentences, return_index=True)
    if not len(numbers) or not len(query.tokens):
        return {}
    # Tokens come in reading order, so that each sentence is one run of columns.
    best = np.maximum.reduceat(query.tokens @ states.T, starts, axis=1)
    return {number: _by_word(query, best[:, place]) for place, number in enumerate(numbers.tolist())}


def word_likeness(query: Query, tokens: Matrix) -> NDArray[np.float32]:
    """Return, for each word of the query, the mean best likeness of its tokens among a paper's (n, DIMENSION)."""
    return _by_word(query, best_likeness(query.tokens, tokens))


def _by_word(query: Query, best: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean over the tokens of each word."""
    counts = np.bincount(query.owners, minlength=len(query.words))
    sums = np.bincount(query.owners, weights=best, minlength=len(query.words))
    return (sums / np.maximum(counts, 1)).astype(np.float32)


def weighted(query: Query, likeness: NDArray[np.float32]) -> float:
    """Return the mean likeness of the query's words, telling words counting more."""
    weights = np.sqrt([query.weights[word.stem] for word in query.words])
    return float(likeness @ weights / weights.sum())
