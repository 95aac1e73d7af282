"""The library on the page, in a real browser: papers found, listed, opened, chosen, put into collections, taken out."""

import re
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from rag.library import Library
from rag.settings import Settings
from tests.page.accessible import violations
from tests.page.browser import OpenTab, Tab

SOUGHT = "#ap-papers .ap-sought"
HIT = "#ap-papers .ap-hit"
PICK = f"{HIT} .ap-pick input"
BAR = "#ap-papers .ap-chosenbar"
TOAST = "#ap-toast.ap-on"


@pytest.fixture
def library(open_tab: OpenTab, serve_page: Any, own_samples: Path) -> Tab:
    """The Library tab over the sample papers as a reader's own."""
    tab = open_tab(serve_page(own_samples))
    tab.tab("Library")
    tab.see(HIT)
    return tab


def collect(tab: Tab, name: str) -> None:
    """Put the papers that are chosen into a collection."""
    tab.click(f'{BAR} [data-do="collect"]')
    tab.write("#ap-picker input", name)
    tab.press(Keys.ENTER)
    tab.see(".ap-group", name)


def test_papers_are_found_opened_and_have_an_address(library: Tab) -> None:
    library.write(SOUGHT, "random forests")
    library.click("#ap-papers .ap-paper", "Random Forests")
    library.see("#ap-opened .ap-card", "Leo Breiman")
    address = library.run("return location.href")
    assert "#/paper/" in address
    library.driver.get("about:blank")
    library.driver.get(address)
    library.ready()
    library.see("#ap-opened .ap-card", "Leo Breiman")


def test_papers_are_found_by_what_their_abstracts_say_with_the_sentences_that_say_it(library: Tab) -> None:
    library.write(SOUGHT, "low-rank weight updates")
    library.see(f"{HIT} .ap-paper", "LoRA")
    library.see(f"{HIT} blockquote", "rank")
    library.write(SOUGHT, "")
    library.see(".ap-count", "40 papers")


def test_a_row_tells_title_authors_year_and_source_and_no_empty_place(library: Tab) -> None:
    library.write(SOUGHT, "vaswani")
    assert "Ashish Vaswani" in library.said(f"{HIT} .ap-byline")
    assert "2017 · sample_papers.jsonl" in library.said(f"{HIT} .ap-byline")
    ink, quiet = (
        library.run("return getComputedStyle(document.querySelector(arguments[0])).color", f"{HIT} {one}")
        for one in (".ap-paper", ".ap-byline")
    )
    assert ink != quiet


def test_the_order_is_chosen_and_the_choice_keeps_the_focus(library: Tab) -> None:
    chosen = """
        const order = document.querySelector(".ap-order");
        order.focus();
        order.value = "year true";
        order.dispatchEvent(new Event("change", { bubbles: true }));"""
    library.run(chosen)
    library.see('.ap-shelf[data-order="year"][data-descending="true"]')
    years = [int(year) for text in library.texts(f"{HIT} .ap-byline") for year in re.findall(r"(\d{4}) · sample", text)]
    assert years == sorted(years, reverse=True)
    assert len(years) == 40
    library.until(lambda: library.run("return document.activeElement.matches('.ap-order')"), "the focus")


def test_chosen_papers_make_a_collection_that_narrows_is_renamed_deleted_and_brought_back(library: Tab) -> None:
    library.click(PICK)
    library.see(BAR, "1 paper chosen")
    collect(library, "Reading club")
    library.see(f"{HIT} .ap-label", "Reading club")
    library.click(".ap-group", "Reading club")
    library.until(lambda: len(library.seen(HIT)) == 1, "the one paper of the collection")
    library.see("#ap-papers .ap-chip", "the collection Reading club")
    library.hover(".ap-groups li", "Reading club")
    library.click('[data-do="rename"]')
    library.press("Journal club", Keys.ENTER)
    library.see(".ap-group", "Journal club")
    library.see("#ap-papers .ap-chip", "the collection Journal club")
    library.hover(".ap-groups li", "Journal club")
    library.click('[data-do="drop"]')
    library.gone(".ap-group", "Journal club")
    library.until(lambda: len(library.seen(HIT)) == 40, "all papers")
    library.click(f"{TOAST} .ap-undo")
    library.see(".ap-group", "Journal club")


