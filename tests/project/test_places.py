"""Where a library is: folders, and addresses of databases whose password nothing shows."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import RagError, SettingsError
from rag.library import Library
from rag.settings import Settings, load_settings
from rag.utils.headers import header_table
from rag.utils.places import ServerAddress, place_of

SECRET = "p4ss-w0rd-secret"
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)


def address(text: str) -> ServerAddress:
    found = place_of(text)
    assert isinstance(found, ServerAddress)
    return found


@pytest.mark.parametrize("text", ["papers.library", "/data/shelf", "C:\\shelf", "./postgres", "my:papers", "a b"])
def test_what_is_no_address_is_a_folder(text: str) -> None:
    assert place_of(text) == Path(text)
    assert place_of(Path(text)) == Path(text)


@pytest.mark.parametrize(
    ("text", "shown", "connection"),
    [
        (
            f"postgresql://me:{SECRET}@host:5433/papers",
            "postgresql://me@host:5433/papers",
            {"user": "me", "password": SECRET, "host": "host", "port": "5433", "dbname": "papers"},
        ),
        ("postgres://host/papers", "postgresql://host/papers", {"host": "host", "dbname": "papers"}),
        ("postgresql+psycopg://host/papers", "postgresql://host/papers", {"host": "host", "dbname": "papers"}),
        ("POSTGRESQL:///papers", "postgresql:///papers", {"dbname": "papers"}),
        (
            f"postgresql://me@host/papers?sslmode=require&password={SECRET}&connect_timeout=5",
            "postgresql://me@host/papers",
            {"user": "me", "password": SECRET, "host": "host", "dbname": "papers", "sslmode": "require",
             "connect_timeout": "5"},
        ),
        ("postgresql://host/papers?ssl=true", "postgresql://host/papers",
         {"host": "host", "dbname": "papers", "sslmode": "require"}),
        ("postgresql:///papers?host=/run/pg&port=5433", "postgresql://%2Frun%2Fpg:5433/papers",
         {"host": "/run/pg", "port": "5433", "dbname": "papers"}),
        ("postgresql://[::1]:5433/papers", "postgresql://[::1]:5433/papers",
         {"host": "::1", "port": "5433", "dbname": "papers"}),
        ("postgresql://a:1,b:2/papers?target_session_attrs=read-write", "postgresql://a:1,b:2/papers",
         {"host": "a,b", "port": "1,2", "dbname": "papers", "target_session_attrs": "read-write"}),
        ("  'postgresql://host/my%20papers'\n", "postgresql://host/my%20papers",
         {"host": "host", "dbname": "my papers"}),
        (f"postgresql://me:{SECRET}@@host/papers", "postgresql://me@host/papers",
         {"user": "me", "password": f"{SECRET}@", "host": "host", "dbname": "papers"}),
    ],
)  # fmt: skip
def test_an_address_is_read_as_postgresql_s_own_programs_read_it(
    text: str, shown: str, connection: dict[str, str]
) -> None:
    found = address(text)
    assert found.connection() == connection
    assert str(found) == shown
    assert str(address(shown)) == shown


@given(
    user=NAMES, password=NAMES, database=NAMES, host=st.sampled_from(["host", "10.0.0.1", "db.example.org", "[::1]"])
)
def test_any_password_is_kept_and_never_shown(user: str, password: str, database: str, host: str) -> None:
    marked = f"{SECRET}{password}"
    text = f"postgresql://{quote(user, safe='')}:{quote(marked, safe='')}@{host}/{quote(database, safe='')}"
    found = address(text)
    assert found.connection() == {
        "user": user,
        "password": marked,
        "host": host.strip("[]"),
        "dbname": database,
    }
    settings = Settings(library=text)
    for shown in (str(found), repr(found), f"{found}", repr(settings), str(settings.model_dump()), found.key):
        assert SECRET not in shown
    assert SECRET not in settings.model_dump_json()
    assert SECRET not in found.without_secrets(f"connection failed: {marked} in {text}")
    assert str(address(str(found))) == str(found)


@given(st.text(st.sampled_from("p:/@?#%&=[],.5ü \\\n"), max_size=20), st.text("u:/@?#%&=[],h.5", max_size=20))
def test_an_address_in_any_disorder_is_read_or_refused_without_a_part_of_it(before: str, behind: str) -> None:
    """Whoever forgets to encode a password must not read it in the message."""
    text = f"postgresql://{before}Zq7{SECRET}Zq7{behind}"
    refused = ""
    try:
        found = place_of(text)
    except ValueError as error:
        refused = str(error)
    else:
        assert isinstance(found, ServerAddress)
        assert SECRET not in found.connection().get("password", "") or SECRET not in str(found)
    assert SECRET not in refused
    assert "\n" not in refused


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql:me:{SECRET}@host/papers",
        f"postgresql:/me:{SECRET}@host/papers",
        f"postgresql://me:{SECRET}@host",
        f"postgresql://me:{SECRET}@host:port/papers",
        f"postgresql://me:{SECRET}@host:99999/papers",
        f"postgresql://me:{SECRET}/x@host/papers",
        f"postgresql://me:12/{SECRET}@host/papers",
        f"postgresql://me:{SECRET}?x@host/papers",
        f"postgresql://me:{SECRET}%@host/papers",
        f"postgresql://me:%ff{SECRET}@host/papers",
        f"postgresql://me:{SECRET}@ho st/papers",
        f"mysql://me:{SECRET}@host/papers",
        f"https://me:{SECRET}@host/papers",
        f"host=db dbname=papers password={SECRET}",
        Path(f"postgresql://me:{SECRET}@host/papers"),
    ],
)
def test_an_address_of_no_database_is_one_line_that_shows_nothing_of_it(
    text: str | Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError) as caught:
        Library.open(text)
    monkeypatch.setenv("ASKPAPERS_LIBRARY", str(text))
    with pytest.raises(SettingsError, match="ASKPAPERS_LIBRARY can't be used: ") as told:
        load_settings()
    for error in (caught.value, told.value):
        assert SECRET not in str(error)
        assert "postgresql://" in str(error) or "a text" in str(error) or "?" in str(error)
        assert len(str(error).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_same_database_is_the_same_whoever_connects_and_another_is_another() -> None:
    keys = [
        address(f"postgresql://{text}").key
        for text in ("a:b@Host/papers", "c@host:5432/papers?sslmode=require", "host:5433/papers", "host/other")
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_chroma_is_told_by_its_address_and_headers_that_nothing_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKPAPERS_CHROMA", " https://chroma.example.org:8000 ")
    monkeypatch.setenv("ASKPAPERS_CHROMA_HEADERS", f"Authorization: Bearer {SECRET}, X-Team: papers, and more")
    settings = load_settings()
    assert settings.chroma == "https://chroma.example.org:8000"
    assert settings.chroma_headers is not None
    assert header_table(settings.chroma_headers.get_secret_value()) == {
        "Authorization": f"Bearer {SECRET}",
        "X-Team": "papers, and more",
    }
    assert SECRET not in repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHROMA", f"http://me:{SECRET}@host:8000"),
        ("CHROMA", "host:8000"),
        ("CHROMA_HEADERS", f"{SECRET}"),
        ("CHROMA_HEADERS", f"X Y: {SECRET}"),
        ("CHROMA_HEADERS", f"X-Key: {SECRET}é"),
        ("CHROMA_HEADERS", f"X-Key:, Y: {SECRET}"),
    ],
)
def test_what_is_no_address_and_no_headers_of_chroma_is_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"ASKPAPERS_{name}", value)
    with pytest.raises(SettingsError, match=f"ASKPAPERS_{name} can't be used: ") as caught:
        load_settings()
    assert SECRET not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@given(st.dictionaries(st.from_regex(r"[A-Za-z][\w-]{0,8}", fullmatch=True).filter(str.isascii),
                       st.from_regex(r"[!-+\--9;-~]([ -+\--9;-~]{0,10}[!-+\--9;-~])?", fullmatch=True)))  # fmt: skip
def test_headers_written_with_commas_or_in_lines_are_those_headers(headers: dict[str, str]) -> None:
    for between in (", ", "\n"):
        assert header_table(between.join(f"{name}: {value}" for name, value in headers.items())) == headers


def test_without_the_extra_an_address_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith(("psycopg", "rag.storage.server"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RagError, match=r"pip install 'askpapers\[server\]'"):
        Library.open(f"postgresql://me:{SECRET}@localhost/papers")
