"""The settings of fetching: what can't be used is told on one line, a key never shown."""

import pytest

from rag.errors import SettingsError
from rag.settings import Settings, load_settings
from rag.utils.named_values import address_table


@pytest.mark.parametrize("value", ["me", "me@here", "me and you@example.org", "a@b.c d@e.f"])
def test_what_is_no_mail_address_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ASKPAPERS_MAILTO", value)
    with pytest.raises(
        SettingsError, match=r"^ASKPAPERS_MAILTO can't be used: it must look like me@example\.org, got "
    ):
        load_settings()


def test_a_mail_address_may_be_copied_as_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKPAPERS_MAILTO", " mailto:me@example.org ")
    assert load_settings().mailto == "me@example.org"


@pytest.mark.parametrize("value", ["arxiv", "arxiv=", "=http://x.example", "arxiv=x.example", "arxiv=ftp://x.example"])
def test_addresses_of_indexes_that_are_none_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ASKPAPERS_INDEX_ADDRESSES", value)
    with pytest.raises(
        SettingsError, match=r"^ASKPAPERS_INDEX_ADDRESSES can't be used: it must look like arxiv=https:"
    ):
        load_settings()


def test_addresses_of_indexes_may_stand_on_lines_of_their_own() -> None:
    table = address_table("arxiv=http://127.0.0.1:8/a\ncrossref=https://x.example/c?d=e;\ndblp=http://d.example")
    assert table == {
        "arxiv": "http://127.0.0.1:8/a",
        "crossref": "https://x.example/c?d=e",
        "dblp": "http://d.example",
    }


@pytest.mark.parametrize("value", ["me", "users/me", "group/7", "groups/"])
def test_a_zotero_library_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ASKPAPERS_ZOTERO_LIBRARY", value)
    with pytest.raises(SettingsError, match=r"^ASKPAPERS_ZOTERO_LIBRARY can't be used"):
        load_settings()


def test_no_key_of_an_index_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZOTERO", "OPENALEX", "SEMANTIC_SCHOLAR", "PUBMED"):
        monkeypatch.setenv(f"ASKPAPERS_{name}_KEY", f"secret-of-{name.lower()}")
    assert "secret-of" not in repr(Settings())
    monkeypatch.setenv("ASKPAPERS_ZOTERO_KEY", "secret of two words")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert "secret of" not in str(error.value)
