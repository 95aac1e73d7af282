"""Does a cell of a model say that the abstract doesn't tell? In the agreed words, or in any that models write for it.

A finding that sounds alike (`no adverse events reported`) is none: the abstract itself says so.
"""

import re

from rag.citations.model_text.denials import denies, is_marked
from rag.citations.model_text.denials_abroad import denies_abroad
from rag.citations.support import SUPPORTED, support
from rag.text.word_lists import any_of, word_lists
from rag.utils.patterns import lazily

LONGEST = 400  # characters of a cell that are looked at
HOW = r"(?:\s+(?:\w+ly|yet|further|otherwise|at all|even))*"
TELLING = (
    r"(?:said|stated|specified|mentioned|reported|given|available|applicable|provided|disclosed|discussed|addressed|found|"
    r"clear|described|indicated|included|listed|named|detailed|known|present|identified|covered|quantified|explained|"
    r"evaluated|compared|shown|noted|acknowledged|relevant|determined|defined|clarified)"
)
WHERE = (
    r"(?:\s+(?:in|by|from|within|for)\s+(?:the|this|its|these|any)?\s*(?:given|provided|cited)?\s*"
    r"(?:abstract|paper|text|source|sentence|author|study|excerpt|passage|summary|information)s?(?:\s+(?:alone|text|itself|provided|given))?)?"
)
IS = r"(?:\s+(?:is|are|was|were|has been|have been|can be|could be))?"
BEGINS = rf"(?:(?:it|this|that)\s+(?:is|was|are|were)\s+|(?:is|are|was|were)\s+)?(?:not|never){HOW}\s+{TELLING}{WHERE}"
SUBJECT = rf"(?:[\w-]+\s+){{1,6}}?(?:(?:is|are|was|were|has been|have been)\s+)?not{HOW}\s+{TELLING}{WHERE}"
NONE = rf"(?:none|nothing)(?:\s+about[\w\s-]{{1,60}})?{HOW}(?:{IS}{HOW}\s+{TELLING}{WHERE})?"
NO = rf"no(?:\s+[\w-]+){{1,8}}?{IS}{HOW}\s+{TELLING}{WHERE}"
WORDS = (
    r"(?:n\.?\s?/?\s?a\.?|un(?:known|specified|stated|clear|reported|disclosed|mentioned|available|told)|null|nil|empty|"
    r"absent|missing|no|no(?:\s+[\w-]+){0,3}\s+(?:information|details?|mention|answer|evidence)"
    r"(?:\s+(?:given|provided|on (?:this|that)))?|"
    r"cannot be (?:determined|said|told|inferred)|can['\N{RIGHT SINGLE QUOTATION MARK}]t (?:tell|say)|tbd|nan)"
)
SIGNS = lazily(r"[\W_]*")
ENDS = r"(?:[\W_]*|\s*[(\[].*)"
BARE = lazily(rf"[\W_]*{WORDS}{ENDS}", re.IGNORECASE | re.DOTALL)
ALONE = lazily(rf"[\W_]*(?:{BEGINS}|{SUBJECT}|{NONE}|{NO}){ENDS}", re.IGNORECASE | re.DOTALL)
OPENING = lazily(
    rf"[\W_]*(?:{BEGINS}|{NO})\s*(?:[.,;:(\[\N{{EN DASH}}\N{{EM DASH}}-]|but\b|however\b).*", re.IGNORECASE | re.DOTALL
)
ABROAD = lazily(rf"[\W_]*{any_of(word_lists('denials')['marks'])}[\W_]*", re.IGNORECASE)


def is_silent(text: str, abstract: str) -> bool:
    """Tell whether a cell, or a sentence of it, only says that an abstract doesn't tell.

    >>> [is_silent(one, "It has 3 layers.") for one in ("NOT SAID", "Not stated; likely 4", "n/a", "3 layers")]
    [True, True, True, False]
    >>> is_silent("No harm was reported", "In both arms, no harm was reported.")
    False
    """
    text = " ".join(text.split())[:LONGEST]
    if not SIGNS.sub("", text) or BARE.fullmatch(text):
        return True
    told = ALONE.fullmatch(text) or OPENING.fullmatch(text) or ABROAD.fullmatch(text) or is_marked(text)
    if not (told or denies(text) or denies_abroad(text, cites=False)):
        return False
    return support(text, [abstract]).score < SUPPORTED
