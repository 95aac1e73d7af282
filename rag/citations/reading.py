"""A model's text to the parts of an answer: its markers read, what claims something told from what doesn't, grounded.

For rag.answering.generative; each step is a module of its own: markers, claim_detection, grounding. Nothing that the
model wrote disappears but greetings, the question said again and lists of references, each counted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rag.citations.grounding import anchored, grounded
from rag.citations.model_text.claim_detection import Kind, kinds_of, told_beside
from rag.citations.model_text.clauses import Sentence
from rag.citations.model_text.courtesies import without_opening
from rag.citations.model_text.denials_abroad import without_mark
from rag.citations.model_text.forms.unwrapping import as_markdown
from rag.citations.model_text.markers import GREETINGS, REFERENCES, read_markers
from rag.citations.model_text.reference_lists import split_references
from rag.citations.numbering import Piece
from rag.citations.rendering import Part, kept
from rag.records import Citation, Paper

ECHOES = "echoes"  # in the repairs: sentences that only said the question again, and were left out
LEFT_OUT = {Kind.ECHO: ECHOES, Kind.GREETING: GREETINGS}


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """A model's text as parts, how often each kind of repair was needed, and what it says the sources leave open."""

    parts: tuple[Part, ...]
    repairs: Mapping[str, int]
    left_open: str

    @property
    def abstains(self) -> bool:
        """True when it is no answer: it says that the sources don't tell, and cites nothing that they do tell."""
        return not any(part.claim and part.claim.citations for part in self.parts)


def read_answer(text: str, question: str, sources: Mapping[int, Paper]) -> ReadAnswer:
    """Return what a model wrote, by the sources that it was shown, numbered as they were."""
    text, greetings = without_opening(as_markdown(text))
    text, meaning = split_references(text, sources)
    reading = read_markers(text, sources, meaning)
    kinds = kinds_of(reading.sentences, question, [paper.abstract for paper in sources.values()])
    repairs = Counter(reading.repairs) + Counter({GREETINGS: greetings, REFERENCES: int(bool(meaning))})
    parts: list[Part] = []
    for sentence, kind in zip(reading.sentences, kinds, strict=True):
        written = _written(sentence, sources)
        cited = [sources[n].abstract for n in sentence.numbers]
        told = sentence.text if kind is Kind.CLAIM else told_beside(sentence, cited) if kind is Kind.DENIAL else None
        if told:
            claim, mended = grounded(told, [sources[n] for n in sentence.numbers], sources)
            repairs.update(mended)
            parts.append(Part(sentence.lead, written, claim))
        else:
            parts.append(Part(sentence.lead, written, cited=_cited(sentence, sources)))
            repairs.update([LEFT_OUT[kind]] if kind in LEFT_OUT else [])
    denials = [sentence.text for sentence, kind in zip(reading.sentences, kinds, strict=True) if kind is Kind.DENIAL]
    left_open = " ".join(filter(None, (without_mark(text) for text in denials)))
    return ReadAnswer(kept(parts, [kind not in LEFT_OUT for kind in kinds]), dict(+repairs), left_open)


def _written(sentence: Sentence, sources: Mapping[int, Paper]) -> tuple[Piece, ...]:
    """Return how a sentence is written, with the ids of papers in its markers."""
    return tuple(
        piece if isinstance(piece, str) else tuple(sources[number].paper_id for number in piece)
        for piece in sentence.written
    )


def _cited(sentence: Sentence, sources: Mapping[int, Paper]) -> tuple[Citation, ...]:
    """Return what a sentence cites that isn't judged, each paper by its sentence that comes nearest."""
    return tuple(one for number in sentence.numbers for one in anchored(sentence.text, sources[number], 0))
