"""What tries of the page's faults share: a reader whose server may end, questions with tags, what is judged of them."""

import random
import time
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

from eval.benchmarks.page.browser import Page, Server
from eval.benchmarks.page.model import TAG

TOPICS = ("What is late interaction", "How does LoRA tune a model", "What are random forests", "What is attention")
NOTHING = "When do yellow tulips bloom in cold Dutch gardens?"  # of no paper

NUMBERS = count(1)
CHANCE = random.Random(16)  # noqa: S311  (the same tries in every run)


class Tried(NamedTuple):
    """What one try came to: what was lost and what was wrong, each in a few words."""

    lost: str = ""
    wrong: str = ""


class Reader:
    """A reader with a page, whose server may be started anew."""

    def __init__(self, begin: Callable[[], Server]) -> None:
        self.begin = begin
        self.server = begin()
        self.page = Page.opened(self.server.url)

    def restart(self, *, killed: bool) -> None:
        """End the server and start it anew."""
        if killed:
            self.server.process.kill()
            self.server.process.wait()
        else:
            self.server.end()
        time.sleep(CHANCE.uniform(0, 1))
        self.server = self.begin()

    def close(self) -> None:
        """End browser and server."""
        self.page.close()
        self.server.end()


def new_question() -> str:
    """Return a question with a tag of its own."""
    return f"{CHANCE.choice(TOPICS)}, in the words of k{next(NUMBERS)}k?"


def pause(most: float) -> None:
    """Wait for a random time, at most so many seconds."""
    time.sleep(CHANCE.uniform(0, most))


def judged(page: Page, questions: list[str], *, answered: bool = True) -> Tried:
    """Judge what the browser keeps of these questions: each there, once, with an answer of its own."""
    page.whole()
    stored = page.stored()
    for question in questions:
        found = [one for one in stored if one["question"] == question]
        if len(found) != 1:
            return Tried(lost=f"{len(found)} exchanges of a question")
        text = (found[0].get("answer") or {}).get("text") or found[0].get("text") or ""
        tags = set(TAG.findall(text))
        if tags - set(TAG.findall(question)):
            return Tried(wrong="an answer of another question")
        if answered and not (found[0].get("answer") and tags):
            return Tried(lost=f"an answer: {found[0].get('ended')}")
    return Tried()


def worst(*tried: Tried) -> Tried:
    """Return what several looks at one try found, as one."""
    return Tried(next((one.lost for one in tried if one.lost), ""), next((one.wrong for one in tried if one.wrong), ""))


def begun(page: Page, questions: int = 1) -> list[str]:
    """Begin a conversation of so many answered questions."""
    page.new()
    asked = []
    for _ in range(questions):
        asked.append(new_question())
        page.ask(asked[-1])
        page.until(lambda: asked[-1] in page.asked())
        page.whole()
    page.until(lambda: page.asked() == asked)
    return asked
