"""A server that speaks OpenAI's protocol and gives recorded answers (eval.datasets.replies) to prompts."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PIECE = 12  # characters a chunk
SOURCE = re.compile(r'<source number="(\d+)">\nTitle: (.*)')

Answer = Callable[[dict[str, int]], str]  # of the sources shown, numbers by title; none when they aren't


@contextmanager
def replaying(answer: Answer) -> Iterator[str]:
    """Serve what `answer` gives; yield the address for OPENAI_BASE_URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


def _handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(json.dumps({"data": [{"id": "recorded"}]}).encode(), "application/json")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompt = body["messages"][-1]["content"]
            shown = {title: int(number) for number, title in SOURCE.findall(prompt)}
            self._send(_stream(answer(shown)), "text/event-stream")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name that http.server gives)
            """Say nothing."""

        def _send(self, content: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _stream(text: str) -> bytes:
    """Return a reply as server-sent events."""
    deltas = [{"content": text[start : start + PIECE]} for start in range(0, len(text), PIECE)]
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode() + b"data: [DONE]\n\n"
