"""Embeddings from any OpenAI-compatible endpoint.

Tells vectors only, no token states: retrieval then ranks without late interaction, by words and whole-abstract
vectors.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAI, OpenAIError

from rag.errors import EmbeddingError
from rag.models.embedders.base import Embedded
from rag.models.openai_client import bare_address, sync_client
from rag.settings import Settings
from rag.utils.arrays import Vector
from rag.utils.batching import batched

BATCH = 64  # texts a request: far under every provider's limit
CHARACTERS_PER_TOKEN = 4  # a cautious estimate; these abstracts have 5.5
TRIES = 2  # a slow endpoint is asked twice, then told
WINDOW = 2_000  # tokens; the common models take 8,192, local ones often 2,048


class OpenAIEmbedder:
    """Vectors of one model behind an OpenAI-compatible endpoint, L2-normalised here."""

    def __init__(self, model: str, settings: Settings) -> None:
        """Make the client; nothing is asked yet. Raises EmbeddingError when no endpoint is set."""
        if settings.openai_api_key is None and settings.openai_base_url is None:
            msg = "OPENAI_API_KEY is not set. Set it, or name another server with OPENAI_BASE_URL."
            raise EmbeddingError(msg)
        self._model = model
        self._client = embedding_client(settings)
        self.name = f"openai:{model}"
        self.window = WINDOW

    @cached_property
    def dimension(self) -> int:
        """Length of a vector, learned from the endpoint once."""
        return len(next(self.embed(["dimension"])).vector)

    def length(self, text: str) -> int:
        """Return an estimate of the number of tokens."""
        return len(text) // CHARACTERS_PER_TOKEN + 1

    def embed(self, texts: Sequence[str]) -> Iterator[Embedded]:
        """Yield each text embedded, in order. Raises EmbeddingError when the endpoint fails."""
        for batch in batched(texts, BATCH):
            try:
                vectors = embed_texts(self._client, self._model, list(batch))
            except ConnectionError as error:
                msg = (
                    f"Embedding with {self.name} failed: {error}. Check OPENAI_BASE_URL, OPENAI_API_KEY and the model."
                )
                raise EmbeddingError(msg) from error
            if len(vectors) != len(batch):
                raise self._unusable(f"{len(vectors)} vectors came for {len(batch)} texts")
            for values in vectors:
                vector: Vector = np.asarray(values, dtype=np.float32)
                length = float(np.linalg.norm(vector))
                if not 0 < length < np.inf:
                    why = "a vector is empty, zero or not finite"
                    raise self._unusable(why)
                yield Embedded(
                    vector / length,
                    np.empty((0, len(vector)), np.float32),
                    np.empty((0, 2), np.int32),
                )

    def _unusable(self, why: str) -> EmbeddingError:
        return EmbeddingError(
            f"Embedding with {self.name} failed: {why}. Check OPENAI_BASE_URL, OPENAI_API_KEY and the model's name."
        )


def embedding_client(settings: Settings) -> OpenAI:
    """Return a client of the endpoint that the settings name."""
    return sync_client(settings, tries=TRIES)


def embed_texts(client: OpenAI, model: str, texts: list[str]) -> list[list[float]]:
    """Return one vector a text from the endpoint, in order. Raises ConnectionError with one line that says why."""
    endpoint = bare_address(str(client.base_url))
    try:
        reply = client.embeddings.create(model=model, input=texts, encoding_format="float")
    except APITimeoutError:
        msg = f"{endpoint} was asked {TRIES} times and did not answer within {client.timeout} s"
        raise ConnectionError(msg) from None
    except APIConnectionError:
        msg = f"{endpoint} can't be reached"
        raise ConnectionError(msg) from None
    except APIStatusError as error:
        msg = f"{endpoint} answered {error.status_code} for model {model!r}"
        raise ConnectionError(msg) from None
    except (OpenAIError, ValueError):
        msg = f"{endpoint} answered what is no list of embeddings"
        raise ConnectionError(msg) from None
    try:
        return [[float(value) for value in item.embedding] for item in sorted(reply.data, key=lambda item: item.index)]
    except (AttributeError, TypeError, ValueError):
        msg = f"{endpoint} answered what is no list of embeddings"
        raise ConnectionError(msg) from None
