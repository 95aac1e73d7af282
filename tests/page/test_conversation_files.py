"""Files of conversations in a real browser: saved, opened again, dropped, shared, exported; references of an answer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.page.browser import LATE, LISTED, OpenTab, Tab
from tests.page.planted import row, stores

LORA = "How does LoRA fine-tune a large model without changing its weights?"
HACK = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


@pytest.fixture
def got(downloads: Path) -> Callable[[Tab, Callable[[], None]], Path]:
    """Do something and return the file that the browser downloaded by it."""

    def download(tab: Tab, act: Callable[[], None]) -> Path:
        before = set(downloads.iterdir())
        act()

        def new() -> list[Path]:
            there = [one for one in downloads.iterdir() if one not in before]
            whole = all(not one.name.startswith(".") and one.suffix not in {".crdownload", ".tmp"} for one in there)
            return [one for one in there if whole and one.stat().st_size]

        return tab.until(new, "a file")[0]

    return download


def export(tab: Tab, item: str) -> None:
    """Export the conversation on the desk."""
    tab.click('.ap-sidefoot [data-do="export"]')
    tab.click(".ap-item", item)


def open_file(tab: Tab, path: Path) -> None:
    """Open a conversation from a file."""
    tab.run("HTMLInputElement.prototype.click = () => {}")  # no window of the system to choose in
    tab.click('.ap-sidefoot [data-do="file"]')
    tab.until(lambda: tab.run("return document.querySelector('.ap-filefield')"), "the field").send_keys(str(path))


def test_a_conversation_is_saved_and_opened_in_another_browser_as_it_was(tab: Tab, got: Any) -> None:
    tab.ask(LATE)
    tab.ask(LORA)
    tab.click('.ap-turn[data-index="0"] [data-do="good"]')
    tab.see('.ap-turn[data-index="0"] [data-do="good"][aria-pressed="true"]')
    texts = tab.texts(".ap-answer")
    saved = got(tab, lambda: export(tab, "Save to a file"))
    assert saved.name == "What is late interaction.askpapers.json"
    assert "ap-answer" not in saved.read_text()  # no looks
    tab.driver.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": tab.url, "storageTypes": "all"})
    tab.load()
    tab.gone(LISTED)
    open_file(tab, saved)
    tab.see("#ap-toast", "with 2 questions")
    tab.until(lambda: tab.texts(".ap-answer") == texts, "the answers")
    tab.see('.ap-turn[data-index="0"] [data-do="good"][aria-pressed="true"]')
    tab.click('.ap-turn[data-index="0"] .ap-cite')
    tab.see(".ap-card", "ColBERT")
    tab.load()
    assert tab.asked() == [LATE, LORA]


def test_a_file_of_a_conversation_that_is_there_adds_what_is_missing_and_changes_nothing(tab: Tab, got: Any) -> None:
    tab.ask(LATE)
    saved = got(tab, lambda: export(tab, "Save to a file"))
    tab.ask(LORA)
    whole = got(tab, lambda: export(tab, "Save to a file"))
    open_file(tab, saved)
    tab.see("#ap-toast", "was here already, with all of its questions")
    assert tab.asked() == [LATE, LORA]
    # Another browser has the first question alone, rated and renamed.
    value = json.loads(whole.read_text())
    first, second = value["conversation"]["exchanges"]
    first["note"], first["question"] = "from the file", "Overwritten?"
    stores(tab, "const id = location.hash.split('/')[2]; await store.purge([id])")
    open_file(tab, saved)
    tab.until(lambda: tab.asked() == [LATE], "the first question alone")
    changed = whole.with_name("changed.json")
    changed.write_text(json.dumps(value))
    open_file(tab, changed)
    tab.see("#ap-toast", "1 question added, 1 question left as they are")
    tab.until(lambda: tab.asked() == [LATE, LORA], "both, and the first as it was")
    assert len(tab.seen(LISTED)) == 1
    # Its exchanges under the name of another conversation are another's.
    value["conversation"]["id"] = "another"
    changed.write_text(json.dumps(value))
    open_file(tab, changed)
    tab.until(lambda: tab.asked() == ["Overwritten?", LORA], "the other conversation")
    tab.click(LISTED + ":not([aria-current])")
    tab.until(lambda: tab.asked() == [LATE, LORA], "the first as it was")
    assert second["parent"] == first["id"]


def test_a_conversation_is_opened_by_dropping_its_file_and_nothing_of_it_runs(tab: Tab, got: Any) -> None:
    tab.ask(LATE)
    saved = got(tab, lambda: export(tab, "Save to a file"))
    value = json.loads(saved.read_text())
    conversation = value["conversation"] | {"id": "hostile", "title": HACK, "html": HACK}
    one = conversation["exchanges"][0] | {
        "id": "x",
        "question": HACK,
        "note": HACK,
        "html": {"answer": HACK, "line": HACK},
    }
    stopped = {"id": "y", "parent": "x", "question": "Q", "answer": None, "text": HACK, "ended": HACK}
    value["conversation"] = conversation | {"exchanges": [one, stopped]}
    drop = """
        const [name, text] = arguments, data = new DataTransfer();
        data.items.add(new File([text], name));
        for (const kind of ['dragover', 'drop'])
          document.querySelector('#ap-transcript').dispatchEvent(
            new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));"""
    tab.run(drop, "x.askpapers.json", json.dumps(value))
    tab.until(lambda: len(tab.asked()) == 2, "the conversation")
    assert tab.asked()[0] == HACK
    tab.see(LISTED, "<script>")
    assert not tab.is_hacked
    tab.run(drop, "holiday.png", "no conversation")
    tab.see("#ap-toast", "This is no saved conversation.")
    tab.run(drop, "other.json", '{"some": "papers"}')
    tab.see("#ap-toast", "can't be opened as a conversation")
    assert len(tab.asked()) == 2


def test_a_conversation_is_shared_as_one_page_that_asks_nobody(tab: Tab, got: Any) -> None:
    tab.ask(LATE)
    shared = got(tab, lambda: export(tab, "Share as a page"))
    assert shared.suffix == ".html"
    text = shared.read_text()
    assert LATE in text
    assert "<mark" in text  # with its evidence
    assert "<script" not in text
    assert "src=" not in text


def test_one_answers_references_are_those_that_it_cites_in_every_form(tab: Tab, got: Any) -> None:
    tab.ask(LATE)
    tab.ask(LORA)
    for item, suffix, holds in (
        ("BibTeX", ".bib", "@"),
        ("RIS", ".ris", "TY  - "),
        ("CSL-JSON", ".json", '"title"'),
        ("APA", ".txt", "(2021)"),
        ("IEEE (numbers)", ".txt", "[2] "),
    ):

        def chosen(item: str = item) -> None:
            tab.click('.ap-turn[data-index="1"] [data-do="references"]')
            tab.click(".ap-item", item)

        file = got(tab, chosen)
        text = file.read_text()
        assert file.name.startswith("How does LoRA fine-tune")
        assert file.suffix == suffix
        assert holds in text
        assert "Low-Rank Adaptation" in text.replace("{", "").replace("}", "").replace(
            "low-rank adaptation", "Low-Rank Adaptation"
        )
        assert "ColBERT" not in text  # of the other answer


def test_a_conversation_is_exported_by_its_title_and_twice_works_twice(tab: Tab, got: Any) -> None:
    tab.ask(LATE)
    first = got(tab, lambda: export(tab, "Markdown"))
    again = got(tab, lambda: export(tab, "Markdown"))
    assert first.name == "What is late interaction.md"
    assert again.read_text() == first.read_text()
    assert f"## {LATE}" in first.read_text()
    plain = got(tab, lambda: export(tab, "Plain text")).read_text()
    assert LATE in plain
    assert "## " not in plain
    assert json.loads(got(tab, lambda: export(tab, "History (JSON Lines)")).read_text())["question"] == LATE


def test_an_answer_is_copied_as_plain_text_and_its_address_too(tab: Tab) -> None:
    tab.ask(LATE)
    tab.run("navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }")
    tab.click('.ap-turn [data-do="more"]')
    tab.click(".ap-item", "Copy as plain text")
    tab.see("#ap-toast", "Copied")
    copied = tab.run("return window.copied")
    assert "References" in copied
    assert "**" not in copied
    assert "## " not in copied
    tab.click('.ap-turn [data-do="more"]')
    tab.click(".ap-item", "Copy the address")
    tab.until(lambda: tab.run("return window.copied.includes('#/c/')"), "the address")
    tab.click(".ap-new")
    tab.see(".ap-welcome")
    tab.driver.get(tab.run("return window.copied"))
    tab.see(".ap-asked", LATE)


def test_a_deleted_exchange_is_passed_over_and_comes_back_by_undo(
    open_tab: OpenTab, serve_page: Any, chat_server: Any, got: Any
) -> None:
    chat_server.says("Query and passage are encoded separately by BERT [1].")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    for question in ("What is late interaction?", "And its zebras?", "And its cost?"):
        tab.ask(question)
    tab.click('.ap-turn[data-index="1"] [data-do="more"]')
    tab.click(".ap-item", "Delete this exchange")
    tab.until(lambda: tab.asked() == [LATE, "And its cost?"], "the others alone")
    asked = len(chat_server.asked)
    tab.ask("And its memory?")
    sent = json.dumps([one.body for one in chat_server.asked[asked:]])
    assert "And its cost?" in sent
    assert "zebras" not in sent  # in no history
    assert "zebras" not in got(tab, lambda: export(tab, "Save to a file")).read_text()
    tab.load()
    assert tab.asked() == [LATE, "And its cost?", "And its memory?"]
    tab.click('.ap-turn[data-index="2"] [data-do="more"]')
    tab.click(".ap-item", "Bring back 1 deleted")
    tab.until(lambda: tab.asked() == [LATE, "And its zebras?", "And its cost?", "And its memory?"], "it in its place")
    tab.click(f"{row(LATE)} .ap-rowmenu")
    tab.see(".ap-menu")
