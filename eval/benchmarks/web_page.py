"""The page measured as a reader meets it: how soon it is there, what it adds to an answer, many readers, memory.

The server is `askpapers chat` in a process of its own; Chromium and gradio_client are its readers. Of
the page only the names of its parts are used.
"""

import json
import random
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from eval.benchmarks.shared import shared_folder
from eval.datasets.questions import load_questions
from rag.library import Library
from rag.settings import Settings

PORT = 7979
READERS = 20
SECONDS = 60.0
MANY = 500  # questions, to see whether memory stays
ASKED = 30  # questions in the browser
CHROMIUM = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--window-size=1360,900", "--disable-dev-shm-usage",
)  # fmt: skip


def measure(work: Path) -> str:
    """Return the page's numbers as text; a library is built in `work` when there is none."""
    folder = work / "dev.library"
    with Library.open(folder, Settings(llm="extractive")) as library:
        library.ingest([shared_folder() / "papers"])
        questions = [one.question for one in load_questions(shared_folder() / "gold" / "dev.jsonl") if not one.history]
        lines = [f"{len(library)} papers, {len(questions)} questions, extractive answers"]
        with _served(folder) as server:
            lines += [f"askpapers chat: questions are answered {server.started:.1f} s after the command"]
            lines += _in_browser(library, questions)
            lines += _through_endpoint(library, questions)
            lines += _many_readers(questions)
            lines += _memory(server.process.pid, questions)
    return "\n".join(f"- {line}" for line in lines)


class Server(NamedTuple):
    """A running `askpapers chat`, and the seconds that it took to answer."""

    process: subprocess.Popen[bytes]
    started: float


@contextmanager
def _served(folder: Path) -> Iterator[Server]:
    begun = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "ui.cli",
        "chat",
        "--library",
        str(folder),
        "--port",
        str(PORT),
        "--llm",
        "extractive",
    ]
    process = subprocess.Popen(command)  # noqa: S603  (our own command)
    try:
        while not _healthy():
            time.sleep(0.05)
        yield Server(process, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(30)


def _healthy() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health", timeout=5) as reply:
            return bool(json.load(reply)["status"] == "ok")
    except OSError:
        return False


def _in_browser(library: Library, questions: list[str]) -> list[str]:
    """Load the page thrice, then ask in it; the answer's own time is the library's for the same questions, in turn."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    browser = _chromium()
    paints, readies, shown, bare = [], [], [], []
    try:
        for _ in range(3):
            begun = time.perf_counter()
            browser.get(f"http://127.0.0.1:{PORT}/")
            WebDriverWait(browser, 30, 0.02).until(
                lambda page: (
                    page.find_elements(By.CSS_SELECTOR, "#ap-composer textarea")
                    and page.find_elements(By.CSS_SELECTOR, ".ap-example")
                )
            )
            readies.append(time.perf_counter() - begun)
            paint = "return performance.getEntriesByName('first-contentful-paint')[0].startTime"
            paints.append(browser.execute_script(paint) / 1000)
        browser.execute_script(WATCH)
        for question in questions[:ASKED]:
            shown.append(browser.execute_async_script(ASK, question) / 1000)
            begun = time.perf_counter()
            library.ask(question)
            bare.append(time.perf_counter() - begun)
            browser.execute_script("document.querySelector('.ap-new').click()")
            WebDriverWait(browser, 30, 0.02).until(lambda page: page.find_elements(By.CSS_SELECTOR, ".ap-welcome"))
    finally:
        browser.quit()
    added = statistics.median(there - own for there, own in zip(shown, bare, strict=True))
    there, own = statistics.median(shown) * 1000, statistics.median(bare) * 1000
    return [
        f"first contentful paint {_spread(paints)}, ready to ask {_spread(readies)}",
        f"from Enter to the whole answer on the page ({len(shown)} questions): median {there:.0f} ms",
        f"the library alone {own:.0f} ms; the page adds {added * 1000:.0f} ms (median of the differences)",
    ]


def _chromium() -> Any:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for argument in CHROMIUM:
        options.add_argument(argument)
    return webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))


# Ask as a reader does, and call back when the answer stands on the page.
WATCH = """
window.asking = (question, done) => {
  const said = document.querySelector("#ap-transcript");
  const area = document.querySelector("#ap-composer textarea");
  const watcher = new MutationObserver(() => {
    if (!said.querySelector(".ap-line")) return;
    watcher.disconnect();
    requestAnimationFrame(() => done(performance.now() - begun));
  });
  area.value = question;
  area.dispatchEvent(new Event("input", {bubbles: true}));
  watcher.observe(said, {childList: true, subtree: true});
  const begun = performance.now();
  area.dispatchEvent(new KeyboardEvent("keypress", {key: "Enter", bubbles: true}));
  area.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
};
"""
ASK = "const done = arguments[1]; setTimeout(() => window.asking(arguments[0], done), 50);"


def _client() -> Any:
    from gradio_client import Client

    return Client(f"http://127.0.0.1:{PORT}/", verbose=False)


def _through_endpoint(library: Library, questions: list[str]) -> list[str]:
    client = _client()
    there, bare = [], []
    for question in questions[:ASKED]:
        begun = time.perf_counter()
        client.predict(question, api_name="/ask")
        there.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        library.ask(question)
        bare.append(time.perf_counter() - begun)
    added = statistics.median(one - own for one, own in zip(there, bare, strict=True))
    return [f"/ask through gradio_client: median {statistics.median(there) * 1000:.0f} ms, {added * 1000:.0f} ms more"]


def _many_readers(questions: list[str]) -> list[str]:
    """Have many clients ask for a minute, each waiting for its answer before it asks again."""
    waits: list[float] = []
    wrong: list[str] = []
    clients = [_client() for _ in range(READERS)]
    end = time.perf_counter() + SECONDS

    def read(number: int) -> None:
        order = random.Random(number)  # noqa: S311  (the same questions in every run)
        while time.perf_counter() < end:
            question = order.choice(questions)
            begun = time.perf_counter()
            try:
                answer = clients[number].predict(question, api_name="/ask")
            except Exception as error:  # noqa: BLE001  (whatever fails is what is counted here)
                wrong.append(repr(error))
                continue
            waits.append(time.perf_counter() - begun)
            if answer["question"] != question:
                wrong.append(f"{question!r} got the answer to {answer['question']!r}")

    readers = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    waits.sort()
    median, most = statistics.median(waits), waits[int(len(waits) * 0.95)]
    return [
        f"{READERS} readers for {SECONDS:.0f} s: {len(waits)} answers, {len(wrong)} failed or mixed up",
        f"their wait: median {median:.2f} s, 95 % within {most:.2f} s, longest {waits[-1]:.2f} s",
        *wrong[:3],
    ]


def _memory(pid: int, questions: list[str]) -> list[str]:
    client = _client()
    sizes = [_resident(pid)]
    for number in range(MANY):
        client.predict(questions[number % len(questions)], api_name="/ask")
        if (number + 1) % 100 == 0:
            sizes.append(_resident(pid))
    return [
        f"memory before and after each hundred of {MANY} questions: {', '.join(f'{size:.0f}' for size in sizes)} MB"
    ]


def _resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s (of {len(seconds)}: {min(seconds):.2f} to {max(seconds):.2f})"
