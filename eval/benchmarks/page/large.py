"""The page over some thousands of papers: what it adds to a list, a search and an answer of the library itself."""

import gzip
import json
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eval.benchmarks.page.browser import Page, served
from eval.benchmarks.page.wire import seconds
from eval.benchmarks.readers.synthetic_papers import made_up
from eval.benchmarks.shared import shared_folder
from eval.datasets.questions import load_questions
from rag.library import Library
from rag.settings import Settings

PORT = 7981
PAPERS = 6_709
TRIES = 20  # answers and searches
OPENED = 5
LIMIT = 300  # milliseconds

# Do something to the page, and call back with the milliseconds until what it brings is drawn.
SHOWN = """
const [act, value, done] = arguments;
const panel = () => document.querySelector(".ap-papersshown");
const begun = performance.now();
const watch = (until) => {
  const watcher = new MutationObserver(() => {
    if (!until()) return;
    watcher.disconnect();
    requestAnimationFrame(() => done(performance.now() - begun));
  });
  watcher.observe(document.body, { childList: true, subtree: true });
};
const old = panel()?.firstElementChild;
watch(() => panel()?.firstElementChild && panel().firstElementChild !== old && !panel().hasAttribute("aria-busy"));
if (act === "search") {
  const field = document.querySelector(".ap-sought");
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
} else [...document.querySelectorAll('[role="tab"]')].find((tab) => tab.textContent.includes(value)).click();
"""


def measure(work: Path) -> str:
    """Return what the page adds over `PAPERS` papers as text; the library is built in `work` when there is none."""
    folder = work / "large.library"
    with Library.open(folder, Settings(llm="extractive")) as library:
        if len(library) < PAPERS:
            library.ingest([shared_folder() / "papers", _scifact(work)])
            library.ingest([_made_up(work, PAPERS - len(library))])
        questions = [one.question for one in load_questions(shared_folder() / "gold" / "dev.jsonl") if not one.history]
        lines = [f"{len(library):,} papers"]
        with served(folder, PORT, "--llm", "extractive") as server:
            page = Page.opened(server.url)
            try:
                lines += _measured(page, library, questions[:TRIES])
            finally:
                page.close()
    return "\n".join(f"- {line}" for line in lines)


def _measured(page: Page, library: Library, questions: list[str]) -> list[str]:
    answers, opened = [], []
    for question in questions:
        answers.append((seconds(page, question), _own(library.ask, question)))
        page.new()
    for _ in range(OPENED):
        page.load()
        opened.append((_shown(page, "tab", "Library"), _own(library.papers)))
    sought = [(_shown(page, "search", question), _own(library.find, question)) for question in questions]
    return [
        _told("an answer, from Enter", answers),
        _told("the library opened, from the click", opened),
        _told("a search of the library, from the last key (120 ms of it waits for more keys)", sought),
    ]


def _shown(page: Page, act: str, value: str) -> float:
    return float(page.driver.execute_async_script(SHOWN, act, value)) / 1000


def _own(work: Callable[..., Any], *given: str) -> float:
    """Return the seconds that the library takes by itself."""
    begun = time.perf_counter()
    work(*given)
    return time.perf_counter() - begun


def _told(what: str, pairs: list[tuple[float, float]]) -> str:
    shown, own = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    added = [(one - other) * 1000 for one, other in pairs]
    return (
        f"{what}: median {shown:.0f} ms, the library's own {own:.0f} ms; beyond it {statistics.median(added):.0f} ms, "
        f"at most {max(added):.0f} ms (of {len(pairs)}; limit {LIMIT})"
    )


def _scifact(work: Path) -> Path:
    """Unpack SciFact's abstracts in the form of JSON Lines."""
    path = work / "scifact.jsonl"
    with gzip.open(shared_folder() / "bench" / "scifact" / "corpus.jsonl.gz") as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file)
    return path


def _made_up(work: Path, count: int) -> Path:
    path = work / "made_up.jsonl"
    lines = ({"title": one.title, "abstract": one.abstract, "year": one.year} for one in made_up(count))
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    return path
