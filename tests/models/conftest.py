"""What the tests of language models share: one asked directly, without a library around it, over any way."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

from rag.errors import ModelError
from rag.models.cancellation import Cancellation
from rag.models.llms.base import Finish, Message
from rag.models.llms.openai import EndpointModel

MESSAGES = (Message("system", "Be brief."), Message("user", "Why?"))


Answering = Callable[..., int]
VARIABLES = "HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE".split()


class Told(NamedTuple):
    """A whole reply of a model, and how it ended."""

    text: str
    finish: Finish


@pytest.fixture
def model(chat_server: Any) -> Iterator[Callable[..., Callable[[], Told]]]:
    """Make a model of the server; what is made asks it once a call."""
    made: list[EndpointModel] = []

    def make(name: str = "tiny", **changes: Any) -> Callable[[], Told]:
        endpoint = EndpointModel(name, chat_server.settings(**({"timeout": 2} | changes)))
        made.append(endpoint)

        def ask() -> Told:
            *pieces, finish = endpoint.stream(MESSAGES, max_tokens=500, stop=Cancellation())
            assert isinstance(finish, Finish)
            return Told("".join(map(str, pieces)), finish)

        return ask

    yield make
    for endpoint in made:
        endpoint.close()


@pytest.fixture
def ask(model: Callable[..., Callable[[], Told]]) -> Callable[..., Told]:
    """Ask a model of the server once."""
    return lambda **changes: model(**changes)()


@pytest.fixture
def no_network_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, *map(str.lower, VARIABLES)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def unreached(
    chat_server: Any, ask: Callable[..., Told], no_network_settings: None, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Ask with variables set in the environment; return the one line that tells what happened."""

    def fail(address: str = "", **variables: str) -> str:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        chat_server.says("Because.")
        with pytest.raises(ModelError) as caught:
            ask(openai_base_url=address or chat_server.url)
        assert len(str(caught.value).splitlines()) == 1
        assert "secret" not in str(caught.value)
        return str(caught.value)

    return fail


@pytest.fixture
def heard() -> list[bytes]:
    """What the listeners of `answering` hear."""
    return []


@pytest.fixture
def answering(heard: list[bytes]) -> Iterator[Answering]:
    """Listen somewhere, and say the same bytes to everybody; each gets them in parts, one for each thing he says."""
    listeners: list[socket.socket] = []

    def talk(listener: socket.socket, parts: tuple[bytes, ...]) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            with caller:
                for part in parts:
                    heard.append(caller.recv(65_536))
                    caller.sendall(part)
                caller.shutdown(socket.SHUT_WR)
                caller.settimeout(1)
                with suppress(OSError):  # what is unread when a connection is closed would reset it
                    while more := caller.recv(65_536):
                        heard.append(more)

    def listen(*parts: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=talk, args=(listener, parts), daemon=True).start()
        return int(listener.getsockname()[1])

    yield listen
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
