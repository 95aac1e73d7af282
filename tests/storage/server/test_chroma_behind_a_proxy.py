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
from tests.storage.server.test_chroma_away import how_it_stands, large, nearest, open_library, unsent

__all__ = ["large"]  # a fixture


class Front(BaseHTTPRequestHandler):
    """Hands on what has the right header, and otherwise answers a status."""

    status, behind = 401, ""
    body = b"<html><h1>No</h1></html>"

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
            self._say(self.status, self.body)
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
    Front.behind, Front.status, Front.body = chroma.url, 401, b"<html><h1>No</h1></html>"
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
    ("status", "told"),
    [(401, "ASKPAPERS_CHROMA_HEADERS"), (503, "Check that it runs"), (404, "Check ASKPAPERS_CHROMA")],
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


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html><h1>Sign in</h1></html>"),
        (200, b'{"status": "ok"}'),
        (200, b'"1.2.3"'),
        (200, b""),
        (302, b""),
        (404, b'{"error": "no such page"}'),
        (404, b'{"detail": "Not Found"}'),
    ],
)
def test_what_answers_there_may_be_no_chroma(
    postgres: PostgresServer, front: str, tmp_path: Path, status: int, body: bytes
) -> None:
    """A page to log in, another service, another path: searches by words go on, and nothing is held to be damaged."""
    Front.status, Front.body = status, body
    with closing(open_library(postgres, ChromaServer(front), tmp_path)) as storage:
        fill(storage)
        with storage.database.writes():
            storage.database.run("UPDATE indexes SET collection = 'papers-1'")  # sent to the right one before
        with pytest.raises(VectorsAwayError, match=f"What answers at {front} is no Chroma .*Check ASKPAPERS_CHROMA"):
            nearest(storage, 1)
        assert not how_it_stands(storage).suspect
        [told] = [finding for finding in storage.check() if finding.what == "Chroma"]
        assert not told.sound
        assert "is no Chroma" in told.detail


@pytest.mark.usefixtures("large")
def test_one_that_fails_over_its_version_is_not_held_to_have_damaged_anything(
    postgres: PostgresServer, front: str, tmp_path: Path
) -> None:
    """It may be any server; the index of the right one stays."""
    Front.status = 500
    with closing(open_library(postgres, ChromaServer(front), tmp_path)) as storage:
        fill(storage)
        with storage.database.writes():
            storage.database.run("UPDATE indexes SET collection = 'papers-1'")
        with pytest.raises(VectorsAwayError, match="500"):
            nearest(storage, 1)
        assert not how_it_stands(storage).suspect


@pytest.mark.parametrize("version", ["0.6.3", "2.0.0"])
def test_a_chroma_of_another_version_is_refused_in_a_line(
    postgres: PostgresServer, front: str, tmp_path: Path, version: str
) -> None:
    """Which was seen of 0.5.23 and 0.6.3 themselves; what is ingested stays and waits."""
    Front.status, Front.body = 200, f'"{version}"'.encode()
    with closing(open_library(postgres, ChromaServer(front), tmp_path)) as storage:
        ids = fill(storage)
        assert list(nearest(storage, 1)) == [ids[1]]
        assert unsent(storage) == len(ids)
        [told] = [finding for finding in storage.check() if finding.what == "Chroma"]
        assert f"has version {version}, this askpapers needs 1.x. Install chromadb 1.5.9" in told.detail


def test_no_message_shows_a_password() -> None:
    """Of an address."""
    with pytest.raises(VectorsAwayError) as caught:
        Exchange("http://me:secret@127.0.0.1:1").ask("GET", "/")
    assert "http://127.0.0.1:1" in str(caught.value)
    assert "secret" not in str(caught.value)
