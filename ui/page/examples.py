"""Questions to begin with, drawn from the papers of a library: what they name in their titles, asked for.

Made without a language model, so they are simple; each is tried, and only those that the library answers are shown.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from rag.datatypes import Paper

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
    for _, name in zip(range(TRIED), _names(papers), strict=False):
        question = ASKED[len(found)].format(name)
        if answered(question):
            found.append(question)
        if len(found) == WANTED:
            break
    return tuple(found)


def _names(papers: Sequence[Paper]) -> Iterator[str]:
    """Yield what titles name, from papers spread over the library."""
    named = [
        match[1] for paper in papers if (match := NAMED.match(paper.title)) and any(c.isupper() for c in match[1][1:])
    ]
    step = max(1, len(named) // TRIED)
    yield from dict.fromkeys(named[::step])
