"""Users of the page: who reads, who writes, and that the server holds to it."""

import asyncio
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from rag.errors import SettingsError
from tests.page.browser import CARD, LATE, OpenTab
from tests.page.test_keeping import USERS, call, log_in, logged_in
from ui.page.calls import CALLS, WRITING
from ui.page.serving import Serving, read_auth
from ui.page.users.logins import Logins
from ui.page.users.visitor import READING, Visitor, visited_by, visitor

Serve = Callable[..., Any]
READS = {
    "ask", "follow", "stop", "show", "rate", "keep", "found", "papers", "ids", "within", "paper", "paper_reference",
    "sources", "jobs", "queries", "groups", "marks", "columns", "compare", "compared", "stop_comparing", "compared_as",
    "looked",
    "exported", "saved", "opened_file", "shared", "about", "news", "map_of_papers", "runs", "run", "reference",
}  # fmt: skip


def test_each_call_of_the_page_is_one_that_reads_or_one_that_writes() -> None:
    # Whoever adds a call says here whether readers may have it.
    assert set(CALLS) == READS | WRITING
    assert not READS & WRITING


def test_a_reader_is_refused_every_call_that_writes_and_a_writer_is_not(serve_page: Serve, own_samples: Path) -> None:
    server = serve_page(own_samples, auth=USERS, readers=frozenset({"bob"}))
    ada, bob = logged_in(server, "ada"), logged_in(server, "bob")
    said = dict.fromkeys(("name", "note", "job", "undo", "source", "old", "new", "index", "text", "look"), "x")
    sent = said | {"kind": "tag", "papers": [1], "paper": 1, "files": ["/x"], "query": 1}
    for name in sorted(WRITING):
        assert call(server, name, sent, bob) == (200, {"error": READING}), name
    assert server.library.tags() == []
    assert len(server.library) == 40
    assert call(server, "mark", sent, ada) == (200, {"papers": 1})
    assert call(server, "about", {}, bob)[1]["writes"] is False
    assert call(server, "about", {}, ada)[1]["writes"] is True
    assert [one.who for one in server.library.changes() if one.what == "tag"] == ["ada"]


@pytest.mark.parametrize(("user", "status"), [("ada", 200), ("bob", 403)])
def test_a_reader_can_not_upload(user: str, status: int, serve_page: Serve, own_samples: Path) -> None:
    server = serve_page(own_samples, auth=USERS, readers=frozenset({"bob"}))
    mark = uuid.uuid4().hex
    part = 'Content-Disposition: form-data; name="files"; filename="a.bib"'
    body = f"--{mark}\r\n{part}\r\n\r\n@misc{{a}}\r\n--{mark}--\r\n"
    headers = {"Cookie": logged_in(server, user), "Content-Type": f"multipart/form-data; boundary={mark}"}
    assert httpx2.post(f"{server.url}/gradio_api/upload", content=body, headers=headers).status_code == status


def test_where_all_are_readers_nobody_needs_a_password_and_nobody_writes(serve_page: Serve, own_samples: Path) -> None:
    server = serve_page(own_samples, readers=frozenset("*"))
    assert call(server, "take_out", {"papers": [1]}) == (200, {"error": READING})
    assert not Serving(host="0.0.0.0", readers=frozenset("*")).exposed


