"""Asking on the page, in a real browser: answers as they are written, stopped, asked again, refused."""

from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from rag.library import Library
from rag.samples import QUESTIONS, UNANSWERABLE
from tests.page.browser import BUDGET, ENCODED, LATE, MAXIMA, PATIENCE, TULIPS, WRITING, OpenTab, Tab, turn

STOPPED = "Stopped before the answer was whole."


def test_an_answer_is_seen_as_it_is_written(open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any) -> None:
    reply = hold(f"{ENCODED} [1].", f" {MAXIMA} [1].")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.begin(LATE)
    tab.see(f"{WRITING} .ap-wait", "Looking in the abstracts")
    reply.release()
    tab.see(WRITING, ENCODED)
    assert MAXIMA not in tab.said(WRITING)
    assert tab.seen("#ap-transcript .ap-line") == []
    reply.release()
    tab.whole(1)
    assert MAXIMA in tab.said("#ap-transcript .ap-answer")
    assert tab.said(".ap-line summary").startswith("2 of 2 sentences quoted · 1 paper")
    tab.click(".ap-line summary")
    assert "40 papers searched" in tab.said(".ap-line")
    assert tab.typed() == ""


def test_who_waits_in_line_is_told_so(open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any) -> None:
    reply = hold(f"{ENCODED} [1].")
    chat_server.says(f"{MAXIMA} [1].")
    server = serve_page(settings=chat_server.settings(timeout=60), answers=1)
    tab = open_tab(server)
    tab.begin(LATE)
    tab.see(f"{WRITING} .ap-wait", "Looking in the abstracts")
    other = open_tab(server)
    other.begin(BUDGET)
    other.see(f"{WRITING} .ap-wait", "In line")
    reply.release()
    other.whole(1)
    tab.front().whole(1)


def test_a_follow_up_shows_what_was_searched_for(tab: Tab) -> None:
    tab.ask(LATE)
    assert tab.seen(".ap-rewritten") == []
    tab.ask("How large is its index?")
    assert f'Searched for "How large is its index?" after "{LATE}".' in tab.said(".ap-rewritten")


def test_what_the_abstracts_do_not_say_looks_different_and_names_the_nearest_papers(tab: Tab, samples: Library) -> None:
    nearest = samples.ask(UNANSWERABLE).nearest
    tab.ask(LATE)
    tab.ask(UNANSWERABLE)
    refusal = tab.see(".ap-not_in_abstracts", "The abstracts in this library don't say.")
    assert refusal.value_of_css_property("border-top-style") != "none"
    assert tab.see(".ap-answered").value_of_css_property("border-top-width") == "0px"
    assert tab.texts(".ap-not_in_abstracts .ap-paper") == [paper.title for paper in nearest]
    assert tab.seen(".ap-not_in_abstracts .ap-mark") == []
    assert tab.texts(".ap-line")[-1].startswith("40 papers searched")
    tab.click(".ap-not_in_abstracts .ap-paper", nearest[1].title)
    tab.see("#ap-evidence .ap-card.ap-lit", nearest[1].title)


def test_a_question_that_no_paper_is_about_looks_different_again(tab: Tab) -> None:
    tab.ask(UNANSWERABLE)
    tab.ask(TULIPS)
    said = tab.see(".ap-no_relevant_papers", "No paper in this library is about that.")
    refused = tab.see(".ap-not_in_abstracts")
    styles = [one.value_of_css_property("border-top-style") for one in (said, refused)]
    assert styles[0] != styles[1]
    assert len(set(tab.texts(".ap-verdict span"))) == 2
    assert tab.texts(".ap-line")[-1].startswith("40 papers searched")


@pytest.mark.parametrize("by", ["the button", "the composer", "Escape"])
def test_an_answer_that_is_stopped_keeps_its_text_and_leaves_the_model(
    by: str, open_tab: OpenTab, serve_page: Any, chat_server: Any
) -> None:
    chat_server.says(f"{ENCODED} [1].", 60.0, " Never said.")
    chat_server.says(f"{MAXIMA} [1].")
    tab = open_tab(serve_page(settings=chat_server.settings(timeout=60)))
    tab.begin(LATE)
    tab.see(WRITING, ENCODED)
    if by == "Escape":
        tab.press(Keys.ESCAPE)
    else:
        tab.click('.ap-turn [data-do="stop"]' if by == "the button" else '#ap-composer [data-do="stop"]')
    tab.whole(1)
    assert ENCODED in tab.said(".ap-broken")
    assert STOPPED in tab.said(".ap-broken [role=alert]")
    assert chat_server.left.wait(PATIENCE), "the model is still being listened to"
    assert not tab.seen("[data-do=good]")
    tab.load()
    assert ENCODED in tab.said(".ap-broken")
    tab.click('[data-do="again"]')
    tab.see(".ap-answered", MAXIMA)
    tab.whole(1)
    assert tab.seen(".ap-broken") == []


