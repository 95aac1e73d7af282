"""A real HTTP server that speaks the OpenAI chat protocol, says what a test tells it to say, and misbehaves on cue."""

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, NamedTuple

from rag.settings import Settings
from tests.http_server import QuietHandler


@dataclass(frozen=True)
class Reply:
    """What the chat server does when it is asked.

    Steps of a stream: text is a piece of the answer, a number seconds of silence, a dict a chunk as it is, bytes are
    sent as they are. Any status but 200 has a body alone.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    steps: Iterable[Any] = ()
    forever: bool = False  # the steps begin anew when they are done
    finish: str | None = "stop"  # why the answer ended; None: the stream ends without telling
    cut: bool = False  # the connection breaks instead of ending
    silent: float = 0.0  # seconds before even the status is sent
    to: str = ""  # only prompts that hold this get it
    open: float = 0.0  # seconds that the connection stays open behind the last step


class Asked(NamedTuple):
    """A request for a completion that came: when, with which key, and what it said."""

    at: float
    authorization: str
    body: dict[str, Any]
    path: str = "/v1/chat/completions"
    headers: Mapping[str, str] = {}


class ChatServer:
    """A real HTTP server that speaks the OpenAI chat protocol, and misbehaves when told to.

    Each request gets the next reply; the last one stays.
    """

    def __init__(self) -> None:
        self.url = ""
        self.key = "sk-secret-1234567890"
        self.models: str | list[str] = ["tiny"]  # names; or what is sent in place of a list
        self.listing: Reply | None = None  # what is sent in place of a list of models
        self.refuses: set[str] = set()  # options that it refuses by name
        self.minds: Callable[[dict[str, Any]], Reply | None] = lambda body: None  # what it says to a request first
        self.paths = {"/v1/chat/completions", "/v1/models"}  # what is there
        self.room: int | None = None  # characters of a prompt that fit into its context window
        self.counts: dict[str, Any] = {"prompt_tokens": 700, "completion_tokens": 30, "total_tokens": 730}
        self.asked: list[Asked] = []
        self.left = threading.Event()  # a caller was gone before its reply was whole
        self.ended = threading.Event()
        self._replies: list[Reply] = []
        self._lock = threading.Lock()

    def settings(self, **changes: Any) -> Settings:
        """Return the settings of a library whose language model is this one."""
        known: dict[str, Any] = {
            "llm": "openai:tiny",
            "openai_base_url": self.url,
            "openai_api_key": self.key,
            "timeout": 5,
        }
        return Settings(**known | changes)

    def says(self, *steps: Any, **how: Any) -> None:
        """Add a reply that is a stream."""
        self._replies.append(Reply(steps=steps, **how))

    def fails(self, status: int, message: str = "no", *, code: str | None = None, **headers: str) -> None:
        """Add a reply that is an error."""
        error = json.dumps({"error": {"message": message, "type": code, "code": code, "param": None}})
        body = message if message.startswith("<") else error
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._replies.append(Reply(status=status, body=body, headers=named))

    def take(self, asked: Asked) -> Reply:
        """Return the reply to a request."""
        prompt = "\n".join(message["content"] for message in asked.body["messages"])
        with self._lock:
            self.asked.append(asked)
            if minded := self.minds(asked.body):
                return minded
            if refused := sorted(self.refuses & asked.body.keys()):
                return _refusal(f"Unsupported parameter: '{refused[0]}' is not supported with this model.")
            if self.room is not None and len(prompt) > self.room:
                return _refusal("the request exceeds the available context size", "exceed_context_size_error")
            fitting = [reply for reply in self._replies if reply.to in prompt]
            if len(fitting) > 1:
                self._replies.remove(fitting[0])
            return fitting[0]


def _refusal(message: str, kind: str = "invalid_request_error") -> Reply:
    return Reply(status=400, body=json.dumps({"error": {"message": message, "type": kind, "code": 400}}))


class ChatHandler(QuietHandler):
    """A connection of a caller to the chat server."""

    protocol_version = "HTTP/1.1"
    known: ChatServer

    def do_GET(self) -> None:
        models = self.known.models
        listed = {"object": "list", "data": [{"id": name, "object": "model"} for name in models]}
        self._send(self.known.listing or Reply(body=models if isinstance(models, str) else json.dumps(listed)))

    def do_POST(self) -> None:
        body = self.body()
        came = Asked(time.monotonic(), self.headers["Authorization"], body, self.path, dict(self.headers))
        reply = self.known.take(came)
        try:
            self._pause(reply.silent)
            if reply.body:
                self._send(reply)
            else:
                self._stream(reply, counted="stream_options" in body)
        except ConnectionError:
            self.known.left.set()
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        status = reply.status if self.path.partition("?")[0] in self.known.paths else 404
        kind = "text/html" if reply.body.startswith("<") else "application/json"
        self.send(status, reply.body.encode(), {"Content-Type": kind, **reply.headers})

    def _stream(self, reply: Reply, *, counted: bool) -> None:
        self.begin(200, {"Content-Type": "text/event-stream", **reply.headers, "Transfer-Encoding": "chunked"})
        for step in cycle(reply.steps) if reply.forever else reply.steps:
            if isinstance(step, float):
                self._pause(step)
            elif isinstance(step, bytes):
                self._write(step)
            else:
                self._chunk(step if isinstance(step, dict) else _chunk({"content": step}))
        if reply.cut:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        if reply.finish:
            self._chunk(_chunk({}, reply.finish))
            if counted:
                self._chunk({"object": "chat.completion.chunk", "choices": [], "usage": self.known.counts})
            self._write(b"data: [DONE]\n\n")
        self._pause(reply.open)
        self._write(b"")

    def _chunk(self, chunk: dict[str, Any]) -> None:
        self._write(f"data: {json.dumps(chunk)}\n\n".encode())

    def _write(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))

    def _pause(self, seconds: float) -> None:
        """Be silent; raise ConnectionError when the caller goes meanwhile."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.known.ended.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.02)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise ConnectionResetError


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": [choice]}


class Held:
    """A reply of the chat server whose pieces come one by one, each when the test says so."""

    def __init__(self, server: ChatServer, pieces: Iterable[str], to: str) -> None:
        self._known = server
        self._free = threading.Semaphore(0)
        server._replies.append(Reply(steps=self._steps(pieces), to=to))

    def _steps(self, pieces: Iterable[str]) -> Iterator[Any]:
        for piece in pieces:
            while not self._free.acquire(blocking=False) and not self._known.ended.is_set():
                yield 0.02
            yield piece

    def release(self, pieces: int = 1) -> None:
        """Let the next pieces go."""
        self._free.release(pieces)
