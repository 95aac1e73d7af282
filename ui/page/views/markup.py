"""Text of papers, questions and models as HTML that can do no harm.

All of it is data: what looks like HTML is shown as text. A little inline Markdown (emphasis, code), the commonest text
commands of LaTeX and formulas ($...$, as MathML) are set properly, http addresses become links. Images, other links
and anything that a browser would fetch or run stay text.
"""

import re
from functools import lru_cache
from html import escape
from typing import Any

import nh3
from latex2mathml import exceptions
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from rag.export.dollars import with_dollars
from rag.export.text import SURROGATES

MATH = (
    "math", "mrow", "mi", "mo", "mn", "ms", "mtext", "mspace", "msup", "msub", "msubsup", "mfrac", "msqrt", "mroot",
    "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
    "mmultiscripts", "mprescripts", "none",
)  # fmt: skip
STRAY = re.compile(rf"<(?!/?(?:{'|'.join(MATH)})\b)")  # latex2mathml, for one, lets \text{<script>} through
TAGS = {"em", "strong", "code", "a", *MATH}
BLOCKS = {
    "p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "blockquote", "pre", "hr", "h4", "h5", "h6",
}  # fmt: skip
ATTRIBUTES = {
    "ol": {"start"},
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
# Signs that nobody writes in an answer (of SignWriting): two of them keep a place in a text for what comes there later.
# Markdown takes them as it takes brackets, and no address or formula goes on over them.
SIGNS = range(0x1D800, 0x1DA00)
PLACE = re.compile(f"[{chr(SIGNS[0])}-{chr(SIGNS[-1])}]{{2}}")
PLACES = len(SIGNS) ** 2
LONGEST_FORMULA = 1_000  # characters; a longer one is shown as it is written
# \emph{x}, {\em x}, \textbf{x}, \texttt{x}: the Markdown that means the same.
COMMANDS = (
    (re.compile(r"\\(?:emph|textit|textsl)\{([^{}$]*)\}"), r"*\1*"),
    (re.compile(r"\{\\(?:em|it|sl)\s+([^{}$]*)\}"), r"*\1*"),
    (re.compile(r"\\textbf\{([^{}$]*)\}|\{\\bf\s+([^{}$]*)\}"), r"**\1\2**"),
    (re.compile(r"\\texttt\{([^{}$`]*)\}"), r"`\1`"),
    (re.compile(r"\\(?:textsc|text|textrm|mbox)\{([^{}$]*)\}"), r"\1"),
)


def place(number: int) -> str:
    """Return the signs that keep a place."""
    high, low = divmod(number % PLACES, len(SIGNS))
    return chr(SIGNS[high]) + chr(SIGNS[low])


def place_of(signs: str) -> int:
    """Return the number of a place."""
    return (ord(signs[0]) - SIGNS[0]) * len(SIGNS) + ord(signs[1]) - SIGNS[0]


def without_places(text: str) -> str:
    """Return a text of the same length in which no place is kept."""
    return re.sub(f"[{chr(SIGNS[0])}-{chr(SIGNS[-1])}]", "\ufffd", text)


class _Links:
    """Finds addresses, which end where a place is kept."""

    def __init__(self, finder: Any) -> None:
        self.pretest, self.test = finder.pretest, finder.test
        self._finder = finder

    def match(self, text: str) -> Any:
        return self._finder.match(PLACE.sub("<<", text))

    def match_at_start(self, text: str) -> Any:
        return self._finder.match_at_start(PLACE.sub("<<", text))


def _formula(source: str, options: dict[str, bool]) -> str:
    """Return a formula as MathML, or as it is written when it can't be set; what has its place in it stands behind."""
    behind = "".join(PLACE.findall(source))
    source = PLACE.sub("", source)
    written = f"<code>{escape(source)}</code>{behind}"
    if len(source) > LONGEST_FORMULA:
        return written
    try:
        html = convert(source, display="block" if options.get("display_mode") else "inline")
    except REFUSED:
        return written
    return written if STRAY.search(html) else html + behind


_MARKDOWN = (
    MarkdownIt("zero", {"linkify": True})
    .enable(["emphasis", "backticks", "escape", "linkify"])
    .use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True, renderer=_formula)
)
_DOCUMENT = (
    MarkdownIt("zero", {"linkify": True})
    .enable(["emphasis", "backticks", "escape", "linkify", "list", "table", "heading", "blockquote", "fence", "hr"])
    .use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True, renderer=_formula)
)


def _as_it_is(_: Any, tokens: Any, at: int, options: Any, env: Any) -> str:  # noqa: ARG001  (Markdown's signature)
    """Return a displayed formula without a box around it, which would end the paragraph that it is in."""
    return _formula(tokens[at].content.strip(), {"display_mode": True})


for _parser in (_MARKDOWN, _DOCUMENT):
    _parser.add_render_rule("math_inline_double", _as_it_is)
    _parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})  # type: ignore[union-attr]
    _parser.linkify = _Links(_parser.linkify)


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
    return _clean(_MARKDOWN.renderInline(_prepared(with_dollars(text))), TAGS)


@lru_cache(maxsize=1024)
def document(text: str) -> str:
    r"""Return a text of several lines, as a model writes it, as safe HTML: paragraphs, lists, tables, headings.

    >>> document("# A\n- *b*").split()
    ['<h4>A</h4>', '<ul>', '<li><em>b</em></li>', '</ul>']
    """
    tokens = _DOCUMENT.parse("\n".join(map(_prepared, with_dollars(text).split("\n"))))
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    highest = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) - highest + 4)}"  # below the page's own
    return _clean(_DOCUMENT.renderer.render(tokens, _DOCUMENT.options, {}), TAGS | BLOCKS)


def _prepared(text: str) -> str:
    return "".join(part if part.startswith("$") else _as_markdown(part) for part in re.split(r"(\$+[^$]*\$+)", text))


def _clean(html: str, tags: set[str]) -> str:
    """Return HTML checked once more, whatever let through what it shouldn't."""
    return nh3.clean(
        SURROGATES.sub("\ufffd", html),  # halves of characters, as a reply cut off may end with
        tags=tags,
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
