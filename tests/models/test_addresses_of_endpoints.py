"""Addresses of endpoints as people write them, and requests that a server sends on."""

from collections.abc import Callable
from typing import Any

import pytest

from rag.models.endpoints.addresses import endpoint_of
from rag.utils.addresses import bare_address
from tests.chat_server import Reply
from tests.models.conftest import Answering

Ask = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("no_network_settings")


@pytest.mark.parametrize(
    "written",
    [
        " {}\n",
        '"{}"',
        "'{}/' ",
        "\ufeff{}",
        "{}?api-version=2024-10-21",
        "{}/chat/completions",
        "{}/chat/completions/?api-version=2024-10-21&deployment=a%20b",
        "{}/embeddings",
        "{}/models#top",
    ],
)
def test_an_address_is_read_as_people_write_it(chat_server: Any, ask: Ask, written: str) -> None:
    chat_server.says("Because.")
    assert ask(openai_base_url=written.format(chat_server.url)).text == "Because."
    path, _, query = chat_server.asked[0].path.partition("?")
    assert path == "/v1/chat/completions"
    assert ("api-version=2024-10-21" in query) == ("api-version" in written)


def test_an_address_that_tells_a_version_gets_the_key_under_azures_name_too(chat_server: Any, ask: Ask) -> None:
    chat_server.says("Because.")
    ask(openai_base_url=f"{chat_server.url}?api-version=1")
    ask()
    assert [asked.headers.get("api-key") for asked in chat_server.asked] == [chat_server.key, None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["{}/chat/completions", "/v1/chat/completions"])
def test_a_request_that_is_sent_on_stays_what_it_is(chat_server: Any, ask: Ask, status: int, place: str) -> None:
    moved = Reply(status=status, body="moved", headers={"Location": place.format(chat_server.url)})
    chat_server.paths.add("/old/chat/completions")
    chat_server.minds = lambda body: moved if chat_server.asked[-1].path.startswith("/old") else None
    chat_server.says("Because.")
    assert ask(openai_base_url=chat_server.url.replace("/v1", "/old")).text == "Because."
    assert [asked.authorization for asked in chat_server.asked] == [f"Bearer {chat_server.key}"] * 2


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("/v1/chat/completions", "it redirects in circles"),
        ("http://models.invalid/login", "it sends requests on to http://models.invalid/login, and there it can't be"),
        ("http://[::1", "it redirects to what is no address"),
        ("ftp://models.invalid/", "it redirects to what is no address"),
        ("", "it redirects elsewhere (302"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_told(
    chat_server: Any, unreached: Callable[..., str], place: str, told: str
) -> None:
    chat_server.minds = lambda body: Reply(status=302, body="moved", headers={"Location": place} if place else {})
    assert told in unreached()


def test_the_key_goes_to_no_other_host(
    chat_server: Any, unreached: Callable[..., str], answering: Answering, heard: list[bytes]
) -> None:
    port = answering(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")
    elsewhere = f"http://localhost:{port}/login"
    chat_server.minds = lambda body: Reply(status=307, body="moved", headers={"Location": elsewhere})
    told = unreached(f"{chat_server.url}?api-version=1")
    assert f"after it sent the request on to {elsewhere}. Check OPENAI_BASE_URL." in told
    assert heard
    assert chat_server.key.encode() not in b"".join(heard)


@pytest.mark.parametrize(
    ("address", "base", "query"),
    [
        ("http://h/v1", "http://h/v1", {}),
        ("http://h:8080/", "http://h:8080/", {}),
        ("http://h/v1/chat/completions", "http://h/v1", {}),
        ("http://h/chat/completions", "http://h", {}),
        ("http://h/models/v1", "http://h/models/v1", {}),
        ("https://h/openai/deployments/d?api-version=1", "https://h/openai/deployments/d", {"api-version": "1"}),
    ],
)
def test_an_address_is_taken_apart(address: str, base: str, query: dict[str, str]) -> None:
    assert endpoint_of(address) == (base, query)


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://me:secret@host/v1", "https://host/v1"),
        ("https://me:se/cret@host/v1", "https://me:se/cret@host/v1"),
        ("https://host/v1?key=secret", "https://host/v1"),
        ("https://host/@me/v1", "https://host/@me/v1"),
    ],
)
def test_an_address_is_told_without_its_secrets(address: str, bare: str) -> None:
    assert bare_address(address) == bare
