"""The page measured as a reader meets it: how soon it is there, what it adds to an answer, many readers, memory.

The server is `askpapers chat` in a process of its own; Chromium, gradio_client and sessions that call as the page's
scripts do are its readers. Of the page only the names of its parts are used.
"""

import statistics
import time
from pathlib import Path
from typing import Any

from eval.benchmarks.page.browser import Page, served
from eval.benchmarks.page.sessions import many_sessions
from eval.benchmarks.page.wire import over_the_wire, seconds
from eval.benchmarks.shared import shared_folder
from eval.datasets.questions import load_questions
from rag.library import Library
from rag.settings import Settings

PORT = 7979
MANY = 500  # questions, to see whether memory stays
ASKED = 30  # questions in the browser


def measure(work: Path) -> str:
    """Return the page's numbers as text; a library is built in `work` when there is none."""
    folder = work / "dev.library"
    with Library.open(folder, Settings(llm="extractive")) as library:
        library.ingest([shared_folder() / "papers"])
        questions = [one.question for one in load_questions(shared_folder() / "gold" / "dev.jsonl") if not one.history]
        lines = [f"{len(library)} papers, {len(questions)} questions, extractive answers"]
        with served(folder, PORT, "--llm", "extractive") as server:
            lines += [f"askpapers chat: questions are answered {server.started:.1f} s after the command"]
            lines += _in_browser(server.url, library, questions)
            lines += _through_endpoint(server.url, library, questions)
            lines += many_sessions(server.url, questions)
            lines += _memory(server.process.pid, server.url, questions)
    return "\n".join(f"- {line}" for line in lines)


def _in_browser(url: str, library: Library, questions: list[str]) -> list[str]:
    """Load the page thrice, then ask in it; the answer's own time is the library's for the same questions, in turn."""
    page = Page.opened(url)
    paints, readies, shown, bare = [], [], [], []
    try:
        for _ in range(3):
            page.driver.get("about:blank")
            begun = time.perf_counter()
            page.driver.get(url)
            page.ready()
            readies.append(time.perf_counter() - begun)
            paint = "return performance.getEntriesByName('first-contentful-paint')[0].startTime"
            paints.append(page.run(paint) / 1000)
        for question in questions[:ASKED]:
            shown.append(seconds(page, question))
            begun = time.perf_counter()
            library.ask(question)
            bare.append(time.perf_counter() - begun)
            page.new()
        carried = over_the_wire(page, questions)
    finally:
        page.close()
    added = statistics.median(there - own for there, own in zip(shown, bare, strict=True))
    there, own = statistics.median(shown) * 1000, statistics.median(bare) * 1000
    return [
        f"first contentful paint {_spread(paints)}, ready to ask {_spread(readies)}",
        f"from Enter to the whole answer on the page ({len(shown)} questions): median {there:.0f} ms",
        f"the library alone {own:.0f} ms; the page adds {added * 1000:.0f} ms (median of the differences; limit 50)",
        *carried,
    ]


def _client(url: str) -> Any:
    from gradio_client import Client

    return Client(url, verbose=False)


def _through_endpoint(url: str, library: Library, questions: list[str]) -> list[str]:
    client = _client(url)
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


def _memory(pid: int, url: str, questions: list[str]) -> list[str]:
    client = _client(url)
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
