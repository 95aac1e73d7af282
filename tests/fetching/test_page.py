"""The page on the indexes says what the code does."""

import re
from pathlib import Path

import pytest

from rag.fetching import INDEXES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "fetching.md").read_text("utf-8")
ROWS = {
    cells[0].strip("`"): cells[1:]
    for cells in ([cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"(?m)^\| `.*\|$", PAGE))
}


def test_the_page_lists_every_index() -> None:
    assert list(ROWS) == list(INDEXES)


@pytest.mark.parametrize("index", INDEXES)
def test_the_page_says_what_an_index_gives_and_how_it_is_asked(index: str) -> None:
    about = INDEXES[index].ABOUT
    gives, searches, ids, rate, page = ROWS[index]
    assert gives == about.gives
    assert set(searches.split(", ")) == about.searches
    assert tuple(filter(None, ids.split(", "))) == about.ids
    assert rate.startswith(f"{about.per_second:.2g}")
    assert (f"{about.quickest:g} with" in rate) == bool(about.quickest)
    assert page == str(about.page)


@pytest.mark.parametrize("index", INDEXES)
def test_the_page_names_every_limit_key_and_contact(index: str) -> None:
    about = INDEXES[index].ABOUT
    assert about.most >= 1_000_000 or f"{about.most:,}" in PAGE
    assert about.key is None or f"ASKPAPERS_{about.key.setting.upper()}" in PAGE
