"""Shared parts of the tests: real libraries, the shared folder of real papers, and a server with a language model."""

import asyncio
import json
import os
import select
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from eval.benchmarks.shared import shared_folder
from rag.library import Library
from rag.models.embedders.base import Embedder
from rag.readers import read_file
from rag.readers.cleaning.text import clean
from rag.records import Record, Rejection, Remark
from rag.samples import PATH
from rag.settings import Settings

if TYPE_CHECKING:
    import uvicorn

    from ui.page.server import Serving
    from ui.page.server_state import ServerState

WriteJsonl = Callable[..., Path]
MakePaper = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test, and nothing is written into the checkout."""
    for name in list(os.environ):
        if name.startswith(("ASKPAPERS_", "OPENAI_")) and name != "ASKPAPERS_SHARED":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The bundled model, loaded once."""
    from rag.models.embedders.minilm import load_minilm

    return load_minilm()


@pytest.fixture(scope="session")
def five_papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library of five papers, each on a topic of its own; to be read only."""
    topics = ("random forests", "quiet lattices", "river deltas", "solar sails", "baroque poems")
    rows = [{"title": f"On {topic}", "abstract": f"We study {topic} with care. They are old."} for topic in topics]
    path = tmp_path_factory.mktemp("five") / "papers.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    with Library.open(path.parent / "five.library", Settings()) as library:
        library.ingest([path])
    return path.parent / "five.library"


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library of the sample papers; to be read only."""
    folder = tmp_path_factory.mktemp("samples") / "samples.library"
    with Library.open(folder, Settings()) as library:
        library.ingest([PATH])
    return folder


@pytest.fixture
def samples(sample_folder: Path) -> Iterator[Library]:
    """A library of the sample papers; to be read only."""
    with Library.open(sample_folder, Settings()) as library:
        yield library


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real papers and questions; without it a test is skipped, but under CI it fails."""
    folder = shared_folder()
    if not (folder / "papers").is_dir():
        reason = f"the real papers are not at {folder}; set ASKPAPERS_SHARED"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def real_folder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library of the 707 real papers; to be read only."""
    folder = tmp_path_factory.mktemp("real") / "real.library"
    with Library.open(folder, Settings()) as library:
        library.ingest([shared / "papers"])
    return folder


@pytest.fixture
def real(real_folder: Path) -> Iterator[Library]:
    """A library of the 707 real papers; to be read only."""
    with Library.open(real_folder, Settings()) as library:
        yield library


@pytest.fixture
def write_jsonl(tmp_path: Path) -> WriteJsonl:
    """Write objects (or ready-made lines) as JSON Lines and return the path."""

    def write(*rows: dict[str, Any] | str, name: str = "papers.jsonl") -> Path:
        path = tmp_path / name
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return path

    return write


@pytest.fixture
def paper() -> MakePaper:
    """Make up a paper as a JSON Lines object: distinct words, so that no two are alike."""

    def make(number: int, **fields: Any) -> dict[str, Any]:
        word = "".join(chr(ord("a") + int(digit)) for digit in f"{number:04d}")
        return {
            "id": f"k{number}",
            "title": f"On the {word} method number {number}",
            "abstract": f"We study {word}x systems. The {word} method reaches {number} points on {word}z. "
            f"It needs no {word}y labels, and runs in {number + 1} seconds.",
            **fields,
        }

    return make


class Found(NamedTuple):
    """What a reader found in a file."""

    records: list[Record]
    rejections: list[Rejection]
    remarks: list[str]


@pytest.fixture(scope="session")
def read_bytes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Found]:
    """Read a file that holds these bytes; whatever is found is held to what every reader promises."""
    path = tmp_path_factory.mktemp("sources") / "source"

    def read(content: bytes) -> Found:
        path.write_bytes(content)
        every = [one for _, one in read_file(path)]
        found = Found(
            [one for one in every if isinstance(one, Record)],
            [one for one in every if isinstance(one, Rejection)],
            [one.text for one in every if isinstance(one, Remark)],
        )
        for record in found.records:
            texts = (record.title, record.abstract, record.key or "x", record.url or "x", *record.authors)
            assert all(text and clean(text) == text and text.encode() for text in texts)
            assert any(map(str.isalnum, record.title))
            assert any(map(str.isalnum, record.abstract))
            assert record.line >= 1
            assert record.year is None or 1500 <= record.year <= 2099
            assert all(one is None or one for one in (record.doi, record.arxiv_id, record.pubmed_id))
        assert all(rejection.reason and "\n" not in rejection.reason for rejection in found.rejections)
        assert len(found.records) + len(found.rejections) + len(found.remarks) == len(every) > 0
        return found

    return read


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


class Asked(NamedTuple):
    """A request for a completion that came: when, with which key, and what it said."""

    at: float
    authorization: str
    body: dict[str, Any]


