"""The card on every [n], in a real browser: the paper and the quote, under the mouse and under the keyboard's focus."""

from typing import Any

from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from rag.library import Library
from tests.page.browser import BUDGET, CARD, ENCODED, LATE, MAXIMA, WRONG, OpenTab, Tab

HOVER = "#ap-hover"
SHOWN = "const box = document.querySelector('#ap-hover').getBoundingClientRect(); "
SHOWN += "return [box.left, box.top, box.right, box.bottom];"
REQUESTS = "return performance.getEntriesByType('resource').filter((one) => /component_server/.test(one.name)).length"
LATER = "return new Promise((done) => setTimeout(() => done(document.querySelector('#ap-hover')?.hidden ?? true), 500))"


def test_a_card_under_the_mouse_tells_the_paper_the_quote_and_how_the_sentence_stands(
    tab: Tab, samples: Library
) -> None:
    tab.ask(BUDGET)
    answer = samples.ask(BUDGET)
    requests = tab.run(REQUESTS)
    for number, claim in enumerate(answer.claims):
        citation = claim.citations[0]
        tab.hover("#ap-composer textarea")
        tab.gone(HOVER)  # it may lie over the next [n]
        tab.hover(f'.ap-cite[data-claim="{number}"]')
        card = tab.see(HOVER, citation.paper.title).text
        assert f"[{citation.number}]" in card
        assert citation.paper.authors[0] in card
        assert str(citation.paper.year) in card
        assert citation.quote in card
        assert "Quoted." in card
        assert "Click opens the abstract" in card
    assert tab.run(REQUESTS) == requests


def test_the_card_goes_with_the_mouse_but_the_mouse_can_get_onto_it(tab: Tab) -> None:
    tab.ask(LATE)
    tab.hover(".ap-cite")
    tab.hover(HOVER)
    assert not tab.run(LATER)
    tab.hover("#ap-composer textarea")
    tab.gone(HOVER)


def test_a_mouse_that_only_passes_brings_no_card(tab: Tab) -> None:
    tab.ask(LATE)
    ActionChains(tab.driver, duration=10).move_to_element(tab.see(".ap-cite")).move_to_element(
        tab.see("#ap-composer textarea")
    ).perform()
    assert tab.run(LATER)


def test_the_keyboard_s_focus_brings_the_card_and_escape_takes_it_away(tab: Tab) -> None:
    tab.ask(LATE)
    cite = tab.see(".ap-cite")
    tab.run("arguments[0].focus({ focusVisible: true })", cite)
    tab.see(HOVER, "ColBERT")
    assert cite.get_attribute("aria-describedby") == "ap-hover"
    assert tab.see(HOVER).get_attribute("role") == "tooltip"
    tab.press(Keys.ESCAPE)
    tab.gone(HOVER)
    assert cite.get_attribute("aria-describedby") is None
    assert tab.run("return document.activeElement.className").startswith("ap-cite")


def test_the_card_is_never_cut_off_by_the_window(tab: Tab) -> None:
    for width, height in ((900, 420), (1440, 900), (700, 380)):
        tab.size(width=width, height=height)
        tab.ask(BUDGET)
        for cite in tab.seen(".ap-cite")[-3:]:
            tab.run("arguments[0].scrollIntoView({ block: 'nearest' }); document.activeElement.blur()", cite)
            tab.run("arguments[0].focus({ focusVisible: true, preventScroll: true })", cite)
            tab.see(HOVER)
            left, top, right, bottom = tab.run(SHOWN)
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height
            tab.press(Keys.ESCAPE)
            tab.gone(HOVER)


def test_a_card_says_how_each_kind_of_sentence_stands(open_tab: OpenTab, serve_page: Any, chat_server: Any) -> None:
    chat_server.says(f"{MAXIMA} [1]. {WRONG} [1].")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.ask(LATE)
    tab.hover('.ap-cite[data-claim="1"]')
    tab.see(HOVER, "Partly.")
    assert "99" in tab.said(f"{HOVER} .ap-standing")
    colours = tab.run("return [...document.querySelectorAll('.ap-cite')].map((one) => getComputedStyle(one).color)")
    assert len(set(colours)) == 2
    assert tab.texts(".ap-mark") == ["◐"]
    assert "partly" in str(tab.see('.ap-cite[data-claim="1"]').get_attribute("aria-label"))


def test_a_click_opens_the_abstract_and_escape_there_goes_back_to_the_marker(tab: Tab) -> None:
    tab.ask(BUDGET)
    last = tab.seen(".ap-cite")[-1]
    tab.hover(f'.ap-cite[data-claim="{last.get_attribute("data-claim")}"]')
    tab.see(HOVER)
    last.click()
    tab.gone(HOVER)
    tab.see(f'{CARD}.ap-lit[data-number="{last.get_attribute("data-number")}"]')
    assert tab.run("return document.activeElement.className").startswith("ap-card")
    tab.press(Keys.ESCAPE)
    tab.until(lambda: tab.run("return document.activeElement === arguments[0]", last), "the focus on the marker")


def test_a_finger_opens_the_abstract_and_brings_no_card(open_tab: OpenTab, sample_page: Any) -> None:
    tab = open_tab(sample_page, phone=True)
    tab.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    tab.ask(LATE)
    middle = "const r = document.querySelector('.ap-cite').getBoundingClientRect(); "
    x, y = tab.run(middle + "return [r.x + r.width / 2, r.y + r.height / 2];")
    for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
        tab.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    tab.see(f"{CARD}.ap-lit")
    assert tab.seen(HOVER) == []


def test_what_a_paper_says_is_only_text_in_its_card(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, sample_folder: Any
) -> None:
    chat_server.says(f"{ENCODED} <img src=x onerror=hacked=1> [1].")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.ask(LATE)
    tab.hover(".ap-cite")
    tab.see(HOVER)
    assert tab.run("return document.querySelectorAll('#ap-hover :is(img, script)').length") == 0
