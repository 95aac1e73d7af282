"""The page with the keyboard alone, and for those who can't see, in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from rag.samples import UNANSWERABLE
from tests.page.browser import BUDGET, CARD, COMPOSER, LATE, TULIPS, OpenTab, Tab, lightness

FOCUSABLE = "button, a[href], input, textarea, select, [tabindex]"
STILL = "document.head.insertAdjacentHTML('beforeend', '<style>* { transition: none !important }</style>');"
REMEMBER = (
    STILL
    + """
    const style = (one) => { const is = getComputedStyle(one);
      return [is.outline, is.boxShadow, is.borderColor, is.backgroundColor].join() };
    window.styles = (one) => [one, one.parentElement, one.parentElement.parentElement].map(style).join(';');
    document.activeElement.blur();
    window.reachable = [...document.querySelectorAll(arguments[0])].filter((one) =>
      one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }));
    window.before = window.reachable.map(window.styles);
    return window.reachable.length;"""
)
FOCUSED = """
    const one = document.activeElement, place = window.reachable.indexOf(one);
    return [place, place < 0 || window.styles(one) !== window.before[place]];"""
NAMED = "return window.reachable[arguments[0]].outerHTML.slice(0, 160)"


def assert_reached_by_tab(tab: Tab) -> None:
    """Tab comes to everything that can be used, and what has the focus looks different."""
    count = tab.run(REMEMBER, FOCUSABLE)
    assert count > 8
    reached, unlit = set[int](), set[int]()
    for _ in range(count + 12):
        tab.press(Keys.TAB)
        place, lit = tab.run(FOCUSED)
        reached.add(place)
        if not lit:
            unlit.add(place)
    assert [tab.run(NAMED, place) for place in range(count) if place not in reached] == []
    assert [tab.run(NAMED, place) for place in unlit] == []


def test_everything_is_reached_with_the_keyboard_and_what_has_the_focus_is_seen(
    open_tab: OpenTab, serve_page: Any, own_samples: Path
) -> None:
    tab = open_tab(serve_page(own_samples))
    tab.ask(BUDGET)
    tab.see('.ap-sidefoot [data-do="export"]')
    tab.gone(".ap-iswriting")
    assert_reached_by_tab(tab)
    tab.tab("Library")
    tab.write("#ap-papers .ap-sought", "random forests")
    tab.click("#ap-papers .ap-paper", "Random Forests")
    tab.see("#ap-opened .ap-card")
    tab.gone("#ap-papers .ap-paper", "Adam")
    assert_reached_by_tab(tab)


def test_a_conversation_is_had_with_the_keyboard_alone(tab: Tab) -> None:
    def go_to(selector: str) -> None:
        for _ in range(60):
            if tab.run("return document.activeElement.matches(arguments[0])", selector):
                return
            tab.press(Keys.TAB)
        pytest.fail(f"Tab never comes to {selector}")

    go_to(".ap-example")
    tab.press(Keys.ENTER)
    tab.whole(1)
    go_to('.ap-cite[data-claim="1"]')
    tab.press(Keys.ENTER)
    tab.see('#ap-evidence mark.ap-lit[data-claims~="1"]')
    assert tab.run("return document.activeElement.matches('#ap-evidence .ap-card.ap-lit')")
    go_to(COMPOSER)
    tab.press(*LATE, Keys.ENTER)
    tab.whole(2)
    go_to('#ap-sidebar .ap-list [data-do="open"]')
    go_to('[role="tab"][data-tab-id="library"]')
    tab.press(Keys.ENTER)
    tab.see("#ap-papers .ap-paper")


@pytest.mark.parametrize("how", ["wide and light", "wide and dark", "a phone, light", "a phone, dark"])
def test_axe_finds_nothing_serious(how: str, axe: str, open_tab: OpenTab, serve_page: Any, own_samples: Path) -> None:
    tab = open_tab(serve_page(own_samples), phone="phone" in how)
    found: list[str] = []

    def look(state: str) -> None:
        tab.run(STILL)
        tab.run("if (!window.axe) (0, eval)(arguments[0])", axe)
        violations = tab.driver.execute_async_script("axe.run().then((found) => arguments[0](found.violations))")
        found.extend(
            f"{state}: {one['id']} ({one['impact']}): {node['html'][:200]}"
            for one in violations
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        )

    if "dark" in how:
        tab.click('[data-do="theme"]')
        tab.until(lambda: lightness(tab) < 0.2, "a dark page")
    look("empty")
    tab.ask(BUDGET)
    tab.click('[data-do="good"]')
    tab.see('[data-do="good"][aria-pressed="true"]')
    tab.click('.ap-cite[data-number="2"]')
    tab.see(f"{CARD}.ap-lit")
    look("an answer with its evidence")
    tab.press(Keys.ESCAPE)
    tab.hover(".ap-line")
    tab.click('[data-do="edit"]')
    tab.see(".ap-editing")
    look("a question that is edited")
    tab.click('.ap-editbox [data-do="cancel"]')
    tab.ask(UNANSWERABLE)
    tab.ask(TULIPS)
    look("refusals")
    tab.tab("Library")
    tab.click("#ap-papers .ap-paper")
    tab.see("#ap-opened .ap-card")
    look("the library with a paper opened")
    tab.tab("Map")
    tab.see("#ap-map .scatterlayer .point")
    look("the map")
    tab.tab("Runs")
    tab.see("#ap-runs")
    look("the runs")
    assert found == []
