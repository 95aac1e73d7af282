"""Questions to begin with: what the titles of a library name, kept when the library answers them."""

import re
from collections.abc import Callable, Iterator, Sequence

from rag.records import Paper

WANTED = 4
TRIED = 40  # candidates, before we give up
# "LoRA: Low-Rank Adaptation ...", "TaylorSeer - From Reusing ...": a name of letters, digits and few signs.
NAMED = re.compile(r"^([A-Z][\w.+/-]{1,24}(?: [A-Z0-9][\w.+/-]{0,24}){0,2})\s*(?::| [-–—] )\s*\S", re.ASCII)  # noqa: RUF001
ASKED = (
    "What is {} and how does it work?",
    "What problem does {} solve?",
    "What results does {} reach?",
    "How was {} evaluated?",
)


def questions_from(papers: Sequence[Paper], answered: Callable[[str], bool]) -> tuple[str, ...]:
    """Return up to four questions that `answered` says yes to, each about another paper."""
    found: list[str] = []
    for _, (name, _) in zip(range(TRIED), named_in(papers), strict=False):
        question = ASKED[len(found)].format(name)
        if answered(question):
            found.append(question)
        if len(found) == WANTED:
            break
    return tuple(found)


def named_in(papers: Sequence[Paper]) -> Iterator[tuple[str, Paper]]:
    """Yield what titles name, each once, from papers spread over the library."""
    named: dict[str, Paper] = {}
    for paper in papers:
        match = NAMED.match(paper.title)
        if match and any(character.isupper() for character in match[1][1:]):
            named.setdefault(match[1], paper)
    step = max(1, len(named) // TRIED)
    yield from list(named.items())[::step]
