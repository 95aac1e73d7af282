"""The way to an endpoint: proxies and certificates, told where they fail; never a traceback."""

import gc
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import EmbeddingError
from rag.models.openai_client import sync_client
from rag.settings import Settings
from tests.chat_server import ChatHandler
from tests.http_server import listening
from tests.models.conftest import Answering

Ask = Callable[..., Any]
NOWHERE = "https://models.invalid/v1"

pytestmark = pytest.mark.usefixtures("no_network_settings")


@pytest.mark.parametrize(
    ("variable", "proxy"),
    [
        ("HTTP_PROXY", "http://127.0.0.1:{}"),
        ("http_proxy", "127.0.0.1:{}"),
        ("ALL_PROXY", "http://me:secret@127.0.0.1:{}"),
        ("ALL_PROXY", "socks5://127.0.0.1:{}"),
        ("ALL_PROXY", "socks5h://127.0.0.1:{}/"),
        ("all_proxy", "socks://127.0.0.1:{}/"),
    ],
)
def test_a_proxy_that_is_down_is_told_with_its_variable_and_how_to_do_without(
    unreached: Callable[..., str], variable: str, proxy: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = unreached(**{variable: proxy.format(port)})
    assert f"127.0.0.1:{port}" in told
    assert "its proxy" in told
    assert "can't be reached: the connection was refused" in told
    assert told.endswith(f"Check {variable}, or add 127.0.0.1 to NO_PROXY if it needs no proxy.")


def test_a_proxy_whose_name_is_not_known_is_told(unreached: Callable[..., str]) -> None:
    assert "its proxy http://proxy.invalid:3128 can't be reached: its name isn't known" in unreached(
        HTTP_PROXY="http://proxy.invalid:3128"
    )


@pytest.mark.parametrize(
    "proxy",
    ["ftp://me:secret@h:1", "socks4://h:1", "http://", "http://[::1", "http://h:99999", "http://h:x", "not a one"],
)
def test_a_proxy_that_is_none_is_told_with_its_variable(unreached: Callable[..., str], proxy: str) -> None:
    told = unreached(HTTP_PROXY=proxy)
    assert "can't be asked: HTTP_PROXY names a proxy that can't be used" in told
    assert "NO_PROXY" in told


@pytest.mark.parametrize(
    "variables",
    [
        {"HTTPS_PROXY": "rubbish://x"},
        {"ALL_PROXY": "socks://127.0.0.1:9", "NO_PROXY": "localhost,127.0.0.0/8,::1"},
        {"HTTP_PROXY": "rubbish://x", "no_proxy": "127.0.0.1"},
        {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "*"},
        {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": " example.com , 127.0.0.1"},
        {"HTTP_PROXY": ""},
        {"SSL_CERT_FILE": "/nosuch"},
        {"SSL_CERT_DIR": "/nosuch"},
        {"SSLKEYLOGFILE": "/nosuch/log"},
    ],
)
def test_what_the_way_to_a_server_does_not_need_is_not_in_its_way(
    chat_server: Any, ask: Ask, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    chat_server.says("Because.")
    assert ask().text == "Because."


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        pytest.param((b"\x05\xff",), "NO ACCEPTABLE METHODS", id="wants a login"),
        pytest.param((b"\x05\x00", b"\x05\x05\x00\x01\0\0\0\0\0\0"), "Connection refused", id="can't get there"),
        pytest.param((b"HTTP/1.1 200 OK\r\n\r\n",), "Malformed reply", id="speaks HTTP"),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # httpcore forgets to close these
def test_what_a_socks_proxy_refuses_is_told(
    unreached: Callable[..., str], answering: Answering, parts: tuple[bytes, ...], told: str
) -> None:
    said = unreached(ALL_PROXY=f"socks5://127.0.0.1:{answering(*parts)}")
    assert "its proxy socks5://127.0.0.1" in said
    assert told in said
    assert "NO_PROXY" in said
    gc.collect()


@pytest.mark.parametrize("address", ["", NOWHERE], ids=["asked itself", "asked to connect"])
@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (
            b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
            "Write its user and password into",
        ),
        (
            b"HTTP/1.1 403 Forbidden\r\nContent-Length: 30\r\n\r\n<html><title>No</title></html>",
            "NO_PROXY",
        ),
        (
            b"HTTP/1.1 503 No\r\nContent-Length: 30\r\n\r\n<html><title>No</title></html>",
            "NO_PROXY",
        ),
    ],
)
def test_a_proxy_that_turns_a_request_away_is_told(
    unreached: Callable[..., str], answering: Answering, address: str, reply: bytes, told: str
) -> None:
    port = answering(reply)
    said = unreached(address, **{"HTTPS_PROXY" if address else "HTTP_PROXY": f"http://127.0.0.1:{port}"})
    assert f"its proxy http://127.0.0.1:{port}" in said
    assert told in said


def test_a_proxy_is_used_where_one_is_named(
    chat_server: Any, ask: Ask, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = b'{"choices": [{"message": {"content": "By proxy."}}]}'
    port = answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(whole), whole))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    assert ask(openai_base_url="http://models.invalid/v1").text == "By proxy."


