"""Which sentences of a model claim anything: not those that say that the sources don't tell, nor the question again.

A sentence that a source carries is a claim whatever its form.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.citations.markers import Sentence
from rag.citations.numbering import kept_leads
from rag.citations.support import PARTLY, SUPPORTED, support
from rag.records import Paper
from rag.text.words import content_words, stems

# "The abstracts do not mention ...", "I cannot answer ...": says that there is no answer, and so is no claim.
WHERE = (
    r"((?:the|these|those|any|given|provided|all) (?:\w+ ){0,2}"
    r"(?:sources|abstracts?|excerpts?|papers?|texts?|information|context)"
    r"|abstracts|excerpts|source(?= (?:does|did|is|has|says|leaves|lacks|contains)))"
)
NEGATION = r"(do(es)?n['’]t|(do|does|did) not|no|not|nothing|cannot|can['’]t|leaves?|lacks?)"  # noqa: RUF001
SAY = (
    r"(say|state|tell|mention|specify|specified|give|contain|include|report|provide|discuss|address|describe|answer|"
    r"explain|indicate|information|details?|open)"
)
DENIAL = re.compile(
    r"^\W*NOT SAID\b"
    rf"|\b{WHERE}\b[^.;]{{0,60}}?\b{NEGATION}\b[^.;]{{0,40}}?\b{SAY}"
    rf"|\b(no|none of|neither of|nothing in) (the |these )?{WHERE}\b[^.;]{{0,60}}?\b{SAY}"
    rf"|\b(is|are|was|were) (not|left) [^.;]{{0,40}}\b(in|by) (the |these |any )?{WHERE}\b"
    r"|^\W*(I|we) (cannot|can['’]t|could not|am not able to|are unable to|am unable to|do not|don['’]t) "  # noqa: RUF001
    r"(answer|tell|say|know|find|determine)\b"
    r"|\b(cannot|can['’]t|can not) be (answered|determined|told)\b"  # noqa: RUF001
    r"|\b(no|not enough|insufficient) information\b",
    re.IGNORECASE,
)

NEW = 0.2  # share of a sentence's words that the question lacks, up to which it only says the question again


@dataclass(frozen=True, slots=True)
class DetectedClaims:
    """The sentences that claim something, and how many others there were.

    `abstains`: the text begins by saying that the sources don't tell, and so is no answer.
    """

    claiming: tuple[Sentence, ...]
    abstains: bool
    denials: int
    echoes: int


def detect_claims(sentences: Sequence[Sentence], question: str, papers: Iterable[Paper]) -> DetectedClaims:
    """Return the sentences of a model's text that claim something, told apart with the papers that it was shown."""
    abstracts = [paper.abstract for paper in papers]
    kinds = [_kind(sentence.text, question, abstracts) for sentence in sentences]
    leads = kept_leads([sentence.lead for sentence in sentences], [kind == "claim" for kind in kinds])
    claims = (sentence for sentence, kind in zip(sentences, kinds, strict=True) if kind == "claim")
    claiming = tuple(sentence._replace(lead=lead) for sentence, lead in zip(claims, leads, strict=True))
    return DetectedClaims(claiming, kinds[:1] == ["denial"], kinds.count("denial"), kinds.count("echo"))


def denies(sentence: str) -> bool:
    """Tell whether a sentence says that the sources don't tell something (English alone).

    >>> denies("The abstracts do not state the price."), denies("I cannot answer that."), denies("It needs no labels.")
    (True, True, False)
    """
    return bool(DENIAL.search(sentence))


def echoes(sentence: str, question: str) -> bool:
    """Tell whether a sentence says next to nothing that the question didn't.

    >>> echoes("Yes, there is a way to prune networks early.", "Is there a way to prune networks early?")
    True
    >>> echoes("Networks are pruned after 90 steps.", "After how many steps are networks pruned?")
    False
    """
    asked = set(stems(question))
    said = content_words(sentence)
    new = [word for word in said if word.stem not in asked]
    return len(new) <= NEW * len(said) and not any(character.isdigit() for word in new for character in word.text)


def _kind(sentence: str, question: str, abstracts: Sequence[str]) -> str:
    """Return what a sentence is: `claim`, `denial` or `echo`."""
    denial, echo = denies(sentence), echoes(sentence, question)
    if not denial and not echo:
        return "claim"
    carried = max((support(sentence, [abstract]).score for abstract in abstracts), default=0.0)
    if denial and carried < SUPPORTED:
        return "denial"
    return "echo" if echo and carried < PARTLY else "claim"
