"""HTML, JATS and MathML tags out of a text, its words left as a reader of the page sees them.

Only tags that publishers put into abstracts count, and of those that are words or signs elsewhere (`<s>`, `<table>`,
the mean `<p>`) only pairs. A heading of a structured abstract becomes `Background: `. Entities are
decoded before (rag.readers.cleaning.text).
"""

import re
from functools import cache

SURE = (
    "abbr big blockquote br center dd disp-formula div dl dt em ext-link font h1 h2 h3 h4 h5 h6 hr inf "
    "disp-quote fn inline-formula inline-graphic inline-supplementary-material italic list-item monospace "
    "named-content nobr ol overline roman sans-serif scp sec strong styled-content sub sup "
    "tbody td tex-math th thead tr trans-abstract tt ul xref"
).split()
# Words, tokens and signs of other fields: tags only when their partner is there too, or with attributes.
PAIRED = (
    "a abstract b bold caption cite code fig i label li list math p pre sc section small span strike table title u "
    "underline"
).split()
BLOCKS = frozenset(
    "abstract blockquote br caption center dd disp-formula div dl dt fig h1 h2 h3 h4 h5 h6 hr label li list list-item "
    "ol p pre sec section table tbody td th thead title tr trans-abstract ul".split()
)

NAME = rf"(?:(?:jats|mml|xhtml|html|ce|sb|svg|o|st1):[a-z][\w-]{{0,30}}|(?:{'|'.join(SURE + PAIRED)})(?![\w:-]))"
ATTRIBUTE = r"""\s+[\w:.-]{1,40}\s?=\s?(?:"[^"<>]{0,1000}"|'[^'<>]{0,1000}'|[^\s"'<>=`]{1,1000})"""
TAG = re.compile(rf"<(?P<closes>/?)(?P<name>{NAME})(?P<attributes>(?:{ATTRIBUTE}){{0,20}})\s{{0,9}}/?>", re.IGNORECASE)
NO_CONTENT = re.compile(r"<!--[^<]{0,2000}?-->|<!\[CDATA\[|\]\]>")

PREFIX = "(?:jats:|mml:)?"
HEADING = re.compile(rf"<({PREFIX}(?:title|h[1-6]))>\s{{0,9}}([^<>]{{1,100}}?)[\s:.]{{0,9}}</\1>", re.IGNORECASE)
UNTELLING = frozenset(("abstract", "summary"))  # headings over a whole abstract
POWER = re.compile(rf"(?<=[0-9)\]])<{PREFIX}sup>(?=\s{{0,9}}[-+\u2212\u2013]?[0-9])", re.IGNORECASE)  # 10<sup>-3</sup>
# The same formula again, after it stood there as LaTeX; and LaTeX in a formula that is spelled out.
TWICE = re.compile(rf"(?<=</jats:tex-math>)\s{{0,9}}<({PREFIX}math)\b.{{0,9000}}?</\1>", re.IGNORECASE | re.DOTALL)
ANNOTATION = re.compile(rf"<({PREFIX}annotation)\b[^<>]{{0,200}}>[^<]{{0,2000}}</\1>", re.IGNORECASE)


def without_tags(text: str) -> str:
    """Return a text without its tags; their places may have gained white space.

    >>> without_tags("<jats:title>Aim</jats:title><jats:p>To reach 10<sup>-3</sup> of <p>.</jats:p>")
    ' Aim:  To reach 10^-3 of <p>. '
    """
    text = ANNOTATION.sub("", TWICE.sub("", NO_CONTENT.sub("", text)))
    text = POWER.sub("^", HEADING.sub(_heading, text))
    stands = cache(text.lower().__contains__)  # a text may have thousands of the same tag

    def replaced(tag: re.Match[str]) -> str:
        prefix, _, name = tag["name"].lower().rpartition(":")
        partner = f"<{name}" if tag["closes"] else f"</{name}>"
        if not prefix and name in PAIRED and not tag["attributes"] and not stands(partner):
            return tag[0]
        return " " if name in BLOCKS else ""

    return TAG.sub(replaced, text)


def _heading(heading: re.Match[str]) -> str:
    return " " if heading[2].strip().lower() in UNTELLING else f" {heading[2].strip()}: "
