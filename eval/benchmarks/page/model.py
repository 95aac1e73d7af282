"""A server that speaks OpenAI's protocol, writes slowly and names in every sentence the question that it answers."""

import json
import random
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAUSE = 0.04  # seconds at most between two words
SENTENCES = 4
TAG = re.compile(r"\bk\d+k\b")


@contextmanager
def writing_slowly() -> Iterator[str]:
    """Serve; yield the address for OPENAI_BASE_URL. A question holds a tag such as k17k, which its answer repeats."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._begin("application/json", content := json.dumps({"data": [{"id": "slow"}]}).encode())
        self.wfile.write(content)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = str(body["messages"][-1]["content"])
        question = asked.rpartition("uestion: ")[2].strip()
        tag = (TAG.findall(question) or ["nobody"])[-1]
        reply = " ".join(f"Sentence {place} of {tag} is this one [1]." for place in range(SENTENCES))
        self._begin("text/event-stream", None)
        try:
            for word in re.findall(r"\S+\s*", reply if "<source" in asked else question):
                time.sleep(random.uniform(0, PAUSE))  # noqa: S311  (a wait, no secret)
                self._tell({"content": word})
            self._tell({}, "stop")
            self.wfile.write(b"data: [DONE]\n\n")
        except ConnectionError:
            pass  # stopped
        self.close_connection = True

    def _begin(self, kind: str, content: bytes | None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if content is None:
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()

    def _tell(self, delta: dict[str, str], finish: str | None = None) -> None:
        chunk: dict[str, Any] = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name that http.server gives)
        """Say nothing."""
