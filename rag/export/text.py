"""What a record holds made fit for any file: text on one line, the formulas in it, an address."""

import re
from collections.abc import Iterator

from rag.records import Paper
from rag.text.author_names import Name, parse_name

CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")  # without those that are white space
SURROGATES = re.compile("[\ud800-\udfff]")
LONGEST_FORMULA = 300  # characters; what is longer has its second `$` by chance

# As Pandoc tells a formula from prices: `$x^2$`, but not `$5 and $10`.
FORMULA = re.compile(rf"(?<![\\$])\$(?=[^\s$])[^$]{{1,{LONGEST_FORMULA}}}(?<=[^\s\\])\$(?![\d$])")


def plain(text: str) -> str:
    r"""Return a text on one line: control characters dropped, white space made single spaces, half emoji replaced.

    >>> plain("a\n\tb\x00"), plain("\ud83d\ude00 \ud83d")
    ('a b', '😀 \ufffd')
    """
    if SURROGATES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(CONTROLS.sub("", text).split())


def formulas(text: str) -> Iterator[tuple[str, bool]]:
    r"""Yield the pieces of a text in turn, each with whether it is a formula between dollar signs.

    >>> list(formulas("An $O(n)$ bound for $5"))
    [('An ', False), ('$O(n)$', True), (' bound for $5', False)]
    """
    position = 0
    for match in FORMULA.finditer(text):
        yield text[position : match.start()], False
        yield match[0], True
        position = match.end()
    yield text[position:], False


def address_of(paper: Paper) -> str:
    """Return the address that a paper's record gives, else that of its arXiv page; empty without both."""
    arxiv_id = plain(paper.arxiv_id or "")
    return plain(paper.url or "") or (f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else "")


def names_of(paper: Paper) -> list[Name]:
    """Return the names of a paper's authors."""
    return [parse_name(plain(author)) for author in paper.authors if plain(author)]
