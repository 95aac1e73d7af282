"""What a citation marker looks like, and which sources it means: the patterns, and nothing of the text around them."""

import re
from collections.abc import Mapping, Sequence

from rag.records import Paper
from rag.utils.patterns import lazily

# What stands between brackets. Groups are atomic or possessive throughout, so that no text makes matching slow.
KIND = r"(?:source|ref|reference|paper|abstract|document|doc|excerpt|passage)"
DIGITS = r"(?!0+\b)\d{1,9}(?:\.\d{1,3})?"  # 2.4 is a sentence of source 2; nothing has the number 0
NUMBER = rf"(?>(?:{KIND}s?[.:]?\s?)?(?:number|no\.)?[#^=]?\s?\"?{DIGITS}\"?(?:†[^\[\]【】,;\n]*)?)"
BETWEEN = r"(?>\s?(?:[,;]\s?(?:and\b|&)|[,;&–—]|--?|and\b|to\b|\s)\s?)"  # noqa: RUF001  (dashes that models write)
NUMBERS = rf"\s?{NUMBER}(?:{BETWEEN}{NUMBER})*+\s?"
ASIDE = lazily(r"†[^,;]*")
RANGE = lazily(
    rf"(\d{{1,9}})(\.\d+)?\s?(?:[–—]|--?|to\b)\s?(?:{KIND}s?\s?)?(\d{{1,9}})(\.\d+)?|(\d{{1,9}})(?:\.\d+)?",  # noqa: RUF001
    re.IGNORECASE,
)
INSIDE = lazily(NUMBERS, re.IGNORECASE)
SINGLE = lazily(r"[\[【]([^\[\]【】\n]{1,60})[\]】]")
WHOLE = lazily(rf"\A{SINGLE.pattern}\Z")

# Forms of markers.
BRACKET = rf"[\[【](?=[^\[\]【】\n]{{1,60}}[\]】]){NUMBERS}[\]】](?:\([^()\s]*\))?"
RUN = rf"{BRACKET}(?>(?>\s?(?:,?\s?and\b|[,;&])?\s?){BRACKET})*+"
SEE = r"(?:(?:see|from|in|cf\.?|e\.g\.,?)\s)?(?:the\s)?"
WRAPPED = rf"[(\[]\s?{SEE}{RUN}\s?[)\]]"
IN_PARENTHESES = rf"\(\s?{SEE}(?={KIND}){NUMBERS}\)"
ALONE = rf"{DIGITS}(?!\w)"
MENTION = (
    rf"\b(?:{KIND}s #?{ALONE}(?:(?>,? (?:and|&) |, ?|--?|[–—]| to )#?{ALONE})++"  # noqa: RUF001
    rf"|{KIND} ?#?{ALONE}(?: (?:and|&) #?{ALONE})?)"
)
# Where a sentence starts.
START = r"(?:^|(?<=[.!?\]】] )|(?<=^[-*•–] )|(?<=^\d[.)] ))\s*"  # noqa: RUF001
SAYING = r"(?:according to|as (?:stated|described|shown|reported|mentioned) (?:in|by)|in|from|per)"
ATTRIBUTION = rf"{START}{SAYING} (?:the )?(?:{MENTION}|{RUN}), "
NAME = r"(?-i:(?:[A-Z]\. ?){0,3}(?:(?:van|von|de|del|den|der|la|le) ){0,2}(?=\w*[^\W\d_A-Z])[^\W\d_a-z][\w.'’-]*)"  # noqa: RUF001
NAMES = rf"{NAME}(?>(?:,? and|,? &|,) {NAME}){{0,5}}(?:,? et al\.?)?,? (?:19|20)\d\d[a-z]?"
NAMES_AND_YEAR = rf"[(\[]{SEE}{NAMES}(?:; ?{NAMES}){{0,9}}[)\]]"
# Where the paper itself shows it, as a model remembers: it stays, and is no part of what is said.
SHOWN_THERE = (
    rf"[(\[\uff08]\s?{SEE}(?:(?:vgl|siehe|voir|v\u00e9ase|see also|supplementary|suppl|extended data)\.?\s)?"
    r"(?:figs?|figures?|tables?|tab|eqs?|eqn|equations?|sections?|sec|\u00a7|chapters?|appendix|algorithms?|theorems?|lemmas?|pp?|"
    r"pages?|abb|abbildung|tabelle|tab|seite|\u56fe|\u5716|\u8868|\u56f3)\.?\s?[A-Z]?\d{1,4}(?:\.\d{1,2})*[a-z]?"
    r"(?:(?:\s?[,\u2013-]\s?|\s(?:and|und|to)\s)[A-Z]?\d{1,4}[a-z]?){0,4}\s?[)\]\uff09]"
)
MARKER = lazily(
    rf"(?P<label>{SHOWN_THERE})|(?P<attribution>{ATTRIBUTION})|(?P<run>{RUN})|(?P<wrapped>{WRAPPED})|(?P<parentheses>{IN_PARENTHESES})"
    rf"|(?P<names>{NAMES_AND_YEAR})|(?P<mention>{MENTION})",
    re.IGNORECASE,
)
INNER = lazily(rf"{MENTION}|{RUN}", re.IGNORECASE)  # of an attribution
YEAR = lazily(r"\b(?:19|20)\d\d")
# "as shown in [1]", "[1] proposes": a marker that is a word of its sentence.
GOVERNS = lazily(r"(?<!\\)\b(?:in|by|from|to|of|per|see|unlike|than)\s$", re.IGNORECASE)
VERB = lazily(r"\s[a-z]+\b")

