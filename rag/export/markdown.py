r"""Markdown: a numbered list of references, and texts that are data whatever signs they hold.

A formula between dollar signs stays one for those who have it rendered, and Markdown finds nothing in it to act on.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote

from rag.export.text import formulas, names_of, plain
from rag.records import Paper

SHOWN_AUTHORS = 6
SIGNS = re.compile(r"[\\`*\[\]<~$]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|(?<!\S)#")
MARKER = re.compile(r"\\\[(\d{1,4})\\\](?![(:])")
LINE_SIGNS = re.compile(r"\A(\d{1,9})(?=[.)])|\A(?=[-+=>:|])")
# What Markdown acts on in a formula: some of it TeX reads the same with a space behind it.
PARTED = re.compile(r"(?<![^\W_])_|<(?=[a-zA-Z/!?])|\](?=[\[(:])")
STAR = re.compile(r"\*(?=([a-zA-Z])?)")
CODE = re.compile(r"[`~]|&#?\w+;")
WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)
UNTOUCHED = "!#$%&'()*+,/:;=?@[]~"  # what an address may hold as it is


def to_markdown(papers: Sequence[Paper]) -> str:
    """Return papers as a numbered list of references with links."""
    return "".join(f"{number}. {reference(paper)}\n" for number, paper in enumerate(papers, start=1))


def reference(paper: Paper) -> str:
    """Return a paper as a list of references gives it: authors (year). *Title*. <link>."""
    names = [str(name) for name in names_of(paper)]
    shown = f"{', '.join(names[:SHOWN_AUTHORS])}{' et al.' if len(names) > SHOWN_AUTHORS else ''}"
    byline = " ".join(part for part in (shown, f"({paper.year})" if paper.year else "") if part)
    title = plain(paper.title)
    cited = f"*{inline(title)}*{_stop(title)}" if title else ""
    return " ".join(part for part in (line(f"{byline}{_stop(byline)}"), cited, link(paper)) if part)


def link(paper: Paper) -> str:
    """Return the best link of a paper in angle brackets; empty when it has none to the web."""
    address = plain(paper.link or "")
    return f"<{quote(address, safe=UNTOUCHED)}>" if WEB.match(address) else ""


def line(text: str, *, markers: bool = False) -> str:
    r"""Return a text as a line of its own, which is no list item, heading or table.

    >>> print(line("1. - no item"), line("# 1 <b>"))
    1\. - no item \# 1 \<b>
    """
    return LINE_SIGNS.sub(r"\1\\", inline(text, markers=markers))


def inline(text: str, *, markers: bool = False) -> str:
    r"""Return a text as Markdown that shows just this text; with `markers`, numbers in brackets stay as they are.

    >>> print(inline("*a* <b> $x_i$ [1]"), inline("so [1][2]", markers=True))
    \*a\* \<b> $x_i$ \[1\] so [1][2]
    """
    shown = "".join(
        _calm(piece) if formula and not CODE.search(piece) else SIGNS.sub(r"\\\g<0>", piece)
        for piece, formula in formulas(plain(text))
    )
    return MARKER.sub(r"[\1]", shown) if markers else shown


def _stop(text: str) -> str:
    return "." if text and not text.endswith((".", "?", "!")) else ""


def _calm(formula: str) -> str:
    r"""Return a formula that TeX reads as the same, and in which Markdown finds no emphasis, link or HTML.

    >>> print(_calm("$p^*_k$"), _calm(r"$\hat{x}_i<y$"), _calm("$a*b$"))
    $p^\ast_k$ $\hat{x}_ i< y$ $a\ast b$
    """
    return PARTED.sub(r"\g<0> ", STAR.sub(lambda star: rf"\ast{' ' * bool(star[1])}", formula))
