"""Where things stand on the Ask tab, and how they look, as a real browser computes it: no rule is a dead letter."""

from typing import Any

import pytest

from rag.samples import QUESTIONS, UNANSWERABLE
from tests.page.browser import BUDGET, CARD, COMPOSER, LATE, OpenTab, Tab, turn

BOX = (
    "const r = document.querySelector(arguments[0]).getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom];"
)
STYLE = "return getComputedStyle(document.querySelector(arguments[0])).getPropertyValue(arguments[1])"
CONTRAST = """
    const [one, what, other, its] = arguments;
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const light = (selector, name) => {
      canvas.fillStyle = getComputedStyle(document.querySelector(selector)).getPropertyValue(name);
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [high, low] = [light(one, what), light(other, its)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);"""


def box(tab: Tab, selector: str) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of an element on the screen."""
    left, top, right, bottom = tab.run(BOX, selector)
    return left, top, right, bottom


def style(tab: Tab, selector: str, name: str) -> str:
    """Return what a property of an element comes to."""
    return str(tab.run(STYLE, selector, name))


def contrast(tab: Tab, one: str, what: str, other: str, its: str) -> float:
    """Return the contrast between a colour of one element and that of another, 1 to 21."""
    return float(tab.run(CONTRAST, one, what, other, its))


def scrolls(tab: Tab, selector: str) -> bool:
    """Tell whether there is more in an element than it shows, and it can be scrolled to."""
    return bool(
        tab.run(
            "const one = document.querySelector(arguments[0]), before = one.scrollTop; one.scrollTop = 1e6;"
            "const moved = one.scrollTop > 0; one.scrollTop = before; return moved;",
            selector,
        )
    )


def in_dark(tab: Tab) -> None:
    tab.click('[data-do="theme"]')
    tab.until(lambda: tab.run("return document.body.classList.contains('dark')"), "dark")


@pytest.fixture
def wide(tab: Tab) -> Tab:
    """A window of 1440 x 900 with a conversation longer than it."""
    tab.size(width=1440, height=900)
    for question in (LATE, UNANSWERABLE, BUDGET, *QUESTIONS[:2]):
        tab.ask(question)
    return tab


def test_three_areas_scroll_by_themselves_and_the_page_never_does(wide: Tab) -> None:
    assert wide.run("return document.scrollingElement.scrollHeight <= innerHeight")
    assert scrolls(wide, "#ap-transcript")
    assert not wide.run("window.scrollTo(0, 500); return window.scrollY")
    left, top, right, bottom = box(wide, ".ap-box")
    assert 780 < top < bottom <= 900
    side = box(wide, "#ap-side")
    assert side[0] >= right
    assert (side[2], side[3]) == (1440, 900)
    transcript = box(wide, "#ap-transcript")
    assert transcript[3] <= top
    question = box(wide, f"{turn(0)} .ap-question")
    assert abs(question[0] - left) < 4
    assert abs(question[2] - right) < 4


def test_head_and_tabs_are_one_line(wide: Tab) -> None:
    assert box(wide, "#ap-transcript")[1] < 60
    title, ask = box(wide, ".ap-header h1"), box(wide, '#ap-tabs .tab-container:not(.visually-hidden) [role="tab"]')
    assert abs((title[1] + title[3]) - (ask[1] + ask[3])) < 4
    assert title[2] <= ask[0]
    for name in ("Library", "Map", "Ask"):
        wide.tab(name)
        wide.until(lambda name=name: name in wide.said('#ap-tabs [role="tab"].selected'), name)  # type: ignore[misc]


def test_nothing_of_gradio_s_resets_wins_over_the_style_sheets(wide: Tab) -> None:
    expected = {
        (".ap-asked", "font-weight"): "650",
        (".ap-asked", "font-size"): "15.5px",
        (".ap-answer p", "margin-bottom"): "10px",
        (".ap-abstract", "font-size"): "13.5px",
        (".ap-card h4", "font-weight"): "650",
        (".ap-card", "border-top-width"): "1px",
        (".ap-byline", "margin-bottom"): "7px",
        (".ap-cite", "font-weight"): "600",
        (".ap-nearest + ul", "list-style-type"): "none",
        (".ap-line", "font-size"): "12.5px",
        (".ap-list", "list-style-type"): "none",
        (".ap-act", "background-color"): "rgba(0, 0, 0, 0)",
        (".ap-header h1", "font-size"): "17px",
        ("#ap-composer textarea", "border-top-width"): "0px",
        ("#ap-composer textarea", "resize"): "none",
    }
    wide.click(f'{turn(0)} [data-do="choose"]')
    wide.see(CARD)
    assert {where: style(wide, *where) for where in expected} == expected


def test_the_question_stands_out_from_its_answer(wide: Tab) -> None:
    assert style(wide, ".ap-question", "background-color") != style(wide, "#ap-transcript", "background-color")
    assert style(wide, ".ap-question", "background-color") != "rgba(0, 0, 0, 0)"
    assert int(style(wide, ".ap-asked", "font-weight")) > int(style(wide, ".ap-answer p", "font-weight"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_lit_slice_is_told_apart_without_its_colour_and_fields_have_an_edge(wide: Tab, *, dark: bool) -> None:
    if dark:
        in_dark(wide)
    wide.click(f"{turn(2)} .ap-cite")
    wide.see("#ap-evidence mark.ap-lit")
    lit, slice_ = "#ap-evidence mark.ap-lit", "#ap-evidence mark:not(.ap-lit)"
    assert style(wide, lit, "border-bottom-width") != style(wide, slice_, "border-bottom-width")
    assert contrast(wide, lit, "border-bottom-color", lit, "background-color") >= 3
    assert contrast(wide, slice_, "border-bottom-color", ".ap-card", "background-color") >= 3
    assert contrast(wide, lit, "color", lit, "background-color") >= 4.5
    assert contrast(wide, ".ap-box", "border-top-color", ".ap-box", "background-color") >= 3
    wide.click(f'{turn(4)} [data-do="edit"]')
    wide.see(".ap-editing")
    assert contrast(wide, ".ap-editing", "border-top-color", ".ap-question", "background-color") >= 3
    wide.click('[data-do="cancel"]')
    wide.click(f'{turn(4)} [data-do="good"]')
    wide.see(".ap-noteinput")
    assert contrast(wide, ".ap-noteinput", "border-top-color", "body", "background-color") >= 3
    wide.click(f'{turn(4)} [data-do="good"]')
    wide.gone(".ap-noteinput")
    assert style(wide, "#ap-transcript", "color-scheme") == ("dark" if dark else "light")
    assert style(wide, ":root", "color-scheme") == ("dark" if dark else "light")


def test_the_whole_ring_of_the_composer_has_the_focus(tab: Tab) -> None:
    tab.see(COMPOSER).click()
    ring = style(tab, ".ap-box", "border-top-color")
    tab.until(lambda: "0px 0px 0px 1px" in style(tab, ".ap-box", "box-shadow"), "a ring")
    assert style(tab, COMPOSER, "outline-style") == "none"
    tab.run("document.activeElement.blur()")
    assert style(tab, ".ap-box", "border-top-color") != ring


def test_the_composer_grows_with_its_text_up_to_a_height_and_says_what_it_asks(tab: Tab) -> None:
    def height() -> float:
        _, top, _, bottom = box(tab, COMPOSER)
        return bottom - top

    assert tab.said(".ap-hint").startswith("Asks 40 sample papers")
    low = height()
    tab.write(COMPOSER, "a line that is written " * 12)
    assert height() > low + 20
    tab.write(COMPOSER, "a line that is written " * 150)
    assert height() <= 222
    assert box(tab, ".ap-box")[3] <= tab.run("return innerHeight")
    tab.write(COMPOSER, "")
    assert height() == low
    assert not tab.see(".ap-send").is_enabled()


def test_on_a_phone_the_list_of_conversations_is_shut_and_opens_over_the_page(
    open_tab: OpenTab, sample_page: Any
) -> None:
    tab = open_tab(sample_page, phone=True)
    tab.gone("#ap-drawer.open")
    assert tab.in_view(COMPOSER)
    assert box(tab, ".ap-box")[3] <= 844
    tab.click("#ap-drawer .toggle-button")
    tab.until(lambda: tab.in_view("#ap-sidebar button"), "the conversations")
    tab.run("document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))")
    tab.gone("#ap-drawer.open")
    tab.ask(LATE)
    for name in ("Library", "Ask"):
        tab.tab(name)
        assert tab.run("return document.scrollingElement.scrollWidth") <= 390


def test_the_list_of_conversations_is_shut_where_the_window_becomes_too_narrow_for_it(
    open_tab: OpenTab, sample_page: Any
) -> None:
    tab = open_tab(sample_page)
    tab.size(width=1440, height=900)
    tab.see("#ap-drawer.open")
    tab.size(width=600, height=900)
    tab.gone("#ap-drawer.open")
    assert tab.in_view(COMPOSER)
    tab.size(width=1440, height=900)


def test_what_an_answer_rests_on_is_told_on_one_line(wide: Tab) -> None:
    script = (
        "return [...document.querySelectorAll('.ap-line summary')].map((one) => one.getBoundingClientRect().height)"
    )
    lines = wide.run(script)
    assert len(lines) == 5
    assert max(lines) < 32


def test_a_rated_answer_on_a_phone_is_no_wider_than_the_screen(open_tab: OpenTab, sample_page: Any) -> None:
    tab = open_tab(sample_page, phone=True)
    tab.ask(LATE)
    tab.click('[data-do="bad"]')
    tab.see(".ap-noteinput")
    assert box(tab, ".ap-noteinput")[2] <= 390
    assert tab.run("const one = document.querySelector('#ap-transcript'); return one.scrollWidth <= one.clientWidth")
