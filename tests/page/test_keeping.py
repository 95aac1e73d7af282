"""Conversations kept by user: another browser of a user has them all, another user has none of them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.page.browser import LATE, LISTED, TURN, Tab, assert_quiet, start_chromium
from tests.page.requests import get

LORA = "How does LoRA fine-tune a large model without changing its weights?"
USERS = {"ada": "lovelace", "bob": "ross"}
OpenBrowser = Callable[..., Tab]
ROW = {"title": "Mine", "started": "2026-01-01", "saved": 1, "active": {}}
ASKED = {"parent": None, "at": 1, "question": "What is LoRA?", "text": "Half an answer", "ended": "Stopped."}


@pytest.fixture
def kept_page(serve_page: Any, own_samples: Path) -> Any:
    """The page over a library of one's own, with two users whose conversations are kept."""
    return serve_page(own_samples, auth=USERS, keep=True)


@pytest.fixture
def open_browser(tmp_path: Path) -> Iterator[OpenBrowser]:
    """Open the page in a browser that never saw it, as a user who logs in."""
    started: list[tuple[Chrome, Tab]] = []

    def open_one(server: Any, user: str) -> Tab:
        driver = start_chromium(tmp_path)
        tab = Tab(driver, server.url)
        started.append((driver, tab))
        log_in(tab, user)
        return tab

    yield open_one
    for driver, tab in started:
        assert not tab.is_hacked
        driver.quit()


def log_in(tab: Tab, user: str) -> None:
    """Log in as a browser does it, and open the page."""
    tab.driver.get(f"{tab.url}/health")
    script = """
        const [user, word, done] = arguments;
        fetch('/login', { method: 'POST', body: new URLSearchParams({ username: user, password: word }) })
            .then((reply) => done(reply.status));"""
    assert tab.driver.execute_async_script(script, user, USERS[user]) == 200
    tab.load()


def call(server: Any, name: str, sent: dict[str, Any], cookie: str = "") -> tuple[int, Any]:
    """Return status and reply of a call of the page, as a program sends it."""
    config = json.loads(get(f"{server.url}/config", Cookie=cookie)[2])
    wires = [one["id"] for one in config.get("components", ()) if one["props"].get("server_fns")]
    body = {"data": [name, sent], "component_id": (wires or [1])[0], "session_hash": "x", "fn_name": "call"}
    status, _, reply = get(f"{server.url}/gradio_api/component_server", json.dumps(body).encode(), Cookie=cookie)
    return status, json.loads(reply)


def logged_in(server: Any, user: str) -> str:
    """Return the cookies of a user who logged in."""
    status, headers, _ = get(f"{server.url}/login", f"username={user}&password={USERS[user]}".encode())
    assert status == 200
    named = [part.split(";")[0] for part in headers["set-cookie"].split(", ") if part.startswith("access-token")]
    return "; ".join(named)


def change(kind: str, name: str, conversation: str, fields: dict[str, Any] | None) -> dict[str, Any]:
    return {"kind": kind, "id": name, "conversation": conversation, "fields": fields}


def test_nobody_sees_or_changes_what_is_kept_of_another_whatever_ids_they_send(kept_page: Any) -> None:
    ada, bob = logged_in(kept_page, "ada"), logged_in(kept_page, "bob")
    mine = [change("conversation", "c1", "c1", ROW), change("exchange", "e1", "c1", ASKED)]
    _, told = call(kept_page, "keep", {"since": 0, "changes": mine}, ada)
    assert [row["id"] for row in told["rows"]] == ["c1", "e1"]
    forged = [
        change("conversation", "c1", "c1", None),
        change("exchange", "e1", "c1", {"good": False}),
        change("exchange", "e2", "c1", ASKED),
    ]
    _, his = call(kept_page, "keep", {"since": 0, "changes": forged}, bob)
    assert [row["id"] for row in his["rows"]] == ["e2"]
    assert his["lacking"] == ["e1"]
    _, hers = call(kept_page, "keep", {"since": 0}, ada)
    assert {row["id"]: row["row"] for row in hers["rows"]} == {row["id"]: row["row"] for row in told["rows"]}


def test_who_is_not_logged_in_is_told_nothing(kept_page: Any) -> None:
    assert call(kept_page, "keep", {"since": 0})[0] == 401
    assert call(kept_page, "keep", {"since": 0}, "access-token-x=y")[0] == 401


