"""A real HTTP server that reranks as others do, each by a dialect of its own, and misbehaves on cue.

How well a text fits is what stands behind `fits` in it: `fits 7` gives 7.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rag.settings import Settings
from tests.http_server import QuietHandler, listening

Body = dict[str, Any]
KEY = "rk-very-secret-1234"


class RefusedError(Exception):
    """What a server of a dialect says to a request that it doesn't take: a status, and a body."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


class Dialect(NamedTuple):
    """Where a kind of server is asked, how it finds the texts of a request, and how it tells their scores."""

    paths: tuple[str, ...]
    texts: Callable[[Body], Sequence[str]]
    reply: Callable[[Sequence[tuple[int, float]]], object]  # (index, score), best first


def strict(*known: str) -> Callable[[Body], Sequence[str]]:
    """Return a reader of `documents` that refuses every field that it doesn't know."""

    def read(body: Body) -> Sequence[str]:
        if unknown := sorted(body.keys() - set(known)):
            raise RefusedError(400, {"detail": f"Argument '{unknown[0]}' is not supported by our API"})
        return texts_of(body, "documents")

    return read


def texts_of(body: Body, name: str) -> Sequence[str]:
    found = body.get(name)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise RefusedError(422, {"detail": [{"loc": ["body", name], "msg": "Field required", "type": "missing"}]})
    return found


def objects_of(body: Body, name: str) -> Sequence[str]:
    found = body.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RefusedError(400, {"error": {"code": "INVALID_ARGUMENT", "message": f"{name}: must be objects"}})
    return [one["text"] for one in found]


def needing_top_n(body: Body) -> Sequence[str]:
    if "top_n" not in body:
        raise RefusedError(400, {"message": "top_n is required"})
    return texts_of(body, "documents")


def tei(body: Body) -> Sequence[str]:
    if "texts" not in body:
        raise RefusedError(
            422, "Failed to deserialize the JSON body into the target type: missing field `texts` at line 1"
        )
    return texts_of(body, "texts")


def rows(name: str, more: Mapping[str, object] | None = None) -> Callable[[Sequence[tuple[int, float]]], list[Any]]:
    return lambda found: [{"index": place, name: score} | dict(more or {}) for place, score in found]


DIALECTS: dict[str, Dialect] = {
    "cohere v1": Dialect(
        ("/v1/rerank",),
        strict("model", "query", "documents", "top_n"),
        lambda found: {"id": "1", "results": rows("relevance_score")(found), "meta": {"billed_units": {}}},
    ),
    "cohere v2": Dialect(
        ("/v2/rerank",),
        strict("model", "query", "documents", "top_n"),
        lambda found: {"results": rows("relevance_score")(found), "id": "1"},
    ),
    "jina": Dialect(
        ("/v1/rerank",),
        needing_top_n,
        lambda found: {
            "model": "j",
            "usage": {},
            "results": rows("relevance_score", {"document": {"text": "x"}})(found),
        },
    ),
    "voyage": Dialect(
        ("/v1/rerank",),
        strict("model", "query", "documents", "top_k"),
        lambda found: {"object": "list", "data": rows("relevance_score")(found), "usage": {"total_tokens": 3}},
    ),
    "vllm": Dialect(
        ("/rerank", "/v1/rerank", "/v2/rerank"),
        lambda body: texts_of(body, "documents"),
        lambda found: {"results": rows("relevance_score", {"document": {"text": "x", "multi_modal": None}})(found)},
    ),
    "llama.cpp": Dialect(
        ("/rerank", "/v1/rerank", "/v1/reranking"),
        lambda body: texts_of(body, "documents"),
        lambda found: {"object": "list", "results": rows("relevance_score")(sorted(found)), "usage": {}},
    ),
    "tei": Dialect(("/rerank",), tei, rows("score")),
    "infinity": Dialect(
        ("/rerank",),
        lambda body: texts_of(body, "documents"),
        lambda found: {"object": "rerank", "results": rows("relevance_score", {"document": None})(found)},
    ),
    "pinecone": Dialect(
        ("/rerank",), lambda body: objects_of(body, "documents"), lambda found: {"data": rows("score")(found)}
    ),
    "nim": Dialect(
        ("/v1/ranking",), lambda body: objects_of(body, "passages"), lambda found: {"rankings": rows("logit")(found)}
    ),
    "dashscope": Dialect(
        ("/services/text-rerank",),
        lambda body: texts_of(body.get("input", {}), "documents"),
        lambda found: {"output": {"results": rows("relevance_score")(found)}, "usage": {}},
    ),
    "bare numbers": Dialect(
        ("/rerank",),
        lambda body: texts_of(body, "documents"),
        lambda found: {"scores": [score for _, score in sorted(found)]},
    ),
}


