"""Several tabs and readers at once, servers that end and come back, in real browsers: nothing is lost or mixed."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.keys import Keys

from rag.samples import QUESTIONS
from tests.page.browser import (
    BUDGET,
    COMPOSER,
    ENCODED,
    LATE,
    LISTED,
    MAXIMA,
    PATIENCE,
    TURN,
    WRITING,
    OpenTab,
    Tab,
    assert_quiet,
    start_chromium,
    turn,
)

LARGE = "How large is its index?"
STOPPED = "Stopped before the answer was whole."


def last(question: str) -> dict[str, str]:
    """Return what makes a reply of the chat server one to a question, and not to the rewriting of a follow-up."""
    return {"to": f"\nQuestion: {question}"}


def two_tabs(open_tab: OpenTab, server: Any, question: str) -> tuple[Tab, Tab]:
    """Return two tabs on one conversation that begins with a question."""
    tab = open_tab(server)
    tab.ask(question)
    other = open_tab(server)
    other.click(LISTED, question)
    other.until(lambda: other.asked() == [question], "the same conversation")
    return tab, other


def test_two_tabs_on_one_conversation_add_to_it_and_see_each_other(open_tab: OpenTab, sample_page: Any) -> None:
    tab, other = two_tabs(open_tab, sample_page, LATE)
    other.ask(LARGE)
    tab.front().until(lambda: tab.asked() == [LATE, LARGE], "what the other tab asked")
    tab.whole(2)
    tab.ask(BUDGET)
    other.front().until(lambda: other.asked() == [LATE, LARGE, BUDGET], "what the first tab asked")
    tab.front().click(f'{turn(0)} [data-do="edit"]')
    tab.write(".ap-editing", QUESTIONS[1])
    tab.click('.ap-editbox [data-do="save"]')
    other.front().until(lambda: other.asked() == [QUESTIONS[1]], "the edit")
    other.whole(1)
    other.click(f'{turn(0)} [data-do="earlier"]')
    other.until(lambda: other.asked() == [LATE, LARGE, BUDGET], "all that was asked")


def test_two_tabs_that_ask_at_the_same_moment_both_keep_their_question(
    open_tab: OpenTab, serve_page: Any, chat_server: Any
) -> None:
    for question in (BUDGET, QUESTIONS[1]):
        chat_server.says(question, to=f"Last question: {question}")
    chat_server.says(f"{MAXIMA} [1].", **last(LATE))
    chat_server.says(f"{ENCODED} [1].", 0.3, " So.", **last(BUDGET))
    chat_server.says("Tokens [1].", 0.3, " So.", **last(QUESTIONS[1]))
    tab, other = two_tabs(open_tab, serve_page(settings=chat_server.settings()), LATE)
    soon = """
        const [question, at] = arguments, area = document.querySelector('#ap-composer textarea');
        const enter = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true });
        area.value = question;
        setTimeout(() => area.dispatchEvent(enter), at - Date.now());"""
    at = int(other.run("return Date.now()")) + 1500
    other.run(soon, BUDGET, at)
    tab.front().run(soon, QUESTIONS[1], at)
    for one in (tab, other):
        one.front().whole(3)
        assert sorted(one.asked()) == sorted([LATE, BUDGET, QUESTIONS[1]])
    assert tab.front().asked() == other.front().asked()
    prompts = [str(one.body["messages"]) for one in chat_server.asked]
    assert sum("<source" in prompt for prompt in prompts) == 3


def test_an_answer_is_seen_as_it_is_written_in_every_tab_and_stopped_from_any(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    chat_server.says(BUDGET, to="Last question: ")
    chat_server.says(f"{MAXIMA} [1].", **last(LATE))
    held = hold(f"{ENCODED} [1].", " And", " so on", **last(BUDGET))
    tab, other = two_tabs(open_tab, serve_page(settings=chat_server.settings(timeout=60)), LATE)
    other.begin(BUDGET)
    held.release()
    other.see(WRITING, ENCODED)
    tab.front().see(f"{turn(1)} .ap-writing")
    held.release()
    tab.see(f"{turn(1)} .ap-writing", "And")
    tab.press(Keys.ESCAPE)
    for one in (tab, other):
        one.front().whole(2)
        assert ENCODED in one.said(".ap-broken")
    assert chat_server.left.wait(PATIENCE)


def test_a_tab_takes_over_an_answer_when_the_tab_that_asked_is_closed(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    chat_server.says(BUDGET, to="Last question: ")
    chat_server.says(f"{MAXIMA} [1].", **last(LATE))
    held = hold(f"{ENCODED} [1].", " And that is all [1].", **last(BUDGET))
    tab, other = two_tabs(open_tab, serve_page(settings=chat_server.settings(timeout=60)), LATE)
    other.begin(BUDGET)
    held.release()
    other.see(WRITING, ENCODED)
    tab.front().see(f"{turn(1)} .ap-writing")
    other.front().driver.get("about:blank")
    held.release()
    tab.front().whole(2)
    assert tab.said(turn(1)).count(ENCODED) == 1
    assert "And that is all" in tab.said(turn(1))


def test_an_answer_comes_home_in_a_tab_that_nobody_looks_at(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    held = hold(f"{ENCODED} [1].", " And that is all [1].")
    server = serve_page(settings=chat_server.settings(timeout=60))
    tab = open_tab(server)
    tab.begin(LATE)
    tab.see(WRITING)
    other = open_tab(server)
    held.release(2)
    other.click(LISTED, LATE)
    other.whole(1)
    tab.front().whole(1)


def test_two_browsers_at_once_never_see_each_others_conversation(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any, tmp_path: Path
) -> None:
    replies = {LATE: f"{ENCODED} [1].", QUESTIONS[0]: "LoRA adapts a large pre-trained model to a task [1]."}
    held = {question: hold(reply, " And that is all.", **last(question)) for question, reply in replies.items()}
    server = serve_page(settings=chat_server.settings(timeout=60))
    tab = open_tab(server)
    driver = start_chromium(tmp_path)
    try:
        other = Tab(driver, server.url)
        other.load()
        tab.begin(LATE)
        tab.see(f"{WRITING} .ap-wait")
        other.begin(QUESTIONS[0])
        other.see(f"{WRITING} .ap-wait")
        held[LATE].release()
        held[QUESTIONS[0]].release()
        tab.see(WRITING, "encoded separately")
        other.see(WRITING, "LoRA adapts")
        held[QUESTIONS[0]].release()
        other.whole(1)
        assert tab.seen("#ap-transcript .ap-line") == []
        held[LATE].release()
        tab.whole(1)
        for one, mine, foreign in ((tab, LATE, QUESTIONS[0]), (other, QUESTIONS[0], LATE)):
            one.load()
            one.until(lambda one=one: one.texts(LISTED), "the list")  # type: ignore[misc]
            assert mine in one.said("body")
            assert foreign not in one.said("body")
            assert replies[foreign][:20] not in one.said("body")
        assert_quiet(driver, {urlsplit(server.url).netloc})
    finally:
        driver.quit()


# --- servers that end


@pytest.fixture
def reader(tmp_path: Path) -> Any:
    """A browser whose console may speak of a server that is gone."""
    driver = start_chromium(tmp_path)
    yield lambda url: Tab(driver, url)
    driver.quit()


def test_a_reader_is_told_when_the_server_ends_amid_an_answer(chat: Any, chat_server: Any, reader: Any) -> None:
    chat_server.says(f"{ENCODED} [1].", 60.0)
    model = {"OPENAI_BASE_URL": chat_server.url, "OPENAI_API_KEY": "x"}
    process, url = chat("--llm", "openai:tiny", seconds=0.2, **model)
    tab = reader(url)
    tab.load()
    tab.begin(LATE)
    tab.see(WRITING, ENCODED)
    process.send_signal(signal.SIGTERM)
    tab.see(".ap-broken [role=alert]", "The server shut down before the answer was whole.")
    assert ENCODED in tab.said(".ap-broken")
    assert process.wait(PATIENCE) == 0


def killed_while_writing(chat: Any, chat_server: Any, reader: Any) -> tuple[Tab, Callable[[], object]]:
    """Return a tab whose server was killed in the middle of an answer, and what starts the server again."""
    chat_server.says(BUDGET, to="Last question: ")
    chat_server.says(f"{ENCODED} [1].", 60.0, **last(LATE))
    chat_server.says(f"{MAXIMA} [1].", **last(BUDGET))
    model = {"OPENAI_BASE_URL": chat_server.url, "OPENAI_API_KEY": "x"}
    process, url = chat("--llm", "openai:tiny", **model)
    tab = reader(url)
    tab.load()
    tab.begin(LATE)
    tab.see(WRITING, ENCODED)
    process.kill()
    process.wait()
    return tab, lambda: chat("--llm", "openai:tiny", port=urlsplit(url).port, **model)


def test_a_server_that_is_gone_is_told_and_what_was_written_goes_on_once_it_is_back(
    chat: Any, chat_server: Any, reader: Any
) -> None:
    tab, again = killed_while_writing(chat, chat_server, reader)
    tab.see("#ap-banner", "can't be reached")
    tab.write(COMPOSER, "a draft")
    assert ENCODED in tab.said(WRITING)
    again()
    tab.gone("#ap-banner")
    tab.see(".ap-broken [role=alert]", "The server was restarted before the answer was whole.")
    assert ENCODED in tab.said(".ap-broken")
    assert tab.typed() == "a draft"
    tab.begin(BUDGET)
    tab.whole(2)
    assert MAXIMA in tab.said(turn(1))


def test_a_stop_and_a_question_hold_while_the_server_is_gone(chat: Any, chat_server: Any, reader: Any) -> None:
    tab, again = killed_while_writing(chat, chat_server, reader)
    tab.press(Keys.ESCAPE)
    tab.whole(1)
    assert STOPPED in tab.said(".ap-broken [role=alert]")
    assert ENCODED in tab.said(".ap-broken")
    tab.begin(BUDGET)
    tab.see(f"{turn(1)} .ap-writing")
    tab.begin("never sent")  # while another waits for the server
    assert len(tab.seen(TURN)) == 2
    again()
    tab.whole(2)
    assert MAXIMA in tab.said(turn(1))
    assert STOPPED in tab.said(turn(0))
