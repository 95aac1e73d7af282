"""Does a question hang on the one before it? Weighed from what ties the two, by a logistic regression.

Fitted on follow-ups of conversations over real papers, and on questions asked after others that they have nothing to do
with (eval/RESULTS.md); no word of any language stands in it.
"""

from rag.conversation.follow_ups import POINTS_BACK, is_follow_up
from rag.records import Filters
from rag.retrieval.retriever import Retriever
from rag.retrieval.ties import Earlier, Ties

WORDS, GAP, COSINE_GAP, RANK = -0.85, 8.48, 5.53, 12.21
ALONE, BEFORE, LIKENESS, RAREST, BIAS = -17.13, 2.65, -7.57, -5.25, 13.15


def hangs(question: str, earlier: Earlier, *, retriever: Retriever, filters: Filters = Filters()) -> bool:
    """Tell whether a question hangs on an earlier one: by what both find, or by its words where that can't be seen.

    Raises what `Retriever.retrieve` raises.
    """
    ties = retriever.ties(question, earlier, filters)
    if ties is None:
        return is_follow_up(question)
    return hangs_on(ties, points_back=bool(POINTS_BACK.search(question)))


def hangs_on(ties: Ties, *, points_back: bool = False) -> bool:
    """Tell whether a question hangs on the one that it is tied to.

    One that names a paper it finds, and doesn't point back, stands by itself: "What is Deep Sets?" shares its form, and
    the common words of a name, with many a question before it.
    """
    return log_odds(ties) > 0 and (points_back or not ties.names)


def log_odds(ties: Ties) -> float:
    """Return the log-odds that a question hangs on the one that it is tied to."""
    return (
        WORDS * ties.words
        + GAP * ties.gap
        + COSINE_GAP * ties.cosine_gap
        + RANK / (1 + ties.rank)
        + ALONE * ties.alone
        + BEFORE * ties.before
        + LIKENESS * ties.likeness
        + RAREST * ties.rarest
        + BIAS
    )
