"""Questions that ask about several papers side by side: a comparison, or what different papers say of one thing.

Forms of English alone, as those of lists are (rag.text.questions.listing). Being wrong costs little either way: a
question that is taken for one of these is answered from further papers only where they stand out from the rest.
"""

import re

THINGS = (
    r"(?:papers|works|studies|articles|publications|approaches|methods|techniques|options|ways|alternatives|"
    r"strategies|solutions|proposals|lines of (?:work|research))"
)
SOME = r"(?:which|what|other|different|various|several|two|three|both|all|(?:list|name|give|are)(?: me)?(?: the)?)"
SEVERAL = re.compile(
    r"\b(?:vs|versus|compar(?:e|es|ed|ing|ison|isons)|contrast(?:s|ed|ing)?|differ|differs|differences?|"
    rf"(?:what|who|which) else|{SOME} {THINGS}|{THINGS} (?:for|to|that|which|exist|are there)|"
    r"each (?:one|paper|work|method|approach|of (?:them|these|those))|respectively|"
    r"one (?:that|which|for)\b.{3,80}\band (?:the other|another|one))\b",
    re.IGNORECASE | re.DOTALL,
)


def asks_for_several(question: str) -> bool:
    """Tell whether a question asks about several papers side by side.

    >>> asks_for_several("How do LoRA and BitFit differ?"), asks_for_several("CKConv vs. SMPConv")
    (True, True)
    >>> asks_for_several("What approaches to pruning exist?"), asks_for_several("How much memory does Adafactor need?")
    (True, False)
    """
    return SEVERAL.search(question) is not None
