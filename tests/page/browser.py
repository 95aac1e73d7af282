"""A browser for the tests of the page: headless Chromium, and a tab in it as a reader uses it."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
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
    WebDriverException,
)
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from rag.samples import QUESTIONS

Found = TypeVar("Found")
MakePaper = Callable[..., dict[str, Any]]
WriteJsonl = Callable[..., Path]

PATIENCE = 30.0  # seconds until what a test waits for is held to be missing
AXE = Path(sys.prefix) / "axe" / "node_modules" / "axe-core" / "axe.min.js"  # put there by `make browser`
# Gradio's client lets go of its event stream once all answers are in, and on a slow machine says so as an error.
CANCELLED = "AbortError: signal is aborted without reason"
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    "--force-prefers-reduced-motion", "--window-size=1360,900",
)  # fmt: skip

LATE = "What is late interaction?"  # of ColBERT alone
BUDGET = QUESTIONS[2]  # of two papers
TULIPS = "When do yellow tulips bloom in cold Dutch gardens?"  # of no paper, and no follow-up
ENCODED = "Query and passage are encoded separately by BERT"
MAXIMA = "Every query token takes its maximum similarity over all passage tokens"
STRETCHED = "Query and passage are encoded separately by BERT on zebra machines"
WRONG = "On MS MARCO its quality came close to that of 99 BERT rerankers that read query and passage together"
INVENTED = "Quantum computers will factor every prime before lunch tomorrow"

COMPOSER = "#ap-composer textarea"
TURN = "#ap-transcript .ap-turn"
WRITING = f"{TURN} .ap-writing"  # an answer that is on its way
CARD = "#ap-evidence .ap-card"
LISTED = '#ap-sidebar .ap-list [data-do="open"]'


def turn(place: int) -> str:
    """Return what selects the question at a place in the conversation, from 0, with its answer."""
    return f'.ap-turn[data-index="{place}"]'


def lacking(what: str) -> NoReturn:
    """Skip for want of something, and say how to get it; under CI that is a failure."""
    reason = f"{what}: `make browser` installs it"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


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
    try:
        return Chrome(options, ChromeService(driver))
    except WebDriverException as error:
        lacking(f"{browser} doesn't start ({str(error.msg).splitlines()[0]})")


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
        self.ready()

    def ready(self) -> None:
        """Wait until the page has all that it shows at the start."""
        self.until(lambda: self.run("return document.body?.dataset.ready === 'true'"), "the page")

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
        script = """
            const shows = (one) => one.checkVisibility({ visibilityProperty: true });
            return [...document.querySelectorAll(arguments[0])].filter(shows).map((one) => one.innerText);"""
        return [str(text) for text in self.run(script, selector)]

    def said(self, selector: str) -> str:
        """Return the text of the first such element once it is visible."""
        self.see(selector)
        return self.until(lambda: self.texts(selector), f"the text of {selector}")[0]

    def click(self, selector: str, text: str = "") -> None:
        """Click the first such element with the mouse."""

        def clicked() -> bool:
            found = self.see(selector, text)
            try:
                found.click()
            except ElementClickInterceptedException:  # below what stays in its place
                self.run("arguments[0].scrollIntoView({ block: 'center' })", found)
                raise
            return True

        self.until(clicked, f"a click on {selector} with {text!r}")

    def hover(self, selector: str, text: str = "") -> None:
        """Put the mouse over such an element."""

        def over() -> bool:
            ActionChains(self.driver).move_to_element(self.see(selector, text)).perform()
            return True  # else it was drawn anew in between: again

        self.until(over, f"the mouse over {selector} with {text!r}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def chord(self, held: str, key: str) -> None:
        """Press a key while another is held."""
        ActionChains(self.driver).key_down(held).send_keys(key).key_up(held).perform()

    def write(self, selector: str, text: str) -> None:
        """Write a text into a field, in the place of what is there."""
        field = self.see(selector)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(Keys.DELETE, text)

    def fill(self, label: str, text: str) -> None:
        """Write a text into the field with a label, and wait until the page has taken it."""
        script = """
            const labelled = [...document.querySelectorAll('label')].filter((one) => one.checkVisibility());
            const found = labelled.find((one) => one.innerText.trim().startsWith(arguments[0]));
            return found?.querySelector('input, textarea');"""

        def taken() -> bool:
            field: WebElement | None = self.run(script, label)
            if field is None:
                return False
            if self.run("return arguments[0].value", field) == text:
                return True
            # What is written while a part of the page is still being made is lost with what it stood in.
            field.send_keys(Keys.CONTROL, "a")
            field.send_keys(Keys.DELETE, text)
            return False

        self.until(taken, f"the field {label} with {text!r}")

    def front(self) -> "Tab":
        """Be the tab that the reader looks at."""
        self.driver.switch_to.window(self.handle)
        return self

    def asked(self) -> list[str]:
        """Return the questions of the conversation that is shown, as it is now."""
        return self.texts(f"{TURN} .ap-asked")

    def typed(self) -> str:
        """Return what is written in the composer."""
        return str(self.run("return document.querySelector(arguments[0]).value", COMPOSER))

    def tab(self, name: str) -> None:
        """Turn to Ask, Library, Map or Runs."""
        self.click('#ap-tabs [role="tab"]', name)

    def begin(self, question: str) -> None:
        """Write a question and send it off."""
        self.write(COMPOSER, question)
        self.press(Keys.ENTER)

    def ask(self, question: str) -> None:
        """Ask a question and wait until its answer is whole."""
        before = len(self.seen(TURN))
        self.begin(question)
        self.whole(before + 1)

    def whole(self, turns: int) -> None:
        """Wait until so many questions have their answers and nothing is being written."""

        def done() -> bool:
            return len(self.seen(f"{TURN} .ap-feet")) == turns and not self.seen(WRITING)

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


OpenTab = Callable[..., Tab]


def assert_quiet(driver: Chrome, hosts: set[str]) -> None:
    """No error in the console since the last time, and no request to any but our hosts."""
    log: Callable[[str], list[dict[str, Any]]] = driver.get_log
    errors = [
        entry["message"]
        for entry in log("browser")
        if entry["level"] == "SEVERE" and not entry["message"].rstrip('"').endswith(CANCELLED)
    ]
    events = [json.loads(entry["message"])["message"] for entry in log("performance")]
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


def lightness(tab: Tab) -> float:
    """Return how light the ground in the middle of the page is, 0 to 1."""
    script = """
        let one = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
        while (/transparent|, 0\\)/.test(getComputedStyle(one).backgroundColor)) one = one.parentElement;
        return getComputedStyle(one).backgroundColor;"""
    parts = [int(part) for part in re.findall(r"\d+", str(tab.run(script)))[:3]]
    return sum(parts) / 3 / 255
