"""`askpapers chat` in a process of its own, and its page in headless Chromium, as a reader uses it."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

Found = TypeVar("Found")

PATIENCE = 90.0  # seconds until what is waited for is held to be missing
CHROMIUM = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--window-size=1360,900", "--disable-dev-shm-usage",
    "--force-prefers-reduced-motion",
)  # fmt: skip
STORED = """
    const done = arguments[0], request = indexedDB.open("askpapers");
    request.onsuccess = () => {
      const base = request.result, all = base.transaction("exchanges").objectStore("exchanges").getAll();
      all.onsuccess = () => (base.close(), done(all.result));
    };"""
SEND = """
    const [question, wait] = arguments, area = document.querySelector("#ap-composer textarea");
    area.value = question;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    const send = () => area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    wait ? setTimeout(send, wait) : send();"""


class Server(NamedTuple):
    """A running `askpapers chat`, the seconds that it took to answer, and its address."""

    process: subprocess.Popen[bytes]
    started: float
    url: str

    def end(self) -> None:
        """Stop it, and wait until it is gone."""
        self.process.terminate()
        self.process.wait(60)


def start(folder: Path, port: int, *arguments: str, **environment: str) -> Server:
    """Start `askpapers chat` over a library; return once questions are answered."""
    begun = time.perf_counter()
    where = ["--library", str(folder), "--port", str(port)]
    command = [sys.executable, "-m", "ui.cli", "chat", *where, *arguments]
    process = subprocess.Popen(command, env=os.environ | environment)  # noqa: S603  (our own command)
    url = f"http://127.0.0.1:{port}/"
    while not _healthy(url):
        if process.poll() is not None:
            msg = f"askpapers chat ended with {process.returncode}"
            raise RuntimeError(msg)
        time.sleep(0.05)
    return Server(process, time.perf_counter() - begun, url)


@contextmanager
def served(folder: Path, port: int, *arguments: str, **environment: str) -> Iterator[Server]:
    """Serve within the block, as `start` does."""
    server = start(folder, port, *arguments, **environment)
    try:
        yield server
    finally:
        server.end()


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}health", timeout=5) as reply:  # noqa: S310  (our own address)
            return bool(json.load(reply)["status"] == "ok")
    except OSError:
        return False


class Page:
    """The page in a tab of Chromium."""

    def __init__(self, driver: Any, url: str) -> None:
        self.driver = driver
        self.url = url
        self.handle = driver.current_window_handle

    @classmethod
    def opened(cls, url: str) -> "Page":
        """Return the page in a new browser; `close` it at the end."""
        from selenium import webdriver

        options = webdriver.ChromeOptions()
        for argument in CHROMIUM:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
        driver.set_script_timeout(PATIENCE)
        page = cls(driver, url)
        page.load()
        return page

    def beside(self) -> "Page":
        """Return the page in another tab of the same browser."""
        self.driver.switch_to.new_window("tab")
        page = Page(self.driver, self.url)
        page.load()
        return page

    def front(self) -> "Page":
        """Be the tab that the reader looks at."""
        self.driver.switch_to.window(self.handle)
        return self

    def load(self) -> None:
        """Open the page anew, and wait until it is ready."""
        self.driver.get("about:blank")  # else an address with another #... is no load
        self.driver.get(self.url)
        self.ready()

    def reload(self) -> None:
        """Load the same address again."""
        self.driver.refresh()
        self.ready()

    def ready(self) -> None:
        """Wait until the page has all that it shows at the start."""
        self.until(lambda: self.run("return document.body?.dataset.ready === 'true'"))

    def until(self, look: Callable[[], Found], patience: float = PATIENCE) -> Found:
        """Return what `look` gives once it gives something, or what it gave last."""
        end = time.monotonic() + patience
        while not (found := look()) and time.monotonic() < end:
            time.sleep(0.03)
        return found

    def run(self, script: str, *given: Any) -> Any:
        """Return what a script returns; None when the page changes meanwhile."""
        from selenium.common.exceptions import JavascriptException

        try:
            return self.driver.execute_script(script, *given)
        except JavascriptException:
            return None

    def ask(self, question: str, after: float = 0.0) -> None:
        """Write a question and send it off, `after` seconds later."""
        self.run(SEND, question, round(after * 1000))

    def click(self, selector: str) -> bool:
        """Click the first such element; tell whether there was one."""
        self.until(lambda: self.run("return Boolean(document.querySelector(arguments[0]))", selector))
        return bool(self.run("const one = document.querySelector(arguments[0]); one?.click(); return !!one", selector))

    def escape(self) -> None:
        """Press Esc."""
        self.run("document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))")

    def open(self, title: str) -> bool:
        """Open the conversation whose title begins so, from the list."""
        script = """
            const all = [...document.querySelectorAll('#ap-sidebar .ap-list [data-do="open"]')];
            const one = all.find((one) => one.textContent.startsWith(arguments[0]));
            one?.click();
            return Boolean(one);"""
        return bool(self.until(lambda: self.run(script, title)))

    def new(self) -> None:
        """Begin a new conversation."""
        self.click(".ap-new")
        self.until(lambda: self.run("return !document.querySelector('#ap-transcript .ap-turn')"))

    def asked(self) -> list[str]:
        """Return the questions that are shown."""
        found = self.run(
            "return [...document.querySelectorAll('#ap-transcript .ap-asked')].map((one) => one.textContent)"
        )
        return [str(one) for one in found or ()]

    def shown(self) -> str:
        """Return all that the conversation shows."""
        return str(self.run("return document.querySelector('#ap-transcript').innerText") or "")

    def draft(self) -> str:
        """Return what is written in the composer."""
        return str(self.run("return document.querySelector('#ap-composer textarea').value"))

    def stored(self) -> list[dict[str, Any]]:
        """Return all exchanges that the browser keeps."""
        found: list[dict[str, Any]] = self.driver.execute_async_script(STORED)
        return found

    def whole(self, patience: float = PATIENCE) -> bool:
        """Wait until no answer is on its way any more in any conversation; tell whether so."""
        return self.until(lambda: all(one["done"] for one in self.stored()), patience)

    def close(self) -> None:
        """End the browser."""
        self.driver.quit()
