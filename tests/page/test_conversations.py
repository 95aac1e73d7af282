"""Conversations that stay, in a real browser: kept, listed, edited without loss, deleted with a way back."""

from typing import Any

from selenium.webdriver.common.keys import Keys

from rag.samples import QUESTIONS
from tests.page.browser import BUDGET, CARD, COMPOSER, ENCODED, LATE, LISTED, MAXIMA, TURN, WRITING, OpenTab, Tab, turn

LARGE = "How large is its index?"


def test_a_conversation_comes_back_with_its_evidence_and_ratings(tab: Tab) -> None:
    tab.ask(LATE)
    tab.ask(BUDGET)
    tab.click(f'{turn(0)} [data-do="good"]')
    tab.see(f'{turn(0)} [data-do="good"][aria-pressed="true"]')
    tab.load()
    assert tab.asked() == [LATE, BUDGET]
    assert len(tab.seen(CARD)) == 2
    tab.see(f'{turn(0)} [data-do="good"][aria-pressed="true"]')
    tab.see(f'{turn(1)} [data-do="good"][aria-pressed="false"]')
    tab.click(f'{turn(0)} [data-do="choose"]')
    tab.until(lambda: len(tab.seen(CARD)) == 1, "the evidence of the first answer")
    assert "ColBERT" in tab.said(CARD)
    tab.see(f".ap-chosen{turn(0)}")
    tab.click(f'{turn(1)} .ap-cite[data-number="2"]')
    tab.see(f'{CARD}.ap-lit[data-number="2"]')


def test_conversations_are_listed_opened_and_deleted_also_in_another_tab(open_tab: OpenTab, sample_page: Any) -> None:
    tab = open_tab(sample_page)
    tab.ask(LATE)
    tab.click(".ap-new")
    tab.see(".ap-welcome")
    assert "ColBERT" not in tab.said("#ap-evidence")
    tab.ask(BUDGET)
    tab.until(lambda: tab.texts(LISTED) == [BUDGET, LATE], "both conversations, the newer first")
    other = open_tab(sample_page)
    other.see(".ap-welcome")
    other.until(lambda: other.texts(LISTED) == [BUDGET, LATE], "the same conversations in another tab")
    other.click(LISTED, LATE)
    other.until(lambda: other.asked() == [LATE], "the conversation that was opened")
    other.until(lambda: "ColBERT" in other.said(CARD), "its evidence")
    other.see(f"{LISTED}[aria-current]", LATE)
    other.ask(LARGE)
    assert LATE in other.said(".ap-rewritten")
    other.click(f'.ap-list [aria-label="Delete the conversation {BUDGET}"]')
    other.until(lambda: other.texts(LISTED) == [LATE], "the list without the deleted one")
    assert other.asked() == [LATE, LARGE]
    other.click(f'.ap-list [aria-label="Delete the conversation {LATE}"]')
    other.see(".ap-welcome")
    other.gone(LISTED)
    tab.front().see(".ap-welcome")
    other.front().load()
    other.gone(LISTED)


def test_a_deleted_conversation_is_brought_back_whole(tab: Tab) -> None:
    tab.ask(LATE)
    tab.ask(LARGE)
    tab.click(f'.ap-list [aria-label="Delete the conversation {LATE}"]')
    tab.see(".ap-welcome")
    tab.click("#ap-toast .ap-undo", "Undo")
    tab.click(LISTED, LATE)
    tab.until(lambda: tab.asked() == [LATE, LARGE], "all of it")
    assert len(tab.seen(f"{TURN} .ap-feet")) == 2


def test_an_edit_is_a_version_and_what_followed_stays_behind_it(tab: Tab) -> None:
    tab.ask(LATE)
    tab.ask(LARGE)
    tab.click(f'{turn(0)} [data-do="edit"]')
    assert tab.run("return document.querySelector('.ap-editing').value") == LATE
    tab.press(Keys.ESCAPE)
    tab.gone(".ap-editing")
    tab.click(f'{turn(0)} [data-do="edit"]')
    tab.write(".ap-editing", BUDGET)
    tab.press(Keys.ENTER)  # a new line, and no edit on a bare Enter
    tab.see(".ap-editing")
    tab.click('.ap-editbox [data-do="cancel"]')
    tab.gone(".ap-editing")
    assert tab.asked() == [LATE, LARGE]
    tab.click(f'{turn(0)} [data-do="edit"]')
    tab.write(".ap-editing", QUESTIONS[1])
    tab.click('.ap-editbox [data-do="save"]')
    tab.until(lambda: tab.asked() == [QUESTIONS[1]], "the edited question alone")
    tab.whole(1)
    assert "28.4 BLEU" in tab.said(".ap-answered")
    assert "2/2" in tab.said(".ap-versions")
    tab.load()
    assert tab.asked() == [QUESTIONS[1]]
    tab.click('.ap-versions [data-do="earlier"]')
    tab.until(lambda: tab.asked() == [LATE, LARGE], "what was there before")
    assert len(tab.seen(f"{TURN} .ap-feet")) == 2
    tab.load()
    assert tab.asked() == [LATE, LARGE]
    tab.click('.ap-versions [data-do="later"]')
    tab.until(lambda: tab.asked() == [QUESTIONS[1]], "the edited one again")


