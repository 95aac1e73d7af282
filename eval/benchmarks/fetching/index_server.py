"""All indexes on one real HTTP server of this machine, each under its name; they misbehave when they are told to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from eval.benchmarks.fetching import index_answers as answers
from eval.benchmarks.fetching.index_answers import Answered, Asked, Holding
from eval.benchmarks.fetching.made_papers import Made
from rag.fetching.known import PLACES
from rag.settings import Settings

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Fault:
    """What an index does in place of its answer; what isn't said is as it would be."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut: bool = False  # the connection breaks in the middle of the content
    silent: float = 0.0  # seconds before the answer
    empty: bool = False  # the page has no papers


@dataclass
class IndexServer:
    """Indexes that hold made-up papers. `bare`: by index the numbers of the papers whose abstract it lacks."""

    url: str = ""
    papers: dict[str, list[Made]] = field(default_factory=dict)
    bare: dict[str, set[int]] = field(default_factory=dict)
    totals: dict[str, list[int]] = field(default_factory=dict)  # that an index tells, one after the other
    asked: list[Asked] = field(default_factory=list)
    kept: dict[str, list[Made]] = field(default_factory=dict)  # PubMed's searches
    _faults: dict[str, list[Fault | None]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def misbehaves(self, index: str, *faults: Fault | None) -> None:
        """Have the next answers of an index be these; None is one as it should be."""
        self._faults.setdefault(index, []).extend(faults)

    def settings(self, folder: Path, **changes: Any) -> Settings:
        """Return settings with which the indexes are those of this server, and what they answer is kept in a folder."""
        addresses = ", ".join(f"{name}={self.url}/{name}" for name in PLACES)
        known: dict[str, Any] = {"index_addresses": addresses, "fetch_cache": folder / "fetched", "timeout": 5}
        return Settings(**known | changes)

    def times(self, index: str) -> list[float]:
        """Return when an index was asked (monotonic seconds)."""
        return [one.at for one in self.asked if one.index == index]

    def reply(self, asked: Asked) -> tuple[Answered, Fault]:
        """Return what to answer, and how."""
        with self._lock:
            self.asked.append(asked)
            queue = self._faults.get(asked.index, [])
            fault = (queue.pop(0) if queue else None) or Fault()
            totals = self.totals.get(asked.index, [])
            total = (totals.pop(0) if len(totals) > 1 else totals[0]) if totals else None
            held = Holding(self.papers.get(asked.index, []), self.bare.get(asked.index, set()), total)
            if fault.empty:
                held = Holding([], set(), held.how_many)
            answer = self._answer(asked, held)
        if fault.status != 200 or fault.body is not None:
            answer = Answered(fault.status, fault.body or b"")
        return answer._replace(headers={**answer.headers, **fault.headers}), fault

    def _answer(self, asked: Asked, held: Holding) -> Answered:
        if asked.index == "pubmed":
            return answers.pubmed(asked, held, self.kept)
        if asked.index.startswith("zotero"):
            held = Holding(self.papers.get("zotero", []), held.bare)
            return answers.zotero(asked, held, online=asked.index == "zotero.org")
        return dict(vars(answers))[asked.index](asked, held)  # type: ignore[no-any-return]


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_GET(self) -> None:
        self._reply(b"")

    def do_POST(self) -> None:
        self._reply(self.rfile.read(int(self.headers["Content-Length"])))

    def _reply(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        index, _, path = parts.path.lstrip("/").partition("/")
        said = dict(parse_qsl(parts.query))
        if self.headers.get("Content-Type") == FORM:
            said |= dict(parse_qsl(body.decode()))
        answer, fault = self.server.indexes.reply(Asked(time.monotonic(), index, path, said, dict(self.headers), body))
        time.sleep(fault.silent)
        try:
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(answer.content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content[: len(answer.content) // 2] if fault.cut else answer.content)
        except OSError:  # whoever asked is gone
            self.close_connection = True
        self.close_connection = self.close_connection or fault.cut

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name that http.server gives)
        """Keep quiet."""


class _Server(ThreadingHTTPServer):
    indexes: IndexServer


@contextmanager
def index_server() -> Iterator[IndexServer]:
    """Have the indexes answer until the end of the block."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.indexes = IndexServer(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.indexes
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
