"""The page in a real browser: headless Chromium against a real server, as a reader uses it.

After every test: no error in the console, and no request to another host.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import pytest
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    JavascriptException,
    NoAlertPresentException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from rag.library import Library
from rag.samples import QUESTIONS, UNANSWERABLE

Found = TypeVar("Found")
MakePaper = Callable[..., dict[str, Any]]
WriteJsonl = Callable[..., Path]

PATIENCE = 20.0  # seconds until what a test waits for is held to be missing
AXE = Path(sys.prefix) / "axe" / "node_modules" / "axe-core" / "axe.min.js"  # put there by `make browser`
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    "--force-prefers-reduced-motion", "--window-size=1360,900",
)  # fmt: skip

LATE = "What is late interaction?"  # of ColBERT alone
BUDGET = QUESTIONS[2]  # of two papers
BEES = "Which bees dance near the hive?"  # of no paper
ENCODED = "Query and passage are encoded separately by BERT"
MAXIMA = "Every query token takes its maximum similarity over all passage tokens"
WRONG = "Every query token takes its maximum similarity over 99 zebra tokens"
INVENTED = "Quantum computers will factor every prime before lunch tomorrow"

# --- a browser, and a tab in it as a reader uses it


def lacking(what: str) -> NoReturn:
    """Skip for want of something; under CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}: `make browser` installs it")
    pytest.skip(what)


def start_chromium(folder: Path) -> Chrome:
    """Return a new browser with a new profile, which downloads into `folder`."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        lacking("there is no chromium with chromedriver")
    options = ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    return Chrome(options, ChromeService(driver))


class Tab:
    """A page in a tab. Every look waits until what it looks for is there; nothing waits for time to pass."""

    def __init__(self, driver: Chrome, url: str) -> None:
        self.driver = driver
        self.url = url
        self.handle = driver.current_window_handle

    def until(self, look: Callable[[], Found | None], hoped: str) -> Found:
        """Return what `look` gives once it gives something; a look at what changes meanwhile is taken again."""
        passing = (
            StaleElementReferenceException,
            ElementClickInterceptedException,
            ElementNotInteractableException,
            JavascriptException,
            NoAlertPresentException,
        )
        wait = WebDriverWait(self.driver, PATIENCE, poll_frequency=0.03, ignored_exceptions=passing)
        try:
            return wait.until(lambda _: look() or False)
        except TimeoutException:
            said = self.run("return document.body.innerText")
            pytest.fail(f"never came: {hoped}\nThe page says:\n{said}")

    def run(self, script: str, *given: Any) -> Any:
        """Return what a script returns."""
        return self.driver.execute_script(script, *given)

    def load(self) -> None:
        """Open the page, or open it anew, and wait until it has asked for what it shows."""
        self.driver.get(self.url)
        loaded = "return performance.getEntriesByType('resource').filter(one => /predict$/.test(one.name)).length >= 2"
        self.until(lambda: self.run(loaded), "the page")
        self.see("#ap-transcript .ap-welcome, #ap-transcript .ap-turn")

    def seen(self, selector: str, text: str = "") -> list[WebElement]:
        """Return the visible elements that a selector finds and that hold a text, as it is now."""
        script = """
            const [selector, text] = arguments;
            const shows = (one) => one.checkVisibility({ visibilityProperty: true });
            return [...document.querySelectorAll(selector)].filter(
              (one) => shows(one) && (one.innerText ?? one.textContent).includes(text));"""
        found: list[WebElement] = self.run(script, selector, text)
        return found

    def see(self, selector: str, text: str = "") -> WebElement:
        """Wait for a visible element that holds a text."""
        return self.until(lambda: self.seen(selector, text), f"{selector} with {text!r}")[0]

    def gone(self, selector: str, text: str = "") -> None:
        """Wait until no such element is visible any more."""
        self.until(lambda: not self.seen(selector, text), f"the end of {selector} with {text!r}")

    def texts(self, selector: str) -> list[str]:
        """Return the texts of all visible elements that a selector finds, as it is now."""
        return [str(self.run("return arguments[0].innerText", one)) for one in self.seen(selector)]

    def said(self, selector: str) -> str:
        """Return the text of the first such element once it is visible."""
        return str(self.run("return arguments[0].innerText", self.see(selector)))

    def click(self, selector: str, text: str = "") -> None:
        """Click the first such element with the mouse."""

        def clicked() -> bool:
            self.see(selector, text).click()
            return True

        self.until(clicked, f"a click on {selector} with {text!r}")

    def hover(self, selector: str, text: str = "") -> None:
        """Put the mouse over such an element."""
        ActionChains(self.driver).move_to_element(self.see(selector, text)).perform()

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def write(self, selector: str, text: str) -> None:
        """Write a text into a field, in the place of what is there."""
        field = self.see(selector)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(Keys.DELETE, text)

    def accept(self) -> None:
        """Say yes to the browser's question."""
        self.until(lambda: self.driver.switch_to.alert, "a question").accept()

    def tab(self, name: str) -> None:
        """Turn to Ask, Library or Map."""
        self.click('#ap-tabs [role="tab"]', name)

    def begin(self, question: str) -> None:
        """Write a question and send it off."""
        self.write("#ap-composer textarea", question)
        self.press(Keys.ENTER)

    def ask(self, question: str) -> None:
        """Ask a question and wait until its answer is whole."""
        before = len(self.seen("#ap-transcript .ap-turn"))
        self.begin(question)
        self.whole(before + 1)

    def whole(self, turns: int) -> None:
        """Wait until so many questions have their answers and nothing is being written."""

        def done() -> bool:
            ended = len(self.seen("#ap-transcript .ap-turn .ap-feet")) == turns
            return ended and not self.seen("#ap-live .ap-turn")

        self.until(done, f"{turns} whole answers")

    def in_view(self, selector: str) -> bool:
        """Tell whether an element is on the screen, and not scrolled out of whatever holds it."""
        script = """
            const one = document.querySelector(arguments[0]);
            if (!one?.checkVisibility()) return false;
            const at = one.getClientRects()[0], x = at.left + Math.min(at.width / 2, 20), y = at.top + at.height / 2;
            const top = document.elementFromPoint(x, y);
            return Boolean(top) && (one.contains(top) || top.contains(one));"""
        return bool(self.run(script, selector))

    def size(self, **metrics: Any) -> None:
        """Be a window of another size, or a phone."""
        normal = {"deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", normal | metrics)

    @property
    def is_hacked(self) -> bool:
        """True when something ran that is only text."""
        return bool(self.run("return 'hacked' in window"))


