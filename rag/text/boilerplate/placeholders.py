"""Texts that stand where an abstract should: 'NA', '[No abstract available]', a notice that a paper was withdrawn.

A placeholder is told by its words alone: all of them say that something isn't there, or where it is, in one language.
An abstract has words of its own.
"""

import re
from functools import cache

from rag.text.word_lists import word_lists
from rag.utils.patterns import lazily

MOST_WORDS = 30  # of a placeholder
LONGEST = 400  # characters of a placeholder
LONGEST_NOTICE = 1_500  # characters
LETTERS = lazily(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
ADDRESS = lazily(r"\w+://\S+|www\.\S+|\S+@\S+\.\w+|\b(?:doi:?\s*)?10\.\d{4,9}/\S+", re.IGNORECASE)
NOT_APPLICABLE = lazily(r"\bn\s?[/.\\]\s?a\b")
SENTENCE = lazily(r"(?<=[.!?])\s+")
WORKS = (
    "abstract|article|chapter|communication|contribution|document|entry|letter|manuscript|paper|poster"
    "|preprint|protocol|"
    "publication|record|report|review|submission|version|work"
)
GONE = r"(?:retract(?:ed|ion)|with-?drawn|withdrawal|withdrew|removed)"
# A sentence that says of the very text that it is gone.
WITHDRAWN = lazily(
    rf"(?:\W{{0,3}}{GONE}(?: {WORKS})?\W{{1,4}})?"
    rf"(?:the (?:publisher|editor)s? regrets? that )?(?:(?:this|the|our"
    rf"|th[ei]s[ei]?)(?: [\w\u2019'-]+){{0,3}}? (?:{WORKS})s?\b[^.;:]{{0,120}}?"
    rf"\b(?:has|have|had|was|were|is|are|being) (?:\w+ ){{0,3}}{GONE}"
    rf"|the (?:\w+ )?(?:authors?|editors?|publishers?)\b[^.;:]{{0,60}}? (?:has|have|had )?\s?(?:\w+ )?{GONE}"
    rf" (?:this|the|their|his|her) (?:\w+ )?(?:{WORKS})\b)",
    re.IGNORECASE,
)
GOING = ("etract", "ithdr", "emoved", "RETRACT", "WITHDR")
ALONE = lazily(rf"\W*(?:(?:{WORKS}) )?{GONE}(?: (?:{WORKS}|by (?:the )?authors?))?\W*", re.IGNORECASE)
ABOUT_IT = lazily(
    r"retract|withdr|remov|apolog|inconvenience|polic|publisher|editor|contact|cite|citation|request|supersed|replac|"
    r"duplicat|erro[rn]|found at|available at|flaw|mistake|incorrect|merged|agree|sorry|regret|misconduct|plagiar",
    re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Tell whether a text only says that there is no abstract, or where one may be.

    >>> [is_placeholder(text) for text in ("N/A", "[No abstract available]", "See PDF", "Kein Abstract vorhanden")]
    [True, True, True, True]
    >>> is_placeholder("No otters were found.")
    False
    """
    if len(text) > LONGEST:
        return False
    plain = ADDRESS.sub(" ", text)
    found = LETTERS.findall(NOT_APPLICABLE.sub("na", plain.casefold()).replace("\u2019", "'"))
    if not found:
        return plain == text
    if len(found) > MOST_WORDS or any(map(str.isdigit, plain)):
        return False
    whole = "".join(found)
    if whole in _phrases() or (len(found) == 1 and whole in _labels()):
        return True
    said = set(found)
    return any(said <= words and not said.isdisjoint(telling) for words, telling in _vocabularies())


def is_withdrawal(text: str) -> bool:
    """Tell whether a text is nothing but a notice that the paper was retracted, withdrawn or removed.

    >>> is_withdrawal("This article has been retracted: please see the policy on withdrawal.")
    True
    >>> is_withdrawal("This drug has been withdrawn. This article asks why.")
    False
    """
    if len(text) > LONGEST_NOTICE or not _is_hinted(text) or not (ALONE.fullmatch(text) or WITHDRAWN.match(text)):
        return False
    return all(ABOUT_IT.search(sentence) or len(sentence.split()) < 3 for sentence in SENTENCE.split(text.strip()))


def _is_hinted(text: str) -> bool:
    for sign in GOING:  # noqa: SIM110  (nearly every text is asked, and any() takes twice as long)
        if sign in text:
            return True
    return False


@cache
def _vocabularies() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Return the words that placeholders have, and those that tell one, of each language that parts its words."""
    lists = [one for one in word_lists("no_abstract").values() if "telling" in one]
    pairs = [(frozenset(one["words"].split()), frozenset(one["telling"].split())) for one in lists]
    return tuple((words | telling, telling) for words, telling in pairs)


@cache
def _phrases() -> frozenset[str]:
    phrases = (phrase for one in word_lists("no_abstract").values() for phrase in one.get("phrases", ()))
    return frozenset("".join(LETTERS.findall(phrase)) for phrase in phrases)


@cache
def _labels() -> frozenset[str]:
    labels = (label for one in word_lists("no_abstract").values() for label in one["labels"])
    return frozenset(label.casefold() for label in labels)
