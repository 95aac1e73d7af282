"""Papers compared on the page: rows as they are done, cells that show their quote, kept, written, gone on with."""

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from rag.records import Comparison
from rag.settings import Settings
from tests.chat_server import ChatServer
from tests.page.accessible import violations
from tests.page.browser import BUDGET, CARD, OpenTab, Tab
from ui.page.calls.comparing import (
    Compared,
    Followed,
    OneTable,
    Written,
    compare,
    compared,
    compared_as,
    stop_comparing,
)
from ui.page.desk import Desk, desk_of
from ui.page.server_state import ServerState

ROW = ".ap-compared tbody tr[data-paper]"
COLUMNS = ("task", "result")


@pytest.fixture
def desk(own_samples: Path, tmp_path: Path) -> Any:
    state = ServerState(Settings(llm="extractive"), own_samples, tmp_path / "none.library")
    yield desk_of(state)
    state.close()


async def whole(desk: Desk, table: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return all rows of a table, and the last that was told of it."""
    rows: list[dict[str, Any]] = []
    while True:
        told = await compared(desk, Followed(table=table, seen=len(rows)))
        rows += told["rows"]
        if told["over"]:
            return rows, told


def as_kept(rows: list[dict[str, Any]], around: dict[str, Any]) -> dict[str, Any]:
    """Return a comparison as the browser makes it of what it kept."""
    kept = [one["kept"] for one in rows]
    return around | {"rows": [one["row"] for one in kept], "papers": [one["paper"] for one in kept]}


def test_a_table_is_told_row_by_row_and_is_what_the_library_compares(desk: Desk) -> None:
    async def fill() -> tuple[list[dict[str, Any]], dict[str, Any]]:
        await compare(desk, Compared(table="t", papers=(3, 1, 2), columns=COLUMNS))
        return await whole(desk, "t")

    rows, told = asyncio.run(fill())
    assert [one["number"] for one in rows] == [1, 2, 3]
    assert [one["paper"] for one in rows] == [3, 1, 2]
    comparison = Comparison.from_dict(as_kept(rows, told["whole"]))
    assert comparison == desk.library.compare((3, 1, 2), COLUMNS, check=False)


def test_what_is_done_of_a_table_can_be_written(desk: Desk) -> None:
    async def fill() -> dict[str, Any]:
        await compare(desk, Compared(table="t", papers=(1, 2, 3), columns=COLUMNS))
        rows, told = await whole(desk, "t")
        return await compared_as(desk, Written(form="csv", comparison=as_kept(rows[:2], told["whole"])))

    written = list(csv.reader(io.StringIO(asyncio.run(fill())["text"])))
    assert written[0][5:] == list(COLUMNS)
    assert [row[0] for row in written[1:]] == ["1", "2"]


def test_a_column_more_is_asked_for_alone_and_what_the_model_told_stays(
    own_samples: Path, tmp_path: Path, chat_server: ChatServer
) -> None:
    chat_server.says("1: a task [1]\n2: a result [2]")
    chat_server.says("1: other words [1]\n2: other words [2]")  # of the second paper
    chat_server.says("1: some data [1]")
    state = ServerState(chat_server.settings(), own_samples, tmp_path / "none.library")
    desk = desk_of(state)

    async def filled(table: str, columns: tuple[str, ...], known: dict[str, Any] | None = None) -> dict[str, Any]:
        await compare(desk, Compared(table=table, papers=(2, 1), columns=columns, known=known))
        rows, told = await whole(desk, table)
        return as_kept(rows, told["whole"])

    async def both() -> tuple[dict[str, Any], ...]:
        first = await filled("a", COLUMNS)
        more = await filled("b", ("data", *COLUMNS), first)
        asked = len(chat_server.asked)
        fewer = await filled("c", COLUMNS[::-1], more)
        assert len(chat_server.asked) == asked
        return first, more, fewer

    first, more, fewer = (Comparison.from_dict(one) for one in asyncio.run(both()))
    state.close()
    assert [row.cells[1:] for row in more.rows] == [row.cells for row in first.rows]
    assert [row.cells[0].text for row in more.rows] == ["some data", "some data"]
    assert [row.cells[::-1] for row in fewer.rows] == [row.cells for row in first.rows]
    assert more.usage["calls"] == fewer.usage["calls"] == 4
    asked = [json.dumps(one.body) for one in chat_server.asked]
    assert ["2: result" in one for one in asked] == [True, True, False, False]


def test_a_table_of_another_server_is_lost_and_one_stopped_says_so(desk: Desk) -> None:
    async def stopped() -> dict[str, Any]:
        await compare(desk, Compared(table="t", papers=tuple(range(1, 41)), columns=COLUMNS))
        await stop_comparing(desk, OneTable(table="t"))
        return (await whole(desk, "t"))[1]

    assert asyncio.run(compared(desk, Followed(table="never"))) == {"lost": True}
    assert "Stopped" in asyncio.run(stopped())["ended"]


def test_a_table_that_fails_by_a_fault_of_ours_says_so_and_the_log_tells_which(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    async def fill() -> dict[str, Any]:
        await compare(desk, Compared(table="t", papers=(1, 2), columns=COLUMNS))
        return (await whole(desk, "t"))[1]

    monkeypatch.setattr(desk.library, "astream_compare", broken)
    told = asyncio.run(fill())
    assert told["over"]
    assert "went wrong" in told["ended"]
    assert "ZeroDivisionError" in caplog.text


# --- in a browser


@pytest.fixture
def table(open_tab: OpenTab, serve_page: Any, own_samples: Path) -> Tab:
    """A table of the two papers that an answer cites."""
    tab = open_tab(serve_page(own_samples))
    tab.ask(BUDGET)
    tab.see(CARD)
    tab.click('#ap-evidence [data-do="compareall"]')
    tab.see("#ap-compare .ap-count", "2 papers to compare")
    tab.click("#ap-compare .ap-main")
    tab.until(lambda: len(tab.seen(ROW)) == 2, "both rows")
    return tab


def test_a_cell_opens_the_abstract_with_its_quote_lit_and_escape_goes_back_to_it(table: Tab) -> None:
    quote = table.said(f"{ROW} .ap-cell")
    table.click(f"{ROW} .ap-cell")
    table.see(".ap-below mark.ap-lit")
    assert " ".join(table.texts(".ap-below mark.ap-lit")) in {quote, *quote.split("\n")} or quote in table.said(
        ".ap-below"
    )
    table.see('.ap-cell[aria-expanded="true"]')
    table.press(Keys.ESCAPE)
    table.gone(".ap-below")
    assert table.run("return document.activeElement.matches('.ap-cell[aria-expanded=\"false\"]')")


def test_the_columns_to_begin_with_stand_side_by_side_on_a_desk(table: Tab) -> None:
    table.size(width=1440, height=900)
    assert len(table.seen(".ap-compared thead th")) == 6
    assert table.run("const one = document.querySelector('.ap-compared'); return one.scrollWidth <= one.clientWidth")


def test_a_table_has_an_address_and_is_there_after_a_reload_and_in_another_tab(table: Tab, open_tab: OpenTab) -> None:
    address = table.run("return location.href")
    assert "#/compare/" in address
    table.load()
    table.driver.get("about:blank")
    table.driver.get(address)
    table.ready()
    table.until(lambda: len(table.seen(ROW)) == 2, "both rows again")
    assert [text[:3] for text in table.texts(f"{ROW} .ap-paper")] == ["[1]", "[2]"]


def test_rows_are_sorted_and_filtered_and_keep_their_numbers(table: Tab) -> None:
    titles = table.texts(f"{ROW} .ap-paper")
    table.click('.ap-compared [data-do="sort"][data-by="paper"]')
    ordered = table.texts(f"{ROW} .ap-paper")
    assert sorted(ordered) == sorted(titles)
    assert [text[4:] for text in ordered] == sorted((text[4:] for text in titles), key=str.casefold)
    assert table.run("return document.activeElement.dataset.by") == "paper"
    word = titles[1][4:].split()[0]
    table.write(".ap-tablefilter", titles[1][4:])
    table.until(lambda: len(table.seen(ROW)) == 1, f"the row with {word}")
    table.write(".ap-tablefilter", "no row has this")
    table.see(".ap-compared .ap-empty", "No row has these words")


def test_a_table_is_saved_as_a_file(table: Tab, downloads: Path) -> None:
    table.click('[data-do="csv"]')
    file = downloads / "comparison.csv"
    table.until(file.exists, "the file")
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8"))))
    assert len(rows) == 3
    file.unlink()


def test_columns_are_added_and_left_out_and_the_papers_compared_again(table: Tab) -> None:
    table.click('#ap-compare [aria-label="Leave out the column data"]')
    table.write("#ap-compare .ap-sought", "Which benchmark is used?")
    table.press(Keys.ENTER)
    table.see("#ap-compare .ap-chip", "Which benchmark is used?")
    table.click("#ap-compare .ap-main", "Compare again")
    table.see(".ap-compared thead", "Which benchmark is used?")
    table.until(lambda: len(table.seen(ROW)) == 2, "both rows")
    assert not table.seen(".ap-compared thead button", "data")
    table.click(".ap-older summary")
    table.click('.ap-older [data-do="table"]')
    table.see(".ap-compared thead button", "data")


def test_a_table_goes_on_after_the_server_was_restarted(table: Tab) -> None:
    # As a restart leaves it: the browser has one row, the server knows nothing of the table.
    address = table.run("return location.href")
    script = """
        const done = arguments[0];
        indexedDB.open("askpapers.tables").onsuccess = ({ target: { result: database } }) => {
          const tables = database.transaction("tables", "readwrite").objectStore("tables");
          tables.getAll().onsuccess = ({ target: { result: [one] } }) => {
            const run = { id: "of-another-server", from: 0 };
            Object.assign(one, { rows: one.rows.slice(0, 1), over: false, whole: null, run });
            tables.put(one).onsuccess = () => done(database.close());
          };
        };"""
    table.driver.execute_async_script(script)
    table.driver.get("about:blank")
    table.driver.get(address)
    table.ready()
    table.until(lambda: len(table.seen(ROW)) == 2, "the row that lacked")
    assert [text[:3] for text in table.texts(f"{ROW} .ap-paper")] == ["[1]", "[2]"]
    table.until(lambda: table.run("return document.querySelector('#ap-compare [data-do=stop]').hidden"), "its end")


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(table: Tab, axe: str, *, dark: bool) -> None:
    if dark:
        table.click('[data-do="theme"]')
    table.click(f"{ROW} .ap-cell")
    table.see(".ap-below")
    assert violations(table, axe) == []


def test_on_a_phone_every_cell_says_its_column_and_nothing_is_wider_than_the_screen(table: Tab, axe: str) -> None:
    table.size(width=390, height=844)
    assert table.run("return document.scrollingElement.scrollWidth") <= 390
    cells = "[...document.querySelectorAll('.ap-compared td')].map((one) => one.getBoundingClientRect().right)"
    right = table.run(f"return Math.max(...{cells})")
    assert right <= 390
    label = "return getComputedStyle(document.querySelector('.ap-compared td[data-label]'), '::before').content"
    assert table.run(label) == '"task"'
    assert violations(table, axe) == []
