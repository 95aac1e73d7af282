"""How conversations are kept in a real browser: older and newer databases, a full disk, none at all, two tabs."""

from typing import Any

from tests.page.browser import LATE, LISTED, OpenTab, Tab
from tests.page.planted import plant, stores

LORA = "How does LoRA fine-tune a large model without changing its weights?"
OLD = """
const [done, given] = [arguments[arguments.length - 1], arguments[0]];
const request = indexedDB.deleteDatabase('askpapers');
request.onsuccess = () => {
  const opening = indexedDB.open('askpapers', given.version);
  opening.onupgradeneeded = () => {
    const store = opening.result.createObjectStore('conversations', { keyPath: 'id' });
    for (const one of given.rows) store.put(one);
  };
  opening.onsuccess = () => { window.held = opening.result; if (!given.held) opening.result.close(); done(); };
};"""


def plant_database(tab: Tab, library: str, version: int, rows: list[dict[str, Any]], *, held: bool = False) -> None:
    """Put a database of some version into the browser, from a page of the same address that isn't ours."""
    tab.driver.get(tab.url + "/health")
    given = {"version": version, "held": held, "rows": [{"library": library, **one} for one in rows]}
    tab.driver.execute_async_script(OLD, given)


def library_of(tab: Tab) -> str:
    return str(stores(tab, "return library"))


def exchange(name: str, question: str, text: str = "") -> dict[str, Any]:
    """An exchange as 0.1.0 kept it."""
    return {
        "id": name,
        "question": question,
        "answer": None,
        "text": text,
        "ended": "Stopped.",
        "good": None,
        "note": "",
    }


def test_the_conversations_of_an_older_version_are_there_with_all_their_exchanges(tab: Tab) -> None:
    tab.ask(LATE)
    answer = stores(
        tab, "return (await store.texts()).length && (await store.exchange((await store.texts())[0].id)).answer"
    )
    library = library_of(tab)
    first = exchange("e1", LATE) | {"answer": answer, "ended": "", "good": True, "note": "well said"}
    rows = [
        {
            "id": "old",
            "title": LATE,
            "saved": 1_700_000_000_000,
            "exchanges": [first, exchange("e2", "And then?", "Half an")],
        },
        {"id": "odd", "title": "Odd", "saved": 1_600_000_000_000, "exchanges": None},
    ]
    plant_database(tab, library, 1, rows)
    tab.load()
    tab.see(LISTED, "Odd")
    tab.click(LISTED, LATE)
    tab.until(lambda: tab.asked() == [LATE, "And then?"], "both questions")
    tab.see(".ap-turn .ap-cite")  # rendered anew
    tab.see(".ap-broken", "Half an")
    tab.see('[data-do="good"][aria-pressed="true"]')
    assert tab.run("return document.querySelector('.ap-noteinput').value") == "well said"
    tab.write(".ap-seek", "half")
    tab.see(".ap-snippet", "Half an")
    tab.write(".ap-seek", "")
    tab.ask(LORA)  # it goes on
    tab.load()
    assert tab.asked() == [LATE, "And then?", LORA]


def test_a_newer_database_is_told_in_a_line_and_the_page_works(tab: Tab) -> None:
    plant_database(tab, library_of(tab), 9, [])
    tab.load()
    tab.see(".ap-trouble", "newer version of this page")
    assert "\n" not in tab.said(".ap-trouble")
    tab.ask(LATE)
    tab.see(LISTED, LATE)
    tab.click(".ap-new")
    tab.see(".ap-welcome")
    tab.click(LISTED, LATE)
    tab.see(".ap-asked", LATE)
    plant_database(tab, "", 1, [])  # for the tests that come


def test_without_a_database_the_session_is_kept_in_memory_and_said_so(tab: Tab) -> None:
    refuse = """Object.defineProperty(IDBFactory.prototype, 'open', {
        value() { throw new DOMException('no', 'SecurityError'); } });"""
    made = tab.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": refuse})
    tab.load()
    tab.see(".ap-trouble", "until this tab is closed")
    tab.ask(LATE)
    tab.ask(LORA)
    tab.click(".ap-new")
    tab.see(".ap-welcome")
    tab.click(LISTED, LATE)
    tab.until(lambda: tab.asked() == [LATE, LORA], "both questions")
    tab.click(".ap-delete")
    tab.gone(LISTED)
    tab.click("#ap-toast .ap-undo")
    tab.see(LISTED, LATE)
    tab.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", made)
    tab.load()
    tab.gone(".ap-trouble")


