"""A question made ready to be searched for: its vector, its words, and how telling each is in this library."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import QuestionError
from rag.models.embedders.base import Embedded, Embedder
from rag.storage.catalog.catalog import Catalog
from rag.storage.index.token_embeddings import Form, forms_of, project
from rag.text.words import Word, content_words
from rag.utils.arrays import Matrix, Vector, unit

LONGEST_QUESTION = 4_000  # characters
SEARCH_TERMS = 64  # words of a question that full-text search looks up


class Query(NamedTuple):
    """A question made ready.

    `weights`: the inverse document frequency of each stem. By every form that the library's token embeddings may have:
    `sense` (width,), the mean of all its projected token embeddings, length 1; `tokens` (n, width), those of `words`.
    `owners` (n,): the index of each one's word. Without token embeddings of words `tokens` and `owners` are empty.
    """

    embedded: Embedded
    weights: dict[str, float]
    words: list[Word]
    sense: Mapping[Form, Vector]
    tokens: Mapping[Form, Matrix]
    owners: NDArray[np.int64]


def prepare(question: str, embedder: Embedder, catalog: Catalog) -> Query:
    """Return a question made ready for one library. Raises EmbeddingError."""
    embedded = next(iter(embedder.embed([question], kind="query")))
    words = content_words(question)
    stems = list(dict.fromkeys(word.stem for word in words))[:SEARCH_TERMS]
    frequency = catalog.full_text.document_frequency(stems)
    total = catalog.count()
    weights = {stem: inverse_document_frequency(frequency.get(stem, 0), total) for stem in stems}
    words = [word for word in words if word.stem in weights]
    owners = np.full(len(embedded.tokens), -1)
    for number, word in enumerate(words):
        owners[(embedded.offsets[:, 0] >= word.start) & (embedded.offsets[:, 1] <= word.end)] = number
    forms = forms_of(embedder.name) if len(embedded.tokens) else ()
    projected = {form: project(embedded.tokens, form) for form in forms}
    sense = {form: unit(tokens.mean(axis=0)) for form, tokens in projected.items()}
    asked = {form: tokens[owners >= 0] for form, tokens in projected.items() if (owners >= 0).any()}
    return Query(embedded, weights, words, sense, asked, owners[owners >= 0])


def check_question(question: str) -> None:
    """Raise QuestionError for a question that no search can make sense of."""
    if sum(character.isalnum() for character in question) < 2:
        msg = f"The question {question.strip()!r} is too short to search for: ask with a word or more."
        raise QuestionError(msg)
    if len(question) > LONGEST_QUESTION:
        msg = f"The question has {len(question):,} characters, at most {LONGEST_QUESTION:,} fit: shorten it."
        raise QuestionError(msg)


def inverse_document_frequency(frequency: int, total: int) -> float:
    """Return how telling a word is that occurs in `frequency` of `total` papers (BM25's form, never negative)."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))
