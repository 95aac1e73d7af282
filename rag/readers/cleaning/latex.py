r"""LaTeX outside formulas to the text that it prints: `Poincar\'e`, `{GPT-4}`, `50\%`, `pages 1--2`.

Formulas stay as they are, and so do macros that pylatexenc doesn't know, with what they stand before. It works token by
token, each decoded once and kept, for pylatexenc's own walk takes longer than everything else in a BibTeX file.
"""

import re
from functools import lru_cache
from typing import Any

FORMULA = r"\$\$(?:[^$\\]|\\.){1,1000}\$\$|\$(?:[^$\\]|\\.){1,1000}\$|\\\(.{1,1000}?\\\)|\\\[.{1,1000}?\\\]"
ACCENT = (
    r"\\(?:['\"`^~=.]|[cuvHkrbdt](?![a-zA-Z]))\s{0,9}"
    r"(?:\{\s{0,9}(?:\\[ij]|[^\W\d_]{1,2})\s{0,9}\}|\{\\[ij]\s{0,9}\}|\\[ij](?![a-zA-Z])|[^\W\d_])"
)
NAMED = r"\\(?:ss|ae|AE|oe|OE|aa|AA|dh|DH|th|TH|[oOlLij])(?![a-zA-Z])"
TOKEN = re.compile(
    r"(?=[$\\{}~`'?!-])(?:"  # nearly no character begins one, which is told three times as fast so
    rf"(?P<formula>{FORMULA})|(?P<accent>{ACCENT})"
    r"|\\(?P<macro>[a-zA-Z]+)\*?(?P<space>\s*)(?P<group>(?:\{[^{}\\$]{0,1000}\})?)"
    r"|(?P<sign>\\.|[{}]|(?<!/)~|---?|``|''|[?!]`))",
    re.DOTALL,
)
LETTER = re.compile(
    r"(?=[$\\{])(?:"
    rf"(?P<formula>{FORMULA})"
    rf"|(?P<brace>\{{\s{{0,3}})?(?P<accent>{ACCENT})(?(brace)\s{{0,3}}\}})"
    rf"|(?P<named>\{{\s{{0,3}})?(?P<letter>{NAMED})(?(named)\s{{0,3}}\}}|(?:\{{\}}|\s{{0,3}}))"
    r"|(?P<other>\\.))",
    re.DOTALL,
)
# What a sign prints; of `\x` that isn't here, both characters stay.
SIGNS = (
    dict.fromkeys(("{", "}", r"\/", r"\-", r"\!", r"\@"), "")
    | dict.fromkeys(("~", r"\ ", r"\,", r"\;", r"\:", "\\\\", "\\\n", "\\\t"), " ")
    | {f"\\{character}": character for character in "%&#_${}"}
    | {"--": "–", "---": "—", "``": "“", "''": "”", "?`": "¿", "!`": "¡"}  # noqa: RUF001
)
SYMBOLS = (  # that pylatexenc lacks
    {"textless": "<", "textgreater": ">", "textbar": "|", "textasciicircum": "^", "textasciitilde": "~"}
    | {"textbraceleft": "{", "textbraceright": "}", "slash": "/", "newline": " ", "par": " ", "copyright": "©"}
    | {"LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "deg": "°", "degree": "°", "textdegree": "°"}
)
# Macros that say how their text is set, or nothing that can be read.
FORMATS = frozenset(
    "em it bf sc rm sf tt sl bfseries itshape scshape upshape normalfont small large mbox hbox textsc textsl textup "
    "textmd textnormal textsuperscript textsubscript ensuremath url path nolinkurl uppercase protect relax null "
    "noopsort boldmath unboldmath underline enquote mathrm mathit mathbf mathcal mathsf mathbb".split()
)
BEFORE_TEXT = frozenset(("href", "textcolor", "foreignlanguage", "selectlanguage"))  # whose first group isn't printed
UNITS = frozenset("µμ°")  # that stand before a unit, or are one's beginning
VERBATIM = frozenset(("url", "path", "nolinkurl"))
LONGEST = 100_000  # characters; a longer text is no abstract, and not worth the search


def decoded(text: str) -> str:
    r"""Return a text with its LaTeX, formulas aside, as what it prints.

    >>> decoded(r"{\L}ojasiewicz's {GPT-4} at 50\%: $O(n^{2})$ by \emph{G{\"o}del}~\cite{g}")
    "Łojasiewicz's GPT-4 at 50%: $O(n^{2})$ by Gödel \\cite{g}"
    """
    return TOKEN.sub(_printed, text) if _is_latex(text) and len(text) <= LONGEST else text


def with_letters(text: str) -> str:
    r"""Return a text with letters that TeX writes by an accent or a name as letters; all else, formulas too, stays.

    >>> with_letters(r"Erd\H{o}s and {\L}ojasiewicz at 50\%: $\'x$ by \emph{G{\"o}del}")
    "Erdős and Łojasiewicz at 50\\%: $\\'x$ by \\emph{Gödel}"
    """
    return LETTER.sub(_as_letter, text) if "\\" in text and len(text) <= LONGEST else text


def _as_letter(token: re.Match[str]) -> str:
    if token["accent"]:
        return _accented(token["accent"])
    return str(_pylatexenc().latex_to_text(token["letter"])).strip() if token["letter"] else token[0]


def _is_latex(text: str) -> bool:
    """Tell, in a fraction of a microsecond, whether a text may not print as it is."""
    return "\\" in text or "{" in text or "}" in text or "~" in text or "--" in text or "`" in text or "''" in text


def _printed(token: re.Match[str]) -> str:
    if sign := token["sign"]:
        return SIGNS.get(sign, sign)
    if token["formula"]:
        return token[0]
    if token["accent"]:
        return _accented(token["accent"])
    name, space, group = token["macro"], token["space"], token["group"]
    symbol = _symbol(name)
    if group and (name in VERBATIM or name in BEFORE_TEXT):
        return group[1:-1] if name in VERBATIM else ""
    if symbol is None:
        return token[0]
    if (
        not symbol or symbol in UNITS or ("\xc0" <= symbol < "\u0250" and len(symbol) == 1)
    ):  # TeX takes the space as the end of the name
        space = ""
    return f"{symbol}{space}{decoded(group)}"


@lru_cache(maxsize=4_096)
def _accented(letter: str) -> str:
    return str(_pylatexenc().latex_to_text(letter))


@lru_cache(maxsize=4_096)
def _symbol(name: str) -> str | None:
    """Return what a macro prints without arguments: nothing for one that sets text; None when it isn't known."""
    if name in SYMBOLS or name in FORMATS:
        return SYMBOLS.get(name, "")
    known = _pylatexenc().latex_context.get_macro_spec(name)
    if known is None:
        return None
    if known.simplify_repl is None:
        return None if known.discard else ""
    text = known.simplify_repl
    return text if isinstance(text, str) and "%" not in text and "<" not in text else None


@lru_cache(maxsize=1)
def _pylatexenc() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text()
