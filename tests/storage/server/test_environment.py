"""What the environment and an address hold that leads nowhere: told in a line, or gone around."""

import pytest

from rag.errors import SettingsError, VectorsAwayError
from rag.settings import Settings
from rag.storage.choosing import open_storage
from rag.storage.server.nearest.chroma import ChromaServer
from rag.testing.servers import ChromaServerProcess, PostgresServer


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({"ALL_PROXY": "nonsense://127.0.0.1:9"}, "http://chroma.example:8000"),
        ({"HTTP_PROXY": "http://127.0.0.1:no"}, "http://chroma.example:8000"),
        ({"SSL_CERT_FILE": "/nowhere/at.all"}, "https://chroma.example"),
    ],
    ids=["scheme", "port", "certificates"],
)
def test_a_way_to_chroma_that_can_t_be_gone_is_told_when_it_is_asked(
    variables: dict[str, str], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library opens, and its papers are found by words."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    server = ChromaServer(url)
    with pytest.raises(VectorsAwayError, match=next(iter(variables))) as told:
        server.version()
    assert "\n" not in str(told.value)
    server.close()


def test_certificates_that_are_not_there_keep_nobody_from_plain_http(
    chroma: ChromaServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/at.all")
    server = ChromaServer(chroma.url)
    assert server.version().startswith("1.")
    server.close()


def test_an_option_that_postgresql_s_clients_do_not_know_is_named(postgres: PostgresServer) -> None:
    with pytest.raises(SettingsError, match='"nonsense"') as told:
        open_storage(f"{postgres.address()}?nonsense=1", None, Settings(chroma="http://127.0.0.1:1"))
    assert "\n" not in str(told.value)
