"""The list of conversations in a real browser: searched, named, pinned, selected, deleted and brought back."""

from typing import Any

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.page.browser import COMPOSER, LATE, LISTED, OpenTab, Tab
from tests.page.planted import plant, row, stores

BUDGET = "How does LoRA fine-tune a large model without changing its weights?"
DAY = 24 * 3600


def groups(tab: Tab) -> dict[str, list[str]]:
    """Return the titles that are listed, by the heads over them."""
    found: dict[str, list[str]] = tab.run(
        """const names = (one) => [...one.querySelectorAll('.ap-name')].map((name) => name.textContent);
           return Object.fromEntries([...document.querySelectorAll('.ap-listing section')].map((one) =>
             [one.querySelector('h3')?.textContent ?? '', names(one)]))"""
    )
    return found


def menu(tab: Tab, title: str, item: str) -> None:
    """Choose something in the menu of a conversation."""
    tab.hover(row(title))
    tab.click(f"{row(title)} .ap-rowmenu")
    tab.click('.ap-menu [role="menuitem"]', item)


def test_conversations_are_found_by_what_their_answers_say(tab: Tab) -> None:
    plant(
        tab,
        {
            "id": "a",
            "title": "Deep sets",
            "texts": ["Nothing here.", "The sum over a set is called Zürich marmalade by some."],
        },
        {"id": "b", "title": "Marmalade on toast"},
        {"id": "c", "title": "Differential privacy"},
    )
    tab.write(".ap-seek", "MARMALADE")
    tab.gone(LISTED, "Differential privacy")
    assert tab.said(".ap-told") == "2 of 3 conversations"
    assert "Zürich marmalade by some" in tab.said(f"{row('Deep sets')} .ap-snippet")
    assert set(tab.texts(".ap-listing mark")) == {"marmalade", "Marmalade"}
    tab.write(".ap-seek", 'zurich "called zur"')  # accents and case are no matter; quotes hold words together
    tab.gone(LISTED, "Marmalade on toast")
    tab.click(LISTED, "Deep sets")
    tab.see('.ap-turn[data-exchange="a-1"]', "Zürich")
    assert tab.run("return location.hash") == "#/c/a/a-1"  # at the answer that says it
    tab.write(".ap-seek", "no such words")
    tab.see(".ap-told", "No conversation says that.")
    tab.press(Keys.ESCAPE)
    tab.until(lambda: len(tab.seen(LISTED)) == 3, "all conversations")


def test_what_was_asked_since_is_found_and_what_was_deleted_is_not(tab: Tab) -> None:
    tab.write(".ap-seek", "interaction")  # the texts are read now, and again when there are more
    tab.see(".ap-told", "No conversation says that.")
    tab.ask(LATE)
    tab.see(LISTED, LATE)
    tab.write(".ap-seek", "maximum similarity")
    assert "maximum similarity" in tab.said(".ap-snippet")
    tab.click('.ap-turn [data-do="more"]')
    tab.click(".ap-item", "Delete this exchange")
    tab.gone(LISTED, LATE)


def test_they_stand_in_groups_by_date_with_those_that_are_pinned_first(tab: Tab) -> None:
    plant(
        tab,
        {"id": "a", "title": "Asked now"},
        {"id": "b", "title": "Asked yesterday", "ago": DAY},
        {"id": "c", "title": "Asked this week", "ago": 5 * DAY},
        {"id": "d", "title": "Asked this month", "ago": 20 * DAY},
        {"id": "e", "title": "Asked long ago", "ago": 400 * DAY},
    )
    month = tab.run(
        """const then = new Date(Date.now() - arguments[0] * 1000);
           return then.toLocaleDateString('en-GB', { month: 'long', year: 'numeric' })""",
        400 * DAY,
    )
    assert groups(tab) == {
        "Today": ["Asked now"],
        "Yesterday": ["Asked yesterday"],
        "Previous 7 days": ["Asked this week"],
        "Previous 30 days": ["Asked this month"],
        month: ["Asked long ago"],
    }
    menu(tab, "Asked long ago", "Pin")
    tab.until(lambda: list(groups(tab).items())[:1] == [("Pinned", ["Asked long ago"])], "the pinned one first")
    tab.load()
    tab.until(lambda: list(groups(tab).items())[:1] == [("Pinned", ["Asked long ago"])], "it pinned after a reload")


