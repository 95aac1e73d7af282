"""Which sentences of a model claim anything: not those that say that the sources don't tell, nor the question again.

A sentence that a source carries is a claim whatever its form.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.answering.abstaining import denies
from rag.citations import kept_leads
from rag.markers import Sentence
from rag.records import Paper
from rag.text.words import content_words, stems
from rag.verification import PARTLY, SUPPORTED, support

NEW = 0.2  # share of a sentence's words that the question lacks, up to which it only says the question again


@dataclass(frozen=True, slots=True)
class Sifted:
    """The sentences that claim something, and how many others there were.

    `abstains`: the text begins by saying that the sources don't tell, and so is no answer.
    """

    claiming: tuple[Sentence, ...]
    abstains: bool
    denials: int
    echoes: int


def sift(sentences: Sequence[Sentence], question: str, papers: Iterable[Paper]) -> Sifted:
    """Return the sentences of a model's text that claim something, told apart with the papers that it was shown."""
    abstracts = [paper.abstract for paper in papers]
    kinds = [_kind(sentence.text, question, abstracts) for sentence in sentences]
    leads = kept_leads([sentence.lead for sentence in sentences], [kind == "claim" for kind in kinds])
    claims = (sentence for sentence, kind in zip(sentences, kinds, strict=True) if kind == "claim")
    claiming = tuple(sentence._replace(lead=lead) for sentence, lead in zip(claims, leads, strict=True))
    return Sifted(claiming, kinds[:1] == ["denial"], kinds.count("denial"), kinds.count("echo"))


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
