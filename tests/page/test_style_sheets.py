"""The style sheets: every rule is for something that the page makes, and every file is put where its rules hold."""

import re
from pathlib import Path

import pytest

from rag.records import Outcome
from ui.page.assets import STYLES, head
from ui.page.views.answer_text import STYLES as STANDINGS

PAGE = STYLES.parents[1]
SHEETS = sorted(STYLES.glob("*.css"))
NAME = re.compile(r"[.#](ap-[\w-]+)")
MADE = {f"ap-{one}" for one in (*STANDINGS.values(), *Outcome)}  # put together from what an answer says
PARTS = re.compile(r'_part\(\s*"(\w+)"')


def rules(sheet: str) -> set[str]:
    """Return the names of ours that the selectors of a style sheet ask for."""
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return set(NAME.findall(re.sub(r":[^{};]*;", ";", bare)))


def made() -> set[str]:
    """Return the names of ours that the sources of the page speak of."""
    sources = [one.read_text("utf-8") for one in (*PAGE.rglob("*.py"), *PAGE.rglob("*.js"))]
    said = {name for source in sources for name in re.findall(r"(?<![.#\w-])(ap-[\w-]+)", source)}
    parts = {f"ap-{name}" for source in sources for name in PARTS.findall(source)}
    return said | parts | MADE


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda one: one.name)
def test_every_rule_is_for_something_that_the_page_makes(sheet: Path) -> None:
    dead = rules(sheet.read_text("utf-8")) - made()
    assert dead == set(), f"{sheet.name} has rules for what nothing makes"


def test_a_rule_for_nothing_would_be_found() -> None:
    assert rules(".ap-nobody-makes-this:hover > b { color: red; }") - made() == {"ap-nobody-makes-this"}
    assert rules("#ap-nothing { } /* .ap-said-only */") - made() == {"ap-nothing"}


def test_all_but_the_base_is_put_inside_of_gradio_s_container() -> None:
    style = head().partition("</style>")[0]
    assert style.index(":root") < style.index(".gradio-container {\n")
    for sheet in SHEETS:
        wrapped = f".gradio-container {{\n{sheet.read_text('utf-8')}}}"
        assert (wrapped in style) is (sheet.name != "base.css")
        assert sheet.read_text("utf-8").count("{") == sheet.read_text("utf-8").count("}"), sheet.name
