"""What a model says around an answer and not of the matter: greetings, offers, the question once more."""

import re

from rag.citations.model_text.forms.source_words import ANSWERS, QUESTIONS
from rag.text.word_lists import any_of, word_lists

_KNOWN = word_lists("courtesies")
WORD = any_of(_KNOWN["words"])
GREETING = re.compile(
    rf"\W*(?:{WORD}(?:\W+(?:thing|question|for (?:the|your) question|for asking))*\W*$|{any_of(_KNOWN['praise'])})",
    re.IGNORECASE,
)
CLOSING = re.compile(rf"\W*{any_of(_KNOWN['closings'])}", re.IGNORECASE)
OPENING = re.compile(
    r"\A\s*(?:(?!(?:great|good|excellent),)"  # great, but slow
    rf"{WORD}(?:\b|(?<=[\u3040-\uffff]))(?:\W+(?:thing|question|for (?:the|your|asking)|there))*(?:\W+question)?"
    r"(?:\s?[!.,]\s+|\s?[\uff01\u3002\uff0c\u3001]\s*))+(?=\S)",
    re.IGNORECASE,
)
ALOUD = re.compile(  # "Okay, so I need to answer this."
    r"\A\s*(?:(?:okay|ok|alright|all right|hmm+|right|well|so|now|first|sure)\b[\s,.!\u2026\u2014-]*){0,4}"
    r"(?:let me|let us|let['\u2019]s|I(?:['\u2019]ll| will| need to| have to| should| must|['\u2019]m going to"
    r"| am going to)|the user (?:is asking|asks|wants me) (?=\w))(?:(?<=\w )|\s)(?:\w+ ){0,2}?"
    r"(?:answer|think|look|see|find|check|figure|start|begin|go|read|work|consider|recall|tackle|break|summari[sz]e"
    r"|review|address|try|determine|identify|understand|write|provide|respond|to|about|for|how|what|which|whether|why|if)\b"
    r"[^.!?:\n\[]{0,300}[.!?](?:\s+)(?=\S)",
    re.IGNORECASE,
)
ASKED = re.compile(
    rf"\A[\s*_#>]*{QUESTIONS}[\s*_]*[:\uff1a][^\n]{{1,600}}\n+[\s*_#>]*(?:{ANSWERS}|a)[ *_]*[:\uff1a][ *_]*",
    re.IGNORECASE,
)
ASKS = re.compile(r"[?\uff1f\u061f][\"\u201d'*_)\s]*$")


def without_opening(text: str) -> tuple[str, int]:
    r"""Return a text without the greeting or the question that it opens with, and how many there were.

    >>> without_opening("Great question! Adam adapts."), without_opening("Q: Does it?\nA: Yes.")
    (('Adam adapts.', 1), ('Yes.', 1))
    """
    text, questions = ASKED.subn("", text, count=1)
    text, aloud = ALOUD.subn("", text, count=1)
    text, greetings = OPENING.subn("", text, count=1)
    return text, questions + aloud + greetings


def is_courtesy(sentence: str) -> bool:
    """Tell whether a sentence only greets, praises the question, or offers more.

    >>> is_courtesy("I hope this helps!"), is_courtesy("希望这对您有帮助"), is_courtesy("Hope is a thing.")
    (True, True, False)
    """
    return GREETING.match(sentence) is not None or closes(sentence)


def closes(sentence: str) -> bool:
    """Tell whether a sentence takes leave or offers more, as no abstract does."""
    return CLOSING.match(sentence) is not None


def asks(sentence: str) -> bool:
    """Tell whether a sentence asks something."""
    return ASKS.search(sentence) is not None