class ChatServer:
    """A real HTTP server that speaks the OpenAI chat protocol, and misbehaves when told to.

    Each request gets the next reply; the last one stays.
    """

    def __init__(self) -> None:
        self.url = ""
        self.key = "sk-secret-1234567890"
        self.models: str | list[str] = ["tiny"]  # names; or what is sent in place of a list
        self.refuses: set[str] = set()  # options that it refuses by name
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


class _ChatHandler(BaseHTTPRequestHandler):
    """A connection of a caller to the chat server."""

    protocol_version = "HTTP/1.1"
    known: ChatServer

    def do_GET(self) -> None:
        models = self.known.models
        listed = {"object": "list", "data": [{"id": name, "object": "model"} for name in models]}
        self._send(Reply(body=models if isinstance(models, str) else json.dumps(listed)))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reply = self.known.take(Asked(time.monotonic(), self.headers["Authorization"], body))
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
        content = reply.body.encode()
        self.send_response(reply.status if self.path in {"/v1/chat/completions", "/v1/models"} else 404)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/html" if reply.body.startswith("<") else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, reply: Reply, *, counted: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
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

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name that http.server gives)
        """Keep quiet."""


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": [choice]}


@pytest.fixture
def chat_server() -> Iterator[ChatServer]:
    """A server with a language model that says what a test tells it to say."""
    known = ChatServer()
    handler = type("Handler", (_ChatHandler,), {"known": known})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    known.url = f"http://127.0.0.1:{http.server_port}/v1"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield known
    known.ended.set()
    http.shutdown()
    http.server_close()
    thread.join()


# --- The page, for tests/test_page_*.py: a real web server around a library, and answers that wait for the test


class PageServer:
    """The page over a library, served by a real web server in a thread until `stop`."""

    def __init__(self, state: "ServerState", serving: "Serving") -> None:
        self.state = state
        self.url = ""
        self._ready: Future[uvicorn.Server] = Future()
        self._thread = threading.Thread(target=self._run, args=[serving])
        self._thread.start()
        self._server = self._ready.result()
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    @property
    def library(self) -> Library:
        """The library that is served."""
        return self.state.library

    def stop(self) -> None:
        """Stop serving and close the library."""
        self._server.should_exit = True
        self._thread.join()
        self.state.close()

    def _run(self, serving: "Serving") -> None:
        try:
            asyncio.run(self._serve(serving))
        except Exception as error:  # noqa: BLE001  (the test that asked for the server gets it)
            self._ready.set_exception(error)

    async def _serve(self, serving: "Serving") -> None:
        import uvicorn

        from ui.page.server import build

        # Built inside a loop: without one, gradio makes two and leaves them open.
        config = uvicorn.Config(build(self.state, serving), port=0, log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        served = asyncio.ensure_future(server.serve())
        while not server.started and not served.done():  # noqa: ASYNC110  (uvicorn has no event for it)
            await asyncio.sleep(0.005)
        if server.started:
            self._ready.set_result(server)
        await served


def _served(home: Path, samples: Path, settings: Settings, embedder: Embedder, **how: Any) -> PageServer:
    from ui.page.server import Serving
    from ui.page.server_state import ServerState

    state = ServerState(settings, home, samples)
    state.library._collection._embedder = embedder  # loading it again would only take time
    state.warm()
    return PageServer(state, Serving(**how))


@pytest.fixture
def serve_page(sample_folder: Path, tmp_path: Path, embedder: Embedder) -> Iterator[Callable[..., PageServer]]:
    """Serve the page over the library at `home`: the samples when there is none, as for a new reader."""
    serving: list[PageServer] = []

    def serve(home: Path | None = None, settings: Settings | None = None, **how: Any) -> PageServer:
        samples = tmp_path / f"samples-{len(serving)}.library"
        if home is None:
            shutil.copytree(sample_folder, samples)
        settings = settings or Settings(llm="extractive")
        serving.append(_served(home or tmp_path / "papers.library", samples, settings, embedder, **how))
        return serving[-1]

    yield serve
    for server in serving:
        server.stop()


@pytest.fixture(scope="module")
def sample_page(
    sample_folder: Path, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> Iterator[PageServer]:
    """The page over the samples as for a new reader, without a language model; to be read only."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(sample_folder, folder / "samples.library")
    settings = Settings(llm="extractive")
    server = _served(folder / "papers.library", folder / "samples.library", settings, embedder)
    yield server
    server.stop()


@pytest.fixture
def own_samples(sample_folder: Path, tmp_path: Path) -> Path:
    """The folder of a reader's own library, with the sample papers in it; may be changed."""
    return Path(shutil.copytree(sample_folder, tmp_path / "own.library"))


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


@pytest.fixture
def hold(chat_server: ChatServer) -> Callable[..., Held]:
    """Let the chat server say some pieces, each only when it is released."""

    def make(*pieces: str, to: str = "") -> Held:
        return Held(chat_server, pieces, to)

    return make
