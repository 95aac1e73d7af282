"""Addresses of tabs, conversations and answers in a real browser: Back, Forward, reload, and what isn't there."""

from tests.page.browser import LATE, LISTED, Tab
from tests.page.planted import plant, row, stores

OTHER = "How does LoRA fine-tune a large model without changing its weights?"


def address(tab: Tab) -> str:
    """Return what the address says behind the page's own."""
    return str(tab.run("return location.hash || '#/'"))  # a page without one is at its beginning


def at(tab: Tab, hash_: str) -> None:
    """Wait until the address is one."""
    tab.until(lambda: address(tab) == hash_, f"the address {hash_}, not {address(tab)}")


def visit(tab: Tab, hash_: str) -> None:
    """Open an address anew, as a link does."""
    tab.driver.get("about:blank")
    tab.driver.get(tab.url + "/" + hash_)
    tab.ready()


def plant_two(tab: Tab) -> None:
    plant(
        tab,
        {"id": "a", "title": "About sets", "texts": ["One."] * 12},
        {"id": "b", "title": "About graphs"},
    )


def test_back_and_forward_go_through_conversations_and_tabs_and_never_leave_the_page(tab: Tab) -> None:
    plant_two(tab)
    tab.click(LISTED, "About sets")
    at(tab, "#/c/a")
    tab.tab("Library")
    at(tab, "#/library")
    tab.click(LISTED, "About graphs")
    at(tab, "#/c/b")
    tab.tab("Map")
    at(tab, "#/map")
    tab.tab("Ask")
    at(tab, "#/c/b")
    tab.click(".ap-new")
    at(tab, "#/")
    seen = []
    for there in ("#/c/b", "#/map", "#/c/b", "#/library", "#/c/a", "#/"):
        tab.driver.back()
        at(tab, there)
        seen.append(there)
        shows(tab, there)
    for there in ("#/c/a", "#/library", "#/c/b"):
        tab.driver.forward()
        at(tab, there)
        shows(tab, there)


def shows(tab: Tab, there: str) -> None:
    """Wait until what an address names is what is seen, and what the window is called."""
    title, selector, text = {
        "#/": ("Askpapers", ".ap-welcome", ""),
        "#/c/a": ("About sets · Askpapers", ".ap-asked", "About sets"),
        "#/c/b": ("About graphs · Askpapers", ".ap-asked", "About graphs"),
        "#/library": ("Library · Askpapers", '[role="tab"][aria-selected="true"]', "Library"),
        "#/map": ("Map · Askpapers", '[role="tab"][aria-selected="true"]', "Map"),
    }[there]
    tab.see(selector, text)
    tab.until(lambda: tab.driver.title == title, f"the title {title}")


def test_a_first_question_gets_an_address_and_back_leads_to_the_empty_desk(tab: Tab) -> None:
    tab.ask(LATE)
    first = address(tab)
    assert first.startswith("#/c/")
    assert tab.driver.title == f"{LATE} · Askpapers"
    tab.click(".ap-new")
    tab.see(".ap-welcome")
    tab.ask(OTHER)
    tab.driver.back()
    tab.see(".ap-welcome")
    tab.driver.back()
    tab.see(".ap-asked", LATE)
    assert tab.asked() == [LATE]
    tab.driver.forward()
    tab.driver.forward()
    tab.see(".ap-asked", OTHER)


def test_a_reload_keeps_the_place(tab: Tab) -> None:
    plant_two(tab)
    for hash_ in ("#/c/a", "#/library", "#/runs"):
        visit(tab, hash_)
        tab.driver.refresh()
        tab.ready()
        at(tab, hash_)
    tab.see('[role="tab"][aria-selected="true"]', "Runs")
    tab.tab("Ask")
    tab.see(".ap-asked", "About sets")  # the conversation that was read before


def test_an_address_leads_to_one_answer_also_in_another_version(tab: Tab) -> None:
    plant_two(tab)
    visit(tab, "#/c/a/a-4")
    tab.until(lambda: tab.in_view('.ap-turn[data-exchange="a-4"] .ap-asked'), "the fifth answer in view")
    tab.see('.ap-turn.ap-chosen[data-exchange="a-4"]')
    at(tab, "#/c/a/a-4")
    made = stores(
        tab,
        """const more = { replaces: 'a-4', done: true, text: 'x', ended: 'Stopped.' };
           return (await store.begin(library, 'a', 'Another version', more)).exchange.id""",
    )
    tab.see(".ap-asked", "Another version")
    tab.gone('.ap-turn[data-exchange="a-5"]')
    visit(tab, "#/c/a/a-7")  # hangs on the first version
    tab.until(lambda: tab.in_view('.ap-turn[data-exchange="a-7"] .ap-asked'), "the eighth answer in view")
    tab.see('.ap-turn[data-exchange="a-4"] .ap-versions', "1/2")
    visit(tab, f"#/c/a/{made}")
    tab.see(f'.ap-turn[data-exchange="{made}"] .ap-versions', "2/2")
    visit(tab, "#/c/a")
    tab.see(".ap-versions", "2/2")  # and stays through a reload


def test_what_isnt_there_is_told_in_one_line_and_leads_to_a_sensible_place(tab: Tab) -> None:
    plant_two(tab)
    for hash_, line, there in (
        ("#/c/never", "isn't in this browser", "#/"),
        ("#/c/a/never", "isn't in this conversation any more", "#/c/a"),
        ("#/nonsense/%E0%A4%A", "There is nothing at the address", "#/"),
        ("#/paper/%E0%A4%A", "There is no paper of the address", "#/library"),
        ("#/paper/999999", "There is no paper of the address", "#/library"),
    ):
        visit(tab, hash_)
        tab.see("#ap-toast", line)
        assert "\n" not in tab.said("#ap-toast")
        at(tab, there)
    stores(tab, "await store.alter('b', { library: 'another' })")
    visit(tab, "#/c/b")
    tab.see("#ap-toast", "about another library")


def test_the_address_of_a_deleted_conversation_offers_to_bring_it_back(tab: Tab) -> None:
    plant_two(tab)
    tab.click(LISTED, "About graphs")
    at(tab, "#/c/b")
    tab.click(LISTED, "About sets")
    at(tab, "#/c/a")
    tab.click(f"{row('About graphs')} .ap-rowmenu")
    tab.click(".ap-item", "Delete")
    tab.gone(LISTED, "About graphs")
    tab.driver.back()
    tab.see("#ap-toast", "was deleted")
    at(tab, "#/")
    tab.see(".ap-welcome")
    tab.click("#ap-toast .ap-undo")
    tab.see(".ap-asked", "About graphs")
    at(tab, "#/c/b")


def test_a_conversation_deleted_while_it_is_read_gives_way_to_a_new_one(tab: Tab) -> None:
    plant_two(tab)
    tab.click(LISTED, "About sets")
    tab.write("#ap-composer textarea", "half a question")
    stores(tab, "await store.remove(['a'])")
    tab.see(".ap-welcome")
    at(tab, "#/")
    assert tab.typed() == "half a question"  # what was being written goes along
