"""A real HTTP server with embeddings that takes as much as a test says, and answers as servers in use do."""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from rag.settings import Settings
from rag.text.words import stems
from tests.http_server import QuietHandler, listening

KEY = "sk-secret-1234567890"


class Refusal(NamedTuple):
    """A status and a body: JSON, or text as it is."""

    status: int
    body: Any
    headers: Mapping[str, str] = {}


REFUSALS_OF_MANY = [
    Refusal(400, {"error": {"message": "batch size is invalid, it should not be larger than 10.: input.contents"}}),
    Refusal(422, {"error": "batch size 64 > maximum allowed batch size 32", "error_type": "Validation"}),
    Refusal(413, "<html><head><title>413 Request Entity Too Large</title></head></html>"),
    Refusal(
        422, {"detail": [{"loc": ["body", "input"], "msg": "List should have at most 10 items", "type": "too_long"}]}
    ),
    Refusal(400, {"object": "error", "message": "unerwartete Eingabe", "code": 40001}),
    Refusal(400, ""),
]

REFUSALS_OF_LONG = [
    Refusal(
        400, {"error": {"message": "This model's maximum context length is 512 tokens, however you requested 612"}}
    ),
    Refusal(413, {"error": "`inputs` must have less than 512 tokens. Given: 600", "error_type": "Validation"}),
    Refusal(
        500, {"error": {"code": 500, "message": "input is too large to process. increase the physical batch size"}}
    ),
    Refusal(400, {"error": "the input length exceeds the context length"}),
    Refusal(400, {"detail": "Input text is too long: 612 tokens, at most 512 are allowed"}),
    Refusal(400, [{"error": {"message": "The input token count exceeds the maximum number of tokens allowed 512."}}]),
    Refusal(
        500,
        {"error": "The size of tensor a (901) must match the size of tensor b (512) at non-singleton dimension 1"},
    ),
    Refusal(
        422,
        {"detail": [{"type": "string_too_long", "loc": ["body", "input", 0], "msg": "String should have at most 700"}]},
    ),
    Refusal(422, {"errors": [{"path": ["input", 0], "message": "String must contain at most 700 character(s)"}]}),
    Refusal(413, ""),
    Refusal(400, {"message": "ungültige Anfrage"}),
]


@dataclass
class EmbeddingServer:
    """What the server takes, and what it was asked.

    `most`: texts a request; `longest`: characters a text; `too_many`, `too_long`: what it says to more. `refusals`:
    what the next requests get, whatever they are. `form`: what becomes of the vectors of a reply.
    """

    most: int = 1000
    longest: int = 1_000_000
    too_many: Refusal = REFUSALS_OF_MANY[0]
    too_long: Refusal = REFUSALS_OF_LONG[0]
    refusals: list[Refusal] = field(default_factory=list)
    form: Callable[[list[list[float]]], Any] = field(default_factory=lambda: openai_form)
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, body: dict[str, Any]) -> Refusal:
        """Return status and body for a request."""
        texts = body["input"]
        if self.refusals:
            return self.refusals.pop(0)
        if len(texts) > self.most:
            return self.too_many
        if any(len(text) > self.longest for text in texts):
            return self.too_long
        return Refusal(200, self.form([hashed(text) for text in texts]))

    @property
    def sizes(self) -> list[int]:
        """How many texts each request had."""
        return [len(body["input"]) for body in self.asked]

    def settings(self, **changes: Any) -> Settings:
        """Return settings that name the server."""
        return Settings(
            **{"llm": "extractive", "embedding": "openai:tiny", "openai_base_url": self.url, "openai_api_key": KEY}
            | changes
        )


def openai_form(vectors: list[list[float]]) -> dict[str, Any]:
    """Return vectors as OpenAI does."""
    data = [{"object": "embedding", "index": n, "embedding": one} for n, one in enumerate(vectors)]
    return {"object": "list", "model": "tiny", "data": data}


def hashed(text: str) -> list[float]:
    """Return a bag of words in 64 numbers."""
    vector = np.full(64, 0.01)
    for stem in stems(text):
        vector[zlib.crc32(stem.encode()) % 64] += 1
    return [float(value) for value in vector]


@contextmanager
def serving_embeddings() -> Iterator[EmbeddingServer]:
    """Serve embeddings until the end of the block."""
    known = EmbeddingServer()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.body()
            known.asked.append(body)
            answer = known.answer(body)
            plain = isinstance(answer.body, str)
            content = (answer.body if plain else json.dumps(answer.body)).encode()
            kind = "text/html" if plain else "application/json"
            self.send(answer.status, content, {**answer.headers, "Content-Type": kind})

    with listening(Handler) as address:
        known.url = f"{address}/v1"
        yield known
