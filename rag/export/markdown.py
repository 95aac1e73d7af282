r"""Markdown: a numbered list of references, and texts that are data whatever signs they hold.

A formula between dollar signs stays one for those who have it rendered, and Markdown finds nothing in it to act on.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote

from rag.export.text import formulas, names_of, plain
from rag.records import Paper
from rag.utils.addresses import is_web

SHOWN_AUTHORS = 6
SIGNS = re.compile(r"[\\`*\[\]<~$]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|(?<!\S)#")
MARKER = re.compile(r"\\\[(\d{1,4})\\\](?![(:])")
LINE_SIGNS = re.compile(r"\A(\d{1,9})(?=[.)])|\A(?=[-+=>:|])")
# What Markdown acts on in a formula: some of it TeX reads the same with a space behind it.
PARTED = re.compile(r"(?<![^\W_])_|<(?=[a-zA-Z/!?])|\](?=[\[(:])")
STAR = re.compile(r"\*(?=([a-zA-Z])?)")
CODE = re.compile(r"[`~]|&#?\w+;")
# Of a model's Markdown: what a line may begin with inside of lists and quotes, and what Markdown does with the rest.
OPENERS = r"((?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*)"
HEADING = re.compile(rf"^{OPENERS}(#{{1,6}})(?=[ \t]|$)")
UNDERLINE = re.compile(rf"^{OPENERS}(=+|-+)[ \t]*$")  # which makes a heading of the line above
FENCE = re.compile(r"^(`{3,})[^`]*$|^(~{3,})")
INNER_FENCE = re.compile(rf"^{OPENERS}(?=`{{3,}}[^`]*$|~{{3,}})")  # that ends who knows where
TAG = re.compile(r"(?<!\\)((?:\\\\)*)<(?=[a-zA-Z/!?])")
UNTOUCHED = "!#$%&'()*+,/:;=?@[]~"  # what an address may hold as it is


def to_markdown(papers: Sequence[Paper]) -> str:
    """Return papers as a numbered list of references with links."""
    return "".join(f"{number}. {reference(paper)}\n" for number, paper in enumerate(papers, start=1))


def reference(paper: Paper) -> str:
    """Return a paper as a list of references gives it: authors (year). *Title*. **Retracted**. <link>."""
    names = [str(name) for name in names_of(paper)]
    shown = f"{', '.join(names[:SHOWN_AUTHORS])}{' et al.' if len(names) > SHOWN_AUTHORS else ''}"
    byline = " ".join(part for part in (shown, f"({paper.year})" if paper.year else "") if part)
    title = plain(paper.title)
    cited = f"*{inline(title)}*{_stop(title)}" if title else ""
    told = f"**{inline(paper.retraction)}**." if paper.retraction else ""
    return " ".join(part for part in (line(f"{byline}{_stop(byline)}"), cited, told, link(paper)) if part)


def link(paper: Paper) -> str:
    """Return the best link of a paper in angle brackets; empty when it has none to the web."""
    address = plain(paper.link or "")
    return f"<{quote(address, safe=UNTOUCHED)}>" if is_web(address) else ""


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


def as_part(markdown: str) -> str:
    r"""Return Markdown of a model as a part of a document: headings below the document's, no HTML, links or pictures.

    >>> print(as_part("# A <b>\n![x](http://a.b)\n```\nopen"))
    #### A \<b>
    ![x] (http://a.b)
    ```
    open
    ```
    """
    rows = plain_lines(markdown).split("\n")
    highest = min((len(heading[2]) for heading in map(HEADING.match, rows) if heading), default=1)
    done: list[str] = []
    fence = ""  # what opened the code that we are in
    for row in rows:
        opened = FENCE.match(row)
        if fence:
            done.append(row)
            fence = "" if re.fullmatch(rf" {{0,3}}{fence}{fence[0]}*[ \t]*", row) else fence
        elif opened:
            done.append(row)
            fence = opened[1] or opened[2]
        else:
            done.append(_unarmed(row, deeper=4 - highest))
    return "\n".join([*done, fence] if fence else done)


def _unarmed(row: str, *, deeper: int) -> str:
    row = HEADING.sub(lambda mark: mark[1] + "#" * min(6, len(mark[2]) + deeper), row)
    row = UNDERLINE.sub(lambda mark: f"{mark[1]}***" if mark[2].startswith("---") else rf"{mark[1]}\{mark[2]}", row)
    row = INNER_FENCE.sub(r"\1\\", row)
    return TAG.sub(r"\1\\<", row).replace("](", "] (").replace("]:", "] :")


def plain_lines(text: str) -> str:
    """Return a text of several lines without control characters."""
    return "\n".join(re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", line) for line in text.split("\n"))


def _stop(text: str) -> str:
    return "." if text and not text.endswith((".", "?", "!")) else ""


def _calm(formula: str) -> str:
    r"""Return a formula that TeX reads as the same, and in which Markdown finds no emphasis, link or HTML.

    >>> print(_calm("$p^*_k$"), _calm(r"$\hat{x}_i<y$"), _calm("$a*b$"))
    $p^\ast_k$ $\hat{x}_ i< y$ $a\ast b$
    """
    return PARTED.sub(r"\g<0> ", STAR.sub(lambda star: rf"\ast{' ' * bool(star[1])}", formula))
