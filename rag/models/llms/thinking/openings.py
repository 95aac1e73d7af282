"""What a reply begins with when it thinks first, and has no brackets around it: labels, quotes, blocks of code.

    **Thinking:** ... **Answer:**                    a label, up to the label of an answer
    *Thinking...* > Is it so?                        a label with a quote right behind it
    ```thinking ... ```                              a block of code that says what it holds
    analysisWe need to ...                           Harmony's channel without its tokens

All of it counts only where the reply begins.
"""

import re
from typing import NamedTuple

from rag.models.llms.thinking.grammar import STRONG
from rag.utils.patterns import lazily

# Harmony without its tokens: the channel's name glued to the first word.
BARE_ANALYSIS = lazily(r"(?:assistant)?(?:analysis|commentary)(?=[^a-z\s.,:;!?'\u2019()/\[-])")
BARE_FINAL = lazily(r"(?:assistant)?final(?=[A-Z])")

THINKING_LABEL = (
    r"(?:(?:my|the|internal)\s)?(?:thinking|thoughts?|reasoning|chain[ -]of[ -]thought|scratchpad|monologue)"
    r"(?:\sprocess)?"
)
ANSWER_LABEL = r"(?:(?:my|the)\s)?(?:final\s)?(?:answer|response|reply)"
LABEL = r"(?:\#{{1,6}}[ \t]*(?:\*\*|__)?{0}:?(?:\*\*|__)?:?[ \t]*\n|(?:\*\*|__){0}:?(?:\*\*|__):?|{0}:)"
PHRASE = r"here(?:'s|\u2019s|\sis)\s"
OPENING_LABEL = lazily(
    rf"(?:{LABEL.format(THINKING_LABEL)}|{PHRASE}my\s{THINKING_LABEL}:|thinking\.\.\.[ \t]*\n)", re.IGNORECASE
)
CLOSING_LABEL = lazily(
    rf"^[ \t]*(?:{LABEL.format(ANSWER_LABEL)}|{PHRASE}my\s{ANSWER_LABEL}:|\.\.\.done\sthinking\.)[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)
CORES = tuple(
    f"{who}{what}{more}"
    for who in ("", "my ", "the ", "internal ", "here's my ", "here\u2019s my ", "here is my ")
    for what in ("thinking", "thought", "thoughts", "reasoning", "chain of thought", "chain-of-thought", "scratchpad",
                 "monologue")
    for more in ("", " process")
)  # fmt: skip
GLUED = tuple(f"{who}{what}" for who in ("", "assistant") for what in ("analysis", "commentary", "final"))
LABEL_ENDS = lazily(r"[:*_. \t]{0,6}")
DECORATION = lazily(r"#{1,6}[ \t]*(?:\*\*|__|\*|_)?|\*\*?|__?")
CITES = lazily(r"\[\d")

LABEL_LINE = 80  # characters in which a label of the answer stands
BOTH_LABELS = lazily(PHRASE, re.IGNORECASE)  # who says this twice, of thinking and of the answer, means it
FENCE = lazily(rf"(?P<fence>`{{3,9}}|~{{3,9}})[ \t]*(?:{STRONG})[ \t]*\n", re.IGNORECASE)
FENCE_LINE = lazily(r"[ \t]{0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^\n]*)")
MAY_FENCE = lazily(r"`{1,2}|~{1,2}|(?:`{3,9}|~{3,9})[ \t]{0,3}[\w-]{0,24}[ \t]{0,3}")
QUOTED = lazily(
    r"(?:>[ \t]?)?[*_]{0,3}(?:[^\w\s>*]{1,3}[ \t]?)?[*_]{0,3}"
    r"(?:(?:thinking|thought|reasoning)(?:[ ]process)?(?:[ ]for[ ][\w. ]{1,24})?[ \t]?(?:\.{2,4}|\u2026)"
    r"|thought[ ]for[ ][\w., ]{1,24}|(?<=[*_])thinking:?)[*_]{0,3}:?[ \t]*\n",
    re.IGNORECASE,
)
MAY_QUOTE = lazily(
    r"(?:>[ \t]?)?[*_]{0,3}(?:[^\w\s>*]{1,3}[ \t]?)?[*_]{0,3}"
    r"(?P<word>[a-z]{0,9})(?:[ ]p[roces]{0,6})?(?:[ ]f?o?r?|[ ]for[ ][\w., ]{0,25})?[.\u2026 \t:*_]{0,10}",
    re.IGNORECASE,
)
WORDS = ("thinking", "thought", "reasoning")


class Read(NamedTuple):
    """What was read of a block: how many characters belong to it, whether it ends there, and where what follows begins.

    `behind` counts from the beginning too: between the two a label of the answer may stand, which is dropped.
    """

    length: int
    ended: bool
    behind: int


class Label:
    """What stands behind a label of thinking: thinking, if the label of an answer follows.

    What cites papers is no thinking, whatever its label, but between "here is my thought process" and "here is my
    response", which `both` asks for.
    """

    certain = True

    def __init__(self, *, both: bool = False) -> None:
        self._both = both
        self._looked = 0  # how far a label of the answer was looked for

    def read(self, text: str, *, ended: bool) -> Read | None:
        """Return what of the text is thinking, nothing where it is none; None when more has to come to tell."""
        while (label := CLOSING_LABEL.search(text, self._looked)) and (ended or label.end() < len(text)):
            both = self._both and BOTH_LABELS.match(label[0].lstrip()) is not None
            if both or not CITES.search(text, 0, label.start()):
                return Read(label.start(), ended=True, behind=label.end())
            if not self._both:
                return Read(0, ended=True, behind=0)
            self._looked = label.end()
        line = text.rfind("\n", 0, max(0, len(text) - LABEL_LINE)) + 1
        self._looked = max(self._looked, line)
        return None


class Block:
    """A block of lines that is thinking: a quote, or what stands in a fence; it is read line by line."""

    def __init__(self, fence: str = "") -> None:
        self._fence = fence  # empty for a quote
        self.certain = not fence  # a fence that never closes may have held the answer
        self._inner = False  # in a block of code within it

    def read(self, text: str, *, ended: bool) -> Read | None:
        """Return what of the text belongs to the block as far as its next line; None when more has to come to tell."""
        return self._line_in_fence(text, ended=ended) if self._fence else _line_of_quote(text, ended=ended)

    def _line_in_fence(self, text: str, *, ended: bool) -> Read | None:
        end = text.find("\n") + 1
        if not end and not ended:
            return None
        line = FENCE_LINE.match(text[: end or len(text)])
        closes = line is not None and line["fence"].startswith(self._fence) and not line["info"].strip()
        closed = closes and not self._inner
        if line:
            self._inner = bool(line["info"].strip()) or (self._inner and not closes)
        return Read(end or len(text), closed, end or len(text))


def _line_of_quote(text: str, *, ended: bool) -> Read | None:
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] not in {"", ">"}:
        return Read(start, ended=True, behind=start)
    end = text.find("\n", start) + 1 if start < len(text) else 0
    if end:
        return Read(end, ended=False, behind=end)
    return Read(len(text), ended=False, behind=len(text)) if ended else None


