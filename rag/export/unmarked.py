r"""Markdown as plain text: what a reader sees, without the marks that set it.

Items of lists keep their numbers and dashes, cells of a row have a bar between them, headings stand alone. Formulas are
written in the letters of Unicode where it has them, `α²` for `$\alpha^2$`; code stays as it is.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rag.export.dollars import with_dollars
from rag.export.text import LONGEST_FORMULA, plain

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

BLOCKS = ("list", "table", "heading", "blockquote", "fence", "hr")
COMMAND = re.compile(r"\\(?:emph|text(?:it|sl|bf|tt|sc|rm)?|mbox)\{([^{}$]*)\}|\{\\(?:em|it|sl|bf)\s+([^{}$]*)\}")
SCRIPT = re.compile(r"([\^_])(?:\{([\d+-]+)\}|(\d))")
RELATION = re.compile(r"[≤≥≠≈≡∈∝→]")  # TeX sets space around them, and the space behind a command is none
RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")


def unmarked_line(text: str) -> str:
    r"""Return a line of a paper or a model as plain text on one line.

    >>> unmarked_line(r"*Fast* $O(n^2)$ and \emph{small} `a_b`")
    'Fast O(n²) and small a_b'
    """
    tree = _tree(COMMAND.sub(r"\1\2", plain(text)), blocks=False)
    return plain(_inline(tree))


def unmarked(markdown: str) -> str:
    r"""Return a text of several lines, as a model writes it, as plain text.

    >>> print(unmarked("## Two\n1. **fast**\n2. small\n\n| a | b |\n|---|---|\n| *c* | d |"))
    Two
    <BLANKLINE>
    1. fast
    2. small
    <BLANKLINE>
    a | b
    c | d
    """
    text = _blocks(_tree(markdown, blocks=True)).strip("\n")
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _tree(text: str, *, blocks: bool) -> "SyntaxTreeNode":
    from markdown_it.tree import SyntaxTreeNode

    parser, text = _parser(blocks=blocks), with_dollars(text)
    return SyntaxTreeNode(parser.parse(text) if blocks else parser.parseInline(text))


@lru_cache(maxsize=2)
def _parser(*, blocks: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    rules = ["emphasis", "backticks", "escape", *(BLOCKS if blocks else ())]
    parser = MarkdownIt("zero").enable(rules)
    return parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)


def _blocks(node: "SyntaxTreeNode", *, apart: str = "\n\n") -> str:
    texts = [_block(child) for child in node.children]
    return apart.join(text for text in texts if text.strip())


def _block(node: "SyntaxTreeNode") -> str:
    setter = _SETTERS.get(node.type, _inline)
    return setter(node)


def _table(node: "SyntaxTreeNode") -> str:
    rows = [row for part in node.children for row in part.children]
    return "\n".join(" | ".join(_inline(cell) for cell in row.children) for row in rows)


def _list(node: "SyntaxTreeNode") -> str:
    first = int(node.attrs.get("start", 1))
    loose = any(
        not paragraph.hidden for item in node.children for paragraph in item.children if paragraph.type == "paragraph"
    )
    items = []
    for number, item in enumerate(node.children, start=first):
        mark = f"{number}. " if node.type == "ordered_list" else "- "
        items.append(mark + _blocks(item, apart="\n\n" if loose else "\n").replace("\n", "\n" + " " * len(mark)))
    return "\n".join(items)


def _inline(node: "SyntaxTreeNode") -> str:
    match node.type:
        case "text" | "text_special" | "code_inline":
            return node.content
        case "softbreak" | "hardbreak":
            return "\n"
        case "math_inline" | "math_inline_double":
            return _formula(node.content)
        case _:
            return "".join(map(_inline, node.children))


def _formula(source: str) -> str:
    r"""Return a formula as it can be read without being set.

    >>> _formula(r"\alpha_{10} \le \frac{x^2}{2}")
    'α₁₀ ≤ x²/2'
    """
    if len(source) > LONGEST_FORMULA:
        return f"${source}$"
    scripts = SCRIPT.sub(lambda found: (found[2] or found[3]).translate(RAISED if found[1] == "^" else LOWERED), source)
    return plain(RELATION.sub(r" \g<0> ", _latex().latex_to_text(scripts)))


@lru_cache(maxsize=1)
def _latex() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", strict_latex_spaces=True)


_SETTERS: dict[str, Callable[["SyntaxTreeNode"], str]] = {
    "bullet_list": _list,
    "ordered_list": _list,
    "table": _table,
    "blockquote": _blocks,
    "hr": lambda _: "",
    "fence": lambda node: node.content.rstrip("\n"),
    "math_block": lambda node: _formula(node.content),
}
