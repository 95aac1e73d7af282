"""What publishers and databases put around an abstract, and where the abstract is: from `own_words` on, a slice.

In front: the word Abstract, a copyright line. Behind: copyright and licence texts, lists of keywords, who the abstract
is from, statements of interests. A copyright text is told by its sign and by its words: every one must be a name or
belong to such texts. What isn't surely one of these stays.
"""

import re
from functools import cache

from rag.text.boilerplate.keyword_lists import beginnings, keywords_start
from rag.text.word_lists import any_of, word_lists
from rag.text.words import STOP_WORDS
from rag.utils.patterns import lazily

LONGEST_TAIL = 4_000  # characters of what may stand behind an abstract, statements of interests aside
LAST = 500  # characters, in which such a text shows a sign of itself: looked at first, for nearly no text has one
MOST_NAMES = 14  # words in a row of which none is in lower case
MOST_SIGNS = 20  # letters of scripts without capitals: a name, not a text
SHARE_OF_OTHERS = 0.25  # words in lower case that aren't known of a copyright text, in one with a sign and a year
MOST_OTHERS = 2

WORD = lazily(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
ADDRESS = lazily(r"\S*(?://|@|www\.|\.(?:com|org|net)\b)\S*|\bdoi\b:?\s?\S+|(?<=[A-Za-z])/(?=[A-Za-z])", re.IGNORECASE)
YEAR = r"(?:1[89]|20)\d\d"
SIGN = rf"(?:©|Ⓒ|ⓒ|\u24b8|\([cC]\)(?=[ ,:]{{0,3}}(?:{YEAR}|[A-Z]))|&copy;)"
COPYRIGHT = (
    rf"(?:Crown |Journal |Abstract )?(?:Copyrights?|COPYRIGHT)(?![ -](?:law|protect|infring|issue|owner))\b|{SIGN}"
)
NOTICE = lazily(
    rf"(?:{COPYRIGHT}|{YEAR},? (?=©|\([cC]\)|The Author|Published|Elsevier|[A-Z][^.]{{0,80}}[Aa]ll rights)"
    r"|ABSTRACT FROM (?:THE )?(?:AUTHORS?|PUBLISHER|JOURNAL)\b"
    r"|[Cc]opyright (?=©|\([cC]\)|\d|held|is held|of )"
    r"|(?<=[.!?] )[A-Z][\w&,'-]*(?: (?:[A-Z&][\w&,'-]*|of|and|the|for)){0,8}\. All rights reserved"
    r"|All rights (?:are )?reserved|ALL RIGHTS RESERVED|Published (?:by|under|online by|on behalf)\b|The Author\(s\)"
    r"|This (?:article|paper|work|manuscript|abstract|journal|chapter)(?: is| was|['\u2019]s)? (?:an "
    r"|published |protected |licen[cs]ed "
    r"|distributed |made |©|copyright|open|in the public|not protected|may be abridged|written by)"
    r"|This is an? (?:[Oo]pen|US|U\.S\.|work of)|Licen[cs]ee\b|Licen[cs]ed (?:under|to)|Distributed under"
    r"|(?:Re)?[Pp]roduced with|Reprinted (?:with|by)"
    r"|Reproduced by|Springer Nature or its|Permission (?:to make|is )|Publication rights"
    r"|For (?:[Pp]ermissions?|commercial re-?use|reprints)"
    r"|No claim to|Not subject to|U\.?S\.? Government|Open access|Creative Commons|CC[ -]BY|\(CC|Users should refer|"
    r"No commercial re-?use|Re-?use permitted|See (?:rights|related|accompanying)|\[\s?Copyright|\(\s?[Cc]opyright)"
)
# How such a text or a list of keywords begins, as what is quickly looked for: letters that are rare begin each.
SIGNS = (
    "©|Ⓒ|ⓒ|\\(c\\)|\\(C\\)|\\(Copy|\\[Copy|Copyright|COPYRIGHT|Crown C|Creative C|CC BY|CC-BY|All rights"
    "|ABSTRACT FROM|Abstract Copyright"
    "|ALL RIGHTS|Published|Publication r|Permission"
    "|The Author|This article|This paper|This work|This manuscript|This abstract|This journal"
    "|This chapter|This is a|Licen|Distributed u"
    "|Produced|Reproduced|Reprinted|Re-use|Reuse|Springer Nature or|For permission|For Permission"
    "|For commercial|For reprints|No claim|No commercial|Not subject"
    "|U\\.S\\. G|US G|Open access|Users should|See r|See acc"
)
SURE = lazily(
    rf"{YEAR}|(?i:rights reserved|copyright|author|licen[cs]e|permission|creative commons|open[ -]access"
    rf"|no claim to|U\.?S\.? Government|^Published )|©"
)
HOLDER = lazily(r"(?!Copyright)[A-Z][A-Za-z]{2}")
PROPERTY = lazily(r"Copyright of .{1,300}? is (?:the|a) (?:copyrighted )?property of ")
FRONT = lazily(
    rf"(?:{COPYRIGHT})[ ,:]{{0,3}}(?:{SIGN}[ ,]{{0,3}})?(?:[^.]{{0,120}}?[ ,])?{YEAR}\b"
    rf"(?P<holder>(?:[^.]|(?<=\b[A-Z])\.|\.(?=[A-Z]\.)){{0,160}}?(?:(?<!\b[A-Z])|(?<=[A-Z]\.[A-Z]))\.)"
    rf"(?P<more>(?: ?(?:B\.V|V|Ltd|Inc|Co|KG|LLC|S\.A|A\.G)\.)*(?: ?(?:All rights reserved"
    rf"|Published by[^.]{{1,60}}(?:\.V)?|Open access)\.?)*) ?(?=[A-Z\d\u201c\"(\[])"
)

BRACKET = lazily(r"[\[(]((?:[^\[\]()]|\([cC]\)|\(s\)){1,200})[\])][.\s]*")
AT_END = lazily(rf"{BRACKET.pattern}\Z")
CORRECTION = lazily(r"\[\s?(?:Correct(?:ion|ed)|Erratum|Corrigend)[^\[\]]{0,800}\]\s*")
OMITTED = lazily(r"\(ProQuest: [^()]{0,40}omitted\.?\)\s*")
STATEMENT = lazily(r"\s*(?:Competing Interest Statement|Funding Statement(?=\s?[A-Z])|Author Declarations(?=\s?[A-Z]))")
SECTION = (
    r"(?:Background|Introduction|Objectives?|Aims?|Purpose|Context|Importance|Rationale|Significance|Motivation|Goals?|"
    r"Problem|Question|Setting|Hypothesis|Methods?|Methodology|Results?|Findings|Conclusions?|Summary|Design)"
)
OPENING = lazily(rf"{SECTION}\b(?!\s+of\b)")
OPENING_IN_CAPITALS = lazily(rf"{SECTION.upper()}\b(?:\W*[:.|\u2013\u2014-]|\s+AND\b|\s+(?![A-Z]{{2}}))")
OPENING_SIGNS, AROUND = ("[", "(", "©", "C"), " [(\u3010\"\u201c'*"


def own_words(text: str, title: str = "") -> str:
    """Return the part of a text that is the abstract, perhaps nothing; a slice of it. `title` is the paper's.

    >>> own_words("ABSTRACT: Roofs cool houses. (c) 2020 Elsevier B.V. All rights reserved.")
    'Roofs cool houses.'
    >>> own_words("Abstract interpretation is a method."), own_words("Copyright of Nets is the property of Ash Ltd.")
    ('Abstract interpretation is a method.', '')
    """
    while True:
        kept = text[: _end(text)].rstrip()
        if kept != text.rstrip():
            kept = kept.rstrip(" |\u2013\u2014-")
        begun = _start(kept, title)
        if not begun and len(kept) == len(text):
            return text
        text = kept[begun:]


# --- In front


def _start(text: str, title: str) -> int:
    """Return where a text begins, past one thing that doesn't belong to it."""
    if text[:1] in OPENING_SIGNS and (begun := _past_sign(text)):
        return begun
    if not text[:30].lower().lstrip(AROUND).startswith(_beginnings()):
        return 0
    found = _labelled().match(text)
    if found is None and (bare := _label().match(text)) and _is_only_a_label(bare[1], text[bare.end() :], title):
        found = bare
    return found.end() if found else 0


def _past_sign(text: str) -> int:
    """Return where a text goes on behind a bracket or a copyright text in front; 0 when it has none."""
    if found := CORRECTION.match(text) or OMITTED.match(text):
        return found.end()
    if (found := BRACKET.match(text)) and _is_of_a_source(found[1]):
        return found.end()
    return found.end() if (found := FRONT.match(text)) and _is_notice(found[0]) else 0


def _is_only_a_label(label: str, rest: str, title: str) -> bool:
    """Tell whether the word `Abstract`, without a sign behind it, is none of the first sentence (`Abstract syntax`)."""
    if rest.startswith("©"):
        return True
    first = WORD.match(rest)
    if first is None or not first[0][0].isupper():
        return first is not None and not first[0][0].islower() and not label.isascii()
    if OPENING.match(rest) or (label.isupper() and OPENING_IN_CAPITALS.match(rest)):
        return True
    if first[0].casefold() in STOP_WORDS or first[0] in {"Although", "Despite", "Recently", "Many", "Several"}:
        return True
    second = WORD.match(rest, first.end() + 1) if rest[first.end() : first.end() + 1] == " " else None
    if first[0].isupper() and len(first[0]) > 1 and (second is None or second[0].isupper()):
        return False  # all in capitals
    # A paper on abstract things says so again.
    stem = re.compile(rf"\b{label[:-1]}", re.IGNORECASE)
    return not stem.search(title) and not stem.search(rest)


@cache
def _beginnings() -> tuple[str, ...]:
    """Return how the word for an abstract begins in the languages known, in lower case."""
    labels = (label for one in word_lists("no_abstract").values() for label in one["labels"])
    begun = {re.split(r"\W", label.lstrip("\u3010"))[0].lower().removesuffix("s") for label in labels}
    return (*sorted(begun), "international a", "national a")


@cache
def _labelled() -> re.Pattern[str]:
    """Return what finds the word with a sign behind it, or in brackets."""
    label = any_of(label for one in word_lists("no_abstract").values() for label in one["labels"])
    sign = r"(?:[:\uff1a.|\u2013\u2014]|-(?=\s))"
    return re.compile(
        rf"\W{{0,3}}(?i:{label})(?:\s?[\])】]\s?{sign}?|\s{{0,2}}{sign}|-\s?(?=(?:This|We|In|The|It|An?|Our)\b))\s*"
        rf"|(?:International|National) audience\s?[;.:]\s*"
    )


@cache
def _label() -> re.Pattern[str]:
    """Return what finds the word without any sign."""
    labels = [label for one in word_lists("no_abstract").values() for label in one["labels"]]
    own = [label for label in labels if label.isascii() or not label[0].islower()]
    cased = any_of(sorted({form for label in own for form in (label, label.upper()) if "?" not in form}, key=len)[::-1])
    return re.compile(rf"({cased})(?:\s+|(?<=[\u3000-\uffff])(?=[\u3000-\uffff]))")


# --- Behind


def _end(text: str) -> int:
    """Return where a text ends, before one thing that doesn't belong to it."""
    if "Statement" in text or "Author Declarations" in text:
        found = STATEMENT.search(text)
        if found:
            return found.start()
    if ("]" in text[-3:] or ")" in text[-3:]) and (start := _last_bracket(text)) >= 0:
        return start
    if not _signs().search(text, max(0, len(text) - LAST)):
        return len(text)
    tail = max(0, len(text) - LONGEST_TAIL)
    for found in NOTICE.finditer(text, tail):
        if _may_begin(text, found) and _is_notice(text[found.start() :]):
            return found.start()
    return keywords_start(text, tail)


def _last_bracket(text: str) -> int:
    """Return where a bracket begins that ends a text and says whose it is, or what was corrected; -1 without one."""
    square, round_ = text.rfind("["), text.rfind("(")
    for start in (square, round_, text.rfind("(", 0, max(0, round_))):
        if start >= 0 and (found := AT_END.match(text, start)) and _is_of_a_source(found[1]):
            return start
    return square if square >= 0 and CORRECTION.fullmatch(text, square) else -1


def _may_begin(text: str, found: re.Match[str]) -> bool:
    """Tell whether a sentence may begin here: after a full stop, or where only a sign of copyright can stand."""
    before = text[: found.start()].rstrip()
    if not before or before[-1] in '.!?:;)]}"\u201d\u2019|':
        return True
    named = HOLDER.search(text, found.start()) is not None
    return (found[0][0] in "©(Ⓒ" and named) or found[0].startswith(("Copyright", "Crown", "All rights", "["))


def _is_notice(text: str) -> bool:
    """Tell whether a text has nothing but the names and words of a copyright text."""
    if PROPERTY.match(text):
        return True
    if not SURE.search(text):
        return False
    plain = ADDRESS.sub(" ", text)
    if sum(c.isalpha() and not (c.isupper() or c.islower()) for c in plain) > MOST_SIGNS:
        return False
    found = WORD.findall(plain)
    others = [
        word for word in found if word.islower() and len(word) > 1 and word.replace("\u2019", "'") not in _notices()
    ]
    row = longest = 0
    for word in found:
        row = 0 if word.islower() else row + 1
        longest = max(longest, row)
    if longest > MOST_NAMES:
        return False
    sure = re.match(rf".{{0,30}}(?:{YEAR}|rights reserved)", text, re.DOTALL) is not None
    return not others or (sure and len(others) <= MOST_OTHERS and len(others) <= SHARE_OF_OTHERS * len(found))


def _is_of_a_source(inside: str) -> bool:
    """Tell whether a bracket says where an abstract is from, or whose it is."""
    lists = word_lists("publishers")
    found = {word.casefold().replace("\u2019", "'") for word in WORD.findall(inside)}
    known = found - _brackets()
    telling = found & set(lists["telling"].split())
    return bool(telling) and (not known or ("copyright" in found and _is_notice(inside)))


@cache
def _signs() -> re.Pattern[str]:
    """Return what quickly finds how a copyright text or a list of keywords may begin."""
    return re.compile("|".join([SIGNS, *beginnings()]))


@cache
def _notices() -> frozenset[str]:
    return frozenset(word_lists("publishers")["notices"].split())


@cache
def _brackets() -> frozenset[str]:
    return frozenset(word_lists("publishers")["brackets"].split())