def test_a_reader_asks_and_sees_no_control_that_changes_the_library(
    serve_page: Serve, own_samples: Path, open_tab: OpenTab
) -> None:
    server = serve_page(own_samples, auth=USERS, readers=frozenset({"bob"}))
    server.library.collect("Mine", [1])
    tab = open_tab(server, log_in=lambda tab: log_in(tab, "bob"))
    tab.ask(LATE)
    tab.see(CARD)
    tab.tab("Library")
    tab.click("#ap-papers .ap-paper")
    tab.see("#ap-opened .ap-card")
    tab.click("#ap-papers .ap-pick input[value]")
    tab.see(".ap-chosenbar")
    tab.see(".ap-groups", "Mine")
    marks = ('[data-do="collect"]', '[data-do="tag"]', '[data-do="drop"]', '[data-do="rename"]')
    sources = ('.ap-groups [data-do="source"]', '.ap-groups [data-do="whole"]')
    for selector in ("#ap-uploads", '#ap-library [data-do="remove"]', *marks, *sources):
        assert not tab.seen(selector), selector
    assert tab.seen('.ap-chosenbar [data-do="askthese"]')
    log_in(tab, "ada")
    tab.tab("Library")
    tab.click("#ap-papers .ap-paper")
    for selector in (
        "#ap-uploads",
        '#ap-opened [data-do="remove"]',
        '#ap-opened [data-do="collect"]',
        '[data-do="drop"]',
    ):
        tab.see(selector)


def test_a_file_names_a_user_a_line(tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text("# our users\nada:love:lace\n\n bob:ross \n")
    assert read_auth(SecretStr(str(path))) == {"ada": "love:lace", "bob": "ross"}


@pytest.mark.parametrize(
    ("text", "told"), [("ada:x\nada:y", "twice"), ("ada:x\nbob", "line 2"), ("\n#\n", "names no user"), ("", "no user")]
)
def test_a_file_that_names_users_wrongly_is_told_without_a_password(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "users").write_text(text)
    with pytest.raises(SettingsError, match=told) as error:
        read_auth(SecretStr(str(tmp_path / "users")))
    assert ":x" not in str(error.value)


def test_a_reader_that_is_no_user_and_keeping_of_nobody_are_told() -> None:
    with pytest.raises(SettingsError, match="'eve' is no user"):
        Serving(auth={"ada": "x"}, readers=frozenset({"eve"}))
    with pytest.raises(SettingsError, match="--keep keeps conversations by user"):
        Serving(keep=True)
    assert "x" not in repr(Serving(auth={"ada": "xyz"})).replace("exposed", "")


def test_a_wrong_password_and_an_unknown_user_are_refused() -> None:
    serving = Serving(auth={"ada": "lovelace"})
    assert serving.is_known("ada", "lovelace")
    for user, password in (("ada", ""), ("ada", "Lovelace"), ("eve", ""), ("", ""), ("eve", "lovelace")):
        assert not serving.is_known(user, password)


@pytest.mark.parametrize("shared", [True, False])
def test_a_login_is_known_by_its_token_until_it_is_forgotten(shared: bool, tmp_path: Path) -> None:  # noqa: FBT001
    logins = Logins(tmp_path if shared else None)
    logins["token"] = "ada"
    other = Logins(tmp_path) if shared else logins  # of another process
    assert other.cookie == logins.cookie
    assert other.user(f"a=b; access-token-{logins.cookie}=token") == "ada"
    assert other.user(f"access-token-unsecure-{logins.cookie}=token") == "ada"
    for cookies in ("", "a=b", f"access-token-{logins.cookie}=other", "access-token-x=token", "=;=", "\x00"):
        assert other.user(cookies) is None
    if shared:
        stored = next(iter(tmp_path.iterdir())).name
        assert other.get(stored) is None, "what lies on the disk is no token"
        assert "token" not in stored
    for token in list(other.keys()):  # as gradio logs a user out everywhere
        if other[token] == "ada":
            del other[token]
    assert logins.get("token") is None
    assert len(logins) == 0


def test_who_visits_is_known_within_and_in_what_is_begun_there_alone() -> None:
    async def both() -> list[str | None]:
        async def named(name: str) -> str | None:
            with visited_by(Visitor(name)):
                await asyncio.sleep(0.01)
                return await asyncio.to_thread(lambda: visitor().name)

        return list(await asyncio.gather(named("ada"), named("bob")))

    assert asyncio.run(both()) == ["ada", "bob"]
    assert visitor().name is None
