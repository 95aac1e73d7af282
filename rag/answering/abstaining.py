"""Do the papers found say anything about the question? Decided before anything is written; and what is said if not.

Quotes answer only a question that the best paper seems to answer. Signs from retrieval, weighed by a logistic
regression over answerable questions of real papers, the same with their papers taken away, questions for details that
no abstract has, and questions of other fields (python -m eval.benchmarks.fitting.abstaining; eval/RESULTS.md). A word
counts by its importance: how long the embedding model makes its token states, which is longest for those that carry
the meaning. How well a word is met tells most beside how well other papers meet it: what each of them meets as well
tells nothing of this one.

What a question asks for may be missing in a paper that meets all its other words. Seen of that are details asked for by
their kind (rag.text.questions.details): when their words aren't met, or a number is asked for and the paper holds none.

A language model reads better than that, and is asked unless it is hopeless: small talk, another field.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from rag.answering.sentence_ranking import best_first, candidates_of, firsts_of
from rag.records import Outcome, Paper, Passage
from rag.records.answers import NEAREST_PAPERS, REFUSALS
from rag.retrieval.results import Retrieved
from rag.text.questions.details import detail_asked, holds_number
from rag.text.words import names, stems, words

LACK, UNMET_NAME, GAIN, WORST_GAIN, COSINE, NO_DETAIL, BIAS = -9.06, -0.85, 8.41, 3.71, 6.03, -2.1, -1.5
ANSWERED = 0.075  # confidence from which on an answer is given
POWER = 4  # of the mean of what the words lack: the word that lacks most counts most, two of them more than one
# A question is hopeless when no sentence found is as like it as NO_SENSE (cosine) and no paper found holds the share
# NO_WORD of its telling words. Of 104 answerable questions of the development set and 120 claims of SciFact none is.
# Asked of the other's papers 1 and 10 % are, and 15 to 35 % of small talk: the rest a model sees for itself.
NO_SENSE = 0.2
NO_WORD = 0.2
# A model that copies takes something from whatever it is shown. It isn't asked what quotes would refuse by far: of the
# same questions and claims none, and of 195 of conversations; of those asked of the other's papers 19 and 51 %.
BY_FAR = 0.0025
WORDS_MET = 0.5  # share of the question's telling words to hold, where a model tells no token states

NEAREST = 3  # papers named when the abstracts don't say


class Signs(NamedTuple):
    """How the best paper meets the question.

    `lack`: what its words lack of being met, times their importance: a mean of fourth powers. `unmet_name`: whether it
    names something that the paper doesn't. `gain`: how much better its words are met than in the other papers
    compared, by the root of their weight times their importance; `worst_gain`: of the lowest quarter of the words.
    `cosine`: of the question with the whole paper. `no_detail`: of a detail asked for, what its words lack of being
    met, times their importance; 1 when it is a number and the paper holds none.
    """

    lack: float
    unmet_name: bool
    gain: float
    worst_gain: float
    cosine: float
    no_detail: float


def outcome_of(retrieved: Retrieved) -> Outcome:
    """Return whether quotes from the papers found would answer; a list, whether any paper belongs in it."""
    if retrieved.matching:
        return Outcome.ANSWERED
    if retrieved.matching == 0 or is_hopeless(retrieved):
        return Outcome.NO_RELEVANT_PAPERS
    return Outcome.ANSWERED if confidence_in(retrieved) >= ANSWERED else Outcome.NOT_IN_ABSTRACTS


def outlook_for_model(retrieved: Retrieved, *, copying: bool) -> Outcome:
    """Return ANSWERED when a language model is to be asked; `copying`: to copy, which it does without judging much."""
    if retrieved.matching:
        return Outcome.ANSWERED
    if retrieved.matching == 0 or is_hopeless(retrieved):
        return Outcome.NO_RELEVANT_PAPERS
    if copying and confidence_in(retrieved) < BY_FAR:
        return Outcome.NOT_IN_ABSTRACTS
    return Outcome.ANSWERED


def is_hopeless(retrieved: Retrieved) -> bool:
    """Tell whether nothing found shares a word or a sense with the question, so that nobody need be asked."""
    telling = sum(retrieved.weights.values())
    if not retrieved.hits or not telling:
        return True
    likeness = max((passage.score for hit in retrieved.hits for passage in hit.passages), default=0.0)
    return likeness < NO_SENSE and max(_words_met(retrieved, hit.paper) for hit in retrieved.hits) < NO_WORD


def confidence_in(retrieved: Retrieved) -> float:
    """Return how likely it is that the papers found answer the question, 0..1."""
    if not retrieved.hits:
        return 0.0
    if not retrieved.matches:
        return min(max(_words_met(retrieved, retrieved.hits[0].paper) - WORDS_MET + ANSWERED, 0.0), 1.0)
    return 1 / (1 + math.exp(-log_odds(signs_of(retrieved))))


def log_odds(signs: Signs) -> float:
    """Return the log-odds that the best paper answers the question."""
    return (
        LACK * signs.lack
        + UNMET_NAME * signs.unmet_name
        + GAIN * signs.gain
        + WORST_GAIN * signs.worst_gain
        + COSINE * signs.cosine
        + NO_DETAIL * signs.no_detail
        + BIAS
    )


def signs_of(retrieved: Retrieved) -> Signs:
    """Return the signs; the retrieval must have word matches."""
    matches, paper = retrieved.matches, retrieved.hits[0].paper
    lacks = [match.importance * max(1 - match.likeness, 0.0) for match in matches]  # rounded states may overshoot
    gains = [match.likeness - match.elsewhere for match in matches]
    weights = [math.sqrt(match.weight) * match.importance for match in matches]
    gain = sum(w * gain for w, gain in zip(weights, gains, strict=True)) / (sum(weights) or 1.0)
    worst = sorted(gains)[: max(1, len(gains) // 4)]
    text = f"{paper.title} {paper.abstract}"
    known, letters = {word.stem for word in words(text)}, text.lower()
    unmet = [w for w in names(retrieved.query) if w.stem not in known and w.text.lower() not in letters]
    return Signs(
        lack=(sum(lack**POWER for lack in lacks) / len(lacks)) ** (1 / POWER),
        unmet_name=bool(unmet),
        gain=gain,
        worst_gain=sum(worst) / len(worst),
        cosine=retrieved.cosine,
        no_detail=_no_detail(retrieved, dict(zip((match.word for match in matches), lacks, strict=True))),
    )


def _no_detail(retrieved: Retrieved, lacks: Mapping[str, float]) -> float:
    """Return what the detail asked for lacks of being there; `lacks` tells it by word."""
    detail = detail_asked(retrieved.query)
    if detail is None:
        return 0.0
    if detail.number and not holds_number(retrieved.hits[0].paper.abstract):
        return 1.0
    return max((lacks.get(word.text, 0.0) for word in detail.words), default=0.0)


def _words_met(retrieved: Retrieved, paper: Paper) -> float:
    """Return the weight of the query's stems that a paper holds, as a share of all."""
    known = set(stems(f"{paper.title} {paper.abstract}"))
    total = sum(retrieved.weights.values())
    return sum(weight for stem, weight in retrieved.weights.items() if stem in known) / total if total else 0.0


def nearest_papers(retrieved: Retrieved) -> tuple[tuple[Paper, ...], tuple[Passage, ...]]:
    """Return the papers to name when there is no answer, and of each the sentence that comes closest to one."""
    nearest = replace(retrieved, hits=retrieved.hits[:NEAREST])
    closest = firsts_of(best_first(candidates_of(retrieved.query, nearest, NEAREST, every=True)), every=True)
    ranks = range(len(nearest.hits))
    return tuple(hit.paper for hit in nearest.hits), tuple(closest[rank].passage for rank in ranks)


def refusal(outcome: Outcome, nearest: tuple[Paper, ...]) -> str:
    """Return what to say when there is no answer: that there is none, and which papers came nearest."""
    if outcome is Outcome.NO_RELEVANT_PAPERS:
        return REFUSALS[outcome]
    titles = "; ".join(f"{paper.title} ({paper.byline})" if paper.byline else paper.title for paper in nearest)
    return f"{REFUSALS[Outcome.NOT_IN_ABSTRACTS]} {NEAREST_PAPERS} {titles}."