def test_without_keep_nothing_is_kept(serve_page: Any, own_samples: Path) -> None:
    server = serve_page(own_samples, auth=USERS)
    sent = {"since": 0, "changes": [change("conversation", "c", "c", ROW)]}
    assert "chat --keep --auth" in call(server, "keep", sent, logged_in(server, "ada"))[1]["error"]


def test_what_is_no_answer_and_what_is_html_is_not_kept(kept_page: Any) -> None:
    ada = logged_in(kept_page, "ada")
    hostile = ASKED | {"html": {"answer": "<script>hacked = 1</script>"}, "more": "x"}
    wrong = [
        change("exchange", "e1", "c1", hostile),
        change("exchange", "e2", "c1", ASKED | {"answer": {"text": "made up"}}),
        change("exchange", "e3", "c1", ASKED | {"at": "now"}),
        change("conversation", "c1", "c1", ROW | {"title": ["x"]}),
    ]
    _, told = call(kept_page, "keep", {"since": 0, "changes": wrong}, ada)
    assert told["lacking"] == ["e2", "e3", "c1"]
    assert [row["id"] for row in told["rows"]] == ["e1"]
    assert "html" not in told["rows"][0]["row"]


def test_ratings_carry_who_gave_them_and_another_s_is_not_overwritten(kept_page: Any) -> None:
    answer = kept_page.library.ask(LORA).to_dict()
    for user, good in (("ada", True), ("bob", False)):
        call(kept_page, "rate", {"exchange": "e1", "answer": answer, "good": good}, logged_in(kept_page, user))
    assert sorted((one.who, one.good) for one in kept_page.library.ratings()) == [("ada", True), ("bob", False)]
    call(kept_page, "rate", {"exchange": "e1", "answer": answer, "good": None}, logged_in(kept_page, "bob"))
    assert [one.who for one in kept_page.library.ratings()] == ["ada"]


def test_an_answer_under_way_is_not_followed_or_stopped_by_another_user(kept_page: Any) -> None:
    ada, bob = logged_in(kept_page, "ada"), logged_in(kept_page, "bob")
    told = call(kept_page, "ask", {"exchange": "e1", "question": LORA}, ada)[1]
    assert call(kept_page, "follow", {"exchange": "e1"}, bob)[1] == {"lost": True}
    call(kept_page, "stop", {"exchange": "e1"}, bob)
    while "done" not in told:
        told = call(kept_page, "follow", {"exchange": "e1", "seen": told["seen"]}, ada)[1]
    assert told["done"]["answer"]["outcome"] == "answered"


def test_another_browser_of_a_user_has_their_conversations_and_another_user_has_none(
    kept_page: Any, open_browser: OpenBrowser
) -> None:
    first = open_browser(kept_page, "ada")
    first.ask(LATE)
    first.ask(LORA)
    answer = first.texts(f"{TURN} .ap-answer")
    second = open_browser(kept_page, "ada")
    second.click(LISTED, LATE)
    second.until(lambda: second.texts(f"{TURN} .ap-answer") == answer, "the answers of the other browser")
    assert second.asked() == [LATE, LORA]
    bob = open_browser(kept_page, "bob")
    bob.ask(LORA)
    bob.until(lambda: [text.split("\n")[0] for text in bob.texts(LISTED)] == [LORA], "his conversation alone")
    log_in(second, "bob")  # in ada's second browser
    second.see(LISTED, LORA)
    assert not second.seen(LISTED, LATE)
    for one in (first, second, bob):
        assert_quiet(one.driver, {kept_page.url.split("//")[1]})


def test_two_browsers_of_a_user_add_to_one_conversation_and_a_deletion_can_be_undone(
    kept_page: Any, open_browser: OpenBrowser
) -> None:
    first, second = open_browser(kept_page, "ada"), open_browser(kept_page, "ada")
    first.ask(LATE)
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    second.until(lambda: (second.run(look), second.seen(LISTED, LATE))[1], "the conversation of the first")
    second.click(LISTED, LATE)
    second.whole(1)
    second.ask(LORA)
    first.until(lambda: (first.run(look), first.asked() == [LATE, LORA])[1], "the question of the second")
    first.click('#ap-sidebar [data-do="delete"]')
    second.until(lambda: (second.run(look), not second.seen(LISTED, LATE))[1], "the deletion")
    first.click("#ap-toast button")
    second.until(lambda: (second.run(look), second.seen(LISTED, LATE))[1], "the undo")
    second.click(LISTED, LATE)
    second.until(lambda: second.asked() == [LATE, LORA], "both questions")
