"""The library on the page, in a real browser: papers are found by their words, opened, and lead back."""

from pathlib import Path
from typing import Any

from tests.page.browser import OpenTab


def test_papers_are_found_opened_and_have_an_address(open_tab: OpenTab, serve_page: Any, own_samples: Path) -> None:
    tab = open_tab(serve_page(own_samples))
    tab.tab("Library")
    tab.see("#ap-papers .ap-paper")
    tab.write("#ap-papers .ap-sought", "random forests")
    tab.click("#ap-papers .ap-paper", "Random Forests")
    tab.see("#ap-opened .ap-card", "Leo Breiman")
    assert "#/paper/" in tab.run("return location.href")
    address = tab.run("return location.href")
    tab.driver.get("about:blank")
    tab.driver.get(address)
    tab.ready()
    tab.see("#ap-opened .ap-card", "Leo Breiman")
