"""Filters on the page, in a real browser: seen while in force, kept with a conversation, told when wrong."""

from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from rag.library import Library
from rag.settings import Settings
from tests.page.accessible import violations
from tests.page.browser import BUDGET, CARD, LATE, LISTED, OpenTab, Tab

CHIP = "#ap-composer .ap-chip"
FORM = "#ap-filters"


@pytest.fixture
def asking(open_tab: OpenTab, serve_page: Any, own_samples: Path) -> Tab:
    """The Ask tab over the sample papers, two of them in a collection."""
    with Library.open(own_samples, Settings()) as library:
        library.collect("Club", [one.paper_id for one in library.papers("2019")[0][:2]])
    return open_tab(serve_page(own_samples))


def choose(tab: Tab, name: str, value: str) -> None:
    """Choose from a list of the popover."""
    script = """
        const field = document.querySelector(`#ap-filters [name="${arguments[0]}"]`);
        field.value = arguments[1];
        field.dispatchEvent(new Event("input", { bubbles: true }));"""
    tab.see(f"{FORM} [name={name}]")
    tab.run(script, name, value)


def test_years_hold_with_a_dash_and_their_chip_stays_until_it_is_removed(asking: Tab) -> None:
    asking.click('[data-do="filter"]')
    asking.write(f"{FORM} [name=years]", "2013-2014")
    asking.see(f"{FORM} .ap-within", "will be asked")
    asking.press(Keys.ENTER)
    asking.gone(FORM)
    asking.see(CHIP, "Years: 2013-2014")
    asking.ask("How are words embedded?")
    assert "of 2013..2014 searched" in asking.said("body")
    asking.load()
    asking.see(CHIP, "Years: 2013-2014")
    asking.click(f"{CHIP} .ap-unchip")
    asking.gone(CHIP)


def test_what_cannot_be_read_is_told_at_its_field_and_is_not_in_force(asking: Tab) -> None:
    asking.click('[data-do="filter"]')
    asking.write(f"{FORM} [name=years]", "soon")
    asking.see(f"{FORM} .ap-wrong", "'soon' can't be read")
    assert not asking.seen(CHIP)
    asking.press(Keys.ENTER)
    asking.until(lambda: asking.run("return document.activeElement.name === 'years'"), "the focus on the field")
    assert asking.seen(FORM)
    asking.write(f"{FORM} [name=years]", "2019")
    asking.see(CHIP, "Years: 2019")
    asking.gone(f"{FORM} .ap-wrong", "soon")


def test_escape_closes_the_filters_and_goes_back_to_their_button(asking: Tab) -> None:
    asking.click('[data-do="filter"]')
    asking.see(FORM)
    asking.press(Keys.ESCAPE)
    asking.gone(FORM)
    assert asking.run("return document.activeElement.dataset.do") == "filter"


def test_filters_belong_to_their_conversation_and_a_reload_keeps_those_of_a_new_one(asking: Tab) -> None:
    asking.click('[data-do="filter"]')
    choose(asking, "collection", "Club")
    asking.see(CHIP, "Collection: Club")
    asking.see(f"{FORM} .ap-within", "2 papers will be asked")
    asking.load()
    asking.see(CHIP, "Collection: Club")
    asking.ask(LATE)
    asking.click(".ap-new")
    asking.gone(CHIP)
    asking.ask(BUDGET)
    asking.click(LISTED, LATE)
    asking.see(CHIP, "Collection: Club")
    asking.click(LISTED, BUDGET)
    asking.gone(CHIP)


def test_filters_are_in_step_in_two_tabs_on_one_conversation(
    open_tab: OpenTab, serve_page: Any, own_samples: Path
) -> None:
    with Library.open(own_samples, Settings()) as library:
        library.collect("Club", [1])
    server = serve_page(own_samples)
    asking = open_tab(server)
    asking.ask(LATE)
    other = open_tab(server)
    other.click(LISTED, LATE)
    other.see(CARD)
    other.click('[data-do="filter"]')
    choose(other, "collection", "Club")
    other.see(CHIP, "Collection: Club")
    asking.front().see(CHIP, "Collection: Club")
    asking.click(f"{CHIP} .ap-unchip")
    other.front().gone(CHIP)


def test_what_is_cleared_at_once_does_not_come_back(asking: Tab) -> None:
    asking.click('[data-do="filter"]')
    choose(asking, "years", "2019")
    asking.run("document.querySelector('#ap-filters [data-do=unfilter]').click()")
    asking.gone(FORM)
    asking.run("return new Promise((done) => setTimeout(done, 700))")
    assert not asking.seen(CHIP)


def test_papers_that_an_answer_cites_are_asked_alone(asking: Tab) -> None:
    asking.ask(BUDGET)
    asking.see(CARD)
    asking.click('#ap-evidence [data-do="askall"]')
    asking.see(CHIP, "Only 2 papers")
    asking.ask("What is late interaction?")
    asking.until(lambda: len(asking.seen(CARD)) > 0, "its evidence")
    assert asking.seen(CHIP, "Only 2 papers")


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(asking: Tab, axe: str, *, dark: bool) -> None:
    if dark:
        asking.click('[data-do="theme"]')
    asking.click('[data-do="filter"]')
    asking.write(f"{FORM} [name=years]", "soon")
    asking.see(f"{FORM} .ap-wrong", "can't be read")
    choose(asking, "collection", "Club")
    asking.see(CHIP, "Club")
    assert violations(asking, axe) == []
