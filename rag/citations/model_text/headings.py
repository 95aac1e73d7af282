"""Lines that head what follows without a mark of their own: `**Encoding**`, or a few words alone above a text.

For markers.py beside it. A heading claims nothing; what cites, or says that the sources don't tell, is none.
"""

import re
from collections.abc import Sequence

from rag.citations.model_text.clauses import length
from rag.citations.model_text.denials import denies
from rag.citations.model_text.denials_abroad import denies_abroad
from rag.utils.patterns import lazily

WORDS = 8  # that a heading has at most
LONGEST = 120  # characters of one
BEGINS = lazily(
    r"(?P<indent>[ \t]*)(?:>[ \t]?)*(?P<item>[-*+•–][ \t]+|\d{1,2}[.)][ \t]+)?"  # noqa: RUF001
)
WHOLLY = lazily(r"(?P<mark>\*{1,3}|_{1,3})(?=[^\s*_])(?P<words>[^*_\n]+)(?P=mark)")
ENDS = lazily(r"[.!?,;:…\"”)\u3002\uff01\uff1f\uff0c\uff1b\uff1a\u061f\u060c\u0964]$")
STOPS = lazily(r"[.!?;…\u3002\uff01\uff1f\uff1b\u061f\u0964]$")
MARKERS = lazily(r"[\[【(][^\[\]【】()]{0,60}[\]】)]")
SQUARE_MARKER = lazily(r"[\[【][^\[\]【】]*\d")
# A number that counts headings: "2. Encoding", "Step 2: Encoding". Any other, but in a name, says something.
COUNTS = lazily(r"(?:\d{1,2}(?:\.\d{1,2})*(?:[.):]\s+|\s+(?=[A-Z]))|[^\W\d_]+ \d{1,2}(?=\s*(?:[:.)\u2013\u2014-]|$)))")
NUMBER = lazily(r"(?<![\w-])[\d.,]*\d|\d\s?%")
KEY = lazily(r"[A-Za-z_][\w-]{0,40}:")
FRONT = lazily(r"\s*(?:#.*|- .*|[A-Za-z_][\w -]{0,40}:(?:\s.*)?|[ \t].*)?")  # of YAML: "title: Moss"
UNDERLINE = lazily(r"\s*(?:={3,}|-{3,})\s*")
FRAME = lazily(r"\s*(?:```|~~~|\|)")


def is_heading(lines: Sequence[str], place: int) -> bool:
    """Tell whether one of the lines of a text heads what follows.

    >>> is_heading(["**Encoding**", "It is fast [1]."], 0), is_heading(["- fast", "- It is small [1]."], 0)
    (True, False)
    """
    line = lines[place]
    begins = BEGINS.match(line)
    said = line[begins.end() :].strip() if begins else ""
    if len(said) > LONGEST:
        return False
    wholly = WHOLLY.fullmatch(said)
    words = wholly["words"].strip() if wholly else said
    if not begins or not any(map(str.isalpha, words)) or SQUARE_MARKER.search(words):
        return False
    if (STOPS if wholly else ENDS).search(words) or length(words) > WORDS or NUMBER.search(COUNTS.sub("", words, 1)):
        return False
    if not _stands_above(lines, place, wholly=wholly is not None):
        return False
    return not (denies(words) or denies_abroad(words, cites=False))


def front_matter(lines: Sequence[str]) -> int:
    """Return how many lines the front matter is that a text begins with, between two lines `---`; 0 without one.

    >>> front_matter(["---", "title: Moss", "---", "Moss grows."]), front_matter(["---", "Moss grows."])
    (3, 0)
    """
    begins = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    if begins == len(lines) or lines[begins].strip() != "---":
        return 0
    for n in range(begins + 1, len(lines)):
        if lines[n].strip() in ("---", "..."):
            told = any(line.strip() for line in lines[n + 1 :])
            return n + 1 if told and KEY.match(lines[begins + 1]) else 0
        if not FRONT.fullmatch(lines[n]) or SQUARE_MARKER.search(lines[n]):
            return 0
    return 0


def _stands_above(lines: Sequence[str], place: int, *, wholly: bool) -> bool:
    """Tell whether a line stands alone above what it can head; one that is `wholly` emphasised may be the last."""
    below = next((n for n in range(place + 1, len(lines)) if lines[n].strip()), None)
    begins, before = _begins(lines[place]), lines[place - 1] if place else ""
    if begins["item"] is None:
        alone = not before.strip() or FRAME.match(before) is not None or wholly
        if below is None:
            return wholly and bool(place)
        if UNDERLINE.fullmatch(lines[place + 1]):
            return True
        return alone and _goes_on(lines[below])
    if below is None:
        return False
    follows = _begins(lines[below])
    deeper = len(follows["indent"].expandtabs(4)) > len(begins["indent"].expandtabs(4))
    if follows["item"] is not None or below > place + 1:
        counted = begins["item"][0].isdigit() and not before.strip() and follows["item"] is None
        return (deeper or counted) and _goes_on(lines[below])
    return _goes_on(lines[below])


def _begins(line: str) -> re.Match[str]:
    return BEGINS.match(line)  # type: ignore[return-value]  # it matches nothing, too


def _goes_on(line: str) -> bool:
    """Tell whether a line begins something of its own: no second half of a sentence, and more than markers."""
    begins = _begins(line)
    said = MARKERS.sub("", line[begins.end() :]).lstrip("*_ \t\"'“([")
    if FRAME.match(line) or begins["item"] is not None:
        return bool(said)
    return any(map(str.isalnum, said)) and not said[:1].islower()