def test_a_conversation_is_renamed_in_place(tab: Tab) -> None:
    plant(tab, {"id": "a", "title": "First question"})
    menu(tab, "First question", "Rename")
    tab.see(".ap-rename")
    tab.press("Sets <b>& graphs</b>", Keys.ENTER)
    tab.see(LISTED, "Sets <b>& graphs</b>")
    menu(tab, "Sets", "Rename")
    tab.see(".ap-rename")
    tab.press("x", Keys.ESCAPE)
    tab.load()
    tab.see(LISTED, "Sets <b>& graphs</b>")  # Esc left it as it was


def test_a_deleted_conversation_is_brought_back_by_undo_with_the_reader_in_it(tab: Tab) -> None:
    tab.ask(LATE)
    tab.click(f"{row(LATE)} .ap-delete")
    tab.gone(LISTED)
    tab.see(".ap-welcome")
    tab.click("#ap-toast .ap-undo")
    tab.see(LISTED, LATE)
    tab.see(".ap-turn .ap-asked", LATE)


def test_several_are_selected_by_a_range_and_deleted_at_once_and_restored_or_forgotten(tab: Tab) -> None:
    plant(tab, *({"id": f"c{place}", "title": f"Number {place}", "ago": place * 10} for place in range(6)))
    tab.click('.ap-sidefoot [data-do="select"]')
    tab.click(LISTED, "Number 1")
    tab.see(".ap-choosing", "1 selected")

    def up_to_the_last() -> bool:
        last = tab.see(LISTED, "Number 3")
        ActionChains(tab.driver).key_down(Keys.SHIFT).click(last).key_up(Keys.SHIFT).perform()
        return True

    tab.until(up_to_the_last, "a click with Shift")
    tab.see(".ap-choosing", "3 selected")
    tab.click(LISTED, "Number 2")  # taken out again
    tab.see(".ap-choosing", "2 selected")
    tab.click('.ap-choosing [data-do="deletePicked"]')
    tab.gone(LISTED, "Number 1")
    assert tab.texts(".ap-name") == ["Number 0", "Number 2", "Number 4", "Number 5"]
    tab.load()
    tab.click('.ap-sidefoot [data-do="bin"]')
    tab.see(".ap-binned", "30 days left")
    tab.click('[aria-label="Restore the conversation Number 1"]')
    tab.see(".ap-asked", "Number 1")
    tab.gone(".ap-binned", "Number 1")
    tab.click('[aria-label="Delete for good the conversation Number 3"]')
    tab.see(".ap-binned", "Number 3")  # asked twice
    tab.click('[data-do="purge"]', "Really?")
    tab.gone(".ap-binned")
    assert stores(tab, "return (await store.texts('c3')).length") == 0
    tab.click('[data-do="leave"]')
    tab.see(LISTED, "Number 1")


def test_what_was_deleted_thirty_days_ago_is_forgotten(tab: Tab) -> None:
    plant(tab, {"id": "a", "title": "Deleted long ago"}, {"id": "b", "title": "Deleted lately"})
    stores(
        tab,
        """await store.alter('a', { deleted: Date.now() - 31 * 864e5 });
           await store.alter('b', { deleted: Date.now() - 29 * 864e5 })""",
    )
    tab.load()
    tab.click('.ap-sidefoot [data-do="bin"]')
    tab.see(".ap-binned", "Deleted lately")
    assert tab.texts(".ap-binned .ap-left") == ["1 day left"]


def test_nothing_is_hidden_beside_hundreds_of_conversations(tab: Tab) -> None:
    for many in (25, 300):
        plant(tab, *({"id": f"c{place}", "title": f"Number {place}", "ago": place * 60} for place in range(many)))
        assert tab.in_view('.ap-sidefoot [data-do="bin"]')
        assert tab.in_view('.ap-sidefoot [data-do="file"]')
        assert tab.in_view(".ap-seek")
        assert tab.run("const one = document.querySelector('#ap-drawer'); return one.scrollWidth <= one.clientWidth")


