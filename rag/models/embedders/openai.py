"""Embeddings from any OpenAI-compatible endpoint.

Tells vectors only, no token states: retrieval then ranks without late interaction, by words and whole-abstract
vectors. How many texts and how long ones a server takes is learned from what it refuses.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

from rag.errors import EmbeddingError
from rag.models.embedders.base import Embedded, Kind
from rag.models.embedders.endpoints.batches import BatchSize
from rag.models.embedders.endpoints.naming import endpoint_name, endpoint_prompts
from rag.models.embedders.endpoints.refusals import is_size, is_too_long, shortened, window_told
from rag.models.embedders.endpoints.replies import vectors_of
from rag.models.endpoints.addresses import NO_ENDPOINT
from rag.models.endpoints.meanings import Asking, Said, lacks_credit, meaning_of, retry_after, said_by
from rag.models.endpoints.reaching import is_final, unreached
from rag.models.endpoints.said import told, words_of
from rag.models.openai_client import CONNECT_SECONDS, address_of, bare_address, key_of, sync_client
from rag.settings import Settings
from rag.utils.arrays import Vector
from rag.utils.routes import Trouble, route_of
from rag.utils.telling import tell_user

BATCH = 64  # texts a request, until a server takes fewer
CHARACTERS_PER_TOKEN = 4  # a cautious estimate; these abstracts have 5.5
TRIES = 2  # a slow endpoint is asked twice, then told
WINDOW = 2_000  # tokens; the common models take 8,192, local ones often 2,048 or 512
REFUSED = {400, 413, 422}  # what servers say to a request that is too large
BUSY = {429, 503}
FIRST_WAIT = 1.0  # seconds before a busy server that names no time is asked again; then twice as many, and so on
SHORTEST = 100  # characters below which no text is refused for its length


class RefusedError(Exception):
    """A request could be made smaller; `words` are what the server said, on one line."""

    def __init__(self, said: Said) -> None:
        self.said, self.words = said, words_of(said.body)
        super().__init__()  # what it said may hold a key


class OpenAIEmbedder:
    """Vectors of one model behind an OpenAI-compatible endpoint, L2-normalised here."""

    def __init__(self, model: str, settings: Settings) -> None:
        """Make the client; nothing is asked yet. Raises EmbeddingError when no endpoint is set."""
        if settings.openai_api_key is None and settings.openai_base_url is None:
            raise EmbeddingError(NO_ENDPOINT)
        self._model = model
        self._key = key_of(settings)
        self._asking = Asking(model, "ASKPAPERS_EMBEDDING", self._key, route_of(address_of(settings)))
        self._timeout = settings.timeout
        self._client = sync_client(settings, tries=1)
        self._endpoint = bare_address(str(self._client.base_url))
        self._options: dict[str, Any] = {"encoding_format": "float"}
        if settings.dimensions:
            self._options["dimensions"] = settings.dimensions
        self._prompts = endpoint_prompts(settings)
        self._batch = BatchSize(BATCH)
        self._told_of_cuts = False
        self.name = endpoint_name(model, settings)
        self.window = WINDOW

    @cached_property
    def dimension(self) -> int:
        """Length of a vector, learned from the endpoint once."""
        return len(next(self.embed(["dimension"])).vector)

    def length(self, text: str) -> int:
        """Return an estimate of the number of tokens."""
        return (len(self._prompts.passage) + len(text)) // CHARACTERS_PER_TOKEN + 1

    def embed(self, texts: Sequence[str], *, kind: Kind = "passage") -> Iterator[Embedded]:
        """Yield each text embedded, in order; of one that is too long its beginning. Raises EmbeddingError."""
        prompt, waiting = self._prompts.of(kind), deque(texts)
        while waiting:
            batch = [waiting[place] for place in range(min(self._batch.now, len(waiting)))]
            try:
                vectors = self._vectors([prompt + text for text in batch])
            except RefusedError as refusal:
                if len(batch) > 1:
                    self._batch.refused(len(batch), for_its_size=is_size(refusal.words))
                    continue
                vectors = [self._of_beginning(prompt, batch[0], refusal)]
                self._batch.was_the_text()
            else:
                self._batch.worked(len(batch))
            for vector in vectors:
                waiting.popleft()
                yield Embedded(vector, np.empty((0, len(vector)), np.float32), np.empty((0, 2), np.int32))

    def _of_beginning(self, prompt: str, text: str, refusal: RefusedError) -> Vector:
        """Return the vector of as much of a text as the server takes. Raises EmbeddingError when that is no cure."""
        first, cut = refusal, text
        # Where the server's words don't tell, a text of some length may be why.
        while is_too_long(refusal.said.status, refusal.words) or not refusal.words or len(cut) > SHORTEST * 20:
            window = window_told(refusal.words) if is_too_long(refusal.said.status, refusal.words) else None
            self.window = min(self.window, window or self.window)
            cut = shortened(cut, window, CHARACTERS_PER_TOKEN)
            if len(cut) < SHORTEST:
                break
            try:
                [vector] = self._vectors([prompt + cut])
            except RefusedError as again:
                refusal = again
                continue
            self._tell_of_cut(len(text), len(cut), refusal)
            return vector
        raise self._troubled(meaning_of(first.said, self._asking))

    def _tell_of_cut(self, length: int, kept: int, refusal: RefusedError) -> None:
        if not self._told_of_cuts:
            self._told_of_cuts = True
            said = told(refusal.said.body, self._key) or refusal.said.status
            tell_user(
                f"{self.name} refuses texts that are too long ({said}): "
                f"of one with {length:,} characters the first {kept:,} were embedded, and so of others."
            )

    def _vectors(self, texts: list[str]) -> list[Vector]:
        """Return a vector a text, length 1. Raises RefusedError when less may pass, EmbeddingError."""
        reply = self._reply(texts)
        try:
            found = vectors_of(reply)
        except ValueError as error:
            said = told(reply, self._key) if isinstance(reply, dict) else ""
            raise self._failed(f"{self._endpoint} answered what is no list of embeddings ({said or error})") from None
        if len(found) != len(texts):
            if len(texts) > 1:  # some servers embed the first text alone
                raise RefusedError(Said(200, f"{len(found)} vectors came for {len(texts)} texts"))
            raise self._failed(f"{len(found)} vectors came for 1 texts")
        lengths = [float(np.linalg.norm(vector)) for vector in found]
        if not all(0 < length < np.inf for length in lengths):
            why = "a vector is empty, zero or not finite"
            raise self._failed(why)
        if len({len(vector) for vector in found}) > 1:
            why = "its vectors have different lengths"
            raise self._failed(why)
        return [vector / length for vector, length in zip(found, lengths, strict=True)]

    def _reply(self, texts: list[str]) -> Any:
        """Return what the endpoint answers, asked again while it is busy. Raises RefusedError, EmbeddingError."""
        tries, waited, wait = 0, 0.0, FIRST_WAIT
        while True:
            tries += 1
            body = {"model": self._model, "input": texts, **self._options}
            try:
                return self._client.post("/embeddings", cast_to=object, body=body)
            except APITimeoutError:
                if tries >= TRIES:
                    why = f"{self._endpoint} was asked {tries} times and did not answer within {self._timeout} s"
                    raise self._failed(why) from None
            except APIConnectionError as error:
                if tries >= TRIES or is_final(error):
                    raise self._troubled(unreached(error, self._asking.route, seconds=CONNECT_SECONDS)) from None
            except APIStatusError as error:
                pause = self._pause(error, wait, tries)
                if waited + pause > self._timeout:
                    trouble = meaning_of(said_by(error.response), self._asking)
                    happened = f"{trouble.happened}, and was busy for {waited:.0f} s"
                    raise self._troubled(trouble._replace(happened=happened)) from None
                time.sleep(pause)
                waited, wait = waited + pause, wait * 2
            except (OpenAIError, ValueError):
                raise self._failed(f"{self._endpoint} answered what is no list of embeddings") from None

    def _pause(self, error: APIStatusError, wait: float, tries: int) -> float:
        """Return after how many seconds to ask again. Raises RefusedError or EmbeddingError when that won't help."""
        said = said_by(error.response)
        words = words_of(said.body)
        if said.status in REFUSED or (said.status >= 500 and is_too_long(said.status, words)):
            if "encoding_format" in words and self._options.pop("encoding_format", None):
                return 0.0
            raise RefusedError(said) from None
        if said.status in BUSY and not lacks_credit(said):
            return retry_after(said) or wait
        if said.status >= 500 and tries < TRIES:
            return 0.0
        raise self._troubled(meaning_of(said, self._asking)) from None

    def _troubled(self, trouble: Trouble) -> EmbeddingError:
        """Return the error that tells what happened at the endpoint, and what to do next."""
        return EmbeddingError(
            f"Embedding with {self.name} at {self._endpoint} failed: {trouble.happened}. {trouble.advice}"
        )

    def _failed(self, why: str) -> EmbeddingError:
        return EmbeddingError(
            f"Embedding with {self.name} failed: {why}. Check OPENAI_BASE_URL, OPENAI_API_KEY and the model's name."
        )