def assert_quiet(driver: Chrome, hosts: set[str]) -> None:
    """No error in the console since the last time, and no request to any but our hosts."""
    errors = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    asked += [event["params"]["url"] for event in events if event["method"] == "Network.webSocketCreated"]
    elsewhere = [
        url
        for url in asked
        if urlsplit(url).scheme not in {"data", "blob", "about"} and urlsplit(url).netloc not in hosts
    ]
    assert asked, "the performance log is empty: nothing was watched"
    assert errors == []
    assert elsewhere == []


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the browser puts what it downloads."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def chromium(downloads: Path) -> Iterator[Chrome]:
    """One browser for all tests; each has tabs and a server of its own, and so an empty storage."""
    driver = start_chromium(downloads)
    yield driver
    driver.quit()


OpenTab = Callable[..., Tab]


@pytest.fixture
def open_tab(chromium: Chrome, serve_page: Any) -> Iterator[OpenTab]:
    """Open a page in a tab of its own; at the end the console is empty and no other host was asked."""
    home, opened = chromium.current_window_handle, list[Tab]()

    def open_one(server: Any, *, phone: bool = False) -> Tab:
        chromium.switch_to.new_window("tab")
        tab = Tab(chromium, server.url)
        opened.append(tab)
        if phone:
            tab.size(**PHONE)
        tab.load()
        return tab

    yield open_one
    hosts = {urlsplit(tab.url).netloc for tab in opened}
    for tab in opened:
        chromium.switch_to.window(tab.handle)
        assert not tab.is_hacked
    assert_quiet(chromium, hosts)
    for tab in opened:
        chromium.switch_to.window(tab.handle)
        chromium.close()
    chromium.switch_to.window(home)


