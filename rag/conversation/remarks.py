"""Remarks: what is said in a conversation and asks nothing. They hang on no question, and nothing answers them."""

import re

from rag.text.words import content_words, words

COURTESIES = frozenset(
    "thanks thank thx ty cheers hello hi hey greetings welcome please sorry bye goodbye morning afternoon evening "
    "night ok okay yes yeah yep no nope sure right good great nice cool fine perfect excellent awesome wonderful "
    "brilliant amazing wow lol haha helpful interesting understood".split()
)
FILLERS = frozenset("see later today tomorrow well done lot got".split())  # with a courtesy they ask nothing either
ASKING = re.compile(
    r"\?|\b(how|why|what|when|where|which|who|whom|whose)\b"
    r"|^\W*(is|are|was|were|do|does|did|can|could|will|would|should|has|have)\b",
    re.IGNORECASE,
)


def is_remark(text: str) -> bool:
    """Tell whether a text asks nothing: a greeting, a word of thanks or praise.

    >>> is_remark("Great, thank you very much!"), is_remark("ok, why?"), is_remark("Thanks. And the limitations")
    (True, False, False)
    """
    said = {word.text.lower() for word in words(text)}
    telling = {word.text.lower() for word in content_words(text)}
    return bool(said & COURTESIES) and telling <= COURTESIES | FILLERS and not ASKING.search(text)
