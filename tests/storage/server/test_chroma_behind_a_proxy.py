"""Chroma behind a proxy, which wants a header, refuses, or isn't one at all."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rag.errors import VectorsAwayError
from rag.storage.server.nearest.chroma import ChromaServer
from rag.storage.server.nearest.exchange import Exchange
from rag.testing.made_up import fill
from rag.testing.servers import ChromaServerProcess, PostgresServer
from tests.storage.server.test_chroma_away import large, nearest, open_library, unsent

__all__ = ["large"]  # a fixture


class Front(BaseHTTPRequestHandler):
    """Hands on what has the right header, and otherwise answers a status."""

    status, behind = 401, ""

    def do_GET(self) -> None:
        """Answer."""
        self._answer()

    def do_POST(self) -> None:
        """Answer."""
        self._answer()

    def do_DELETE(self) -> None:
        """Answer."""
        self._answer()

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("X-Pass") != "yes":
            self._say(self.status, b"<html><h1>No</h1></html>")
            return
        headers = {"Content-Type": "application/json"}
        asked = urllib.request.Request(self.behind + self.path, sent or None, headers, method=self.command)
        try:
            with urllib.request.urlopen(asked) as answer:
                self._say(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            self._say(error.code, error.read())

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def front(chroma: ChromaServerProcess) -> Iterator[str]:
    """Start a proxy that wants a header."""
    Front.behind, Front.status = chroma.url, 401
    with ThreadingHTTPServer(("127.0.0.1", 0), Front) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_port}"
        proxy.shutdown()


def test_a_proxy_is_given_its_header(postgres: PostgresServer, front: str, tmp_path: Path) -> None:
    """And all works behind it."""
    with closing(open_library(postgres, ChromaServer(front, {"X-Pass": "yes"}), tmp_path)) as storage:
        ids = fill(storage)
        assert list(nearest(storage, 1)) == [ids[1]]
        assert unsent(storage) == 0


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    ("status", "told"), [(401, "ASKPAPERS_CHROMA_HEADERS"), (503, "Check that it runs"), (404, "Check that it runs")]
)
def test_a_proxy_that_refuses_is_told_of_in_one_line(
    postgres: PostgresServer, front: str, tmp_path: Path, status: int, told: str
) -> None:
    """What was ingested stays, and waits."""
    Front.status = status
    with closing(open_library(postgres, ChromaServer(front), tmp_path)) as storage:
        ids = fill(storage)
        with pytest.raises(VectorsAwayError) as caught:
            storage.chroma.names()
        assert told in str(caught.value)
        assert f"({status}" in str(caught.value)
        assert "<" not in str(caught.value)
        assert unsent(storage) == len(ids)


def test_what_answers_there_may_be_no_chroma(tmp_path: Path) -> None:
    """An address that was mistyped; and no message shows a password in it."""
    del tmp_path
    with pytest.raises(VectorsAwayError) as caught:
        Exchange("http://me:secret@127.0.0.1:1").ask("GET", "/")
    assert "http://127.0.0.1:1" in str(caught.value)
    assert "secret" not in str(caught.value)