@pytest.mark.parametrize(
    ("variable", "place", "why"),
    [
        ("SSL_CERT_FILE", "/nosuch/ca.pem", "no such file or folder"),
        ("SSL_CERT_DIR", "/nosuch", "no such file or folder"),
        ("SSL_CERT_FILE", "{0}/empty.pem", "no certificates in it"),
        ("SSL_CERT_FILE", "{0}", "Is a directory"),
    ],
)
def test_certificates_that_can_not_be_read_are_told(
    unreached: Callable[..., str], tmp_path: Path, variable: str, place: str, why: str
) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    told = unreached(NOWHERE, **{variable: place.format(tmp_path)})
    assert f"the certificates that {variable} names can't be read" in told
    assert why in told
    assert told.endswith("or unset it.")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 that nobody has issued but itself, with its key."""
    place = tmp_path_factory.mktemp("certificate") / "own.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run(
        [*command.split(), "-keyout", place, "-out", place.with_suffix(".crt")], check=True, capture_output=True
    )
    place.write_text(place.read_text() + place.with_suffix(".crt").read_text())
    return place


@pytest.fixture
def secure_url(chat_server: Any, certificate: Path) -> Iterator[str]:
    """The address at which the chat server speaks HTTPS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with listening(type("Handler", (ChatHandler,), {"known": chat_server}), context) as address:
        yield f"{address}/v1"


def test_a_certificate_that_nobody_vouches_for_is_told_and_with_its_issuer_it_works(
    unreached: Callable[..., str], ask: Ask, secure_url: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = unreached(secure_url)
    assert "its certificate isn't trusted (self" in told
    assert "SSL_CERT_FILE" in told
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert ask(openai_base_url=secure_url).text == "Because."


def test_https_where_none_is_spoken_is_told_and_so_is_the_other_way_round(
    chat_server: Any, unreached: Callable[..., str], secure_url: str
) -> None:
    assert "no HTTPS is spoken there" in unreached(chat_server.url.replace("http:", "https:"))
    assert "https://" in unreached(secure_url.replace("https:", "http:")).partition("failed:")[2]


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (b"", "the connection broke before it answered"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "what answers there speaks no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", "can't be read"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"choices":', "the connection broke"),
    ],
)
def test_what_speaks_another_language_is_told(
    unreached: Callable[..., str], answering: Answering, reply: bytes, told: str
) -> None:
    assert told in unreached(f"http://127.0.0.1:{answering(reply)}/v1")


def test_embeddings_are_told_what_is_wrong_with_the_way_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "rubbish://x")
    with pytest.raises(EmbeddingError, match="HTTPS_PROXY names a proxy that can't be used"):
        sync_client(Settings(openai_base_url=NOWHERE), tries=1)
