"""Does a text say a claim in the claim's own words, or nearly? Order and negation matter.

A claim is quoted when its words stand in the text in their order, but for articles and who says it (`the authors`),
and what the text has in between is short and changes nothing: no number, negation or word of degree.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rag.text.sentences import sentence_spans

# What a claim may have in addition, and what it may leave out, anywhere.
EMPTY = frozenset(
    "a an the this that these those we our us it its they their authors author paper study work article abstract here "
    "also and thus hence however moreover furthermore additionally finally which is are was were be been being has "
    "have had s of show shows showed shown find finds found report reports reported that".split()
)
# What can't be left out without saying something else.
TELLING = frozenset(
    "not no never neither nor without cannot hardly rarely fail fails failed unable lack lacks lacked t only some most "
    "many few all every each any none half up at least most about almost nearly over under more less than if unless "
    "when whether although though but except may might could would can possibly potentially likely unlikely partly "
    "partially sometimes often usually mainly rather instead in on for by to from with during before after".split()
)
SKIPPED = 0.15  # share of a claim's words that the text may have more in between
SHORT = 4  # words of a claim up to which nothing may differ
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:\d+)?|[%\u00d7+<>=]")
SIGNS = {"percent": "%", "pct": "%"}
DENYING = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|fail\w*|unable|whether|if|unless|rather than|instead of|lack\w*|"
    r"less|hardly|rarely|contrary|unlike|doubt\w*|reject\w*|refut\w*|den(?:y|ies|ied)|false)\b|n['\u2019]t\b",
    re.IGNORECASE,
)


class Token(NamedTuple):
    """A word, number or sign in lower case, and where it stands."""

    text: str
    start: int
    end: int


def is_quoted(claim: str, texts: Sequence[str]) -> bool:
    """Tell whether one of the texts says the claim in its words, or nearly.

    >>> text = "We show that the model reaches 71.5 points, but not on small tasks."
    >>> is_quoted("The model reaches 71.5 points.", [text]), is_quoted("The model reaches 7.15 points.", [text])
    (True, False)
    """
    wanted = _tokens(claim)
    return bool(wanted) and any(_stands(wanted, text) for text in texts)


@lru_cache(maxsize=400)
def _tokens(text: str) -> tuple[Token, ...]:
    found = (Token(_form(match[0]), match.start(), match.end()) for match in TOKEN.finditer(text))
    return tuple(found)


def _form(token: str) -> str:
    lower = token.lower()
    return SIGNS.get(lower, re.sub(r",(?=\d{3}\b)", "", lower))


def _stands(wanted: Sequence[Token], text: str) -> bool:
    told = _tokens(text)
    said = [token.text for token in wanted]
    have = [token.text for token in told]
    for start in range(len(have) - len(said) + 1):
        if have[start : start + len(said)] == said and not _denied(text, told[start].start):
            return True
    if len(said) <= SHORT:
        return False
    core = [token for token in said if token not in EMPTY]
    starts = [place for place, token in enumerate(have) if core and token == core[0]]
    return any(_follows(core, said, have, place) and not _denied(text, told[place].start) for place in starts)


def _follows(core: Sequence[str], said: Sequence[str], have: Sequence[str], start: int) -> bool:
    """Tell whether the telling words stand in order from a place on, with little and harmless text in between."""
    places = [start]
    for token in core[1:]:
        place = next(
            (at for at in range(places[-1] + 1, min(len(have), places[-1] + SHORT + 2)) if have[at] == token), -1
        )
        if place < 0:
            return False
        places.append(place)
    between = [have[at] for one, two in pairwise(places) for at in range(one + 1, two)]
    left_out = [token for token in between if token not in EMPTY]
    harmless = not any(token in TELLING or token[0].isdigit() or not token[0].isalpha() for token in left_out)
    return harmless and len(left_out) <= SKIPPED * len(said)


def _denied(text: str, start: int) -> bool:
    """Tell whether what stands before a place in its sentence may take back what follows."""
    sentence = next((span for span in sentence_spans(text) if span.start <= start < span.end), None)
    return sentence is not None and bool(DENYING.search(text[sentence.start : start]))
