"""The sentences of the papers found, and what each is worth to the question. Both answerers draw on them.

rag.answering.extractive quotes the best, rag.answering.context shows them to a language model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.sentence_signs import Signs, asked, signs_of
from rag.records import Hit, Passage
from rag.retrieval.results import Retrieved
from rag.text.questions.several import asks_for_several
from rag.text.titles import is_named
from rag.text.words import stems

# Fitted to which sentences hold a fact of the development set's answers, and which are the evidence for SciFact's
# claims, folds by document (python -m eval.benchmarks.fitting.sentence_choice).
WEIGHTS = Signs(
    words=1.0,
    inside=2.5,
    likeness=0.4,
    behind=-5.0,
    own=0.3,
    background=-0.25,
    number=0.7,
    length=0.3,  # long sentences hold more (.7), but leave less room for others
    position=1.3,  # results stand at the end
    first=-0.7,  # seldom more than an opening
    notice=-3.0,  # set by hand, for nobody asks for it by accident
)
BEHIND_OF_SEVERAL = -1.0  # the weight of `behind` where several papers are asked for
PAPER_GAP = 0.2  # a paper that is further behind isn't drawn on, unless the question names it
SEVERAL_GAP = 0.5  # the same, where several papers are asked for
ALIKE = 0.4  # cosine above which a sentence may answer without a word of the question


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could go into the answer.

    Where it stands, what it is worth, whether its paper mustn't be left out (the question names it, or asks for several
    papers), and whether it has anything of the question: one of its words, or its sense.
    """

    rank: int
    hit: Hit
    passage: Passage
    worth: float
    wanted: bool
    touches: bool


def candidates_of(
    question: str, retrieved: Retrieved, papers: int, *, every: bool = False, weights: Signs = WEIGHTS
) -> list[Candidate]:
    """Return the sentences of the papers to draw on with their worth: at most `papers`, none far behind the best.

    With `every`, however far they are behind; so is a paper drawn on that the question names.
    """
    wanted, several, gap = asked(question, retrieved), asks_for_several(question), PAPER_GAP
    if several:
        weights, gap = weights._replace(behind=BEHIND_OF_SEVERAL), SEVERAL_GAP
    candidates: list[Candidate] = []
    for rank, hit in enumerate(retrieved.hits[:papers]):
        behind = retrieved.behind(hit)
        must = is_named(hit.paper.title, retrieved.query) or (several and behind <= gap)
        if every or must or behind <= gap:
            met = retrieved.met.get(hit.paper.paper_id, {})
            for passage in hit.passages:
                touches = passage.score > ALIKE or not wanted.weights.keys().isdisjoint(stems(passage.text))
                signs = signs_of(wanted, passage, hit, min(behind, gap), met.get(passage.start, {}))
                candidates.append(Candidate(rank, hit, passage, signs.weighed(weights), must, touches))
    return candidates


def firsts_of(ranked: Sequence[Candidate], *, every: bool = False) -> dict[int, Candidate]:
    """Return the best sentence of each paper that mustn't be left out, by rank: the best one, and those wanted.

    With `every`, of each paper that there is.
    """
    firsts: dict[int, Candidate] = {}
    for one in ranked:
        if every or one.wanted or one is ranked[0]:
            firsts.setdefault(one.rank, one)
    return firsts


def best_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates by worth; those without anything of the question come last."""
    return sorted(candidates, key=lambda one: (not one.touches, -one.worth, one.rank, one.passage.start))
