"""Do the papers found say anything about the question? Decided before anything is written; and what is said if not.

Quotes answer only a question that the best paper seems to answer. Signs from retrieval, weighed by a logistic
regression over the questions of the development set and the same questions with their papers taken away
(eval/RESULTS.md): how well the words of the question are met in the best paper, how well the worst met quarter of them
is, how many they are (the more, the worse the worst), and whether the question names something that the paper doesn't.

A language model reads better than that, and is asked unless it is hopeless: small talk, another field.
"""

import math
from dataclasses import replace
from typing import NamedTuple

from rag.answering.sentence_ranking import best_first, candidates_of, firsts_of
from rag.records import Outcome, Paper, Passage
from rag.records.answers import NEAREST_PAPERS, REFUSALS
from rag.retrieval.results import Retrieved
from rag.text.words import names, stems, words

MET, WORST_MET, LOG_WORDS, UNMET_NAME, BIAS = 12.9, 9.9, 0.64, -1.0, -11.86
ANSWERED = 0.285  # confidence from which on an answer is given
# A question is hopeless when no sentence found is as like it as NO_SENSE (cosine) and no paper found holds the share
# NO_WORD of its telling words. Of 104 answerable questions of the development set and 120 claims of SciFact none is.
# Asked of the other's papers 1 and 10 % are, and 15 to 35 % of small talk: the rest a model sees for itself.
NO_SENSE = 0.2
NO_WORD = 0.2
# A model that copies takes something from whatever it is shown. It isn't asked what quotes would refuse by far: of the
# same questions and claims none, of those asked of the other's papers 25 and 81 %, of 20 on other fields 16.
BY_FAR = 0.05
WORDS_MET = 0.5  # share of the question's telling words to hold, where a model tells no token states

NEAREST = 3  # papers named when the abstracts don't say


class Signs(NamedTuple):
    """The question's words in the best paper: mean likeness, that of the worst quarter, number, any unmet name."""

    met: float
    worst_met: float
    words: int
    unmet_name: bool


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
    signs = signs_of(retrieved)
    odds = (
        MET * signs.met
        + WORST_MET * signs.worst_met
        + LOG_WORDS * math.log(signs.words)
        + UNMET_NAME * signs.unmet_name
        + BIAS
    )
    return 1 / (1 + math.exp(-odds))


def signs_of(retrieved: Retrieved) -> Signs:
    """Return the signs; the retrieval must have word matches."""
    weights = [math.sqrt(match.weight) for match in retrieved.matches]
    met = sum(w * match.likeness for w, match in zip(weights, retrieved.matches, strict=True)) / sum(weights)
    worst = sorted(match.likeness for match in retrieved.matches)[: max(1, len(retrieved.matches) // 4)]
    paper = retrieved.hits[0].paper
    text = f"{paper.title} {paper.abstract}"
    known, letters = {word.stem for word in words(text)}, text.lower()
    unmet = [w for w in names(retrieved.query) if w.stem not in known and w.text.lower() not in letters]
    return Signs(met, sum(worst) / len(worst), len(retrieved.matches), bool(unmet))


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