def test_a_question_in_line_that_is_stopped_is_never_asked(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    reply = hold(f"{ENCODED} [1].")
    server = serve_page(settings=chat_server.settings(timeout=60), answers=1)
    tab = open_tab(server)
    tab.begin(LATE)
    tab.see(WRITING)
    other = open_tab(server)
    other.begin(BUDGET)
    other.see(f"{WRITING} .ap-wait", "In line")
    other.press(Keys.ESCAPE)
    other.whole(1)
    assert STOPPED in other.said(".ap-broken")
    tab.front().see(WRITING)
    reply.release()
    tab.whole(1)
    assert len(chat_server.asked) == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("So it is $\\frac{a}{b}$ and\n\n$$\\sum_i x_i", "$$\\sum_i x_i"),
        ("See:\n\n```python\nx = [1]\n\ny = 2", "x = [1]\n\ny = 2"),
        ("**Bold** [1] and *half", "*half"),
    ],
)
def test_a_text_that_is_stopped_anywhere_is_kept_as_it_was_written_and_set_as_far_as_it_goes(
    text: str, shown: str, open_tab: OpenTab, serve_page: Any, chat_server: Any
) -> None:
    chat_server.says(text, 60.0)
    tab = open_tab(serve_page(settings=chat_server.settings(timeout=60)))
    tab.begin(LATE)
    tab.see(WRITING, text[-6:])
    tab.press(Keys.ESCAPE)
    tab.whole(1)
    assert shown in tab.said(".ap-broken")
    assert len(tab.seen(".ap-broken > *")) <= 4  # and not a paragraph a character
    assert len(tab.seen(".ap-broken math, .ap-broken pre, .ap-broken strong")) == 1
    kept = tab.driver.execute_async_script(STORED, "text")
    assert kept == [text]


STORED = """
    const [field, done] = arguments, request = indexedDB.open("askpapers");
    request.onsuccess = () => {
      const all = request.result.transaction("exchanges").objectStore("exchanges").getAll();
      all.onsuccess = () => (request.result.close(), done(all.result.map((one) => one[field])));
    };"""


def test_answers_stopped_in_full_flow_stay_stopped_and_the_next_question_is_answered(
    open_tab: OpenTab, serve_page: Any, chat_server: Any
) -> None:
    chat_server.says("The query tokens are compared ", 0.02, forever=True)
    tab = open_tab(serve_page(settings=chat_server.settings(timeout=60)))
    for _ in range(6):
        chat_server.left.clear()
        tab.begin(BUDGET)
        tab.see(WRITING, "query tokens")
        tab.click('.ap-turn [data-do="stop"]')
        tab.whole(1)
        assert chat_server.left.wait(PATIENCE), "the model is still being listened to"
        assert tab.seen(WRITING) == []
        assert "query tokens" in tab.said(".ap-broken")
        tab.click(".ap-new")
        tab.see(".ap-welcome")


def test_an_error_of_the_model_is_one_line_and_asking_again_works(
    open_tab: OpenTab, serve_page: Any, chat_server: Any
) -> None:
    chat_server.fails(401, "bad key")
    chat_server.says(f"{MAXIMA} [1].")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.begin(LATE)
    tab.whole(1)
    assert len(tab.said(".ap-broken [role=alert]").splitlines()) == 1
    assert chat_server.key not in tab.said("body")
    tab.click('[data-do="again"]')
    tab.see(".ap-answered", MAXIMA)


def test_asking_again_keeps_the_first_answer_behind_the_second(
    open_tab: OpenTab, serve_page: Any, chat_server: Any
) -> None:
    chat_server.says(f"{ENCODED} [1].")
    chat_server.says(f"{MAXIMA} [1].")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.ask(LATE)
    assert ENCODED in tab.said(".ap-answered")
    tab.click('[data-do="again"]')
    tab.see(".ap-answered", MAXIMA)
    tab.whole(1)
    assert tab.asked() == [LATE]
    assert "2/2" in tab.said(".ap-versions")
    tab.click('.ap-versions [data-do="earlier"]')
    tab.see(".ap-answered", ENCODED)
    assert "1/2" in tab.said(".ap-versions")


def test_an_example_is_a_question_to_begin_with(tab: Tab) -> None:
    assert tab.texts(".ap-example") == list(QUESTIONS)
    tab.click(".ap-example", QUESTIONS[1])
    tab.whole(1)
    assert tab.asked() == [QUESTIONS[1]]
    assert "28.4 BLEU" in tab.said(".ap-answered")


def test_copying_gives_the_answer_with_its_references(tab: Tab) -> None:
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    tab.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    tab.ask(LATE)
    tab.click(f'{turn(0)} [data-do="copy"]')
    tab.see("#ap-toast", "Copied")
    pasted = tab.run("return navigator.clipboard.readText()")
    assert "late interaction" in pasted
    assert "[1]" in pasted
    assert "Omar Khattab" in pasted


def test_a_question_of_four_thousand_characters_and_one_in_other_scripts_are_asked(tab: Tab) -> None:
    long = f"{LATE} " + "And why is that so? " * 198
    strange = "What is 晚期交互 late interaction 😀 — <b>naïve</b>?"
    assert 3_900 < len(long) <= 4_000
    for question in (long.strip(), strange):
        area = tab.see("#ap-composer textarea")
        tab.run("const [area, text] = arguments; area.value = text;", area, question[:-1])
        area.send_keys(question[-1], Keys.ENTER)
        tab.see(f"{turn(0)} .ap-feet")
        assert tab.asked() == [question]
        tab.click(".ap-new")
        tab.see(".ap-welcome")


def test_enter_that_chooses_a_word_in_an_input_method_sends_nothing(tab: Tab) -> None:
    tab.write("#ap-composer textarea", LATE)
    script = """
        const area = document.querySelector('#ap-composer textarea');
        for (const how of [{ isComposing: true }, { keyCode: 229 }])
          area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, ...how }));"""
    tab.run(script)
    assert tab.typed() == LATE
    tab.press(Keys.ENTER)
    tab.whole(1)
    assert tab.asked() == [LATE]


def test_enter_with_shift_is_a_new_line_and_an_empty_question_asks_nothing(tab: Tab) -> None:
    tab.begin("  ")
    tab.write("#ap-composer textarea", "What is")
    tab.chord(Keys.SHIFT, Keys.ENTER)
    tab.press(*"late interaction?", Keys.ENTER)
    tab.whole(1)
    assert tab.run("return document.querySelector('.ap-asked').textContent") == "What is\nlate interaction?"
