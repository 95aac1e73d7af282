"""What a notebook shows of a paper, a hit or an answer: HTML that fits light and dark pages, and does nothing.

All text is data and escaped; a link leads to the web or is none; there is no script, and no colour that needs a
background of its own.
"""

from collections.abc import Iterable
from html import escape

from rag.text.labels import one_line
from rag.utils.addresses import is_web

# Names of its own, so that a notebook's other outputs stay as they are; signs and marks are see-through.
STYLE = (
    "<style>.askpapers{max-width:52em;line-height:1.5}.askpapers p{margin:.4em 0}"
    ".askpapers :is(ol,ul){margin:.4em 0;padding-left:1.6em}"
    ".askpapers blockquote{margin:.2em 0 .5em;padding:0 0 0 .8em;border-left:3px solid rgba(128,128,128,.5);"
    "color:inherit;font-size:inherit}.askpapers mark{background:rgba(255,200,40,.35);color:inherit}"
    ".askpapers .quiet{opacity:.72}.askpapers .look{border-bottom:2px dotted rgba(214,120,20,.9)}"
    ".askpapers .retracted{border:1px solid;border-radius:.8em;padding:0 .5em;font-weight:600;font-size:.85em}"
    ".askpapers a{color:inherit;text-decoration:underline}"
    ".askpapers .text{white-space:pre-line;margin-bottom:.6em}.askpapers table{border-collapse:collapse}"
    ".askpapers :is(th,td){text-align:left;vertical-align:top;padding:.3em .7em;white-space:normal;"
    "border:1px solid rgba(128,128,128,.4)}</style>"
)


def boxed(*parts: str) -> str:
    """Return parts of HTML as one output."""
    return f'{STYLE}<div class="askpapers">{"".join(parts)}</div>'


def said(text: str) -> str:
    """Return a text on one line as HTML that shows just this text."""
    return escape(one_line(text))


def spaced(text: str) -> str:
    """Return a piece of a text as HTML that shows just this piece, with its lines and the space around it."""
    return escape("".join(c if c.isprintable() or c == "\n" else " " * c.isspace() for c in text))


def tagged(tag: str, html: str, style: str = "", title: str = "") -> str:
    """Return HTML in an element; nothing where it is empty."""
    named = (f' class="{style}"' if style else "") + (f' title="{escape(one_line(title))}"' if title else "")
    return f"<{tag}{named}>{html}</{tag}>" if html else ""


def link(address: str | None) -> str:
    """Return a link to an address of the web, any other address as text."""
    if not address or not is_web(address):
        return said(address or "")
    return f'<a href="{escape(one_line(address))}" target="_blank" rel="noopener noreferrer">{said(address)}</a>'


def listed(items: Iterable[str], tag: str = "ul") -> str:
    """Return HTML items as a list; nothing without any."""
    return tagged(tag, "".join(tagged("li", item) for item in items))