def test_a_full_disk_shows_the_answer_all_the_same_and_is_told_once(tab: Tab) -> None:
    plant(tab, {"id": "a", "title": "Kept before"})
    # As a browser does it: the write fails later, and its transaction with it. Chromium's own quota for tests stops no
    # writes as small as these.
    full = """
        const put = IDBObjectStore.prototype.put;
        window.full = true;
        IDBObjectStore.prototype.put = function (...given) {
          const request = put.apply(this, given);
          if (!window.full) return request;
          Object.defineProperty(this.transaction, 'error', { value: new DOMException('full', 'QuotaExceededError') });
          this.transaction.abort();
          return request;
        };"""
    tab.run(full)
    tab.ask(LATE)
    tab.see(".ap-turn .ap-cite")
    tab.see(".ap-trouble", "no room left")
    tab.see(LISTED, LATE)
    tab.ask(LORA)
    tab.click(LISTED, "Kept before")
    tab.until(lambda: tab.asked() == ["Kept before"], "what was kept before")
    tab.click(LISTED, LATE)
    tab.until(lambda: tab.asked() == [LATE, LORA], "what is in memory alone")
    tab.run("window.full = false")
    stores(tab, "await store.purge(['a'])")  # there is room again
    tab.gone(".ap-trouble")
    tab.load()
    tab.until(lambda: tab.asked() == [LATE, LORA], "now kept")


def test_an_older_page_that_is_open_is_told_and_waited_for(open_tab: OpenTab, sample_page: Any) -> None:
    tab = open_tab(sample_page)
    library = library_of(tab)
    plant_database(
        tab, library, 1, [{"id": "old", "title": LATE, "exchanges": [exchange("e1", LATE, "Half")]}], held=True
    )
    other = tab.handle
    tab.driver.switch_to.new_window("tab")
    tab.driver.get(tab.url)
    tab.see(".ap-trouble", "older version of this page is open in another tab")
    late = tab.driver.current_window_handle
    tab.driver.switch_to.window(other)
    tab.run("window.held.close()")
    tab.driver.switch_to.window(late)
    tab.see(LISTED, LATE)
    tab.gone(".ap-trouble")
    tab.driver.close()
    tab.driver.switch_to.window(other)


def test_two_tabs_that_ask_at_once_lose_nothing(open_tab: OpenTab, sample_page: Any) -> None:
    one = open_tab(sample_page)
    one.ask(LATE)
    other = open_tab(sample_page)
    other.click(LISTED, LATE)
    other.whole(1)
    begin = """const area = document.querySelector('#ap-composer textarea');
        area.value = arguments[0];
        area.dispatchEvent(new Event('input', { bubbles: true }));
        document.querySelector('#ap-composer .ap-send').click()"""
    other.run(begin, "And its cost?")
    # One that has heard of the other's question has a button that stops: this is the moment before that.
    stores(one.front(), "await store.begin(library, location.hash.split('/')[2], given[0])", LORA)
    one.whole(3)
    both = one.asked()
    assert sorted(both) == sorted([LATE, "And its cost?", LORA])
    other.front().until(lambda: other.asked() == both, "the same in the other tab")


def test_a_conversation_deleted_in_one_tab_while_the_other_asks_keeps_the_question(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any
) -> None:
    reply = hold("Query and passage are encoded separately by BERT [1].")
    server = serve_page(settings=chat_server.settings())
    one = open_tab(server)
    one.begin(LATE)
    one.see(".ap-writing")
    other = open_tab(server)
    other.see(LISTED, LATE)
    other.click(".ap-delete")
    other.gone(LISTED)
    one.front().see(".ap-welcome")
    reply.release()
    one.click('.ap-sidefoot [data-do="bin"]')
    one.click('[data-do="restore"]')
    one.whole(1)
    one.see(".ap-answer", "encoded separately")


def test_a_second_click_on_an_example_asks_nothing_more(tab: Tab) -> None:
    tab.see(".ap-example")
    tab.run("const one = document.querySelector('.ap-example'); one.click(); one.click();")
    tab.whole(1)
    tab.see(LISTED)
    assert len(tab.seen(LISTED)) == 1
