"""The keys of the page in a real browser: what each does, and when it does nothing."""

from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from tests.page.browser import COMPOSER, LATE, OpenTab, Tab
from tests.page.planted import plant

TURNS = 6


@pytest.fixture
def talk(tab: Tab) -> Tab:
    """A conversation of six exchanges, with the focus on nothing."""
    plant(tab, {"id": "a", "title": "Question 0", "texts": [f"Answer {place}. " * 120 for place in range(TURNS)]})
    tab.click('.ap-list [data-do="open"]')
    tab.see('.ap-turn[data-exchange="a-5"]')
    tab.run("document.activeElement.blur()")
    return tab


def chosen(tab: Tab) -> str:
    """Return the exchange that is chosen."""
    return str(tab.run("return document.querySelector('.ap-turn.ap-chosen')?.dataset.exchange"))


def focused(tab: Tab, selector: str) -> bool:
    """Tell whether the focus is on what a selector finds."""
    return bool(tab.run("return document.activeElement?.matches(arguments[0])", selector))


def test_slash_goes_to_the_composer_and_letters_there_are_letters(talk: Tab) -> None:
    talk.tab("Library")
    talk.run("document.activeElement.blur()")
    talk.press("/")
    talk.until(lambda: focused(talk, COMPOSER), "the focus on the composer")
    talk.press("njkec?/")
    assert talk.typed() == "njkec?/"
    assert talk.asked()[0] == "Question 0"
    assert not talk.seen("dialog")


def test_n_begins_a_new_conversation(talk: Tab) -> None:
    talk.press("n")
    talk.see(".ap-welcome")
    talk.until(lambda: focused(talk, COMPOSER), "the focus on the composer")
    assert talk.typed() == ""
    assert talk.run("return location.hash") == "#/"


def test_j_and_k_go_from_answer_to_answer(talk: Tab) -> None:
    talk.until(lambda: chosen(talk) == "a-5", "the last answer chosen")
    talk.press("k")
    talk.until(lambda: chosen(talk) == "a-4", "the one before")
    talk.press("k")
    talk.press("k")
    talk.until(lambda: chosen(talk) == "a-2", "two before it")
    talk.until(lambda: talk.in_view('.ap-turn[data-exchange="a-2"] .ap-asked'), "it in view")
    talk.until(lambda: focused(talk, '.ap-turn[data-exchange="a-2"]'), "the focus")
    talk.press("j")
    talk.until(lambda: chosen(talk) == "a-3", "the next")
    talk.press(*"kkkkkkk")
    talk.until(lambda: chosen(talk) == "a-0", "the first, and no further")


def test_who_scrolled_elsewhere_goes_on_from_there(talk: Tab) -> None:
    talk.run("document.querySelector('.ap-turn[data-exchange=\"a-1\"]').scrollIntoView({ block: 'start' })")
    talk.press("j")
    talk.until(lambda: chosen(talk) == "a-2", "the one after what is in sight")


def test_c_copies_and_e_shows_the_evidence_of_the_answer_that_is_read(tab: Tab) -> None:
    tab.ask(LATE)
    tab.run(
        """document.activeElement.blur();
           navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }"""
    )
    tab.press("c")
    tab.see("#ap-toast", "Copied")
    assert LATE in tab.run("return window.copied")
    assert "References" in tab.run("return window.copied")
    tab.size(width=390, height=844)
    tab.gone("#ap-side")
    tab.press("e")
    tab.see("#ap-side .ap-card")
    tab.press(Keys.ESCAPE)
    tab.gone("#ap-side")


def test_escape_returns_from_the_evidence_to_the_marker(tab: Tab) -> None:
    tab.ask(LATE)
    tab.click(".ap-cite")
    tab.until(lambda: tab.run("return document.querySelector('#ap-side').contains(document.activeElement)"), "the card")
    tab.press(Keys.ESCAPE)
    tab.until(lambda: focused(tab, ".ap-cite"), "the focus on the marker")


def test_the_keys_are_listed_and_escape_closes_only_the_list(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    reply = hold("Query and passage are encoded separately by BERT [1].")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.begin(LATE)
    tab.see(".ap-writing")
    tab.run("document.activeElement.blur()")
    tab.press("?")
    tab.see("dialog.ap-help", "New conversation")
    tab.press("n")
    tab.press(Keys.ESCAPE)
    tab.gone("dialog.ap-help")
    tab.see(".ap-writing")  # goes on
    tab.click('.ap-sidefoot [data-do="bin"]')
    tab.click('.ap-sidefoot [data-do="help"]')
    tab.see("dialog.ap-help")
    tab.press(Keys.ESCAPE)
    tab.gone("dialog.ap-help")
    tab.press(Keys.ESCAPE)
    tab.gone(".ap-writing")  # nothing is open: stops
    tab.see(".ap-broken", "Stopped before the answer was whole.")
    reply.release()


def test_single_keys_can_be_turned_off(talk: Tab) -> None:
    talk.press("?")
    talk.click("dialog.ap-help input")
    talk.press(Keys.ESCAPE)
    talk.gone("dialog.ap-help")
    talk.run("document.activeElement.blur()")
    talk.press("n")
    talk.press("?")
    assert talk.asked()[0] == "Question 0"
    assert not talk.seen("dialog")


def test_keys_with_ctrl_alt_or_meta_and_those_of_an_input_method_are_left_alone(talk: Tab) -> None:
    script = """
        const [more] = arguments;
        const event = new KeyboardEvent('keydown', { key: 'n', bubbles: true, cancelable: true, ...more });
        document.body.dispatchEvent(event);
        return event.defaultPrevented;"""
    for more in ({"ctrlKey": True}, {"altKey": True}, {"metaKey": True}, {"isComposing": True}, {"keyCode": 229}):
        assert talk.run(script, more) is False, more
    assert talk.asked()[0] == "Question 0"
    assert talk.run(script, {}) is True  # and without them it is taken


def test_up_in_the_empty_composer_edits_the_last_question(talk: Tab) -> None:
    talk.press("/")
    talk.until(lambda: focused(talk, COMPOSER), "the focus on the composer")
    talk.press("x", Keys.ARROW_UP)
    assert not talk.seen(".ap-editing")
    talk.press(Keys.END, Keys.BACKSPACE, Keys.ARROW_UP)
    talk.see('.ap-turn[data-exchange="a-5"] .ap-editing')
    talk.press(Keys.ESCAPE)
    talk.gone(".ap-editing")


def test_a_menu_works_by_keys_alone(talk: Tab) -> None:
    talk.run('document.querySelector(\'.ap-turn[data-exchange="a-5"] [data-do="more"]\').focus()')
    talk.press(Keys.ENTER)
    talk.see('.ap-menu[role="menu"]')
    first = talk.run("return document.activeElement.textContent")
    talk.press(Keys.ARROW_DOWN)
    assert talk.run("return document.activeElement.textContent") != first
    talk.press(Keys.ARROW_UP)
    talk.press(Keys.ARROW_UP)
    assert talk.run("return document.activeElement.textContent") == "Delete this exchange"  # round to the last
    talk.press("c")
    assert talk.run("return document.activeElement.textContent").startswith("Copy")
    talk.press(Keys.ESCAPE)
    talk.gone(".ap-menu")
    talk.until(lambda: focused(talk, '[data-do="more"]'), "the focus")
    assert talk.asked()[0] == "Question 0"
