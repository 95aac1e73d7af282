"""What the real HTTP servers of tests share: an address of their own for a while, and replies sent whole."""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class QuietHandler(BaseHTTPRequestHandler):
    """A connection of a caller, of which nothing is logged."""

    def body(self) -> Any:
        """Return the JSON that came with a request."""
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        """Send a reply with its length."""
        self.begin(status, {**headers, "Content-Length": str(len(content))})
        self.wfile.write(content)

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send what stands before the content of a reply."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name that http.server gives)
        """Keep quiet."""


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler], secure: ssl.SSLContext | None = None) -> Iterator[str]:
    """Have a handler answer until the end of the block; yield the address, without a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if secure:
        server.socket = secure.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"{'https' if secure else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
