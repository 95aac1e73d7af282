"""The socket at which a page is served, and its address; gradio isn't needed for it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import SettingsError
from ui.page.serving import Serving


@contextmanager
def listening(serving: Serving) -> Iterator[socket.socket]:
    """Lend the socket at which a page is to be served. Raises SettingsError when it can't be had."""
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((serving.host, serving.port))
        except OSError as error:
            msg = f"{serving.host}:{serving.port} can't be served ({error.strerror}). Choose another --port or --host."
            raise SettingsError(msg) from error
        yield listener


def address(serving: Serving) -> str:
    """Return the address of a page, as somebody on this machine opens it."""
    everywhere = serving.host in {"0.0.0.0", "::", ""}  # noqa: S104  (compared, not bound)
    host = "127.0.0.1" if everywhere else f"[{serving.host}]" if ":" in serving.host else serving.host
    return f"http://{host}:{serving.port}"
