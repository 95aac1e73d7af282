"""Text of papers, questions and models as HTML that can do no harm.

All of it is data: what looks like HTML is shown as text. A little inline Markdown (emphasis, code), the commonest text
commands of LaTeX and formulas ($...$, as MathML) are set properly, http addresses become links. Images, other links
and anything that a browser would fetch or run stay text.
"""

import re
from functools import lru_cache
from html import escape

import nh3
from latex2mathml import exceptions
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

MATH = (
    "math", "mrow", "mi", "mo", "mn", "ms", "mtext", "mspace", "msup", "msub", "msubsup", "mfrac", "msqrt", "mroot",
    "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
    "mmultiscripts", "mprescripts", "none",
)  # fmt: skip
TAGS = {"em", "strong", "code", "a", *MATH}
ATTRIBUTES = {
    "a": {"href"},
    "math": {"display"},
    "mo": {"stretchy", "fence", "separator", "form", "lspace", "rspace", "movablelimits"},
    "mi": {"mathvariant"},
    "mfrac": {"linethickness"},
    "mspace": {"width"},
    "mtable": {"columnalign"},
    "mover": {"accent"},
    "munder": {"accentunder"},
}
REFUSED: tuple[type[Exception], ...] = (  # by latex2mathml; its own errors have no root in common
    *(error for error in vars(exceptions).values() if isinstance(error, type) and issubclass(error, Exception)),
    ValueError, LookupError, TypeError, AttributeError, RuntimeError, StopIteration,
)  # fmt: skip
LONGEST_FORMULA = 1_000  # characters; a longer one is shown as it is written
# \emph{x}, {\em x}, \textbf{x}, \texttt{x}: the Markdown that means the same.
COMMANDS = (
    (re.compile(r"\\(?:emph|textit|textsl)\{([^{}$]*)\}"), r"*\1*"),
    (re.compile(r"\{\\(?:em|it|sl)\s+([^{}$]*)\}"), r"*\1*"),
    (re.compile(r"\\textbf\{([^{}$]*)\}|\{\\bf\s+([^{}$]*)\}"), r"**\1\2**"),
    (re.compile(r"\\texttt\{([^{}$`]*)\}"), r"`\1`"),
    (re.compile(r"\\(?:textsc|text|textrm|mbox)\{([^{}$]*)\}"), r"\1"),
)


def _formula(source: str, options: dict[str, bool]) -> str:
    """Return a formula as MathML, or as it is written when it can't be set."""
    written = f"<code>{escape(source)}</code>"
    if len(source) > LONGEST_FORMULA:
        return written
    try:
        return convert(source, display="block" if options.get("display_mode") else "inline")
    except REFUSED:
        return written


_MARKDOWN = (
    MarkdownIt("zero", {"linkify": True})
    .enable(["emphasis", "backticks", "escape", "linkify"])
    .use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True, renderer=_formula)
)
_MARKDOWN.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})  # type: ignore[union-attr]


def _as_markdown(text: str) -> str:
    for command, meaning in COMMANDS:
        text = command.sub(meaning, text)
    return text


@lru_cache(maxsize=8192)
def prose(text: str) -> str:
    r"""Return a line of text as safe inline HTML.

    >>> prose("*Fast* & <b>90\\%</b>")
    '<em>Fast</em> &amp; &lt;b&gt;90%&lt;/b&gt;'
    """
    text = "".join(part if part.startswith("$") else _as_markdown(part) for part in re.split(r"(\$+[^$]*\$+)", text))
    # What a library made of data is checked once more: latex2mathml, for one, lets \text{<script>} through.
    return nh3.clean(
        _MARKDOWN.renderInline(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def plain(text: str) -> str:
    """Return text as HTML that shows it character by character, safe between tags and in attributes."""
    return escape(text, quote=True)


def link(url: str | None, text: str, *, style: str = "") -> str:
    """Return a link that opens beside the page; without an http address only its text."""
    if not url or not re.match(r"https?://[^\s/]", url, re.IGNORECASE):
        return f"<span>{plain(text)}</span>" if url is None else f"<span>{plain(url)}</span>"
    named = f' class="{style}"' if style else ""
    return f'<a{named} href="{plain(url)}" target="_blank" rel="noopener noreferrer">{plain(text)}</a>'