@pytest.fixture
def tab(open_tab: OpenTab, serve_page: Any) -> Tab:
    """The page over the sample papers, without a language model."""
    return open_tab(serve_page())


# --- asking


def test_an_answer_is_seen_as_it_is_written(open_tab: OpenTab, serve_page: Any, chat_server: Any, hold: Any) -> None:
    reply = hold(f"{ENCODED} [1].", f" {MAXIMA} [1].")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.begin(LATE)
    tab.see("#ap-live .ap-wait", "Looking in the abstracts")
    reply.release()
    tab.see("#ap-live .ap-answer", ENCODED)
    assert MAXIMA not in tab.said("#ap-live .ap-answer")
    assert tab.seen("#ap-transcript .ap-line") == []
    reply.release()
    tab.whole(1)
    assert MAXIMA in tab.said("#ap-transcript .ap-answer")
    assert tab.said(".ap-line").startswith("answered · 40 papers searched · 1 cited · support")
    assert "openai:tiny" in tab.said(".ap-line")
    assert tab.run("return document.querySelector('#ap-composer textarea').value") == ""


def test_each_sentence_has_a_mark_of_its_own_shape_that_says_what_is_missing(
    open_tab: OpenTab, serve_page: Any, chat_server: Any
) -> None:
    chat_server.says(f"{MAXIMA} [1]. {WRONG} [1]. {INVENTED}.")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.ask(LATE)
    assert tab.texts(".ap-mark") == ["●", "◐", "○"]
    tips = []
    for shape in "●◐○":
        tab.hover(".ap-mark", shape)
        tips.append(tab.said("#ap-tip"))
        label = tab.see(".ap-mark", shape).get_attribute("aria-label")
        assert label == tips[-1]
    assert tips[0].startswith("Supported (")
    assert "Missing" not in tips[0]
    assert tips[1].startswith("Partly supported (")
    assert "numbers: 99" in tips[1]
    assert "zebra" in tips[1]
    assert tips[2] == "Not found: no abstract carries this sentence."
    assert len({tab.see(".ap-mark", shape).value_of_css_property("color") for shape in "●◐○"}) == 3


def test_each_cited_paper_has_a_card_with_its_slices_highlighted(tab: Tab, samples: Library) -> None:
    tab.ask(BUDGET)
    answer = samples.ask(BUDGET)
    assert len(answer.citations) == 2
    cards = tab.texts("#ap-shown .ap-card")
    for card, citation in zip(cards, answer.citations, strict=True):
        assert f"[{citation.number}] {citation.paper.title}" in card
        assert citation.paper.authors[0] in card
        assert str(citation.paper.year) in card
        assert citation.paper.abstract in card
    quotes = {one.quote for claim in answer.claims for one in claim.citations}
    assert set(tab.texts("#ap-shown mark")) == quotes
    link = tab.see("#ap-shown .ap-card a").get_attribute("href")
    assert link == answer.citations[0].paper.link


def test_a_number_brings_its_card_and_slice_into_view_and_lights_them(tab: Tab) -> None:
    tab.size(width=1300, height=420)
    tab.ask(BUDGET)
    last = tab.run("return [...document.querySelectorAll('.ap-cite')].at(-1).dataset")
    slices = f'#ap-shown .ap-card[data-number="{last["number"]}"] mark[data-claims~="{last["claim"]}"]'
    assert last["number"] == "2"
    assert not tab.in_view(slices)
    tab.click(f'.ap-cite[data-claim="{last["claim"]}"]')
    tab.until(lambda: tab.in_view(slices), "the slice in view")
    lit = tab.run("return [...document.querySelectorAll('#ap-shown .ap-card.ap-lit')].map(one => one.dataset.number)")
    assert lit == ["2"]
    claims = "return [...document.querySelectorAll('#ap-shown mark.ap-lit')].map(one => one.dataset.claims)"
    assert tab.run(claims) == [last["claim"]]
    tab.click('.ap-cite[data-claim="0"]')
    tab.until(lambda: tab.run(claims) == ["0"], "another slice lit in its place")


