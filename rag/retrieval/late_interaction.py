"""Late interaction: how well each word of a question is met in an abstract, and which sentences are like it.

A word is as well met as its best likeness among the abstract's tokens (ColBERT's MaxSim: Khattab and Zaharia 2020,
section 3.3).
"""

from collections.abc import Iterable, Mapping
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
    numbers, starts = _runs(sentences)
    sums = np.add.reduceat(tokens, starts, axis=0) if len(starts) else tokens
    counts = np.diff(starts, append=len(sentences))
    means = unit((sums / counts[:, None]).astype(np.float32)) if len(starts) else sums
    return dict(zip(numbers, means, strict=True))


def word_likeness(query: Query, tokens: TokensOfPaper) -> NDArray[np.float32]:
    """Return, for each word of the query, the mean best likeness of its tokens among those of a paper or sentence."""
    [found] = _of_words(query, best_likeness(query.tokens[tokens.form], tokens.states)[None])
    met: NDArray[np.float32] = found
    return met


def compared(query: Query, papers: Mapping[int, TokensOfPaper]) -> dict[int, Matrix]:
    """Return the cosines of every token of the query's words (m,) with every token of each paper (m, n), by id."""
    return {paper_id: query.tokens[tokens.form] @ tokens.states.T for paper_id, tokens in papers.items()}


def word_likenesses(query: Query, cosines: Mapping[int, Matrix]) -> dict[int, NDArray[np.float32]]:
    """Return what `word_likeness` does of each paper, by id, from what `compared` gave."""
    best = [found.max(axis=1, initial=-1.0) for found in cosines.values()]
    return dict(zip(cosines, _of_words(query, np.stack(best)), strict=True)) if best else {}


def sentence_word_likeness(
    query: Query, cosines: Matrix, sentences: NDArray[np.uint16]
) -> dict[int, NDArray[np.float32]]:
    """Return what `word_likeness` does of each sentence of a paper that has any token, by sentence number."""
    numbers, starts = _runs(sentences)
    if not numbers:
        return {}
    best = np.maximum(np.maximum.reduceat(cosines, starts, axis=1), -1.0)
    return dict(zip(numbers, _of_words(query, best.T), strict=True))


def weighted(query: Query, likeness: NDArray[np.float32]) -> float:
    """Return the mean likeness of the query's words, telling words counting more."""
    return weighted_all(query, [likeness])[0]


def weighted_all(query: Query, likeness: Iterable[NDArray[np.float32]]) -> list[float]:
    """Return what `weighted` does of each paper."""
    weights = np.sqrt([query.weights[word.stem] for word in query.words])
    total = weights.sum()
    return [float(one @ weights / total) for one in likeness]


def _of_words(query: Query, best: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of each word's tokens (k, words), of the likeness of all tokens (k, m)."""
    of_word = (query.owners == np.arange(len(query.words))[:, None]).astype(np.float64)
    means: NDArray[np.float64] = best.astype(np.float64) @ of_word.T / np.maximum(of_word.sum(axis=1), 1)
    return means.astype(np.float32)


def _runs(sentences: NDArray[np.uint16]) -> tuple[list[int], NDArray[np.int64]]:
    """Return the number of each sentence that has tokens, and its first: in reading order a sentence is one run."""
    starts = np.flatnonzero(np.diff(sentences, prepend=-1))
    return sentences[starts].tolist(), starts
