"""A list of references at the end of a model's text: where it starts, and which source each of its numbers means.

Most models number as they were shown, some anew; then the list says what a number of the text means.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from rag.citations.model_text.forms.marker_contents import pointed_at
from rag.citations.model_text.forms.source_words import HEADINGS
from rag.records import Paper
from rag.text.words import stems
from rag.utils.patterns import lazily

HEADING = lazily(rf"[\W_]*{HEADINGS}[\W_]*", re.IGNORECASE)
LONGEST = 80  # characters of a heading
ENTRY = lazily(
    r"\W*?\[?\^?(\d{1,3}|[\u00b9\u00b2\u00b3\u2070-\u2079]{1,2})\]?\W{0,2}?[.):\uff1a]?(?:\s+|(?<=[\u00b9\u00b2\u00b3\u2070-\u2079\uff1a\]]))(?=\S)"
)
ENTRY_NUMBER = lazily(r"^\W*\[?\d{1,3}\]?", re.MULTILINE)
CITES = lazily(
    r"[\[\u3010\uff3b(\uff08]\W?(?:\w{1,12}[\s:_-]?)?\d{1,3}|\^\d|[\u00b9\u00b2\u00b3\u2074-\u2079]|<sup>|\\cite|(?:19|20)\d\d[a-z]?[)\]]"
)
NUMBERS = lazily(r"\[(\d{1,3}(?:\s?[,;]\s?\d{1,3})*)\]")
NAMED_FOOTNOTE = lazily(r"^\[\^(?P<name>[A-Za-z][\w-]{0,30})\]:[ \t]*(?P<given>[^\n]{1,240})\n?", re.MULTILINE)
MOST = 20  # of them
NAMED = 0.8  # share of a title's words that an entry has


class References(NamedTuple):
    """A text without its list of references, and the source that each number of the list means."""

    text: str
    meaning: Mapping[int, int]


def heads_references(line: str) -> bool:
    """Tell whether a line is nothing but the heading of a list of references.

    >>> heads_references("**Sources used:**"), heads_references("Quellen:"), heads_references("The sources say:")
    (True, True, False)
    """
    return len(line) < LONGEST and HEADING.fullmatch(line) is not None


def split_references(text: str, sources: Mapping[int, Paper]) -> References:
    """Return a text without the list of references that ends it, and what its numbers mean.

    A list begins with its heading, or is a last paragraph of which every line gives a number and a title shown, below a
    text that cites.
    """
    text = _numbered_footnotes(text, sources)
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    headings = (n for n, line in enumerate(lines) if heads_references(line) and not NUMBERS.search(line))
    start = next((n for n in headings if n > first), None)
    if start is None:
        start = len(lines)
        while start and (not lines[start - 1].strip() or _entry(lines[start - 1], sources)):
            start -= 1
        before, after = "\n".join(lines[:start]), "\n".join(lines[start:])
        if not CITES.search(before) or NUMBERS.search(ENTRY_NUMBER.sub("", after)):
            return References(text, {})  # it is the answer itself
    entries = [found for line in lines[start:] if (found := _entry(line, sources))]
    return References("\n".join(lines[:start]), dict(entries))


def _numbered_footnotes(text: str, sources: Mapping[int, Paper]) -> str:
    """Return a text in which footnotes with a name have the number of the source that they give: `[^a]` is `[2]`."""
    for found in list(NAMED_FOOTNOTE.finditer(text))[:MOST]:
        pointed = pointed_at(found["given"], sources)
        number = (
            next(iter(pointed.named or (one for one, _ in pointed.ranges if one in sources)), None) if pointed else None
        )
        if number:
            text = text.replace(found[0], "").replace(f"[^{found['name']}]", f"[{number}]")
    return text


def renumbered(text: str, meaning: Mapping[int, int]) -> str:
    """Return a text whose markers have the numbers of the sources that its own list of references gives them.

    >>> renumbered("So [1], and [2, 3].", {1: 4, 2: 1})
    'So [4], and [1, 3].'
    """
    if all(number == source for number, source in meaning.items()):
        return text

    def meant(found: re.Match[str]) -> str:
        return "[" + re.sub(r"\d+", lambda one: str(meaning.get(int(one[0]), int(one[0]))), found[1]) + "]"

    return NUMBERS.sub(meant, text)


def _entry(line: str, sources: Mapping[int, Paper]) -> tuple[int, int] | None:
    """Return the number of an entry and the source whose title it gives; None when it gives none."""
    match = ENTRY.match(line)
    if not match:
        return None
    number = int(unicodedata.normalize("NFKC", match[1]))
    said = set(stems(line[match.end() :]))
    shares = {
        n: len(said & set(stems(paper.title))) / max(1, len(set(stems(paper.title)))) for n, paper in sources.items()
    }
    best = max(shares, key=lambda n: (shares[n], n == number), default=0)
    if shares.get(best, 0.0) >= NAMED:
        return number, best
    pointed = pointed_at(line[match.end() :], sources)
    return (number, pointed.named[0]) if pointed and pointed.named and not pointed.ranges else None