def test_a_click_on_a_card_marks_the_sentences_that_rest_on_it(tab: Tab) -> None:
    tab.ask(BUDGET)
    resting = (
        "return [...document.querySelectorAll('.ap-claim')].filter(one => one.querySelector("
        '`.ap-cite[data-number="${arguments[0]}"]`)).map(one => one.dataset.claim)'
    )
    marked = "return [...document.querySelectorAll('.ap-claim.ap-rests')].map(one => one.dataset.claim)"
    for number in ("1", "2"):
        expected = tab.run(resting, number)
        tab.click(f'#ap-shown .ap-card[data-number="{number}"] .ap-abstract')
        tab.until(lambda expected=expected: tab.run(marked) == expected, f"the sentences that rest on {number}")  # type: ignore[misc]
        assert expected


def test_a_follow_up_shows_what_was_searched_for(tab: Tab) -> None:
    tab.ask(LATE)
    assert tab.seen(".ap-rewritten") == []
    tab.ask("How large is its index?")
    assert f"{LATE} How large is its index?" in tab.said(".ap-rewritten")
    assert "searched for" in tab.texts(".ap-line")[1]


def test_what_the_abstracts_do_not_say_looks_different_and_names_the_nearest_papers(tab: Tab, samples: Library) -> None:
    nearest = samples.ask(UNANSWERABLE).nearest
    tab.ask(LATE)
    tab.ask(UNANSWERABLE)
    refusal = tab.see(".ap-not_in_abstracts", "The abstracts in this library don't say.")
    assert refusal.value_of_css_property("border-top-style") == "dashed"
    assert tab.see(".ap-answered").value_of_css_property("border-top-style") == "none"
    assert tab.texts(".ap-not_in_abstracts .ap-paper") == [paper.title for paper in nearest]
    assert tab.seen(".ap-not_in_abstracts .ap-mark") == []
    assert tab.texts(".ap-line")[-1].startswith("not in abstracts · 40 papers searched")
    assert "The nearest papers" in tab.said("#ap-shown h3")
    tab.click(".ap-not_in_abstracts .ap-paper", nearest[1].title)
    tab.see("#ap-shown .ap-card.ap-lit", nearest[1].title)


def test_a_question_that_no_paper_is_about_looks_different_again(tab: Tab) -> None:
    tab.ask(UNANSWERABLE)
    tab.ask(BEES)
    said = tab.see(".ap-no_relevant_papers", "No paper in this library is about that.")
    assert said.value_of_css_property("border-top-style") == "dotted"
    shapes = tab.texts(".ap-verdict span")
    assert len(shapes) == 2
    assert len(set(shapes)) == 2
    assert tab.texts(".ap-line")[-1].startswith("no relevant papers · 40 papers searched")


@pytest.mark.parametrize("by", ["the button", "Escape"])
def test_an_answer_that_is_stopped_keeps_its_text_and_leaves_the_model(
    by: str, open_tab: OpenTab, serve_page: Any, chat_server: Any
) -> None:
    chat_server.says(f"{ENCODED} [1].", 60.0, " Never said.")
    chat_server.says(f"{MAXIMA} [1].")
    tab = open_tab(serve_page(settings=chat_server.settings(timeout=60)))
    tab.begin(LATE)
    tab.see("#ap-live .ap-answer", ENCODED)
    if by == "Escape":
        tab.press(Keys.ESCAPE)
    else:
        tab.click('#ap-live [data-do="stop"]')
    tab.whole(1)
    assert ENCODED in tab.said(".ap-broken")
    assert "Stopped before the answer was whole." in tab.said(".ap-broken [role=alert]")
    assert chat_server.left.wait(PATIENCE), "the model is still being listened to"
    assert not tab.seen("[data-do=good]")
    tab.load()
    assert ENCODED in tab.said(".ap-broken")
    tab.click('[data-do="again"]')
    tab.see(".ap-answered", MAXIMA)
    tab.whole(1)
    assert tab.seen(".ap-broken") == []


