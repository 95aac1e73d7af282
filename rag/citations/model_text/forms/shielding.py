"""Code, formulas, indices and intervals of a model's text, whose brackets are none of the answer's markers.

Their signs are put aside, each as one sign that means nothing to whoever reads markers, and come back when all is read.
"""

import re
from collections.abc import Callable, Mapping

from rag.citations.model_text.forms.marker_contents import HIGHEST, YEARS
from rag.citations.model_text.forms.surroundings import is_index, needs_values
from rag.records import Paper
from rag.utils.patterns import lazily

ASIDE = 0xE000  # where the signs that stand for ASCII's own begin
SIGNS = "[](){}<>*_^\\|#:.!?&"
HIDE = {ord(sign): ASIDE + ord(sign) for sign in SIGNS}
SHOW = {ASIDE + ord(sign): ord(sign) for sign in SIGNS}
FENCED = r"^[ \t]{0,8}(?P<fence>```+|~~~+)[^\n]*\n(?:[^\n]*\n)*?[ \t]{0,8}(?P=fence)[ \t]*$"
CODE = lazily(rf"{FENCED}|(?<!`)(?P<ticks>`{{1,3}})(?!`)(?P<code>[^`\n]{{1,300}})(?P=ticks)(?!`)", re.MULTILINE)
MATH = lazily(
    r"\$\$(?P<block>[^$]{1,1500})\$\$|\\\[(?P<square>(?:[^\\]|\\(?!\])){1,1500})\\\]|\\\((?P<round>(?:[^\\\n]|\\(?!\))){1,300})\\\)"
    r"|(?<![\\$\w])\$(?=[^\s$])(?P<inline>[^$\n]{1,200})(?<=[^\s$])\$(?![\d$])"
    r"|\\begin\{(?P<name>[a-z]{1,12}\*?)\}(?P<environment>(?:[^\\]|\\(?!end\{)){1,1500})\\end\{(?P=name)\}"
)
ONLY_MARKERS = lazily(  # possessive throughout, so that it fails at once
    r"\s*+(?:\{\})?+\^?+\{?+"
    r"(?:(?:[\[(\u3010]?+\^?+(?:source |ref )?+\d{1,2}+(?:[,;] ?\d{1,2}+)*+[\])\u3011]?+[,; ]?+))++\}?+\s*+",
    re.IGNORECASE,
)
NUMBERS = lazily(r"(?<![\\^:])\[(?P<inside>\s?[-+]?\d[^\[\]\n]{0,60}|\.\d[^\[\]\n]{0,60})\]")
LISTED = lazily(r"[\d\s.,;:eE+\u2212\u2013-]+(?:,\s*(?:\.\.\.|\u2026|\\ldots|inf|\u221e|\\infty|[a-zA-Z])\s*)?")
NUMBER = lazily(r"\d+(?:\.\d+)?")
LIST = lazily(r"\d\s?[,;]")
INDEXED = lazily(f"\\w{chr(ASIDE + ord('['))}[^{chr(ASIDE + ord('['))}]{{0,60}}{chr(ASIDE + ord(']'))}$")
DESCRIBED = lazily(r"\d+\s*[,:;]\s*[A-Za-z]{2}")  # [1: Frantz et al.]
BELOW_ONE = lazily(r"^\s?[-+\u2212]|(?:^|[\s,])0(?:[,.]|$)")
RANGE = lazily(r"\d\s?[-\u2013]+\s?\d")
FROM_TO = lazily(r"\s?\d+\.\d+\s?[,;]\s?\d+(?:\.\d+)?\s?|\s?\d+\s?[,;]\s?\d+\.\d+\s?")
AMOUNT = lazily(r"\d\s?%?\s?[(;,]?\s?$")  # 1.4 [1.1, 1.9]
LATEX = lazily(r"\\[A-Za-z]*(?:cite|footnote|ref)[A-Za-z]*\*?$")


def shielded(text: str, sources: Mapping[int, Paper]) -> str:
    """Return a text of the same length with the signs of code, formulas, indices and intervals put aside."""
    text = CODE.sub(_code, text)
    text = MATH.sub(_formula, text)
    return "\n".join(_line(line, sources) for line in text.split("\n"))


def shown(text: str) -> str:
    """Return a text with its signs in their places again."""
    return text.translate(SHOW)


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Return a text changed everywhere but in code."""
    done, at = "", 0
    for found in CODE.finditer(text):
        done += change(text[at : found.start()]) + found[0]
        at = found.end()
    return done + change(text[at:])


def _code(found: re.Match[str]) -> str:
    inside = found["code"]
    return _unless_markers(found, None if inside is None or LIST.search(inside) else inside)


def _unless_markers(found: re.Match[str], inside: str | None) -> str:
    """Return what was found put aside; as it is when there is nothing but markers in it."""
    whole = found[0]
    return whole if inside is not None and ONLY_MARKERS.fullmatch(inside) else whole.translate(HIDE)


def _formula(found: re.Match[str]) -> str:
    inside = found["square"] or found["round"] or found["inline"]
    if found["inline"] and not _is_formula(found["inline"]):
        return found[0]
    marks = found["inline"] or found["round"]
    if marks and not marks.lstrip(" {}").startswith(("^", "[")):
        inside = None  # a number in a formula
    return _unless_markers(found, inside)


def _is_formula(inside: str) -> bool:
    """Tell whether what stands between two dollars is a formula, not words between two prices."""
    return bool(re.search(r"[\\^_=<>{}\u2208]", inside)) or not re.search(
        r"[^\W\d_]{3,}\s+[^\W\d_]{2,}|^\d[\d.,]*\s", inside
    )


def _line(line: str, sources: Mapping[int, Paper]) -> str:
    """Return a line with the signs of its indices and intervals put aside."""
    done, at = "", 0
    for found in NUMBERS.finditer(line):
        before, after = done + line[at : found.start()], line[found.end() : found.end() + 60]
        if is_value(found["inside"], before[-80:], after, sources):
            done = before + found[0].translate(HIDE)
            at = found.end()
    return done + line[at:]


def is_value(inside: str, before: str, after: str, sources: Mapping[int, Paper]) -> bool:
    """Tell whether numbers in square brackets, between two parts of a line, are no markers."""
    if LATEX.search(before) or before.endswith("]("):
        return False
    if not LISTED.fullmatch(inside):
        return is_index(before, after) and not DESCRIBED.match(inside)
    several = len(NUMBER.findall(inside)) > 1
    if INDEXED.search(before) or is_index(before, after) or needs_values(before, after, several=several):
        return True
    return _is_no_number(inside, sources) or (
        FROM_TO.fullmatch(inside) is not None and AMOUNT.search(before) is not None
    )


def _is_no_number(inside: str, sources: Mapping[int, Paper]) -> bool:
    """Tell whether one of the numbers between brackets is too high or too low for a source's."""
    numbers = [float(one) for one in NUMBER.findall(inside)]
    if BELOW_ONE.search(inside):
        return True
    of_a_year = len(numbers) > 1 and max(numbers) in YEARS and any(number in sources for number in numbers)
    return any(number > HIGHEST for number in numbers) and not of_a_year and not RANGE.search(inside)