# A sentence of a source copied with its number, as the model was shown it: "2.4: We prune ...".
LABEL = lazily(r"\A(\s*)(\d{1,9})\.\d{1,3}(?::\s*|\s+(?=[A-Z]))")
LABEL_BEGINS = lazily(r"\s*(?:\d{1,9}(?:\.(?:\d{1,3}:?\s*)?)?)?")


def numbers_in(inside: str) -> list[tuple[int, int]] | None:
    """Return the (first, last) of each number or range between a marker's brackets; None when it is no marker.

    >>> numbers_in("1, 3-5"), numbers_in("Source 2"), numbers_in("CLS"), numbers_in("0, 1")
    ([(1, 1), (3, 5)], [(2, 2)], None, None)
    """
    return ranges_in(inside) if INSIDE.fullmatch(inside) else None


def ranges_in(text: str) -> list[tuple[int, int]]:
    """Return the (first, last) of each number or range in what is known to be a marker."""
    found: list[tuple[int, int]] = []
    for match in RANGE.finditer(ASIDE.sub("", text)):
        first = int(match[1] or match[5])
        last = int(match[3]) if match[3] and (match[4] or not match[2]) else first  # 2.4-6: sentences of source 2
        found.append((min(first, last), max(first, last)))
    return found


def known_among(ranges: Sequence[tuple[int, int]], sources: Mapping[int, Paper]) -> list[int]:
    """Return the sources that ranges of numbers mean, each once, in the order of the ranges."""
    return list(dict.fromkeys(n for first, last in ranges for n in sorted(sources) if first <= n <= last))


def is_interval(bracket: str, sources: Mapping[int, Paper]) -> bool:
    """Tell whether what looks like several markers, such as an interval, is written so in a source."""
    return not bracket[1:-1].isdecimal() and is_said_in(bracket, sources)


def is_said_in(text: str, sources: Mapping[int, Paper]) -> bool:
    """Tell whether a source says just this."""
    return any(text in paper.abstract or text in paper.title for paper in sources.values())


def label_of(text: str, sources: Mapping[int, Paper]) -> re.Match[str] | None:
    """Return the label of a sentence of a source at the start of a text: white space and the source's number."""
    label = LABEL.match(text)
    return label if label and int(label[2]) in sources else None
