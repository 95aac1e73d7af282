"""What each sentence of a model is: a claim, a frame around claims, a denial, or nothing worth keeping.

A claim cites, or says something that needs a citation. A denial says that the sources don't tell; a greeting and the
question said again are left out, and counted. All else is a frame, which stays and isn't judged.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from rag.citations.comparing.translated import comparables, is_translated
from rag.citations.model_text.clauses import Sentence
from rag.citations.model_text.courtesies import asks, closes, is_courtesy
from rag.citations.model_text.denials import denies, is_marked
from rag.citations.model_text.denials_abroad import denies_abroad, is_marked_abroad
from rag.citations.support import PARTLY, SUPPORTED, support
from rag.text.languages import language
from rag.text.words import content_words, names, stems


class Kind(StrEnum):
    """What a sentence is."""

    CLAIM = "claim"
    FRAME = "frame"
    DENIAL = "denial"
    ECHO = "echo"  # the question said again
    GREETING = "greeting"


NEW = 0.2  # share of a sentence's words that the question lacks, up to which it only says the question again
ECHOED = 3  # words that it has at least
ANSWERS = re.compile(r"\W*(?:yes|no|nein|ja|oui|non|sí|correct|right|wrong|true|false|indeed)\b", re.IGNORECASE)
PARTS = re.compile(r"\s*(?:[,;:\u2014\u2013\uff0c\uff1b\uff1a\u060c]|\s-)\s*")  # between two halves of a sentence
HALF = 3  # words that one of them has at least


def kinds_of(sentences: Sequence[Sentence], question: str, abstracts: Sequence[str]) -> list[Kind]:
    """Return what each sentence is, told apart with the abstracts that the model was shown.

    After the agreed mark of a denial, the rest of its line is one too, and the list that follows a colon.
    """
    kinds: list[Kind] = []
    marked = listing = False
    for sentence in sentences:
        new_line = "\n" in sentence.lead
        if is_marked(sentence.text) or is_marked_abroad(sentence.text):
            marked, listing = True, sentence.text.rstrip("*_ ").endswith((":", "\uff1a"))
        elif new_line:
            marked = marked and listing and sentence.lead.count("\n") == 1
        kinds.append(Kind.DENIAL if marked else _kind(sentence, question, abstracts))
    return kinds


def echoes(sentence: str, question: str) -> bool:
    """Tell whether a sentence says next to nothing that the question didn't; yes and no are answers.

    >>> echoes("You asked how networks are pruned early.", "How are networks pruned early?")
    True
    >>> echoes("Networks are pruned after 90 steps.", "After how many steps are networks pruned?")
    False
    """
    asked = set(stems(question)) | {"ask", "question", "wonder"}
    said = content_words(sentence)
    new = [word for word in said if word.stem not in asked]
    number = any(character.isdigit() for word in new for character in word.text)
    return len(said) >= ECHOED and len(new) <= NEW * len(said) and not number and not ANSWERS.match(sentence)


def told_beside(denial: Sentence, abstracts: Sequence[str]) -> str | None:
    """Return what a sentence tells beside what it denies, of what the abstracts that it cites have; None if nothing.

    `The sources give no price, but it is fast [1].` tells that it is fast.
    """
    if not denial.numbers:
        return None
    cuts = [*PARTS.finditer(denial.text)]
    halves = [denial.text[cut.end() :] for cut in cuts] + [denial.text[: cut.start()] for cut in reversed(cuts)]
    for half in halves:
        enough = len(half.split()) >= HALF or len(half.encode()) > 4 * HALF
        if enough and not denies(half) and not denies_abroad(half, cites=False) and _is_told(half, abstracts):
            return half
    return None


def _is_told(half: str, abstracts: Sequence[str]) -> bool:
    found = [support(half, [abstract]) for abstract in abstracts]
    across = language(half) not in ("en", "") and any(is_translated(half, [abstract]) for abstract in abstracts)
    return across or any(one.score >= PARTLY for one in found)


def _kind(sentence: Sentence, question: str, abstracts: Sequence[str]) -> Kind:
    if sentence.frame:
        return Kind.FRAME
    carried = max((support(sentence.text, [abstract]).score for abstract in abstracts), default=0.0)
    if (denies(sentence.text) or denies_abroad(sentence.text, cites=bool(sentence.numbers))) and carried < SUPPORTED:
        return Kind.DENIAL
    return Kind.CLAIM if sentence.numbers else _uncited(sentence.text, question, carried)


def _uncited(sentence: str, question: str, carried: float) -> Kind:
    """Return what a sentence without a citation is, of which the abstracts carry so much."""
    if closes(sentence):
        return Kind.GREETING
    if asks(sentence):  # the model asks back, or copies a question
        return Kind.FRAME
    if carried >= PARTLY:
        return Kind.CLAIM
    if is_courtesy(sentence):
        return Kind.GREETING
    if echoes(sentence, question):
        return Kind.ECHO
    return Kind.CLAIM if _claims_something(sentence, question) else Kind.FRAME


def _claims_something(sentence: str, question: str) -> bool:
    """Tell whether a sentence without a citation needs one: it gives a number or a name that wasn't asked about."""
    asked = set(stems(question))
    if language(sentence) not in ("en", ""):
        return any(set(stems(one)) - asked for one in comparables(sentence))
    numbers = [word for word in content_words(sentence) if any(map(str.isdigit, word.text)) and word.stem not in asked]
    return bool(numbers or [word for word in names(sentence) if word.stem not in asked])