def test_a_version_goes_on_by_itself(tab: Tab) -> None:
    tab.ask(LATE)
    tab.ask(LARGE)
    tab.click(f'{turn(1)} [data-do="edit"]')
    tab.write(".ap-editing", BUDGET)
    tab.chord(Keys.CONTROL, Keys.ENTER)
    tab.until(lambda: tab.asked() == [LATE, BUDGET], "the edited question")
    tab.whole(2)
    tab.ask(QUESTIONS[1])
    tab.click(f'{turn(1)} [data-do="earlier"]')
    tab.until(lambda: tab.asked() == [LATE, LARGE], "the first version")
    tab.click(f'{turn(1)} [data-do="later"]')
    tab.until(lambda: tab.asked() == [LATE, BUDGET, QUESTIONS[1]], "the second version with what followed")


def test_an_answer_that_streams_stays_in_its_conversation(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    chat_server.says(f"{LARGE} Again", to="Last question: ")
    chat_server.says(f"{MAXIMA} [1].", to=LARGE)
    chat_server.says(f"{MAXIMA} [1].", to=LARGE)
    held = hold(f"{ENCODED} [1].", " And that is all [1].", to=BUDGET)
    tab = open_tab(serve_page(settings=chat_server.settings(timeout=60)))
    tab.ask(LARGE)
    tab.click(".ap-new")
    tab.begin(BUDGET)
    held.release()
    tab.see(WRITING, ENCODED)
    tab.click(LISTED, LARGE)
    tab.until(lambda: tab.asked() == [LARGE], "the old conversation")
    assert tab.seen(WRITING) == []
    tab.press(Keys.ESCAPE)  # there is nothing to stop here
    tab.ask(f"{LARGE} Again")
    tab.until(lambda: tab.asked() == [LARGE, f"{LARGE} Again"], "what is asked there")
    assert ENCODED not in tab.said("#ap-transcript")
    held.release()
    tab.click(LISTED, BUDGET)
    tab.whole(1)
    assert tab.asked() == [BUDGET]
    assert f"{ENCODED}" in tab.said("#ap-transcript")
    tab.click(LISTED, LARGE)
    tab.until(lambda: tab.asked() == [LARGE, f"{LARGE} Again"], "the old conversation as it was")


def test_a_question_is_there_after_a_reload_and_its_answer_comes(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    held = hold(f"{ENCODED} [1].\n\nAnd ", f"{MAXIMA} [1].")
    tab = open_tab(serve_page(settings=chat_server.settings(timeout=60)))
    tab.begin(LATE)
    tab.see(WRITING)
    tab.load()
    assert tab.asked() == [LATE]
    held.release()
    tab.see(WRITING, "And")
    tab.load()
    tab.see(WRITING, ENCODED)
    assert tab.said(WRITING).count(ENCODED) == 1
    tab.driver.get("about:blank")
    held.release()
    tab.load()
    tab.whole(1)
    assert MAXIMA in tab.said("#ap-transcript")
    assert len(chat_server.asked) == 1
    tab.load()
    assert tab.asked() == [LATE]
    assert len(tab.seen(f"{TURN} .ap-feet")) == 1


def test_a_draft_lives_in_its_conversation_and_through_a_reload(tab: Tab) -> None:
    tab.ask(LATE)
    tab.write(COMPOSER, "half a thought")
    tab.click(".ap-new")
    tab.see(".ap-welcome")
    assert tab.typed() == ""
    tab.write(COMPOSER, "another one\nin two lines"[:11])
    tab.load()
    assert tab.typed() == "half a thought" or tab.typed() == "another one"
    tab.click(LISTED, LATE)
    tab.until(lambda: tab.typed() == "half a thought", "the draft of this conversation")
    tab.click(".ap-new")
    tab.until(lambda: tab.typed() == "another one", "the draft of a new one")
    tab.write(COMPOSER, BUDGET)
    tab.press(Keys.ENTER)
    tab.whole(1)
    tab.load()
    assert tab.typed() == ""


def test_addresses_lead_to_conversations_and_back_works(tab: Tab) -> None:
    tab.ask(LATE)
    tab.until(lambda: "#/c/" in tab.run("return location.href"), "an address")
    first = tab.run("return location.href")
    tab.click(".ap-new")
    tab.see(".ap-welcome")
    tab.ask(BUDGET)
    tab.driver.back()
    tab.see(".ap-welcome")
    tab.driver.back()
    tab.until(lambda: tab.asked() == [LATE], "the first conversation")
    tab.driver.forward()
    tab.see(".ap-welcome")
    tab.driver.get("about:blank")
    tab.driver.get(first)
    tab.ready()
    tab.until(lambda: tab.asked() == [LATE], "the conversation that the address names")