def opening_of(head: str, *, ended: bool) -> tuple[int, Block | Label] | None:
    r"""Return what a reply begins with: the length of what opens a block, and the block; or 0 and what a label begins.

    None for an answer, and for what may become another opening as long as it hasn't ended.

    >>> opening_of("```thinking\nIs it so?", ended=False)[0]
    12
    """
    if fence := FENCE.match(head):
        return fence.end(), Block(fence["fence"])
    label = QUOTED.match(head)
    if label and head[label.end() :].lstrip().startswith(">"):
        return label.end(), Block()
    if (ended or not _may_become_block(head)) and OPENING_LABEL.match(head):
        return 0, Label(both=BOTH_LABELS.match(head) is not None)
    return None


def may_become_opening(head: str) -> bool:
    """Tell whether the beginning of a reply may still become an opening, or a channel without its tokens."""
    return _may_become_block(head) or _may_become_label(head)


def _may_become_block(head: str) -> bool:
    if label := QUOTED.match(head):
        return not head[label.end() :].strip()
    word = MAY_QUOTE.fullmatch(head)
    if word and any(known.startswith(word["word"].casefold()) for known in WORDS):
        return True
    return MAY_FENCE.fullmatch(head) is not None


def _may_become_label(head: str) -> bool:
    bare = DECORATION.sub("", head, count=1).casefold()
    return any(glued.startswith(head) for glued in GLUED) or any(
        core.startswith(bare) or (bare.startswith(core) and LABEL_ENDS.fullmatch(bare[len(core) :])) for core in CORES
    )