def test_a_thousand_conversations_are_quick_and_can_all_be_reached(tab: Tab) -> None:
    plant(tab, *({"id": f"c{place}", "title": f"Number {place}", "ago": place * 3600} for place in range(1000)))
    assert len(tab.seen(".ap-listing li")) < 300
    drawn = """
        const done = arguments[0], list = document.querySelector('.ap-listing');
        const began = performance.now();
        const drawn = (_, seen) => (seen.disconnect(), requestAnimationFrame(() => done(performance.now() - began)));
        new MutationObserver(drawn).observe(list, { childList: true });
        const field = document.querySelector('.ap-seek');
        field.value = 'Number 9';
        field.dispatchEvent(new Event('input'));"""
    assert tab.driver.execute_async_script(drawn) < 5_000  # milliseconds: 140 on a machine that does nothing else
    tab.write(".ap-seek", "")

    def last() -> bool:
        tab.run("document.querySelector('.ap-listing').scrollTo(0, 1e9)")
        return bool(tab.seen(LISTED, "Number 999"))

    tab.until(last, "the last of a thousand")


def test_signs_tell_where_an_answer_is_being_written_and_where_one_came_unseen(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    reply = hold("Query and passage are encoded separately by BERT [1].")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    plant(tab, {"id": "a", "title": "Another"})
    tab.begin(LATE)
    tab.see(f"{row(LATE)} .ap-iswriting")
    tab.click(LISTED, "Another")
    tab.see(".ap-asked", "Another")
    current = "return document.querySelector('.ap-list [aria-current]')?.textContent"
    tab.until(lambda: tab.run(current) == "Another", "the conversation that is read in the list")
    reply.release()
    tab.see(f"{row(LATE)} .ap-isfresh")
    tab.load()
    tab.see(f"{row(LATE)} .ap-isfresh")
    tab.click(LISTED, LATE)
    tab.whole(1)
    tab.gone(".ap-sign")
    tab.click(LISTED, "Another")
    tab.gone(".ap-sign")


def test_on_a_phone_the_list_gives_way_to_what_it_opens(open_tab: OpenTab, sample_page: Any) -> None:
    tab = open_tab(sample_page, phone=True)
    if not tab.seen(".sidebar.open"):
        tab.click(".toggle-button")
    plant(tab, {"id": "a", "title": "On the phone"})
    tab.click(f"{row('On the phone')} .ap-rowmenu")
    tab.until(lambda: tab.in_view(".ap-menu .ap-item"), "the menu over the list")
    tab.press(Keys.ESCAPE)
    tab.click(LISTED, "On the phone")
    tab.gone(".sidebar.open")
    tab.until(lambda: tab.in_view(COMPOSER), "the composer in view")


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_serious_is_found_by_axe_in_any_state_of_the_list(tab: Tab, axe: str, *, dark: bool) -> None:
    plant(tab, *({"id": f"c{place}", "title": f"Number {place}", "ago": place * DAY} for place in range(4)))
    tab.run("document.body.classList.toggle('dark', arguments[0])", dark)

    def faults() -> list[str]:
        tab.run("if (!window.axe) (0, eval)(arguments[0])", axe)
        script = """
            const done = arguments[0];
            axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => done(violations
              .filter((one) => ['serious', 'critical'].includes(one.impact))
              .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`)));"""
        found: list[str] = tab.driver.execute_async_script(script)
        return found

    tab.click(LISTED, "Number 1")
    tab.write(".ap-seek", "number")
    tab.see(".ap-told", "4 of 4")
    assert faults() == []
    tab.click(f"{row('Number 1')} .ap-rowmenu")
    tab.see(".ap-menu")
    assert faults() == []
    tab.press(Keys.ESCAPE)
    tab.click('.ap-sidefoot [data-do="select"]')
    tab.click(LISTED, "Number 2")
    assert faults() == []
    tab.click('.ap-choosing [data-do="deletePicked"]')
    tab.click('.ap-sidefoot [data-do="bin"]')
    tab.see(".ap-binned")
    assert faults() == []
    tab.click('.ap-sidefoot [data-do="help"]')
    tab.see("dialog.ap-help")
    assert faults() == []