class Asked(NamedTuple):
    """A request that came."""

    path: str
    authorization: str | None
    body: Body


@dataclass
class RerankServer:
    """What the server speaks, how it fails, and what it was asked.

    `status` and `says`: what every request gets instead of scores, where they are set; `turns` what becomes of a reply;
    `room`: characters of a text that fit; `most`: texts at once; `silent`: seconds before it answers; `drips`: bytes
    come one by one, so many seconds apart; `breaks`: it closes the connection instead.
    """

    dialect: str = "jina"
    status: int = 0
    says: object = None
    turns: Callable[[Any], Any] = field(default=lambda reply: reply)
    room: int = 1_000_000
    most: int = 1_000_000
    silent: float = 0.0
    drips: float = 0.0
    breaks: bool = False
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def settings(self, **changes: Any) -> Settings:
        """Return the settings of a library whose reranker is this one."""
        known: Body = {"reranker": "rerank:tiny", "rerank_base_url": self.url, "rerank_api_key": KEY, "timeout": 5}
        return Settings(**known | changes)

    def answer(self, asked: Asked) -> tuple[int, object]:
        """Return status and body of the answer to a request."""
        self.asked.append(asked)
        dialect = DIALECTS[self.dialect]
        if asked.path not in dialect.paths:
            return 404, {"detail": "Not Found"}
        if self.status:
            return self.status, self.says
        try:
            texts = dialect.texts(asked.body)
        except RefusedError as refused:
            return refused.status, refused.body
        if len(texts) > self.most:
            return 413, {"error": f"batch size {len(texts)} > maximum allowed batch size {self.most}"}
        if longest := max((len(text) for text in texts if len(text) > self.room), default=0):
            return 500, {"error": {"message": f"input ({longest} tokens) is too large to process"}}
        scores = [float(match[1]) if (match := re.search(r"fits (-?[\d.]+\d|\d)", text)) else 0.0 for text in texts]
        found = sorted(enumerate(scores), key=lambda one: -one[1])
        return 200, self.turns(dialect.reply(found))


class RerankHandler(QuietHandler):
    """A connection of somebody who wants texts reranked."""

    known: RerankServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        status, reply = self.known.answer(Asked(self.path, self.headers["Authorization"], self.body()))
        self.known.ended.wait(self.known.silent)
        if self.known.breaks:
            self.close_connection = True
            return
        content = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        if isinstance(reply, str):
            content = reply.encode()
        elsewhere = {"Location": "https://me:secret@elsewhere.example/v1/rerank"}
        moved = elsewhere if status in {301, 302, 307, 308} else {}
        self.begin(status, {**moved, "Content-Length": str(len(content))})
        try:
            for start in range(len(content)) if self.known.drips else (0,):
                self.wfile.write(content[start : start + 1] if self.known.drips else content)
                self.known.ended.wait(self.known.drips)
        except ConnectionError:
            self.close_connection = True


@contextmanager
def reranking() -> Iterator[RerankServer]:
    """Serve a reranker at an address of its own, until the end of the block."""
    known = RerankServer()
    with listening(type("Handler", (RerankHandler,), {"known": known})) as known.url:
        try:
            yield known
        finally:
            known.ended.set()
