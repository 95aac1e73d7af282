"""The page's looks, in a real browser: dark and light, and on a phone."""

from pathlib import Path
from typing import Any

from selenium.webdriver.common.keys import Keys

from rag.samples import UNANSWERABLE
from tests.page.browser import BUDGET, CARD, OpenTab, Tab, lightness, turn


def test_dark_and_light_are_remembered(open_tab: OpenTab, sample_page: Any) -> None:
    tab = open_tab(sample_page)
    assert lightness(tab) > 0.8
    tab.click('[data-do="theme"]')
    tab.until(lambda: lightness(tab) < 0.2, "a dark page")
    tab.load()
    assert lightness(tab) < 0.2
    other = open_tab(sample_page)
    assert lightness(other) < 0.2
    other.click('[data-do="theme"]')
    other.until(lambda: lightness(other) > 0.8, "a light page")
    other.load()
    assert lightness(other) > 0.8


def overflow(tab: Tab) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(tab.run("return document.scrollingElement.scrollWidth - innerWidth"))


def test_on_a_phone_nothing_is_wider_than_the_screen_and_the_evidence_is_a_sheet_that_closes(
    open_tab: OpenTab, serve_page: Any, own_samples: Path
) -> None:
    tab = open_tab(serve_page(own_samples), phone=True)
    assert tab.run("return innerWidth") == 390
    assert overflow(tab) <= 0
    tab.ask(BUDGET)
    tab.ask(UNANSWERABLE)
    assert overflow(tab) <= 0
    assert tab.seen(CARD) == []
    tab.click(f'{turn(0)} .ap-cite[data-number="2"]')
    tab.see(f'{CARD}.ap-lit[data-number="2"]')
    tab.until(lambda: tab.in_view("#ap-evidence mark.ap-lit"), "the slice in the sheet")
    assert overflow(tab) <= 0
    tab.click("#ap-evidence .ap-close")
    tab.gone(CARD)
    tab.click(f'{turn(0)} .ap-cite[data-number="1"]')
    tab.see(f'{CARD}.ap-lit[data-number="1"]')
    tab.press(Keys.ESCAPE)
    tab.gone(CARD)
    for name, shown in (("Library", "#ap-papers .ap-paper"), ("Map", "#ap-map .scatterlayer .point")):
        tab.tab(name)
        tab.see(shown)
        assert overflow(tab) <= 0
