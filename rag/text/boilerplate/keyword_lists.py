"""Lists of keywords behind an abstract: where one begins, if nothing but the list follows."""

import re
from functools import cache

from rag.text.word_lists import any_of, word_lists

LONGEST_KEYWORD, MOST_KEYWORDS = 8, 40  # words; keywords of a list
LONGEST_ALONE = 5  # words of a keyword that is alone, or of one that no sign parts from the next
BEFORE_KEYWORDS = re.compile(
    r"(?:\b(?:the|these|those|following|by|with|using|and|or|of|as|for|in|include|includes|including|were|are))\W*\Z",
    re.IGNORECASE,
)
BARE = re.compile(r"[^.;,]{1,40}(?:;[^.;,]{1,40}|,[^.;,]{1,40},[^.;,]{1,40})+\.?\Z")
PARTED = re.compile(r"\s*(?:[;,\u3001\uff1b\uff0c\u00b7\u2022|/]|\s[\u2013\u2014-]\s|\s&\s|\sand\s|\.\s)\s*")


def keywords_start(text: str, tail: int) -> int:
    """Return where a list of keywords begins, from `tail` on, that goes on to the end of a text; else its length.

    >>> keywords_start("Otters swim. KEY WORDS: otters; streams", 0), keywords_start("Key words help. We test.", 0)
    (13, 24)
    """
    for found in _keywords().finditer(text, tail):
        before, listed = text[max(0, found.start() - 20) : found.start()], text[found.end() :]
        if found["bare"] and not BARE.match(listed):
            continue
        if not BEFORE_KEYWORDS.search(before) and _is_list(listed):
            return found.start()
    return len(text)


@cache
def beginnings() -> tuple[str, ...]:
    """Return how the names of such lists begin, for a quick look."""
    names = {name for one in word_lists("no_abstract").values() for name in one["keywords"]}
    signs = {re.split(r"[^\w]| ?[^\W\d_]\?", name)[0].strip() for name in names}
    return tuple(sorted(signs | {sign.upper() for sign in signs}))


def _is_list(text: str) -> bool:
    """Tell whether a text is a list of keywords, and nothing behind it."""
    items = [item for item in PARTED.split(text.strip(" .")) if item]
    if not items or len(items) > MOST_KEYWORDS:
        return False
    most = LONGEST_ALONE if len(items) == 1 else LONGEST_KEYWORD
    return all(len(item.split()) <= most for item in items) and not re.search(r"[.!?]\s+\S+(?:\s+\S+){8}", text)


@cache
def _keywords() -> re.Pattern[str]:
    names = {name for one in word_lists("no_abstract").values() for name in one["keywords"]}
    titled = (re.sub(r"(?<= )[a-z]", lambda letter: letter[0].upper(), name) for name in names)
    forms = any_of(sorted({*names, *titled, *map(_in_capitals, names)}))
    return re.compile(rf"[\[(]?(?<!\w){forms}\s?[\])】]?(?:\s?(?:[:\uff1a\u2013\u2014|]|-\s)|(?P<bare>\s))\s*")


def _in_capitals(pattern: str) -> str:
    return re.sub(r"(?<!\\)[^\W\d_]", lambda letter: letter[0].upper(), pattern.replace("(?:", "\0")).replace(
        "\0", "(?:"
    )