def test_an_error_of_the_model_is_one_line_and_asking_again_works(
    open_tab: OpenTab, serve_page: Any, chat_server: Any
) -> None:
    chat_server.fails(401, "bad key")
    chat_server.says(f"{MAXIMA} [1].")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.begin(LATE)
    tab.whole(1)
    assert len(tab.said(".ap-broken [role=alert]").splitlines()) == 1
    assert chat_server.key not in tab.said("body")
    tab.click('[data-do="again"]')
    tab.see(".ap-answered", MAXIMA)


def test_an_edited_question_is_asked_in_its_place_and_what_followed_is_gone(tab: Tab) -> None:
    tab.ask(LATE)
    tab.ask(QUESTIONS[0])
    tab.click('.ap-turn[data-index="0"] [data-do="edit"]')
    tab.press(Keys.ESCAPE)
    tab.gone(".ap-editing")
    assert tab.texts(".ap-asked") == [LATE, QUESTIONS[0]]
    tab.click('.ap-turn[data-index="0"] [data-do="edit"]')
    tab.write(".ap-editing", QUESTIONS[1])
    tab.press(Keys.ENTER)
    tab.until(lambda: tab.texts("#ap-transcript .ap-asked") == [QUESTIONS[1]], "the edited question alone")
    tab.whole(1)
    assert "28.4 BLEU" in tab.said(".ap-answered")
    tab.load()
    assert tab.texts(".ap-asked") == [QUESTIONS[1]]


def test_asking_again_replaces_the_last_answer(open_tab: OpenTab, serve_page: Any, chat_server: Any) -> None:
    chat_server.says(f"{ENCODED} [1].")
    chat_server.says(f"{MAXIMA} [1].")
    tab = open_tab(serve_page(settings=chat_server.settings()))
    tab.ask(LATE)
    assert ENCODED in tab.said(".ap-answered")
    tab.click('[data-do="again"]')
    tab.see(".ap-answered", MAXIMA)
    tab.whole(1)
    assert tab.texts(".ap-asked") == [LATE]
    assert ENCODED not in tab.said(".ap-answered")


def test_an_example_is_a_question_to_begin_with(tab: Tab) -> None:
    assert tab.texts(".ap-example") == list(QUESTIONS)
    tab.click(".ap-example", QUESTIONS[1])
    tab.whole(1)
    assert tab.texts(".ap-asked") == [QUESTIONS[1]]
    assert "28.4 BLEU" in tab.said(".ap-answered")


def test_copying_gives_the_answer_with_its_references(tab: Tab) -> None:
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    tab.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    tab.ask(LATE)
    tab.click('[data-do="copy"]')
    tab.see("#ap-toast", "Copied")
    pasted = tab.run("return navigator.clipboard.readText()")
    assert "late interaction" in pasted
    assert "[1]" in pasted
    assert "Omar Khattab" in pasted
    tab.click('#ap-shown [data-do="bibtex"]')
    tab.until(lambda: tab.run("return navigator.clipboard.readText()").startswith("@"), "BibTeX")


# --- filters


def test_filters_hold_and_the_line_under_the_answer_says_so(tab: Tab) -> None:
    tab.click("#ap-filters button", "Filters")
    tab.write('#ap-filters [aria-label="From year"]', "2020")
    tab.write('#ap-filters [aria-label="To year"]', "2021")
    tab.ask("What is attention?")
    assert "of 2020..2021 searched" in tab.said(".ap-line")
    years = [int(text.split("·")[-1].split()[0]) for text in tab.texts("#ap-shown .ap-byline")]
    assert years
    assert set(years) <= {2020, 2021}
    tab.write("#ap-filters textarea, #ap-filters input[type=text]", "colbert")
    tab.ask(LATE)
    assert "1 paper of 2020..2021 with 'colbert' in the title searched" in tab.texts(".ap-line")[1]
    assert all("ColBERT" in title for title in tab.texts("#ap-shown .ap-card h4"))