def test_all_that_a_search_found_become_a_collection_or_what_is_asked(library: Tab) -> None:
    library.write(SOUGHT, "2020")
    library.click('.ap-section [data-do="collectall"]')
    library.see("#ap-picker")
    assert library.run("return document.querySelector('#ap-picker input').value") == "2020"
    library.press(Keys.ENTER)
    library.see(".ap-group", "2020")
    size = int(library.said(".ap-group .ap-size"))
    assert size > 5  # more than are shown at first
    library.click('.ap-section [data-do="askall"]')
    library.see("#ap-composer .ap-chip", f"2020 ({size} papers)")


def test_a_collection_that_is_shown_is_asked_by_its_name(library: Tab) -> None:
    for place in (0, 1):
        library.run("document.querySelectorAll(arguments[0])[arguments[1]].click()", PICK, place)
    collect(library, "Two")
    library.click(".ap-group", "Two")
    library.click('#ap-papers [data-do="askall"]')
    library.see("#ap-composer .ap-chip", "Collection: Two")


def test_tags_and_a_note_stay_on_a_paper_and_show_in_its_row(library: Tab) -> None:
    library.click("#ap-papers .ap-paper")
    library.click('#ap-opened [data-do="tag"]')
    library.write("#ap-picker input", "to read")
    library.press(Keys.ENTER)
    library.see("#ap-opened .ap-chip", "# to read")
    library.write("#ap-opened .ap-papernote", "ask Maria about this")
    library.see(f"{HIT} .ap-noted", "ask Maria")
    library.see(f"{HIT} .ap-label", "# to read")
    library.driver.refresh()
    library.ready()
    library.see("#ap-opened .ap-chip", "# to read")
    assert library.run("return document.querySelector('.ap-papernote').value") == "ask Maria about this"


def test_papers_are_taken_out_and_brought_back(library: Tab) -> None:
    library.click(PICK)
    library.click(f'{BAR} [data-do="remove"]')
    library.see(".ap-count", "39 papers")
    library.see(".ap-what", "39 papers")
    library.click(f"{TOAST} .ap-undo")
    library.see(".ap-count", "40 papers")


def test_a_source_is_removed_with_its_papers_and_brought_back(library: Tab) -> None:
    library.hover(".ap-groups li", "sample_papers.jsonl")
    library.click('[data-do="source"]')
    library.see("#ap-papers .ap-empty", "No papers yet")
    library.click(f"{TOAST} .ap-undo")
    library.see(".ap-count", "40 papers")


def test_escape_closes_a_paper_and_goes_back_to_its_title(library: Tab) -> None:
    library.click("#ap-papers .ap-paper")
    library.see("#ap-opened .ap-card")
    library.press(Keys.ESCAPE)
    library.gone("#ap-opened .ap-card")
    assert library.run("return document.activeElement.className") == "ap-paper"
    assert library.run("return location.hash") == "#/library"


def test_on_a_phone_a_paper_opens_over_the_list_and_nothing_is_wider_than_the_screen(
    open_tab: OpenTab, serve_page: Any, own_samples: Path
) -> None:
    tab = open_tab(serve_page(own_samples), phone=True)
    tab.tab("Library")
    tab.click(PICK)
    tab.see(BAR)
    tab.click("#ap-papers .ap-paper")
    tab.until(lambda: tab.in_view("#ap-opened .ap-card h4"), "the paper on the screen")
    assert tab.run("return document.scrollingElement.scrollWidth") <= 390
    tab.click("#ap-opened .ap-close")
    tab.gone("#ap-opened .ap-card")


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(library: Tab, axe: str, *, dark: bool) -> None:
    if dark:
        library.click('[data-do="theme"]')
    library.click(PICK)
    collect(library, "Club")
    library.click("#ap-papers .ap-paper")
    library.see("#ap-opened .ap-card")
    assert violations(library, axe) == []
    library.click(f'{BAR} [data-do="tag"]')
    library.see("#ap-picker")
    assert violations(library, axe) == []


def test_many_papers_are_turned_page_by_page(
    open_tab: OpenTab, serve_page: Any, write_jsonl: Any, paper: Any, tmp_path: Path
) -> None:
    with Library.open(tmp_path / "own.library", Settings()) as library:
        library.ingest([write_jsonl(*(paper(number) for number in range(60)))])
    tab = open_tab(serve_page(tmp_path / "own.library"))
    tab.tab("Library")
    tab.see(".ap-count", "1-50 of 60 papers")
    tab.click('[data-do="page"]', "→")
    tab.see(".ap-count", "51-60 of 60 papers")
    assert len(tab.seen(HIT)) == 10
    assert not tab.seen(f"{HIT} .ap-byline", "null")
